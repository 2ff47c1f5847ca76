// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `snapshot`: what a process's allocators hold at this moment, by its memory alone. Sizes of buffers are logical bytes per chip;
// capacities, blocks and what is used and free of them are bytes of one bank, as the runtime's own messages count.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "event/session_info.hpp"
#include "report/display_text.hpp"
#include "report/memory_kind.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace {

struct SnapshotContext {
    std::uint32_t pid = 0;
    std::string command;
    std::uint64_t unix_ns = 0;      // when the walk began
    std::uint64_t duration_ns = 0;  // of the walk
};

struct SnapshotView {
    struct Row {  // one type of an allocator
        BufferType type = BufferType::Dram;
        WalkedRegion region;      // if capacity_known
        bool capacity_known = false;
        std::uint64_t buffers = 0;
        std::uint64_t bytes = 0;  // their sizes
    };
    struct Allocator {
        std::uint64_t allocator = 0;
        std::string label;                // "chip 3", "mesh 0", "mesh 0, sub-device allocator 1"
        std::vector<std::int32_t> chips;  // empty if not known
        std::uint32_t remote_chips = 0;
        bool complete = false;
        std::string incomplete_reason;
        std::vector<Row> rows;  // in the order of MemoryKind
    };
    struct Buffer {
        std::size_t allocator = 0;  // index into allocators
        WalkedBuffer walked;
    };
    struct Group {  // same allocator, type, size and block
        std::size_t allocator = 0;
        BufferType type = BufferType::Dram;
        std::uint64_t size = 0;
        std::uint64_t block_bytes = 0;
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;  // size x count
    };

    SnapshotContext context;
    bool complete = false;
    std::string incomplete_reason;
    std::vector<Allocator> allocators;  // chips by id, then meshes
    std::vector<Buffer> buffers;        // by allocator, type, address
    std::vector<Group> groups;          // by bytes, largest first
    std::uint64_t bytes = 0;
};

[[nodiscard]] SnapshotView build_snapshot_view(const Walk& walk, const SnapshotContext& context, const ViewFilter& filter = {});

// `top`: at most so many groups and unowned blocks, with a line saying how many more there are; 0: all.
[[nodiscard]] std::string render_snapshot_text(
    const SnapshotView& snapshot, const SessionInfo& session, const TextStyle& style, std::size_t top = 0
);

// Arrays "allocators", "buffers", "groups".
[[nodiscard]] nlohmann::ordered_json snapshot_json(const SnapshotView& snapshot, const SessionInfo& session);

}  // namespace tt::alloc_trace
