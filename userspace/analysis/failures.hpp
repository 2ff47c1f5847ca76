// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Each refused allocation explained: the state it met, what would have helped, and whether the same was asked for again and
// given. Two replays: the first finds the failures, the second explains the latest of them.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/fragmentation.hpp"
#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"
#include "tracker/failure.hpp"

namespace tt::alloc_trace {

struct ExplainedFailure {
    std::uint32_t pid = 0;
    StreamPlace place;
    AllocationFailure failure;
    OwnerFacts owner;
    struct TypeState {
        BufferType type = BufferType::Dram;
        Capacity capacity;
    };
    std::vector<TypeState> types;       // of the allocator that refused, by type
    std::optional<Need> help;           // what would have to go for it to fit; nullopt: not known, or it did fit by our count
    std::vector<BufferGroup> largest;   // live in that allocator, of that type; largest first, at most kMaxGroups
    std::uint64_t group_count = 0;
    std::optional<StreamPlace> granted;  // the next allocation of the same size and type by the same owner

    static constexpr std::size_t kMaxGroups = 10;
};

class Failures : public Observer {
public:
    static constexpr std::size_t kKept = kFailuresKept;  // the latest, of all processes together

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void observe(const Event& event, const Applied& applied) override;

    [[nodiscard]] std::uint64_t count() const { return count_; }  // all there were in the window
    [[nodiscard]] bool explained() const { return replays_ > 1; }
    [[nodiscard]] const std::deque<ExplainedFailure>& failures() const { return failures_; }  // by time

private:
    using Wish = std::tuple<std::uint32_t, std::uint64_t, BufferType, std::uint64_t>;  // process, owner (0: any), type, size

    void find(const ProcessState& process, const AllocationFailed& event);
    void explain_again(const ProcessState& process, const AllocationFailed& event);
    void grant(const Wish& wish, const StreamPlace& place);

    int replays_ = 0;
    EventNumber number_;
    std::uint64_t count_ = 0;
    std::deque<ExplainedFailure> failures_;
    std::size_t next_ = 0;  // of failures_, in the second replay
    std::map<Wish, std::vector<std::uint64_t>> wishes_;  // numbers of the events that failed and wait
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
