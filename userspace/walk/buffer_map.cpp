// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/buffer_map.hpp"

#include <algorithm>
#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr int kMaxMapAttempts = 8;
constexpr std::uint64_t kTree = 40;  // behind the mutex

// Red-black trees of the two libraries. The tuple of libstdc++ stands in reverse.
struct TreeShape {
    std::uint64_t root;   // in the map object
    std::uint64_t count;  // likewise
    std::uint64_t left;   // in a node; the right child follows
    std::uint64_t address;
    std::uint64_t buffer;
};
constexpr TreeShape kLibstdcxx{16, 40, 16, 32, 48};
constexpr TreeShape kLibcxx{8, 16, 0, 40, 48};
constexpr std::size_t kNodeBytes = 56;

// Level by level: as many system calls as the tree is high.
std::optional<std::vector<BufferMapEntry>> read_once(
    const TargetReader& reader, std::uint64_t tree, const TreeShape& shape, std::size_t max_entries
) {
    const auto root = reader.word(tree + shape.root);
    const auto count = reader.word(tree + shape.count);
    if (!root || !count || *count > max_entries) {
        return std::nullopt;
    }
    std::vector<BufferMapEntry> entries;
    std::vector<std::uint64_t> level;
    if (*root != 0) {
        level.push_back(*root);
    }
    while (!level.empty()) {
        const Windows nodes = reader.windows(level, kNodeBytes);
        std::vector<std::uint64_t> next;
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            if (!nodes.read(i) || entries.size() == *count) {
                return std::nullopt;
            }
            entries.push_back({number_at(nodes[i], shape.buffer, 8), number_at(nodes[i], shape.address, 8)});
            for (const std::uint64_t child : {shape.left, shape.left + 8}) {
                if (const std::uint64_t address = number_at(nodes[i], child, 8); address != 0) {
                    next.push_back(address);
                }
            }
        }
        level = std::move(next);
    }
    return entries.size() == *count ? std::optional(std::move(entries)) : std::nullopt;
}

}  // namespace

std::optional<std::vector<BufferMapEntry>> read_buffer_map(
    const TargetReader& reader, std::uint64_t map, bool libcxx, std::size_t max_entries
) {
    const TreeShape& shape = libcxx ? kLibcxx : kLibstdcxx;
    std::optional<std::vector<BufferMapEntry>> previous;
    for (int attempt = 0; attempt < kMaxMapAttempts && !reader.cancelled(); ++attempt) {
        auto entries = read_once(reader, map + kTree, shape, max_entries);
        if (entries && entries == previous) {
            return entries;
        }
        previous = std::move(entries);
    }
    return std::nullopt;
}

}  // namespace tt::alloc_trace
