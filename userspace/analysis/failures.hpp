// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Each kind of refused allocation explained: the state the first one met, what would have helped, and whether the same was asked
// for again and given; and what else was refused. Two replays: the first finds the kinds, the second explains the first of each.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <variant>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/fragmentation.hpp"
#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"
#include "tracker/failure.hpp"

namespace tt::alloc_trace {

// How often something was refused in the same way.
struct Recurrence {
    std::uint32_t process = 0;  // ProcessState::number
    std::uint32_t pid = 0;
    StreamPlace first;
    StreamPlace last;
    std::uint64_t count = 1;
};

struct ExplainedFailure {
    Recurrence when;
    AllocationFailure failure;  // the first; what follows is of its moment
    OwnerFacts owner;
    struct TypeState {
        BufferType type = BufferType::Dram;
        Capacity capacity;
    };
    std::vector<TypeState> types;       // of the allocator that refused, by type
    std::optional<Need> help;           // what would have to go for it to fit; nullopt: not known, or it did fit by our count
    struct IdleRegion {                 // cut off the memory of the type asked for, bytes of one bank
        BufferType type = BufferType::Dram;
        std::uint64_t bytes = 0;        // free in it
        std::uint64_t region_bytes = 0;
        std::uint64_t wanted = 0;       // by how much smaller the region would have to be
    };
    std::optional<IdleRegion> idle;
    std::vector<BufferGroup> largest;   // live in that allocator, of that type; largest first, at most kMaxGroups
    std::uint64_t group_count = 0;
    std::optional<StreamPlace> granted;  // the next allocation of the same size and type by the same owner

    static constexpr std::size_t kMaxGroups = 10;
};

struct OtherRefusal {
    Recurrence when;
    std::variant<RequestRefusal, ClashFailure> what;  // the first
};

class Failures : public Observer {
public:
    static constexpr std::size_t kKept = 256;  // kinds of failed allocations, and as many of others, of all processes together

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void observe(const Event& event, const Applied& applied) override;

    // All there were in the window, of kinds that are not kept as well.
    [[nodiscard]] std::uint64_t count() const { return count_; }                // of failed allocations
    [[nodiscard]] std::uint64_t refusal_count() const { return refusal_count_; }  // of all others
    [[nodiscard]] bool explained() const { return replays_ > 1; }
    [[nodiscard]] const std::vector<ExplainedFailure>& failures() const { return failures_; }  // by their first
    [[nodiscard]] const std::vector<OtherRefusal>& refusals() const { return refusals_; }      // likewise

private:
    using Wish = std::tuple<std::uint32_t, std::uint64_t, BufferType, std::uint64_t>;  // process, owner (0: any), type, size

    [[nodiscard]] const ProcessState* process_of(const EventHeader& header) const;
    void on(const ProcessState& process, const AllocationFailed& event);
    void find(const ProcessState& process, const AllocationFailed& event);
    void explain_again(const ProcessState& process, const AllocationFailed& event);
    template <typename Refusal>
    void find_other(const ProcessState& process, const Refusal& refusal);
    void grant(const Wish& wish, const StreamPlace& place);
    [[nodiscard]] Recurrence here(const ProcessState& process, const EventHeader& header) const;

    int replays_ = 0;
    EventNumber number_;
    std::uint64_t count_ = 0;
    std::uint64_t refusal_count_ = 0;
    std::vector<ExplainedFailure> failures_;
    std::vector<OtherRefusal> refusals_;
    std::size_t next_ = 0;  // of failures_, in the second replay
    std::map<Wish, std::vector<std::size_t>> wishes_;  // of failures_ that wait, indices
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
