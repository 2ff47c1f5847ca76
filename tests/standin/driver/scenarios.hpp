// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Small deterministic cases, each with one point.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "driver/event_log.hpp"
#include "driver/operations.hpp"
#include "driver/options.hpp"
#include "driver/workload.hpp"
#include "driver/world.hpp"

namespace standin {

// What a scenario works with. `kept` stays live when it ends, until free-all or the close.
struct ScenarioContext {
    const Options& options;
    World& world;
    EventBook& book;
    ThreadLog& log;
    std::vector<Holding>& kept;
    std::vector<tt::tt_metal::Program>& programs;
};

struct Scenario {
    const char* name;
    const char* summary;
    void (*run)(ScenarioContext&);
};

const std::vector<Scenario>& all_scenarios();
std::vector<std::string> scenario_names();
std::string scenario_help();

class ScenarioWorkload final : public Workload {
public:
    ScenarioWorkload(const Options& options, World& world, EventBook& book);
    unsigned thread_count() const override { return 1; }
    void run(unsigned thread, ThreadLog& log, const std::atomic<bool>& stop) override;
    void free_all(ThreadLog& log) override;

private:
    const Options& options_;
    World& world_;
    EventBook& book_;
    const Scenario* scenario_ = nullptr;
    std::vector<Holding> kept_;
    std::vector<tt::tt_metal::Program> programs_;
};

// Helpers of the scenarios.
Owner the_mesh(const ScenarioContext& context);  // throws when there is none
Owner chip(const ScenarioContext& context, int id);
Holding must_allocate(ScenarioContext& context, const Request& request);
Request request_of(const Owner& owner, tt::tt_metal::BufferType type, std::uint64_t pages = 16);
void write_scenario_truth(ScenarioContext& context, const std::string& suffix = "");

// The scenarios.
void scenario_nine_buffers(ScenarioContext& context);
void scenario_excess_frees(ScenarioContext& context);
void scenario_three_runs(ScenarioContext& context);
void scenario_free_after_close(ScenarioContext& context);
void scenario_clear(ScenarioContext& context);
void scenario_oom(ScenarioContext& context);
void scenario_hooked(ScenarioContext& context);
void scenario_programs(ScenarioContext& context);
void scenario_fork(ScenarioContext& context);
void scenario_exec(ScenarioContext& context);
void scenario_exit_at_once(ScenarioContext& context);
void scenario_throw_through(ScenarioContext& context);
void scenario_all_types(ScenarioContext& context);
void scenario_mesh_and_chip_same_id(ScenarioContext& context);
void scenario_submesh_overlap(ScenarioContext& context);
void scenario_sub_devices(ScenarioContext& context);
void scenario_leak_block(ScenarioContext& context);
void scenario_oom_exhausted(ScenarioContext& context);
void scenario_oom_fragmented(ScenarioContext& context);
void scenario_clash(ScenarioContext& context);
void scenario_override_state(ScenarioContext& context);
void scenario_shrink_reset(ScenarioContext& context);
void scenario_submesh_close(ScenarioContext& context);
void scenario_reopen(ScenarioContext& context);
void scenario_destroy_after_close(ScenarioContext& context);
void scenario_mark_as_deallocated(ScenarioContext& context);
void scenario_trace(ScenarioContext& context);
void scenario_crash(ScenarioContext& context);

}  // namespace standin
