// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "symbols/function_table.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxSymbols = 8U << 20U;  // the largest library of the runtime has 0.3 million
constexpr std::size_t kChunkSymbols = 1U << 15U;
constexpr std::size_t kMaxOverlaps = 16;  // functions that begin between an instruction and the beginning of its own

const ElfSection* find_table(const ElfFile& elf) {
    for (const std::uint32_t type : {SHT_SYMTAB, SHT_DYNSYM}) {
        for (const ElfSection& section : elf.sections()) {
            if (section.type == type && section.size >= 2 * sizeof(Elf64_Sym)) {
                return &section;
            }
        }
    }
    return nullptr;
}

bool is_function(const Elf64_Sym& symbol) {
    const auto type = ELF64_ST_TYPE(symbol.st_info);
    return (type == STT_FUNC || type == STT_GNU_IFUNC) && symbol.st_shndx != SHN_UNDEF && symbol.st_name != 0;
}

// Global names are those that people know; of aliases the shorter one stands first in most tables.
std::uint32_t rank_of(const Elf64_Sym& symbol) {
    switch (ELF64_ST_BIND(symbol.st_info)) {
        case STB_GLOBAL: return 0;
        case STB_WEAK: return 1;
        default: return 2;
    }
}

}  // namespace

Result<FunctionTable> FunctionTable::read(const ElfFile& elf) {
    FunctionTable table;
    const ElfSection* symbols = find_table(elf);
    if (symbols == nullptr) {
        return table;
    }
    const std::uint64_t count = symbols->size / sizeof(Elf64_Sym);
    if (count > kMaxSymbols || symbols->link >= elf.sections().size() || elf.sections()[symbols->link].type != SHT_STRTAB) {
        return fail(ErrorCode::NotTraceable, elf.path() + ": its symbol table is damaged or larger than any real one");
    }
    table.strings_ = elf.sections()[symbols->link];
    std::vector<Elf64_Sym> chunk;
    for (std::uint64_t done = 0; done < count; done += chunk.size()) {
        chunk.resize(std::min<std::uint64_t>(kChunkSymbols, count - done));
        if (Status read = elf.read_at(symbols->offset + done * sizeof(Elf64_Sym), chunk.data(), chunk.size() * sizeof(Elf64_Sym)); !read) {
            return tl::make_unexpected(read.error());
        }
        for (const Elf64_Sym& symbol : chunk) {
            if (is_function(symbol)) {
                table.functions_.push_back({symbol.st_value, symbol.st_size, symbol.st_name, rank_of(symbol)});
            }
        }
    }
    const auto order = [](const Function& f) { return std::tuple(f.address, f.rank, ~f.size, f.name); };
    std::sort(table.functions_.begin(), table.functions_.end(), [&](const Function& a, const Function& b) { return order(a) < order(b); });
    const auto same = [](const Function& a, const Function& b) { return a.address == b.address; };
    table.functions_.erase(std::unique(table.functions_.begin(), table.functions_.end(), same), table.functions_.end());
    table.functions_.shrink_to_fit();
    return table;
}

std::string FunctionTable::name_at(const ElfFile& elf, std::uint64_t address) const {
    auto at = std::upper_bound(functions_.begin(), functions_.end(), address, [](std::uint64_t value, const Function& f) {
        return value < f.address;
    });
    for (std::size_t steps = 0; at != functions_.begin() && steps < kMaxOverlaps; ++steps) {
        --at;
        if (address - at->address >= std::max<std::uint64_t>(at->size, 1) || at->name >= strings_.size) {
            continue;
        }
        std::string name(std::min<std::uint64_t>(kMaxNameBytes, strings_.size - at->name), '\0');
        if (!elf.read_at(strings_.offset + at->name, name.data(), name.size())) {
            return {};
        }
        name.resize(strnlen(name.data(), name.size()));
        return name;
    }
    return {};
}

}  // namespace tt::alloc_trace
