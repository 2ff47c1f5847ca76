// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the event stream says is live in one process, and which buffers it spoke of lately: the side of the events in the
// comparison of a walk with them (reconcile.hpp). Knows nothing of meanings, counts or time; that is the tracker's.
#pragma once

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include <cstdint>
#include <vector>

#include "event/event.hpp"

namespace tt::alloc_trace {

// A buffer's identity within its allocator.
struct PlaceInAllocator {
    std::uint64_t address = 0;
    BufferType type = BufferType::Dram;
    std::uint8_t core = 0;  // BufferFields::core

    bool operator==(const PlaceInAllocator&) const = default;
};

struct PlaceInAllocatorHash {
    std::size_t operator()(const PlaceInAllocator& place) const noexcept {
        // Addresses are multiples of 16 at least.
        const std::uint64_t core = std::uint64_t{place.core} << 48U;
        return ((place.address | static_cast<std::uint64_t>(place.type)) ^ core) * 0x9e3779b97f4a7c15ULL >> 16U;
    }
};

[[nodiscard]] inline PlaceInAllocator place_of(const BufferFields& fields) { return {fields.address, fields.type, fields.core}; }

struct KnownBuffer {
    std::uint64_t buffer = 0;  // address of the Buffer object; 0 where objects moved
    std::uint64_t size = 0;    // bytes per chip
    std::uint32_t window = 0;  // in which an event spoke of it last; 0: in none
};

struct KnownBuffersOfAllocator {
    std::uint64_t owner = 0;
    tsl::robin_map<PlaceInAllocator, KnownBuffer, PlaceInAllocatorHash> live;
    tsl::robin_set<PlaceInAllocator, PlaceInAllocatorHash> freed;  // in the open window
    std::uint32_t emptied_window = 0;  // in which all of it was released last; 0: in none
    bool cleared = false;  // emptied while it goes on: its set of Buffers holds dead ones
};

class KnownBuffers {
public:
    // Events of this process in stream order.
    void apply(const Event& event);

    // From here on the buffers that events speak of count as touched, until close_window().
    void open_window();
    void close_window();

    // Whether an event in the open window spoke of this place, or of the end of its whole allocator.
    [[nodiscard]] bool touched(const KnownBuffersOfAllocator& allocator, const PlaceInAllocator& place) const;
    [[nodiscard]] bool emptied(const KnownBuffersOfAllocator& allocator) const {
        return window_ != 0 && allocator.emptied_window == window_;
    }

    [[nodiscard]] const KnownBuffersOfAllocator* find(std::uint64_t allocator) const;
    [[nodiscard]] const tsl::robin_map<std::uint64_t, KnownBuffersOfAllocator>& allocators() const { return allocators_; }

private:
    void insert(const BufferFields& fields);
    void erase(const BufferFields& fields, bool whatever_object);
    void release(const AllocatorReleased& event);

    tsl::robin_map<std::uint64_t, KnownBuffersOfAllocator> allocators_;
    std::uint32_t windows_ = 0;  // opened so far
    std::uint32_t window_ = 0;   // the open one, 0: none
    bool allocations_lost_ = false;
};

}  // namespace tt::alloc_trace
