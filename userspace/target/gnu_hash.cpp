// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/gnu_hash.hpp"

#include <algorithm>
#include <string>

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kMaxChain = 4096;  // entries of one bucket; real ones have a few
constexpr std::uint16_t kHiddenVersion = 0x8000;

std::uint32_t hash_of(std::string_view name) {
    std::uint32_t hash = 5381;  // as the format says
    for (const char c : name) {
        hash = hash * 33 + static_cast<unsigned char>(c);
    }
    return hash;
}

template <typename T>
Result<T> read_value(const ElfFile& elf, std::uint64_t offset) {
    T value{};
    if (auto status = elf.read_at(offset, &value, sizeof(value)); !status) {
        return tl::make_unexpected(status.error());
    }
    return value;
}

}  // namespace

std::optional<GnuHashTable> GnuHashTable::open(const ElfFile& elf, const ElfSection& dynsym) {
    GnuHashTable hash(elf);
    const auto& sections = elf.sections();
    for (const ElfSection& section : sections) {
        if (section.link >= sections.size() || sections[section.link].offset != dynsym.offset) {
            continue;
        }
        if (section.type == SHT_GNU_HASH) {
            hash.table_ = section;
        } else if (section.type == SHT_GNU_versym) {
            hash.versions_ = section;
        }
    }
    if (hash.table_.size < sizeof(Header) || dynsym.link >= sections.size()) {
        return std::nullopt;
    }
    const auto header = read_value<Header>(elf, hash.table_.offset);
    if (!header) {
        return std::nullopt;
    }
    hash.header_ = *header;
    hash.symbols_ = dynsym;
    hash.strings_ = sections[dynsym.link];
    const std::uint64_t fixed =
        sizeof(Header) + std::uint64_t{header->bloom_count} * 8 + std::uint64_t{header->bucket_count} * 4;
    if (header->bucket_count == 0 || fixed > hash.table_.size || hash.strings_.type != SHT_STRTAB) {
        return std::nullopt;
    }
    return hash;
}

Result<bool> GnuHashTable::is_named(const Elf64_Sym& symbol, std::string_view name) const {
    if (symbol.st_name >= strings_.size || strings_.size - symbol.st_name <= name.size()) {
        return false;
    }
    std::string text(name.size() + 1, '\0');
    if (auto status = elf_->read_at(strings_.offset + symbol.st_name, text.data(), text.size()); !status) {
        return tl::make_unexpected(status.error());
    }
    return text.back() == '\0' && std::string_view(text).substr(0, name.size()) == name;
}

Result<bool> GnuHashTable::is_hidden(std::uint64_t index) const {
    if (!versions_ || (index + 1) * sizeof(std::uint16_t) > versions_->size) {
        return false;
    }
    const auto version = read_value<std::uint16_t>(*elf_, versions_->offset + index * sizeof(std::uint16_t));
    return version ? Result<bool>((*version & kHiddenVersion) != 0) : tl::make_unexpected(version.error());
}

Result<std::vector<Elf64_Sym>> GnuHashTable::find(std::string_view name) const {
    const std::uint32_t hash = hash_of(name);
    const std::uint64_t buckets = table_.offset + sizeof(Header) + std::uint64_t{header_.bloom_count} * 8;
    const std::uint64_t chains = buckets + std::uint64_t{header_.bucket_count} * 4;
    const std::uint64_t table_end = table_.offset + table_.size;
    const auto bucket = read_value<std::uint32_t>(*elf_, buckets + hash % header_.bucket_count * 4ULL);
    if (!bucket) {
        return tl::make_unexpected(bucket.error());
    }
    std::vector<Elf64_Sym> visible;
    std::vector<Elf64_Sym> hidden;
    if (*bucket < header_.first_symbol) {
        return visible;
    }
    for (std::uint64_t index = *bucket, left = kMaxChain; left > 0; ++index, --left) {
        const std::uint64_t chain = chains + (index - header_.first_symbol) * 4;
        if (chain + 4 > table_end || (index + 1) * sizeof(Elf64_Sym) > symbols_.size) {
            break;
        }
        const auto link = read_value<std::uint32_t>(*elf_, chain);
        if (!link) {
            return tl::make_unexpected(link.error());
        }
        if ((*link | 1U) == (hash | 1U)) {
            const auto symbol = read_value<Elf64_Sym>(*elf_, symbols_.offset + index * sizeof(Elf64_Sym));
            const auto named = symbol ? is_named(*symbol, name) : tl::make_unexpected(symbol.error());
            const auto old = named ? is_hidden(index) : tl::make_unexpected(named.error());
            if (!old) {
                return tl::make_unexpected(old.error());
            }
            if (*named) {
                (*old ? hidden : visible).push_back(*symbol);
            }
        }
        if ((*link & 1U) != 0) {
            break;
        }
    }
    return visible.empty() ? hidden : visible;
}

}  // namespace tt::alloc_trace
