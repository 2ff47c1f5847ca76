// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// An export of BufferGroups.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "export/buffer_groups.hpp"
#include "export/exporter.hpp"

namespace tt::alloc_trace {

class GroupExport : public TextExporter {
public:
    GroupExport(const ExportOptions& options, const ExportTarget& target)
        : TextExporter(*target.text), options_(options), groups_(options) {}

    void begin(const TrackerView& view) override { groups_.begin(view); }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        groups_.started(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer&, FreeKind) override {
        groups_.ended(process, key);
    }
    void known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer&, const LiveBuffer& now) override {
        groups_.known_better(process, key, now);
    }
    void end(const TrackerView&) override { groups_.settle(); }
    [[nodiscard]] std::vector<std::string> notes() const override {
        std::vector<std::string> notes = groups_.notes();
        if (groups_.total(options_.shown_weight()) == 0) {
            notes.emplace_back("nothing to show: no buffer passes, or none has this weight");
        }
        return notes;
    }

protected:
    // Groups that weigh anything, by their frames' names, so that a file does not depend on the order of events.
    [[nodiscard]] std::vector<const WeightedGroup*> sorted(GroupWeight weight) const {
        std::vector<const WeightedGroup*> some;
        for (const WeightedGroup& group : groups_.groups()) {
            if (group.weight(weight) > 0) {
                some.push_back(&group);
            }
        }
        const std::vector<std::string>& frames = groups_.frames();
        std::sort(some.begin(), some.end(), [&frames](const WeightedGroup* a, const WeightedGroup* b) {
            return std::lexicographical_compare(
                a->frames.begin(), a->frames.end(), b->frames.begin(), b->frames.end(),
                [&frames](std::uint32_t x, std::uint32_t y) { return frames[x] < frames[y]; }
            );
        });
        return some;
    }
    [[nodiscard]] const BufferGroups& groups() const { return groups_; }
    [[nodiscard]] const ExportOptions& options() const { return options_; }

private:
    const ExportOptions options_;
    BufferGroups groups_;
};

}  // namespace tt::alloc_trace
