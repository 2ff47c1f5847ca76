// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers distinct values in order of first use: the tables of an events chunk while it is written.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <functional>

#include "event/event.hpp"

namespace tt::alloc_trace {

[[nodiscard]] constexpr std::uint64_t mix_hash(std::uint64_t hash, std::uint64_t value) {
    const std::uint64_t mixed = (hash ^ value) * 0xff51afd7ed558ccdULL;
    return mixed ^ mixed >> 32;
}

struct ThreadKey {
    std::uint32_t pid = 0;
    std::uint32_t tid = 0;

    bool operator==(const ThreadKey&) const = default;
};

// What buffers of one kind share.
struct ShapeKey {
    std::uint32_t owner = 0;      // index into pointers
    std::uint32_t allocator = 0;  // index into pointers
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    std::uint64_t type_and_hooked = 0;
    bool sharded = false;
    std::uint64_t pages_per_shard = 0;

    bool operator==(const ShapeKey&) const = default;
};

struct InternHash {
    std::size_t operator()(std::uint64_t value) const noexcept { return mix_hash(0, value); }
    std::size_t operator()(const ThreadKey& key) const noexcept {
        return mix_hash(0, std::uint64_t{key.pid} << 32 | key.tid);
    }
    std::size_t operator()(const ShapeKey& key) const noexcept {
        const std::uint64_t pointers = std::uint64_t{key.owner} << 32 | key.allocator;
        return mix_hash(mix_hash(mix_hash(mix_hash(0, pointers), key.size), key.page_size), key.type_and_hooked);
    }
    std::size_t operator()(const BufferFields& key) const noexcept {  // key.buffer is 0 here
        return mix_hash(mix_hash(mix_hash(mix_hash(key.core, key.owner), key.allocator), key.address), key.size);
    }
};

template <typename Key>
class Interner {
public:
    // The number of `key`; `is_new` if it has just got it.
    std::uint32_t number_of(const Key& key, bool& is_new) {
        const auto [entry, inserted] = numbers_.try_emplace(key, static_cast<std::uint32_t>(numbers_.size()));
        is_new = inserted;
        return entry->second;
    }
    void clear() { numbers_.clear(); }

private:
    tsl::robin_map<Key, std::uint32_t, InternHash> numbers_;
};

}  // namespace tt::alloc_trace
