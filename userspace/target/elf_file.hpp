// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// An ELF file (x86-64, little endian, shared object or executable) read through a descriptor: segments, build-id,
// symbols, bytes at an address. The file is hostile input: every count and size is checked against the file's size and
// a bound, and nothing is mapped (a file cut short while mapped would kill us with SIGBUS); it is read with pread.
//
// "Address" here is always the ELF virtual address (p_vaddr, st_value). Address, file offset and address in a process
// are three different things: lld places p_vaddr 0x1000 away from p_offset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "target/module_file.hpp"

namespace tt::alloc_trace {

enum class ElfSymbolType : std::uint8_t { Function, IndirectFunction, Object, Other };

struct ElfSymbol {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  // bytes; 0 if the file does not say
    ElfSymbolType type = ElfSymbolType::Other;
    bool dynamic = false;    // from .dynsym (else only from .symtab)
    bool ambiguous = false;  // defined again with another address: the first one is shown

    bool operator==(const ElfSymbol&) const = default;
};

// Owns its keys.
using SymbolMap = std::unordered_map<std::string, ElfSymbol>;

// nullptr if it is not among them.
[[nodiscard]] const ElfSymbol* find_symbol(const SymbolMap& symbols, std::string_view name);

enum class SymbolTables : std::uint8_t { DynamicOnly, All };

struct ElfSegment {  // PT_LOAD
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t file_size = 0;
    std::uint64_t memory_size = 0;
    bool executable = false;
    bool writable = false;
};

// What to add to an ELF address to get the one in a process that has mapped the file from `map_offset` on, executable, at `map_start`.
// Nothing if no executable segment covers that offset.
[[nodiscard]] std::optional<std::uint64_t> load_bias_of(
    std::span<const ElfSegment> segments, std::uint64_t map_start, std::uint64_t map_offset
);

struct ElfSection {
    std::uint32_t type = 0;  // SHT_...
    std::uint32_t link = 0;  // index of another section
    std::uint32_t name = 0;  // offset in the section of names
    std::uint64_t address = 0;
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
};

// Move-only; owns the descriptor. Not thread-safe.
class ElfFile {
public:
    // Takes the descriptor over. `path` is for messages. Error NotTraceable in words if it is no such ELF file.
    [[nodiscard]] static Result<ElfFile> open(ModuleFile file, std::string path);

    [[nodiscard]] int fd() const { return file_.fd.get(); }
    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const FileIdentity& identity() const { return file_.identity; }
    [[nodiscard]] const std::string& build_id() const { return build_id_; }  // lower-case hex, empty if none
    [[nodiscard]] const std::vector<ElfSegment>& segments() const { return segments_; }
    [[nodiscard]] const std::vector<ElfSection>& sections() const { return sections_; }
    // The first section of that name with content; nullptr if there is none.
    [[nodiscard]] const ElfSection* find_section(std::string_view name) const;
    // Where the table of exception frames says it is (PT_GNU_EH_FRAME).
    [[nodiscard]] std::optional<std::uint64_t> frame_header_address() const { return frame_header_address_; }

    // Those of `names` that the file defines (imports are left out). Of a versioned symbol the default version. With All the
    // full table is left out as well where it is large and the dynamic one has some of the names. Memory does not grow with
    // the file.
    [[nodiscard]] Result<SymbolMap> find_symbols(std::span<const std::string_view> names, SymbolTables tables) const;

    // File offset of an address; error if no segment has file content there.
    [[nodiscard]] Result<std::uint64_t> file_offset(std::uint64_t address) const;
    // Up to `max_bytes` (at most kMaxRead) from the file content at an address; fewer at the end of the segment, never
    // none.
    [[nodiscard]] Result<std::vector<std::uint8_t>> read(std::uint64_t address, std::size_t max_bytes) const;
    // load_bias_of() its segments, or why there is none.
    [[nodiscard]] Result<std::uint64_t> load_bias(std::uint64_t map_start, std::uint64_t map_offset) const;
    // Exactly `size` bytes at a file offset.
    [[nodiscard]] Status read_at(std::uint64_t offset, void* to, std::size_t size) const;

    static constexpr std::size_t kMaxRead = 1U << 20U;

private:
    ElfFile(ModuleFile file, std::string path);
    [[nodiscard]] Status read_headers();
    [[nodiscard]] tl::unexpected<Error> refuse(const std::string& why) const;

    ModuleFile file_;
    std::string path_;
    std::string build_id_;
    std::vector<ElfSegment> segments_;
    std::vector<ElfSection> sections_;
    std::size_t section_names_ = 0;  // index of the section with their names; 0: none
    std::optional<std::uint64_t> frame_header_address_;
};

}  // namespace tt::alloc_trace
