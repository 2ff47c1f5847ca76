// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Looks up a few names among millions without holding the tables. In .dynsym by its hash table. In .symtab, which has none: one
// pass over the string table notes where the names stand (usually nowhere, and then that is all), a second one over the
// symbols picks those whose name offset is among them.
#include <elf.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "target/elf_file.hpp"
#include "target/gnu_hash.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxStringBytes = 512U << 20U;  // a 1 GB library has about 200 MB of names
// A .symtab with more names than this is read only if .dynsym has none of those asked for: it takes a quarter of a second.
constexpr std::uint64_t kSpareStringBytes = 32U << 20U;
constexpr std::uint64_t kMaxSymbols = 16U << 20U;
constexpr std::size_t kChunkBytes = 1U << 20U;
constexpr std::size_t kMaxNameBytes = 4096;  // of the names asked for
constexpr std::size_t kMaxHits = 65'536;     // a hostile table may repeat a name without end

// Offset in the string table -> index of the name that stands there. Several offsets may mean the same name.
using NameOffsets = std::unordered_map<std::uint32_t, std::size_t>;

// Finds which of the names end at a NUL. A name may be the tail of a longer string: GNU ld merges them.
class NameMatcher {
public:
    explicit NameMatcher(std::span<const std::string_view> names) {
        for (std::size_t i = 0; i < names.size(); ++i) {
            if (!names[i].empty() && names[i].size() <= kMaxNameBytes) {
                by_length_[names[i].size()].push_back({names[i], i});
                longest_ = std::max(longest_, names[i].size());
            }
        }
    }

    [[nodiscard]] std::size_t longest() const { return longest_; }

    // `text`: a string or its last longest() bytes; `end_offset`: of its NUL in the table.
    void match(std::string_view text, std::uint64_t end_offset, NameOffsets& hits) const {
        for (const auto& [length, candidates] : by_length_) {
            if (length > text.size()) {
                break;
            }
            const std::string_view tail = text.substr(text.size() - length);
            for (const Candidate& candidate : candidates) {
                if (tail.front() == candidate.name.front() && tail == candidate.name && hits.size() < kMaxHits) {
                    hits.emplace(static_cast<std::uint32_t>(end_offset - length), candidate.index);
                }
            }
        }
    }

private:
    struct Candidate {
        std::string_view name;
        std::size_t index;
    };
    std::map<std::size_t, std::vector<Candidate>> by_length_;
    std::size_t longest_ = 0;
};

Result<NameOffsets> find_names(const ElfFile& elf, const ElfSection& strings, const NameMatcher& matcher) {
    NameOffsets hits;
    std::string window;           // what may still be the beginning of a name, then the next chunk
    std::uint64_t window_at = 0;  // offset of window[0] in the table
    for (std::uint64_t done = 0; done < strings.size;) {
        const std::size_t keep = window.size();
        const auto count = std::min<std::uint64_t>(kChunkBytes, strings.size - done);
        window.resize(keep + count);
        if (auto status = elf.read_at(strings.offset + done, window.data() + keep, count); !status) {
            return tl::make_unexpected(status.error());
        }
        done += count;
        std::size_t begin = 0;
        for (auto end = window.find('\0', keep); end != std::string::npos; end = window.find('\0', begin)) {
            matcher.match(std::string_view(window).substr(begin, end - begin), window_at + end, hits);
            begin = end + 1;
        }
        begin = std::max(begin, window.size() - std::min(window.size(), matcher.longest()));
        window.erase(0, begin);
        window_at += begin;
    }
    return hits;
}

ElfSymbolType type_of(const Elf64_Sym& symbol) {
    switch (ELF64_ST_TYPE(symbol.st_info)) {
        case STT_FUNC:
            return ElfSymbolType::Function;
        case STT_GNU_IFUNC:
            return ElfSymbolType::IndirectFunction;
        case STT_OBJECT:
            return ElfSymbolType::Object;
        default:
            return ElfSymbolType::Other;
    }
}

bool is_defined(const Elf64_Sym& symbol) {
    return symbol.st_shndx != SHN_UNDEF && (symbol.st_shndx < SHN_LORESERVE || symbol.st_shndx == SHN_XINDEX) &&
           ELF64_ST_TYPE(symbol.st_info) != STT_TLS;
}

// Local symbols of one name in several files of a program are different things; a global one is the only one.
struct Found {
    ElfSymbol symbol;
    bool global = false;
};

