// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a walk over 20 Python frames costs whoever hits a probe, for docs/stacks.md: python-stack-bench. Nothing here passes or fails.
#include <algorithm>
#include <array>
#include <cstdio>
#include <vector>

#include "base/clock.hpp"
#include "python/interpreter_finder.hpp"
#include "python/python_job.hpp"
#include "python/python_offsets.hpp"
#include "python/python_probe.hpp"

namespace {

using namespace tt::alloc_trace;
using namespace tt::alloc_trace::test;

constexpr int kFrames = 20;
constexpr int kHits = 20'000;
constexpr int kRounds = 9;

double ns_per_hit(PythonJob& job) {
    const std::size_t from = job.process().out().size();
    const std::uint64_t begin = monotonic_ns();
    job.process().send(std::to_string(kHits) + "\n");
    job.process().wait_for_out("done", from);
    return static_cast<double>(monotonic_ns() - begin) / kHits;
}

void measure(const Python& python) {
    PythonJob job{python};
    PythonProbe probe;
    InterpreterFinder finder;
    bool let_go = false;
    job.start("many", kFrames, [&](std::uint32_t pid) {
        const auto process = ProcessHandle::open(pid);
        const auto found = finder.find(*process);
        probe.add_process(pid, found->settings);
        let_go = true;
    });
    job.process().wait_until([&] { job.let_go_whoever_waits(); return let_go; }, "the job");
    using Program = PythonProbe::Program;
    constexpr std::array kPrograms{Program::Nothing, Program::Walk};
    std::array<std::vector<double>, kPrograms.size()> times;
    for (int round = 0; round < kRounds; ++round) {  // side by side: the machine is not equally busy all the time
        for (std::size_t i = 0; i < kPrograms.size(); ++i) {
            probe.attach(job.library(), kPrograms[i]);
            times[i].push_back(ns_per_hit(job));
        }
    }
    for (auto& one : times) {
        std::sort(one.begin(), one.end());
    }
    const double nothing = times[0].front();
    const double walk = times[1].front();
    std::printf("%s: a probe that does nothing %.0f ns, with %d Python frames %.0f ns, %.2f times\n", to_string(python.version).c_str(),
                nothing, kFrames, walk, walk / nothing);
    job.process().close_stdin();
    job.process().wait();
}

}  // namespace

int main() {
    for (const Python& python : pythons()) {
        if (python.version >= kOldestPython && python.version <= kNewestPython) {
            measure(python);
        }
    }
}
