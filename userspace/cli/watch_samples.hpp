// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Against what a live view compares the present: the refresh before, a baseline, a reset.
#pragma once

#include <optional>

#include "base/clock.hpp"
#include "cli/live_runner.hpp"
#include "report/watch_model.hpp"

namespace tt::alloc_trace {

class WatchSamples {
public:
    WatchSamples(const ViewFilter& filter, Pipeline& pipeline, LiveRunner& runner) :
        filter_(filter), pipeline_(pipeline), runner_(runner), previous_(now()) {}

    [[nodiscard]] UsageSample now() const { return take_sample(pipeline_.view(), monotonic_ns()); }
    void take_baseline() { baseline_ = now(); }
    [[nodiscard]] bool has_baseline() const { return baseline_.has_value(); }
    void reset() {
        reset_ = now();
        pipeline_.tracker().reset_peaks();
    }

    // Of now; rates are since the last call with `refresh`.
    [[nodiscard]] WatchModel model(bool refresh) {
        const UsageSample sample = now();
        WatchContext context;
        context.now_ns = sample.t_ns;
        context.previous = &previous_;
        context.baseline = baseline_ ? &*baseline_ : nullptr;
        context.reset = reset_ ? &*reset_ : nullptr;
        const RingStatus ring = runner_.session().ring();
        context.ring = RingFill{ring.capacity_bytes, 0, ring.peak_bytes};
        context.filter = filter_;
        WatchModel model = build_watch_model(pipeline_.view(), runner_.session().info(), context);
        if (refresh) {
            previous_ = sample;
        }
        return model;
    }

private:
    const ViewFilter& filter_;
    Pipeline& pipeline_;
    LiveRunner& runner_;
    UsageSample previous_;
    std::optional<UsageSample> baseline_;
    std::optional<UsageSample> reset_;
};

}  // namespace tt::alloc_trace
