// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live view on a terminal: between the event loop, the pages and ncurses.
#pragma once

#include <memory>
#include <optional>

#include "cli/options.hpp"
#include "cli/watch_samples.hpp"
#include "watch/pages.hpp"
#include "watch/terminal.hpp"

namespace tt::alloc_trace {

class LiveScreen {
public:
    // nullptr: stdout is no terminal on which one can be painted.
    [[nodiscard]] static std::unique_ptr<LiveScreen> open(
        const Options& options, const TextStyle& style, Pipeline& pipeline, LiveRunner& runner, WatchSamples& samples
    );

    // Keys, resizing and suspending are served from now on.
    [[nodiscard]] Status start();
    void refresh();

private:
    LiveScreen(
        const Options& options, const TextStyle& style, Pipeline& pipeline, LiveRunner& runner, WatchSamples& samples,
        std::unique_ptr<watch::Terminal> terminal
    );

    void on_signal(int signal);
    void on_keys();
    void grant(watch::Wish wish);
    void pause();
    [[nodiscard]] std::string write(const std::string& path);
    [[nodiscard]] watch::Screen draw();
    void paint();
    [[nodiscard]] TrackerView view() const { return still_ ? still_->view() : pipeline_.view(); }

    const Options& options_;
    TextStyle style_;
    Pipeline& pipeline_;
    LiveRunner& runner_;
    WatchSamples& samples_;
    std::unique_ptr<watch::Terminal> terminal_;
    watch::Pages pages_;
    watch::UsageHistory history_;
    WatchModel model_;
    std::optional<watch::ClassBaseline> baseline_;
    std::unique_ptr<Tracker> still_;  // set: what is shown, and stands still
};

}  // namespace tt::alloc_trace
