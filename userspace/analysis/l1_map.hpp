// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// L1 of one chip at one moment, as each of its cores sees it: circular buffers from the bottom, buffers from the top.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <tsl/robin_map.h>

#include "analysis/buffer_facts.hpp"
#include "analysis/core_plan.hpp"

namespace tt::alloc_trace {

struct MappedCircularBuffer {
    std::uint64_t program = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::vector<CoreRange> cores;
    bool cores_complete = true;
    PlanKind kind = PlanKind::CircularBuffer;
    bool finished = false;  // a buffer allocated after its launch lies there: its program has ended, and it is in nobody's way

    bool operator==(const MappedCircularBuffer&) const = default;
};

struct L1Map {
    static constexpr std::size_t kMaxBuffers = 1000;  // kept, the lowest
    static constexpr std::size_t kMaxCircularBuffers = 1000;

    std::uint32_t pid = 0;
    std::vector<Place> places;             // chips on which it looks the same
    std::optional<std::uint64_t> begin;    // of what L1 has for buffers and circular buffers; nullopt: not known
    std::optional<std::uint64_t> end;
    std::vector<MappedCircularBuffer> circular_buffers;  // by address
    std::optional<std::uint64_t> circular_buffer_end;    // of those that are not finished
    std::vector<CorePart> parts;           // cores by what these take of them, fullest first
    std::vector<BufferFacts> buffers;      // the lowest, by address
    std::uint64_t buffer_count = 0;        // all
    std::uint64_t in_the_way = 0;          // buffers that begin below circular_buffer_end
    std::uint32_t cores = 0;               // of a chip; 0: not known
    std::optional<std::uint64_t> buffer_bytes;  // reserved on each core, by address; nullopt: not known, or not the same on all cores

    [[nodiscard]] std::optional<std::uint64_t> lowest() const;  // address of the lowest buffer
    // Bytes between the circular buffers and the lowest buffer; negative: they overlap by so many.
    [[nodiscard]] std::optional<std::int64_t> gap() const;
    // Bytes of circular buffers per core for which there is room below the lowest buffer.
    [[nodiscard]] std::optional<std::uint64_t> room() const;
};

// When programs were launched last, by ProcessState::number and program.
struct LaunchTimes {
    struct Key {
        std::uint32_t process = 0;
        std::uint64_t program = 0;

        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept { return PointerHash()(key.program ^ std::uint64_t{key.process} << 48U); }
    };
    tsl::robin_map<Key, std::uint64_t, KeyHash> t_ns;
};

struct L1Question {
    std::vector<Place> places;          // empty: all of the process
    std::uint64_t program = 0;          // whose circular buffers; 0: of the resident ones
    std::optional<std::uint64_t> circular_buffer_end{};  // if somebody knows better
    const LaunchTimes* launches = nullptr;  // nullptr: not known, and so nothing is finished
};

// One per set of chips that look the same. Chips without L1 buffers and circular buffers are left out.
[[nodiscard]] std::vector<L1Map> l1_maps(const ProcessState& process, const L1Question& question);

}  // namespace tt::alloc_trace
