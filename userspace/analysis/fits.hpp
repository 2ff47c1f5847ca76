// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Would the same run fit if some of its buffers were larger? By bytes of a bank: what all allocators of a chip hold (each byte once, as
// recorded) and what the scaled buffers would reserve beyond it, against the range there is to hand out. Holes are not looked at, so
// a run may fail earlier. L1 also at launches, with the circular buffers of the program, which begin where L1 does.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/buffer_facts.hpp"
#include "analysis/core_plan.hpp"
#include "analysis/observer.hpp"
#include "analysis/scale_rule.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

// What would be refused.
struct Misfit {
    StreamPlace place;
    std::uint64_t program = 0;      // a launch; 0: an allocation
    std::uint64_t asked = 0;        // bytes of a bank, scaled; a launch: of its circular buffers on a core
    std::uint64_t free = 0;         // bytes of a bank then, in all pieces; a launch: beside the buffers
    std::uint64_t size = 0;         // of the buffer, as recorded
    OwnerFacts owner;

    bool operator==(const Misfit&) const = default;
};

// One region of one chip. Bytes are those of a bank.
struct FitRegion {
    std::uint32_t pid = 0;
    Place place;
    BufferType type = BufferType::Dram;
    bool with_circular_buffers = false;  // L1 at launches
    std::uint32_t banks = 0;             // 0: what there is, is not known
    std::uint64_t capacity = 0;
    bool known = true;                   // the footprint of each buffer, at all moments
    std::uint64_t recorded = 0;          // at most, as it was
    std::uint64_t needed = 0;            // at most, scaled
    StreamPlace at;                      // of needed
    std::optional<Misfit> first;         // that would not fit

    [[nodiscard]] bool fits() const { return !first && needed <= capacity; }
    [[nodiscard]] bool same_but_place(const FitRegion& other) const;
};

struct ScaledCount {  // of a rule
    std::uint64_t buffers = 0;   // or programs, of circular buffers
    std::uint64_t bytes = 0;     // sizes of them all, as recorded
};

class Fits final : public Observer {
public:
    static constexpr std::size_t kMaxNames = 4096;     // sizes, owners, threads remembered to name the nearest
    static constexpr std::size_t kMaxRegions = std::size_t{1} << 14U;

    explicit Fits(std::vector<ScaleRule> rules) : rules_(std::move(rules)), counts_(rules_.size()) {}

    // When the iterations of a process began; before the replay.
    void iterations_from(std::uint32_t pid, std::uint64_t t_ns) { first_iterations_[pid] = t_ns; }

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;

    // By process, chip, type; L1 before L1 with circular buffers, which is there if any were seen.
    [[nodiscard]] std::vector<FitRegion> regions() const;
    [[nodiscard]] const std::vector<ScaleRule>& rules() const { return rules_; }
    [[nodiscard]] const std::vector<ScaledCount>& counts() const { return counts_; }  // by rule
    // What there was, for rules that match nothing.
    [[nodiscard]] const std::set<std::pair<BufferType, std::uint64_t>>& sizes() const { return sizes_; }
    [[nodiscard]] const std::set<std::pair<OwnerKind, std::int32_t>>& owners() const { return owners_; }
    [[nodiscard]] const std::set<std::uint32_t>& threads() const { return threads_; }

private:
    struct Space {
        FitRegion region;
        FitRegion at_launches;
        std::uint64_t version = 0;  // of version_, when the range was looked at
        std::uint64_t base = 0;   // first address there is to hand out
        std::int64_t beyond = 0;  // what the live buffers would reserve in a bank beyond what they do
    };
    using SpaceKey = std::tuple<std::uint32_t, Place, BufferType>;  // ProcessState::number
    using Spaces = std::vector<std::pair<Space*, const PlaceUsage*>>;  // of the places of an owner
    struct OfAllocator {
        std::uint16_t generation = 0;
        std::array<std::optional<Spaces>, kBufferTypeCount> types;
    };

    const Spaces& spaces(const ProcessState& process, const AllocationKey& key);
    Space* space(const ProcessState& process, const Place& place, BufferType type);
    [[nodiscard]] double factor(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool count);
    void note_names(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    // What the buffer reserves in a bank, scaled, and beyond what it does.
    struct Scaled {
        std::uint64_t bytes = 0;
        std::int64_t beyond = 0;
    };
    Scaled scaled(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool count);
    void add(const ProcessState& process, const AllocationKey& key, std::int64_t beyond);
    void recount(const ProcessState& process);
    void take(FitRegion& region, std::uint64_t recorded, std::uint64_t needed, const StreamPlace& now);
    void on_failure(const ProcessState& process, const AllocationFailed& event);
    [[nodiscard]] double circular_buffer_factor() const;
    [[nodiscard]] StreamPlace now(const ProcessState& process) const { return {number_.current(), process.last_t_ns}; }

    std::vector<ScaleRule> rules_;
    std::vector<ScaledCount> counts_;
    std::map<std::uint32_t, std::uint64_t> first_iterations_;  // by pid
    EventNumber number_;
    std::uint64_t version_ = 1;  // of what owners and allocators are known to be
    std::map<SpaceKey, Space> spaces_;
    std::map<std::pair<std::uint32_t, std::uint32_t>, OfAllocator> cache_;  // by process and allocator
    CorePlans plans_;
    std::set<std::pair<std::uint32_t, std::uint64_t>> scaled_programs_;  // by process
    std::set<std::pair<BufferType, std::uint64_t>> sizes_;
    std::set<std::pair<OwnerKind, std::int32_t>> owners_;
    std::set<std::uint32_t> threads_;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
