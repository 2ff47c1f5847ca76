// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What each stack of calls holds at the end, held when the sum over all was highest, and allocated: by type, for a flame graph.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/peak_weights.hpp"

namespace tt::alloc_trace {

class StackWeights final : public Observer {
public:
    explicit StackWeights(LifeFilter passes) : passes_(std::move(passes)) {}

    struct Row {
        std::uint32_t stack = 0;  // number; 0: of buffers whose stack is not known
        BufferType type = BufferType::Dram;
    };

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override { start(process, key, buffer, true); }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;
    void end(const TrackerView& /*view*/) override { weights_.settle(); }

    [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }
    // Of the rows: bytes on all chips of the owner together, the footprint where it is known, else the size.
    [[nodiscard]] const std::vector<GroupWeights>& weights() const { return weights_.groups(); }

private:
    void start(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool allocated);
    [[nodiscard]] std::uint64_t weigh(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) const;

    LifeFilter passes_;
    std::map<std::pair<std::uint32_t, BufferType>, std::uint32_t> index_;
    std::vector<Row> rows_;
    PeakWeights weights_;
};

}  // namespace tt::alloc_trace
