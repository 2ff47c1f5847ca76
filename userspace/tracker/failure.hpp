// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Requests the runtime refused, each with the state of that moment.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "event/event.hpp"
#include "tracker/capacity.hpp"
#include "tracker/failure_message.hpp"
#include "tracker/judgement.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

struct ProcessState;

struct AllocationFailure {
    AllocationFailed event;              // its message cut to kMaxMessageBytes
    std::string owner;                   // "mesh 0 (chips 0-7)"; empty if not known
    std::vector<Place> places;           // of it
    std::optional<std::uint32_t> allocator;  // that refused: index into ProcessState::allocators at that moment
    std::optional<std::uint64_t> needed;  // bytes per bank: by our own count, else by the message
    Capacity tracked;                    // of its allocator, by the live set at that moment; not known() if it could not be told
    OutOfMemoryNumbers reported;         // by the message
    FailureVerdict verdict = FailureVerdict::Unknown;
};

struct ClashFailure {
    CircularBufferClash event;  // its message cut to kMaxMessageBytes
    std::string owner;
    std::vector<Place> places;
    ClashNumbers reported;
    struct LowestBuffer {  // the live L1 buffer that reaches down furthest there, of all its allocators
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        std::uint64_t buffer = 0;
        std::uint64_t t_ns = 0;
        std::string owner;

        bool operator==(const LowestBuffer&) const = default;
    };
    std::optional<LowestBuffer> lowest;
};

inline constexpr std::size_t kMaxMessageBytes = 1024;
inline constexpr std::size_t kFailuresKept = 256;  // of each sort, the latest, per process

template <typename Failure>
struct FailureLog {
    std::uint64_t count = 0;     // since attach
    std::deque<Failure> latest;  // oldest first

    void add(Failure failure) {
        ++count;
        if (latest.size() == kFailuresKept) {
            latest.pop_front();
        }
        latest.push_back(std::move(failure));
    }
};

// `with_state`: also look at the live set, which takes time with its size.
[[nodiscard]] AllocationFailure explain(const ProcessState& process, const AllocationFailed& event, bool with_state);
[[nodiscard]] ClashFailure explain(const ProcessState& process, const CircularBufferClash& event, bool with_state);

}  // namespace tt::alloc_trace
