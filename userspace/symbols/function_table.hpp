// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The functions of an ELF file by address: which one an instruction belongs to. From .symtab where there is one, else from .dynsym,
// which has the exported ones only. The file is hostile input (target/elf_file.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

class FunctionTable {
public:
    // Error NotTraceable if the symbol table is damaged, or larger than any real one. A file without symbols has an empty table.
    [[nodiscard]] static Result<FunctionTable> read(const ElfFile& elf);

    // The name as the table spells it (mangled), at most kMaxNameBytes of it; empty if no function covers the address. `elf`: the one
    // this was read from.
    [[nodiscard]] std::string name_at(const ElfFile& elf, std::uint64_t address) const;

    static constexpr std::size_t kMaxNameBytes = 4096;

private:
    struct Function {
        std::uint64_t address = 0;
        std::uint64_t size = 0;  // bytes
        std::uint32_t name = 0;  // offset in the string table
        std::uint32_t rank = 0;  // of several at one address the lowest one names it
    };

    std::vector<Function> functions_;  // by address, one each
    ElfSection strings_;
};

}  // namespace tt::alloc_trace
