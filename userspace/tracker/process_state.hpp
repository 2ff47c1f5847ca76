// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is known of one process: read-only for everything but the tracker.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "tracker/allocation_table.hpp"
#include "tracker/judgement.hpp"
#include "tracker/program_table.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct Owner {
    std::uint64_t pointer = 0;
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;
    std::vector<std::int32_t> chips;  // in the mesh's order; empty if not known
    std::vector<Place> places;        // where its buffers count
    std::vector<PlaceUsage*> usages;  // of `places`, in the same order; point into ProcessState::places
    bool closing = false;
};

// "chip 3", "mesh 0 (chips 0-7)", "mesh 0 (chips unknown)", "unknown owner".
[[nodiscard]] std::string to_string(const Owner& owner);

struct Allocator {
    std::uint64_t pointer = 0;
    std::uint32_t owner = 0;  // index into ProcessState::owners
};

struct ProcessState {
    ProcessState() = default;
    ProcessState(const ProcessState&) = delete;
    ProcessState& operator=(const ProcessState&) = delete;

    enum class End : std::uint8_t { Alive, Exited };

    std::uint32_t pid = 0;
    std::uint32_t parent_pid = 0;
    std::uint64_t start_time_ns = 0;
    std::string command;
    bool from_first_event = false;
    bool inherits = false;            // forked: the Buffer objects of its parent are in its memory, too
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    End end = End::Alive;

    std::uint64_t events = 0;         // of this process
    std::uint64_t hooked_allocs = 0;  // taken by graph capture, no device memory
    std::array<std::uint64_t, kFreeKindCount> ends{};  // by FreeKind
    UnknownFreeStats unknown_frees{};

    std::vector<Owner> owners;          // only grows while the process lives
    std::vector<Allocator> allocators;  // likewise; keys hold indices into it
    tsl::robin_map<std::uint64_t, std::uint32_t> owner_index;      // by pointer, the present meaning
    tsl::robin_map<std::uint64_t, std::uint32_t> allocator_index;  // likewise
    AllocationTable live;
    ProgramTable programs;
    std::map<Place, PlaceUsage> places;  // chips in order, then meshes with unknown chips

    [[nodiscard]] const Owner& owner_of(const AllocationKey& key) const {
        return owners[allocators[key.allocator].owner];
    }
};

}  // namespace tt::alloc_trace
