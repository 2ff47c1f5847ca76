// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The counter tracks of a trace: live bytes per chip and type. Values are exact where they are written: at each new high, and else at
// most once per kPeriodNs and track, so that a mesh of many chips does not write a line per chip and event.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "report/memory_kind.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

class PerfettoCounters {
public:
    static constexpr std::uint64_t kPeriodNs = 1'000'000;

    // The tracker's sum changed; it is read in settle(), after the whole event.
    void touch(const ProcessState& process, const Place& place, MemoryKind kind);
    // What there is to hand out there: a line of its own. Appended when it changes, and once more at the end.
    void set_capacity(std::string& out, const ProcessState& process, const Place& place, MemoryKind kind, std::uint64_t bytes, std::uint64_t t_ns);
    // Appends what is due before `t_ns`, oldest first. Call before anything is written at `t_ns`; times must not fall.
    void advance(std::string& out, std::uint64_t t_ns);
    // Reads what was touched, and appends what does not wait.
    void settle(std::string& out, std::uint64_t t_ns);
    // Appends all that waits.
    void finish(std::string& out, std::uint64_t t_ns);

private:
    struct Value {
        std::uint64_t size = 0;
        std::optional<std::uint64_t> footprint;
    };
    struct Counter {
        std::uint32_t pid = 0;
        std::string name;           // as JSON
        std::string capacity_name;  // likewise
        std::uint64_t capacity = 0; // bytes; 0: not known
        Value now;
        std::uint64_t highest = 0;   // of the sizes written
        std::uint64_t due_t_ns = 0;  // not written before, unless it is a new high
        bool touched = false;
        bool waits = false;
    };
    struct Touch {
        const ProcessState* process;  // alive until the event is through
        Place place;
        MemoryKind kind;
        Counter* counter;
    };

    Counter& counter(const ProcessState& process, const Place& place, MemoryKind kind);
    static void write_capacity(std::string& out, const Counter& counter, std::uint64_t t_ns);
    [[nodiscard]] static Value value_of(const Touch& touch);
    static void write(std::string& out, Counter& counter, std::uint64_t t_ns);

    std::map<std::tuple<std::uint32_t, Place, MemoryKind>, Counter> counters_;  // by process number
    std::vector<Touch> touched_;
    std::vector<Counter*> waiting_;
};

}  // namespace tt::alloc_trace
