// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What tracing costs the target: the same job bare, with an empty program on the same probes, with one that does one read and
// one record, with tt-alloc-trace, and with bpftrace printing the same fields; in turn, several rounds, the best of each. Then what walks cost a job of 100,000 live buffers.
// Only ratios within one run mean anything.
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <ctime>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernel/attacher.hpp"
#include "probes/traceable_module.hpp"
#include "support/stand_in.hpp"
#include "support/temp_dir.hpp"
#include "support/tool.hpp"
#include "target/elf_file.hpp"
#include "tat_floor.skel.h"

namespace tt::alloc_trace::test {
namespace {

struct Plan {
    int rounds = 5;
    long operations = 300'000;
};

// Anything attached to the job; detached when it goes.
using Tracer = std::shared_ptr<void>;

ElfFile open_library() {
    Result<ModuleFile> file = open_library_file(standin_library());
    Result<ElfFile> elf = ElfFile::open(std::move(*file), standin_library());
    return std::move(*elf);
}

// The two functions that run for every event.
std::vector<ProbeRequest> event_probes(const ElfFile& elf) {
    std::vector<ProbeRequest> probes = resolve_module(elf)->plan.requests;
    std::erase_if(probes, [](const ProbeRequest& probe) {
        return probe.role != ProbeRole::Allocated && probe.role != ProbeRole::Freed;
    });
    return probes;
}

using FloorProgram = bpf_program* decltype(tat_floor::progs)::*;

struct FloorTracer {
    tat_floor* object = tat_floor__open_and_load();
    Attacher attacher;

    FloorTracer(const StandIn& job, FloorProgram program) {
        const ElfFile elf = open_library();
        for (const ProbeRequest& probe : event_probes(elf)) {
            if (!attacher.attach_at(object->progs.*program, {elf.fd(), elf.path()}, probe.file_offset, job.pid())) {
                throw std::runtime_error("cannot attach the program that is the floor");
            }
        }
    }
    FloorTracer(const FloorTracer&) = delete;
    FloorTracer& operator=(const FloorTracer&) = delete;
    ~FloorTracer() {
        attacher.detach_all();
        tat_floor__destroy(object);
    }
};

struct RecordTracer {
    TempDir dir;
    Recorder recorder;

    explicit RecordTracer(const StandIn& job) : recorder({"-p", job.pid_text()}, dir.file("bench.ttar")) {}
    ~RecordTracer() { recorder.interrupt(); }
};

struct BpftraceTracer {
    TempDir dir;
    Subprocess process;

    explicit BpftraceTracer(const StandIn& job) : process(options(job)) {
        process.wait_until(
            [this] {
                try {
                    return read_file(dir.file("out")).find("attached") != std::string::npos;
                } catch (const std::exception&) {
                    return false;
                }
            },
            "bpftrace to attach"
        );
    }
    ~BpftraceTracer() {
        process.signal(SIGINT);
        process.wait();
    }

    SpawnOptions options(const StandIn& job) const {
        std::string program = "BEGIN { printf(\"attached\\n\"); }";
        for (const ProbeRequest& probe : event_probes(open_library())) {
            program += " uprobe:" + standin_library() + ":" + probe.symbol +
                       " { printf(\"%llu %d %p %llu %llu %u\\n\", nsecs, tid, arg1, *(uint64 *)(arg1 + 24),"
                       " *(uint64 *)(arg1 + 80), *(uint32 *)(arg1 + 32)); }";
        }
        SpawnOptions options;
        options.arguments = {"bpftrace", "-B", "line", "-p", job.pid_text(), "-e", program};
        options.stdout_path = dir.file("out");
        return options;
    }
};

struct Mode {
    const char* name;
    std::function<Tracer(const StandIn&)> attach;
};

auto attach_floor(FloorProgram program) {
    return [program](const StandIn& job) -> Tracer { return std::make_shared<FloorTracer>(job, program); };
}

template <typename T>
Tracer attach(const StandIn& job) {
    return std::make_shared<T>(job);
}

double cpu_seconds(pid_t pid) {
    clockid_t clock{};
    timespec time{};
    if (::clock_getcpuclockid(pid, &clock) != 0 || ::clock_gettime(clock, &time) != 0) {
        throw std::runtime_error("cannot read a process's CPU time");
    }
    return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_nsec) * 1e-9);
}

