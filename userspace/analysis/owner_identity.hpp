// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What an analysis keeps of an owner and its process: values, valid after the tracker has forgotten them.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "tracker/process_state.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

struct OwnerIdentity {
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;
    std::vector<std::int32_t> chips;  // in the mesh's order; empty if not known

    auto operator<=>(const OwnerIdentity&) const = default;
};

[[nodiscard]] OwnerIdentity identity_of(const Owner& owner);
[[nodiscard]] std::vector<Place> places_of(const OwnerIdentity& owner);  // where its buffers count

// Which lives an analysis counts: by the places of their owner and their type (nullopt: the matter has none). Empty: all.
using LifeFilter = std::function<bool(const std::vector<Place>& places, std::optional<BufferType> type)>;

// The processes of a replay, for events that name one by its pid. Valid as long as the tracker.
class ProcessFinder {
public:
    void begin(const TrackerView& view) { processes_ = &view.processes; }
    // The latest with this pid; nullptr: none is kept.
    [[nodiscard]] const ProcessState* operator()(std::uint32_t pid) const;

private:
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
};

// What `pointer` means at present; nullptr: nothing.
[[nodiscard]] const Owner* owner_by_pointer(const ProcessState& process, std::uint64_t pointer);
[[nodiscard]] const Owner* owner_by_allocator(const ProcessState& process, std::uint64_t pointer);

}  // namespace tt::alloc_trace