void add(Found& found, const ElfSymbol& symbol, bool global, bool first) {
    if (first || (global && !found.global)) {
        found = {symbol, global};
    } else if (global == found.global && symbol.address != found.symbol.address) {
        found.symbol.ambiguous = true;
    }
}

using FoundByName = std::map<std::size_t, Found>;  // by index of the name

void add_raw(FoundByName& found, std::size_t name, const Elf64_Sym& raw, bool dynamic) {
    if (is_defined(raw)) {
        const auto [at, first] = found.try_emplace(name);
        const ElfSymbol symbol{raw.st_value, raw.st_size, type_of(raw), dynamic, false};
        add(at->second, symbol, ELF64_ST_BIND(raw.st_info) != STB_LOCAL, first);
    }
}

Status scan_table(
    const ElfFile& elf,
    const ElfSection& table,
    const NameOffsets& names,
    bool dynamic,
    FoundByName& found
) {
    const std::uint64_t total = table.size / sizeof(Elf64_Sym);
    std::vector<Elf64_Sym> symbols;
    for (std::uint64_t done = 0; done < total; done += symbols.size()) {
        symbols.resize(std::min<std::uint64_t>(kChunkBytes / sizeof(Elf64_Sym), total - done));
        const auto status =
            elf.read_at(table.offset + done * sizeof(Elf64_Sym), symbols.data(), symbols.size() * sizeof(Elf64_Sym));
        if (!status) {
            return status;
        }
        for (const Elf64_Sym& raw : symbols) {
            if (const auto name = names.find(raw.st_name); name != names.end()) {
                add_raw(found, name->second, raw, dynamic);
            }
        }
    }
    return {};
}

Result<FoundByName> find_by_hash(const GnuHashTable& table, std::span<const std::string_view> names) {
    FoundByName found;
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i].empty() || names[i].size() > kMaxNameBytes) {
            continue;
        }
        const auto symbols = table.find(names[i]);
        if (!symbols) {
            return tl::make_unexpected(symbols.error());
        }
        for (const Elf64_Sym& symbol : *symbols) {
            add_raw(found, i, symbol, true);
        }
    }
    return found;
}

Result<FoundByName> find_by_scan(
    const ElfFile& elf, const ElfSection& table, const ElfSection& strings, std::span<const std::string_view> names
) {
    const auto offsets = find_names(elf, strings, NameMatcher(names));
    if (!offsets) {
        return tl::make_unexpected(offsets.error());
    }
    FoundByName found;
    if (!offsets->empty()) {
        if (auto status = scan_table(elf, table, *offsets, table.type == SHT_DYNSYM, found); !status) {
            return tl::make_unexpected(status.error());
        }
    }
    return found;
}

}  // namespace

const ElfSymbol* find_symbol(const SymbolMap& symbols, std::string_view name) {
    const auto at = symbols.find(std::string(name));
    return at == symbols.end() ? nullptr : &at->second;
}

Result<SymbolMap> ElfFile::find_symbols(std::span<const std::string_view> names, SymbolTables tables) const {
    SymbolMap symbols;
    for (const std::uint32_t type : {SHT_DYNSYM, SHT_SYMTAB}) {
        const auto table =
            std::find_if(sections_.begin(), sections_.end(), [&](const ElfSection& s) { return s.type == type; });
        if (table == sections_.end() || table->link >= sections_.size()) {
            continue;
        }
        const ElfSection& strings = sections_[table->link];
        if (strings.type != SHT_STRTAB || strings.size > kMaxStringBytes ||
            table->size / sizeof(Elf64_Sym) > kMaxSymbols) {
            return refuse("its symbol table is damaged or larger than any real one");
        }
        const bool worth_it = tables == SymbolTables::All && (symbols.empty() || strings.size <= kSpareStringBytes);
        if (type == SHT_SYMTAB && !worth_it) {
            continue;
        }
        const auto hash = type == SHT_DYNSYM ? GnuHashTable::open(*this, *table) : std::nullopt;
        const auto found = hash ? find_by_hash(*hash, names) : find_by_scan(*this, *table, strings, names);
        if (!found) {
            return tl::make_unexpected(found.error());
        }
        for (const auto& [index, entry] : *found) {
            symbols.try_emplace(std::string(names[index]), entry.symbol);  // .dynsym comes first and wins
        }
    }
    return symbols;
}

}  // namespace tt::alloc_trace