// Processor time of the job: it does not count the waiting for a processor.
double microseconds_per_event(const Mode& mode, const Plan& plan) {
    StandIn job({"--threads", "1", "--ops", std::to_string(plan.operations), "--types", "DRAM"});
    const Tracer tracer = mode.attach(job);
    const double before = cpu_seconds(job.pid());
    job.run_all();
    return (cpu_seconds(job.pid()) - before) * 1e6 / static_cast<double>(plan.operations);
}

void measure(const Plan& plan) {
    const std::array<Mode, 5> modes{{
        {"bare", [](const StandIn&) { return Tracer(); }},
        {"empty program", attach_floor(&decltype(tat_floor::progs)::nothing)},
        {"one read, one record", attach_floor(&decltype(tat_floor::progs)::one_read_one_record)},
        {"tt-alloc-trace record", attach<RecordTracer>},
        {"bpftrace", attach<BpftraceTracer>},
    }};
    std::array<double, 5> best{};
    best.fill(1e9);
    for (int round = 0; round < plan.rounds; ++round) {
        for (std::size_t i = 0; i < modes.size(); ++i) {
            best[i] = std::min(best[i], microseconds_per_event(modes[i], plan));
        }
    }
    std::printf("%-24s %12s %12s\n", "", "us/event", "over bare");
    for (std::size_t i = 0; i < modes.size(); ++i) {
        std::printf("%-24s %12.2f %12.2f\n", modes[i].name, best[i], best[i] - best[0]);
    }
    const double floor = best[1] - best[0];
    const double least = best[2] - best[0];
    const double ours = best[3] - best[0];
    const double bpftrace = best[4] - best[0];
    std::printf("one read, one record / empty program: %.2f\n", least / floor);
    std::printf("tt-alloc-trace / empty program: %.2f\n", ours / floor);
    std::printf("tt-alloc-trace / bpftrace: 1/%.1f\n", bpftrace / ours);
}

struct WalkCost {
    double target_us_per_event = 1e9;  // CPU time
    double tracer_share = 1e9;         // of one processor
};

WalkCost run_with_walks(const std::vector<std::string>& options, long operations) {
    StandIn job({"--threads", "1", "--ops", std::to_string(operations), "--types", "DRAM", "--prefill", "100000"});
    const TempDir dir;
    Recorder recorder({"-p", job.pid_text()}, dir.file("bench.ttar"), options);
    const auto start = std::chrono::steady_clock::now();
    const double job_before = cpu_seconds(job.pid());
    const double tracer_before = cpu_seconds(recorder.process().pid());
    job.run_all();
    const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start;
    const WalkCost cost{
        (cpu_seconds(job.pid()) - job_before) * 1e6 / static_cast<double>(operations),
        (cpu_seconds(recorder.process().pid()) - tracer_before) / spent.count(),
    };
    recorder.interrupt();
    return cost;
}

void measure_walks(const Plan& plan) {
    constexpr long kFactor = 10;  // long enough for several audits
    const std::array<std::vector<std::string>, 2> options{{{"--no-snapshot"}, {"--audit", "1"}}};
    std::array<WalkCost, 2> best;
    for (int round = 0; round < plan.rounds; ++round) {
        for (std::size_t i = 0; i < options.size(); ++i) {
            const WalkCost cost = run_with_walks(options[i], plan.operations * kFactor);
            best[i].target_us_per_event = std::min(best[i].target_us_per_event, cost.target_us_per_event);
            best[i].tracer_share = std::min(best[i].tracer_share, cost.tracer_share);
        }
    }
    const double slowdown = best[1].target_us_per_event / best[0].target_us_per_event - 1;
    std::printf("100,000 live buffers, an audit every second: target %+.1f %% CPU time per event,", slowdown * 100);
    std::printf(" tracer %.0f %% of a processor instead of %.0f %%\n", best[1].tracer_share * 100, best[0].tracer_share * 100);
}

}  // namespace
}  // namespace tt::alloc_trace::test

int main(int argc, char** argv) {
    tt::alloc_trace::test::Plan plan;
    if (argc > 1) {
        plan.rounds = std::max(1, std::atoi(argv[1]));
    }
    if (argc > 2) {
        plan.operations = std::max(1000L, std::atol(argv[2]));
    }
    std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);  // figures as they come, into a file, too
    try {
        tt::alloc_trace::test::measure(plan);
        tt::alloc_trace::test::measure_walks(plan);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "target-bench: %s\n", error.what());
        return 1;
    }
}
