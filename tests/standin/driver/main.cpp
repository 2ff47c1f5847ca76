// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// tt-standin: runs a workload on the stand-in runtime and tells the truth about it.

#include <cstdio>
#include <exception>
#include <memory>

#include "driver/control.hpp"
#include "driver/options.hpp"
#include "driver/replay.hpp"
#include "driver/scenarios.hpp"
#include "driver/script.hpp"
#include "driver/storm.hpp"
#include "runtime/metal_context.hpp"

namespace {

std::unique_ptr<standin::Workload> make_workload(
    const standin::Options& options, standin::World& world, standin::EventBook& book) {
    if (!options.replay_file.empty()) {
        return std::make_unique<standin::Replay>(options, world);
    }
    if (!options.scenario.empty()) {
        return std::make_unique<standin::ScenarioWorkload>(options, world, book);
    }
    return std::make_unique<standin::Storm>(options, world);
}

// Recorded workloads have none: all of DRAM is theirs.
void leave_out_trace_region() {
    auto& context = tt::tt_metal::MetalContext::instance();
    tt::tt_metal::AllocatorConfig config = context.allocator_config();
    config.trace_region_size = 0;
    context.set_allocator_config(config);
}

void run(standin::Options options, int termination_fd) {
    if (!options.replay_file.empty()) {
        options.mesh = {};
        options.chips = standin::chips_in_replay(options.replay_file);
        leave_out_trace_region();
    }
    standin::EventBook book(options.truth_events_file);
    standin::World world(options);
    auto workload = make_workload(options, world, book);
    standin::Control control(options, world, book, *workload, termination_fd);
    control.run();
    if (options.no_close) {
        // The buffers must not be destroyed: that would be frees of devices that are still open.
        static const standin::Workload* kept = workload.release();
        static_cast<void>(kept);
    }
}

}  // namespace

int main(int argc, char** argv) {
    const standin::ParseResult parsed = standin::parse_options(argc, argv);
    if (parsed.exit_status.has_value()) {
        return *parsed.exit_status;
    }
    try {
        if (!parsed.options.script_file.empty()) {
            standin::run_script(parsed.options.script_file, parsed.options.control);
        } else {
            run(parsed.options, standin::make_termination_fd());
        }
        return 0;
    } catch (const standin::ScriptError& error) {
        std::fprintf(stderr, "tt-standin: %s\n", error.what());
        return standin::kUsageStatus;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tt-standin: %s\n", error.what());
        return 1;
    }
}
