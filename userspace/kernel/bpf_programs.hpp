// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The loaded BPF programs: opened, configured, loaded; their maps and counters. Links are the attacher's and must die first.
//
// The programs at probes are loaded once per instance: one object layout, one place of the values per role. All instances and
// the programs that watch processes share the maps.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "kernel/unwind_maps.hpp"
#include "probes/layout_profile.hpp"
#include "probes/probe_spec.hpp"
#include "target/own_namespaces.hpp"

struct tat_bpf;
struct bpf_program;
struct tat_python;

namespace tt::alloc_trace {

struct StackKinds {
    bool native = false;
    bool python = false;

    [[nodiscard]] bool any() const { return native || python; }
};

struct ProgramConfig {
    static constexpr std::uint32_t kMostFrames = 128;

    std::size_t ring_bytes = std::size_t{64} << 20U;  // a power of two, a multiple of the page size
    bool scoped = false;     // probes are attached in one process only
    bool trace_all = false;  // every process that hits a probe
    bool follow_children = false;
    bool hold = false;       // a target stops itself, until it is continued, for what must be looked at before it goes on
    StackKinds stacks;      // which calls events carry that led to them
    std::uint32_t max_frames = kMostFrames;  // of a stack, native and Python each
    bool lossless = false;  // a process whose events fill half of the ring is stopped: take_paused()
    OwnNamespaces own;  // ids and times of records are those of these
};

struct LossCounters {  // since load, all threads and processors
    std::uint64_t allocated = 0;
    std::uint64_t freed = 0;
    std::uint64_t circular_buffers = 0;
    std::uint64_t lifecycle = 0;
    std::uint64_t ring_full = 0;  // the same losses by cause
    std::uint64_t headroom = 0;
    std::uint64_t fault = 0;
    std::uint64_t stacks = 0;  // not taken, or not told: their events are there

    [[nodiscard]] std::uint64_t total() const { return allocated + freed + circular_buffers + lifecycle; }
};

// What one instance of the programs is made for.
struct InstanceConfig {
    LayoutProfile layout;
    std::array<std::optional<ProbeValues>, kProbeRoleCount> probes;  // by role; none: the role's program is not needed
    bool freed_by_status = false;  // Freed is probed where the Buffer's status tells what happens (EntryByStatus)
};

using InstanceId = std::uint8_t;  // stamped into records; 0 is none

class BpfPrograms {
public:
    // Errors: NotPermitted with the missing capability, RunTime with the kernel's words.
    [[nodiscard]] static Result<BpfPrograms> load(const ProgramConfig& config);

    BpfPrograms(BpfPrograms&&) noexcept;
    BpfPrograms& operator=(BpfPrograms&&) noexcept;
    ~BpfPrograms();

    // Errors: as load(); NotTraceable if the windows the programs copy do not hold the layout's fields; RunTime if there are
    // too many.
    [[nodiscard]] Result<InstanceId> load_instance(const InstanceConfig& config);

    // The program for a dynamic linker's notification function, with the distance from there to its state word (nullopt: none
    // to read). Errors: as load().
    [[nodiscard]] Result<bpf_program*> load_linker_program(std::optional<std::int32_t> state_delta);

    // False if it is one already, perhaps of the programs' own accord.
    [[nodiscard]] Result<bool> add_target(std::uint32_t pid);

    // Of whose Python frames stacks have from now on; its forked children, too. It ends with an exec or its end.
    [[nodiscard]] Status add_python(std::uint32_t pid, const tat_python& settings);

    // Off at first. Probes come and go one after the other; the switch makes it one moment: whoever saw an allocation sees
    // its free.
    void collect(bool on);

    // The probes are not in one process only any more: a process is looked up from now on.
    void end_scope();

    // Processes that were stopped since the last call. Each waits to be continued.
    struct Paused {
        std::uint32_t pid = 0;
        std::uint64_t since_ns = 0;  // CLOCK_MONOTONIC
    };
    [[nodiscard]] std::vector<Paused> take_paused();

    // One that was held is about to be continued.
    void release_held(std::uint32_t pid);

    // Its reader is there. One that says nothing is waited for by no process: TAT_PAUSE_NS, TAT_HOLD_NS.
    void tell_alive();

    // Processes that start after now are known from their first event on; none is while probes are being added.
    void set_complete_from_now();
    void set_none_complete();
    [[nodiscard]] bool is_complete_since(std::uint64_t start_time_ns) const;  // of the process, since boot

    [[nodiscard]] bpf_program* program_for(InstanceId instance, ProbeRole role) const;
    [[nodiscard]] bpf_program* exception_thrown_program() const;
    [[nodiscard]] std::array<bpf_program*, 3> process_programs() const;  // fork, exec, exit: raw tracepoints

    // What stacks are followed by, if they are wanted. Must not outlive this.
    [[nodiscard]] Result<UnwindMaps> open_unwind_maps() const;

    [[nodiscard]] int ring_fd() const;
    [[nodiscard]] int targets_fd() const;
    [[nodiscard]] int paused_fd() const;
    [[nodiscard]] int held_fd() const;
    [[nodiscard]] std::size_t ring_bytes() const { return ring_bytes_; }
    [[nodiscard]] std::uint64_t peak_fill_bytes() const;
    [[nodiscard]] LossCounters losses() const;

private:
    struct Destroy {
        void operator()(tat_bpf* object) const;
    };

    using Object = std::unique_ptr<tat_bpf, Destroy>;

    struct LinkerProgram {
        std::optional<std::int32_t> state_delta;
        Object object;
    };

    explicit BpfPrograms(tat_bpf* object) : object_(object) {}

    [[nodiscard]] Status share_maps(tat_bpf& instance) const;

    Object object_;                  // process programs and all maps
    std::vector<Object> instances_;  // by id - 1
    std::vector<LinkerProgram> linker_programs_;
    std::size_t ring_bytes_ = 0;
};

}  // namespace tt::alloc_trace
