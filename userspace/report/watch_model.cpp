// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/watch_model.hpp"

#include <algorithm>

#include "analysis/phases.hpp"
#include "report/capacity_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kNsInSecond = 1e9;
constexpr std::size_t kFailuresShown = 3;

// Counters only grow while a process lives; a smaller one would be another process's.
std::uint64_t since(std::uint64_t now, std::uint64_t then) {
    return now >= then ? now - then : now;
}

std::uint64_t to_unix(const SessionInfo& session, std::uint64_t t_ns) {
    if (session.attached_unix_ns == 0) {
        return 0;
    }
    return session.attached_unix_ns + (t_ns - session.attached_monotonic_ns);  // may be before: the sum wraps back
}

WatchRow make_row(
    const ProcessKey& key, const Place& place, MemoryKind kind, const KindUsage& now, const WatchContext& context
) {
    WatchRow row{place, kind, now, {}, {}, {}};
    if (context.previous != nullptr && context.now_ns > context.previous->t_ns) {
        const KindUsage* known = context.previous->find(key, place, kind);
        const KindUsage before = known == nullptr ? KindUsage{} : *known;
        const double seconds = static_cast<double>(context.now_ns - context.previous->t_ns) / kNsInSecond;
        const auto rate = [seconds](std::uint64_t count, std::uint64_t then) {
            return static_cast<double>(since(count, then)) / seconds;
        };
        row.rates = WatchRow::Rates{
            rate(now.allocs, before.allocs), rate(now.frees, before.frees), rate(now.launches, before.launches)};
    }
    if (context.baseline != nullptr) {
        const KindUsage* known = context.baseline->find(key, place, kind);
        row.baseline = known == nullptr ? WatchRow::Baseline{0, 0, 0} : WatchRow::Baseline{known->buffers, known->bytes, known->footprint_bytes};
    }
    const KindUsage* zero = context.reset == nullptr ? nullptr : context.reset->find(key, place, kind);
    if (zero != nullptr) {
        row.usage.allocs = since(now.allocs, zero->allocs);
        row.usage.frees = since(now.frees, zero->frees);
        row.usage.released = since(now.released, zero->released);
        row.usage.launches = since(now.launches, zero->launches);
    }
    return row;
}

void add_rows(WatchProcess& process, const ProcessState& state, const WatchContext& context) {
    const ProcessKey key = process_key(state);
    const CapacityMap capacity = capacities(state);
    for (const auto& [place, usage] : state.places) {
        bool used = false;
        for (const MemoryKind kind : kMemoryKinds) {
            const KindUsage now = kind_usage(usage, kind);
            if (!now.ever_used()) {
                continue;
            }
            used = true;
            if (context.filter.passes(place) && context.filter.passes(kind)) {
                process.rows.push_back(make_row(key, place, kind, now, context));
                process.rows.back().capacity = capacity_of(capacity, place, kind);
            } else {
                process.filtered = true;
            }
        }
        if (!used && context.filter.passes(place)) {
            process.idle_places.push_back(place);
        }
    }
}

void count_from_reset(WatchProcess& process, const ProcessSample& zero) {
    process.events = since(process.events, zero.events);
    process.hooked_allocs = since(process.hooked_allocs, zero.hooked_allocs);
    for (std::size_t i = 0; i < kUnknownFreeCount; ++i) {
        process.unknown_frees[i].count = since(process.unknown_frees[i].count, zero.unknown_frees[i]);
        process.unknown_frees[i].bytes = since(process.unknown_frees[i].bytes, zero.unknown_free_bytes[i]);
    }
}

WatchProcess make_process(const ProcessState& state, const SessionInfo& session, const WatchContext& context) {
    WatchProcess process;
    process.key = process_key(state);
    process.pid = state.pid;
    process.parent_pid = state.parent_pid;
    process.command = state.command;
    process.ended = state.end == ProcessState::End::Exited;
    process.from_first_event = state.from_first_event;
    const std::uint64_t start_ns = state.from_first_event ? std::max(state.first_t_ns, session.attached_monotonic_ns)
                                                          : session.attached_monotonic_ns;
    const std::uint64_t end_ns = process.ended ? state.last_t_ns : context.now_ns;
    process.since_unix_ns = to_unix(session, start_ns);
    process.watched_ns = end_ns > start_ns ? end_ns - start_ns : 0;
    process.events = state.events;
    process.hooked_allocs = state.hooked_allocs;
    process.unknown_frees = state.unknown_frees;
    process.health = process_health(state, session, kFailuresShown);
    if (context.reset != nullptr) {
        if (const ProcessSample* zero = context.reset->find(process_key(state)); zero != nullptr) {
            count_from_reset(process, *zero);
        }
    }
    add_rows(process, state, context);
    return process;
}

std::optional<std::uint64_t> age(const UsageSample* sample, std::uint64_t now_ns) {
    if (sample == nullptr) {
        return std::nullopt;
    }
    return now_ns > sample->t_ns ? now_ns - sample->t_ns : 0;
}

}  // namespace

WatchModel build_watch_model(const TrackerView& view, const SessionInfo& session, const WatchContext& context) {
    WatchModel model;
    model.now_unix_ns = to_unix(session, context.now_ns);
    model.now_ns = context.now_ns;
    model.attached_t_ns = session.attached_monotonic_ns;
    model.events = context.reset == nullptr ? view.events : since(view.events, context.reset->events);
    model.doubts = view.doubts();
    model.folded_processes = view.folded.count;
    model.known_before_attach = known_before_attach(view, session);
    model.ring = context.ring;
    model.baseline_age_ns = age(context.baseline, context.now_ns);
    model.reset_age_ns = age(context.reset, context.now_ns);
    if (!view.marks.empty()) {
        model.phase = phase_at(view.marks, view.marks.back().event);
        model.phase_t_ns = view.marks.back().t_ns;
    }
    for (const auto& state : view.processes) {
        model.processes.push_back(make_process(*state, session, context));
    }
    std::stable_partition(model.processes.begin(), model.processes.end(), [](const WatchProcess& process) {
        return !process.ended;
    });
    return model;
}

}  // namespace tt::alloc_trace
