// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Looks names up in .dynsym as the dynamic linker does, by .gnu.hash: a handful of small reads per name, whatever the size of the
// library. Internal to target/.
#pragma once

#include <elf.h>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "target/elf_file.hpp"

namespace tt::alloc_trace {

class GnuHashTable {
public:
    // Nothing if the file has no such table for `dynsym` (an entry of elf.sections()), or a damaged one. `elf` must outlive this.
    [[nodiscard]] static std::optional<GnuHashTable> open(const ElfFile& elf, const ElfSection& dynsym);

    // All entries of .dynsym with this name; hidden versions (`name@OLD`) only if there is no other.
    [[nodiscard]] Result<std::vector<Elf64_Sym>> find(std::string_view name) const;

private:
    struct Header {
        std::uint32_t bucket_count = 0;
        std::uint32_t first_symbol = 0;
        std::uint32_t bloom_count = 0;  // 64-bit words
        std::uint32_t bloom_shift = 0;
    };

    explicit GnuHashTable(const ElfFile& elf) : elf_(&elf) {}
    [[nodiscard]] Result<bool> is_named(const Elf64_Sym& symbol, std::string_view name) const;
    [[nodiscard]] Result<bool> is_hidden(std::uint64_t index) const;

    const ElfFile* elf_;
    ElfSection table_;
    ElfSection symbols_;
    ElfSection strings_;
    std::optional<ElfSection> versions_;
    Header header_;
};

}  // namespace tt::alloc_trace
