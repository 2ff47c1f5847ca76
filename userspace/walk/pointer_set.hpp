// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The elements of a std::unordered_set<T*> in the memory of a process that goes on inserting and erasing.
//
// A list that changes cannot be followed to its end: one freed node on the way, and everything behind it is lost. So it is not
// followed. The bucket array is read in one go, then the nodes of all buckets level by level, in batches. Then everything that
// was read is read once more. Words that are the same in both readings were so between the two, hence a bucket all of
// whose words are the same had exactly these elements at the moment between them: an element that nobody touches is found,
// and nothing that is no element. Buckets that changed are read again, the others are not.
//
//     set {buckets, bucket count, first node, element count}       node {next, value} or {next, hash, value}
//     buckets[b] -> the node (or the set itself) before the first node of b -> first -> ... -> a node of another bucket
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

// Where the value is in a node of libc++, which holds the hash before it; 8 in one of libstdc++.
inline constexpr std::uint32_t kLibcxxValue = 16;

struct PointerSetReading {
    std::vector<std::uint64_t> values;  // no duplicates, in no order
    std::uint64_t count = 0;            // as the set says itself
    bool quiet = false;                 // it did not change while it was read: `values` were its elements at one moment
    bool complete = false;              // every element that was in it all the time is in `values`
    std::string incomplete_reason;      // in words: "the set of its buffers ..."
};

// Gets what may be elements between the two readings of them, perhaps again in a later round; the last time counts.
using ElementVisitor = std::function<void(std::span<const std::uint64_t>)>;

// `node_value`: where the value is in a node. A set of more than `max_elements` is not read.
[[nodiscard]] PointerSetReading read_pointer_set(
    const TargetReader& reader,
    std::uint64_t set,
    std::uint32_t node_value,
    std::size_t max_elements,
    const ElementVisitor& visit = [](std::span<const std::uint64_t>) {}
);

// The values of a std::unordered_map<id, T*> of few elements, by following its list once. nullopt: torn, or not a map.
[[nodiscard]] std::optional<std::vector<std::uint64_t>> read_small_pointer_map(
    const TargetReader& reader, std::uint64_t map, std::uint32_t node_value, std::size_t max_elements
);

}  // namespace tt::alloc_trace
