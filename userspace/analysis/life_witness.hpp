// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A replay that looks at what is live at given moments, and then at how each of these buffers ends.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/life_split.hpp"
#include "analysis/observer.hpp"
#include "analysis/peak.hpp"
#include "analysis/stream_place.hpp"

namespace tt::alloc_trace {

class LifeWitness : public Observer {
public:
    static constexpr std::size_t kMaxLives = std::size_t{1} << 20U;  // of all moments; those behind them are not looked at

    // `key.of`: a buffer type.
    void expect(const PeakKey& key, std::uint64_t event) { moments_[event].push_back(key); }

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;

    // nullopt: not looked at.
    [[nodiscard]] std::optional<std::vector<BufferLife>> lives(const PeakKey& key) const;

private:
    using LifeNumber = std::uint32_t;  // index into lives_

    void look();
    void look(const ProcessState& process, const PeakKey& key);
    LifeNumber life_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);

    EventNumber number_;
    std::map<std::uint64_t, std::vector<PeakKey>> moments_;  // by number of the event
    std::vector<BufferLife> lives_;
    std::map<std::uint32_t, tsl::robin_map<AllocationKey, LifeNumber, AllocationKeyHash>> live_;  // by process
    std::map<PeakKey, std::vector<LifeNumber>> seen_;
    std::size_t seen_lives_ = 0;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
