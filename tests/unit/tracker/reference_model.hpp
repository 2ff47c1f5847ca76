// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The Tracker's task done naively, from the words of the design: everything in maps, every sum computed when asked for.
// It shares no code with the Tracker but the events. Only buffers: no circular buffers, no memory bounds.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "event/event.hpp"
#include "tracker/judgement.hpp"
#include "tracker/usage.hpp"

namespace tt::alloc_trace::test {

// {allocator, how many allocators this pointer meant before, type, address}
using ModelKey = std::tuple<std::uint64_t, std::uint64_t, BufferType, std::uint64_t>;

struct ModelBuffer {
    std::uint64_t buffer = 0;
    std::uint64_t size = 0;
    std::uint64_t t_ns = 0;
    std::vector<Place> places;
};

struct ModelProcess {
    std::uint32_t pid = 0;
    std::uint64_t start_time_ns = 0;
    bool from_first_event = false;
    bool inherits = false;
    bool alive = true;

    struct Owner {
        std::uint64_t generation = 0;  // of the pointer: grows when it comes to mean another object
        OwnerSeen seen;                // by default: nobody identified it
        bool known = false;
    };
    struct Allocator {
        std::uint64_t generation = 0;
        std::uint64_t owner = 0;
        std::uint64_t owner_generation = 0;
        bool present = false;
        bool dead = false;  // destroyed, and no allocation by it since
    };
    struct Past {
        FreeKind end = FreeKind::Freed;
        std::uint64_t t_ns = 0;
    };
    struct Count {
        std::uint64_t allocs = 0;
        std::uint64_t frees = 0;
        std::uint64_t peak_bytes = 0;
    };

    std::map<std::uint64_t, Owner> owners;
    std::set<std::pair<std::uint64_t, std::uint64_t>> closing;  // {owner, generation}
    std::map<std::uint64_t, Allocator> allocators;
    std::map<ModelKey, ModelBuffer> live;
    std::map<ModelKey, Past> past;
    std::map<std::pair<Place, BufferType>, Count> counts;
    std::array<std::uint64_t, kFreeKindCount> ends{};
    std::array<std::uint64_t, kUnknownFreeCount> unknown_frees{};
    std::uint64_t hooked = 0;

    // Computed from `live`.
    [[nodiscard]] Usage usage(const Place& place, BufferType type) const;
};

class ReferenceModel {
public:
    // Why a free was unknown, if it was.
    std::optional<UnknownFree> apply(const Event& event);

    [[nodiscard]] const std::vector<ModelProcess>& processes() const { return processes_; }

private:
    ModelProcess& process(std::uint32_t pid);
    std::optional<UnknownFree> allocated(ModelProcess& process, const Allocated& event);
    std::optional<UnknownFree> freed(ModelProcess& process, const Freed& event);
    UnknownFree reason(const ModelProcess& process, const ModelKey& key);
    void released(ModelProcess& process, const AllocatorReleased& event);
    static void owner_seen(ModelProcess& process, const OwnerSeen& event);
    static void end(ModelProcess& process, const ModelKey& key, FreeKind kind, std::uint64_t t_ns);
    static void take(ModelProcess& process, const Place& place, BufferType type);
    void end_all(ModelProcess& process, std::uint64_t t_ns);
    static ModelKey key(ModelProcess& process, const BufferFields& fields, std::uint64_t t_ns);

    std::vector<ModelProcess> processes_;
    std::set<std::uint32_t> forked_;
    std::uint64_t missing_allocations_ = 0;
    std::optional<std::uint64_t> last_gap_ns_;
};

}  // namespace tt::alloc_trace::test
