// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/perfetto_counters.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "export/labels.hpp"

namespace tt::alloc_trace {
namespace {

BufferType buffer_type(MemoryKind kind) {
    switch (kind) {
        case MemoryKind::Dram:
            return BufferType::Dram;
        case MemoryKind::L1:
            return BufferType::L1;
        case MemoryKind::L1Small:
            return BufferType::L1Small;
        case MemoryKind::Trace:
            return BufferType::Trace;
        case MemoryKind::SystemMemory:
        case MemoryKind::CircularBuffer:
            break;
    }
    return BufferType::SystemMemory;
}

}  // namespace

PerfettoCounters::Counter& PerfettoCounters::counter(const ProcessState& process, const Place& place, MemoryKind kind) {
    const auto [entry, added] = counters_.try_emplace({process.number, place, kind});
    Counter& counter = entry->second;
    if (added) {
        const std::string name = fmt::format("{} {}", to_string(place), to_string(kind));
        counter.pid = process.pid;
        counter.name = json_string(name);
        counter.capacity_name = json_string(name + " capacity");
    }
    return counter;
}

void PerfettoCounters::touch(const ProcessState& process, const Place& place, MemoryKind kind) {
    Counter& touched = counter(process, place, kind);
    if (!touched.touched) {
        touched.touched = true;
        touched_.push_back({&process, place, kind, &touched});
    }
}

void PerfettoCounters::set_capacity(
    std::string& out, const ProcessState& process, const Place& place, MemoryKind kind, std::uint64_t bytes, std::uint64_t t_ns
) {
    Counter& of = counter(process, place, kind);
    if (bytes > of.capacity) {  // a submesh's allocator may have less of the same memory
        of.capacity = bytes;
        write_capacity(out, of, t_ns);
    }
}

void PerfettoCounters::write_capacity(std::string& out, const Counter& counter, std::uint64_t t_ns) {
    fmt::format_to(
        std::back_inserter(out),
        FMT_COMPILE(",\n{{\"ph\":\"C\",\"ts\":{}.{:03},\"pid\":{},\"name\":{},\"args\":{{\"bytes\":{}}}}}"),
        t_ns / 1000,
        t_ns % 1000,
        counter.pid,
        counter.capacity_name,
        counter.capacity
    );
}

PerfettoCounters::Value PerfettoCounters::value_of(const Touch& touch) {
    const auto usage = touch.process->places.find(touch.place);
    if (usage == touch.process->places.end()) {
        return {0, 0};
    }
    if (touch.kind == MemoryKind::CircularBuffer) {
        return {usage->second.circular_buffers.bytes, {}};
    }
    const Usage& type = usage->second.of(buffer_type(touch.kind));
    return {type.bytes, type.footprint()};
}

void PerfettoCounters::advance(std::string& out, std::uint64_t t_ns) {
    if (std::none_of(waiting_.begin(), waiting_.end(), [t_ns](const Counter* counter) { return counter->due_t_ns < t_ns; })) {
        return;
    }
    std::stable_sort(waiting_.begin(), waiting_.end(), [](const Counter* a, const Counter* b) { return a->due_t_ns < b->due_t_ns; });
    auto next = waiting_.begin();
    for (; next != waiting_.end() && (*next)->due_t_ns < t_ns; ++next) {
        write(out, **next, (*next)->due_t_ns);
    }
    waiting_.erase(waiting_.begin(), next);
}

void PerfettoCounters::settle(std::string& out, std::uint64_t t_ns) {
    for (const Touch& touch : touched_) {
        Counter& counter = *touch.counter;
        counter.touched = false;
        counter.now = value_of(touch);
        if (t_ns >= counter.due_t_ns || counter.now.size > counter.highest) {
            std::erase(waiting_, counter.waits ? &counter : nullptr);
            write(out, counter, t_ns);
        } else if (!counter.waits) {
            counter.waits = true;
            waiting_.push_back(&counter);
        }
    }
    touched_.clear();
}

void PerfettoCounters::finish(std::string& out, std::uint64_t t_ns) {
    advance(out, t_ns);
    for (Counter* counter : waiting_) {
        write(out, *counter, t_ns);
    }
    waiting_.clear();
    for (const auto& [where, counter] : counters_) {
        if (counter.capacity != 0) {
            write_capacity(out, counter, t_ns);
        }
    }
}

void PerfettoCounters::write(std::string& out, Counter& counter, std::uint64_t t_ns) {
    counter.waits = false;
    counter.due_t_ns = t_ns + kPeriodNs;
    counter.highest = std::max(counter.highest, counter.now.size);
    const auto to = std::back_inserter(out);
    fmt::format_to(
        to,
        FMT_COMPILE(",\n{{\"ph\":\"C\",\"ts\":{}.{:03},\"pid\":{},\"name\":{},\"args\":{{\"size_bytes\":{}"),
        t_ns / 1000,
        t_ns % 1000,
        counter.pid,
        counter.name,
        counter.now.size
    );
    if (counter.now.footprint) {
        fmt::format_to(to, FMT_COMPILE(",\"footprint_bytes\":{}"), *counter.now.footprint);
    }
    out += "}}";
}

}  // namespace tt::alloc_trace
