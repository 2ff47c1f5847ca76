// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Requests the runtime refused, each with the state of that moment.
#pragma once

#include <algorithm>
#include <cstdint>
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

struct RequestRefusal {
    RequestRefused event;  // its message cut to kMaxMessageBytes
    std::string owner;     // of what was refused, as far as the message or its kind tells
    std::vector<Place> places;
    RefusalNumbers reported;
    struct Traces {
        std::uint64_t count = 0;
        std::uint64_t bytes = 0;  // logical, per chip

        bool operator==(const Traces&) const = default;
    };
    std::optional<Traces> held;  // TraceRegion: what lived in that region; nullopt: not looked at
};

inline constexpr std::size_t kMaxMessageBytes = 1024;
inline constexpr std::size_t kFailureKindsKept = 64;  // of each sort, per process

// The same asked for again and refused for the same reason.
[[nodiscard]] bool same_kind(const AllocationFailure& first, const AllocationFailure& again);
[[nodiscard]] bool same_kind(const ClashFailure& first, const ClashFailure& again);
[[nodiscard]] bool same_kind(const RequestRefusal& first, const RequestRefusal& again);

template <typename Failure>
struct FailureKind {
    Failure first;
    std::uint64_t count = 1;
    std::uint64_t last_t_ns = 0;
};

// A job may fail in the same way a million times: of each kind, the first is kept, and how often and when it came last.
template <typename Failure>
struct FailureLog {
    std::uint64_t count = 0;                  // since attach
    std::vector<FailureKind<Failure>> kinds;  // by their first; kinds beyond kFailureKindsKept are in the count alone
    std::optional<Failure> latest;            // of all; nullopt after a checkpoint

    void add(Failure failure) {
        ++count;
        const auto same = std::find_if(kinds.begin(), kinds.end(), [&failure](const FailureKind<Failure>& kind) {
            return same_kind(kind.first, failure);
        });
        if (same != kinds.end()) {
            ++same->count;
            same->last_t_ns = failure.event.header.t_ns;
        } else if (kinds.size() < kFailureKindsKept) {
            kinds.push_back({failure, 1, failure.event.header.t_ns});
        }
        latest = std::move(failure);
    }
    // Of kinds that are not kept.
    [[nodiscard]] std::uint64_t others() const {
        std::uint64_t told = 0;
        for (const FailureKind<Failure>& kind : kinds) {
            told += kind.count;
        }
        return count - std::min(count, told);
    }
};

// `with_state`: also look at the live set, which takes time with its size.
[[nodiscard]] AllocationFailure explain(const ProcessState& process, const AllocationFailed& event, bool with_state);
[[nodiscard]] ClashFailure explain(const ProcessState& process, const CircularBufferClash& event, bool with_state);
[[nodiscard]] RequestRefusal explain(const ProcessState& process, const RequestRefused& event, bool with_state);

}  // namespace tt::alloc_trace
