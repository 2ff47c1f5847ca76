// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Scenarios about programs, and about what becomes of the process.

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "driver/scenarios.hpp"
#include "runtime/buffer.hpp"
#include "runtime/host_api.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;

namespace {

void allocate_and_free(ScenarioContext& context, int count) {
    for (int index = 0; index < count; ++index) {
        Holding holding = must_allocate(context, request_of(the_mesh(context), BufferType::DRAM));
        release(context.log, holding);
    }
}

void keep_some(ScenarioContext& context, int count) {
    for (int index = 0; index < count; ++index) {
        context.kept.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::DRAM)));
    }
}

// In the child: only its own events count, but it inherits the live set of its parent.
void run_child(ScenarioContext& context) {
    EventBook book("");
    ScenarioContext child{context.options, context.world, book, book.make_log(), context.kept, context.programs};
    allocate_and_free(child, 100);
    keep_some(child, 5);
    write_scenario_truth(child, ".child");
}

}  // namespace

// All programs overlap in L1, which is legal: the one launched last is resident.
void scenario_programs(ScenarioContext& context) {
    constexpr int kPrograms = 4;
    constexpr int kRelaunches = 5;
    tt::tt_metal::IDevice* device = the_mesh(context).device;
    for (int index = 0; index < kPrograms; ++index) {
        context.programs.push_back(make_program(3, 2048 * (1 + static_cast<unsigned>(index))));
        launch(context.log, device, context.programs.back(), /*plan_is_new=*/true);
    }
    for (int round = 0; round < kRelaunches; ++round) {
        for (auto& program : context.programs) {
            launch(context.log, device, program, /*plan_is_new=*/false);
        }
    }
    context.programs.erase(context.programs.begin());
    // A buffer at the bottom of L1 lies where the circular buffers are: the next launch throws and is caught.
    const auto in_the_way = Buffer::create(device, 2048, 2048, BufferType::L1, {}, /*bottom_up=*/true);
    context.log.alloc(*in_the_way);
    launch(context.log, device, context.programs.front(), /*plan_is_new=*/false);
    context.log.freed(*in_the_way);
    in_the_way->deallocate();
    tt::tt_metal::UpdateCircularBufferTotalSize(context.programs.front(), 0, 8192);
    launch(context.log, device, context.programs.front(), /*plan_is_new=*/true);
}

void scenario_fork(ScenarioContext& context) {
    keep_some(context, 10);
    const pid_t child = ::fork();
    if (child < 0) {
        throw std::runtime_error("fork failed");
    }
    if (child == 0) {
        int status = 1;
        try {
            run_child(context);
            status = 0;
        } catch (const std::exception&) {
            // The status tells the parent.
        }
        ::_exit(status);
    }
    allocate_and_free(context, 100);
    int status = 0;
    if (::waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error("the forked child failed");
    }
}

void scenario_exec(ScenarioContext& context) {
    keep_some(context, 10);
    write_scenario_truth(context, ".before-exec");
    std::vector<std::string> arguments{"tt-standin", "--scenario", "nine-buffers"};
    if (!context.options.truth_file.empty()) {
        arguments.insert(arguments.end(), {"--truth", context.options.truth_file});
    }
    std::vector<char*> argv;
    for (std::string& argument : arguments) {
        argv.push_back(argument.data());
    }
    argv.push_back(nullptr);
    ::execv(context.options.executable.c_str(), argv.data());
    throw std::runtime_error("exec failed");
}

// The truth is written first, so that nothing but _exit comes behind the last event.
void scenario_exit_at_once(ScenarioContext& context) {
    keep_some(context, 10);
    Buffer& last = *context.kept.back().buffer();
    context.log.freed(last);
    context.world.not_live().insert(last.unique_id());
    write_scenario_truth(context);
    last.deallocate();
    ::_exit(0);
}

void scenario_crash(ScenarioContext& context) {
    keep_some(context, 20);
    write_scenario_truth(context);
    std::abort();
}

}  // namespace standin
