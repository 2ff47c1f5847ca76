// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/usage_series.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

constexpr std::array<SeriesKind, kBufferTypeCount> kKindOfType{
    SeriesKind::Dram, SeriesKind::L1, SeriesKind::SystemMemory, SeriesKind::L1Small, SeriesKind::Trace};

}  // namespace

UsageSeries::Held UsageSeries::held(const Usage& usage) {
    const Usage::Footprint footprint = usage.footprint();
    return {footprint.value_or(usage.bytes), !footprint};
}

UsageSeries::Held UsageSeries::held(const PlaceUsage& usage, SeriesKind kind) {
    switch (kind) {
        case SeriesKind::Dram: return held(usage.of(BufferType::Dram));
        case SeriesKind::L1Small: return held(usage.of(BufferType::L1Small));
        case SeriesKind::Trace: return held(usage.of(BufferType::Trace));
        case SeriesKind::SystemMemory: return held(usage.of(BufferType::SystemMemory));
        case SeriesKind::CircularBuffers: return {usage.circular_buffers.bytes, false};
        case SeriesKind::L1:
        case SeriesKind::L1AndCircularBuffers: break;
    }
    return held(usage.of(BufferType::L1));
}

std::string_view to_string(SeriesKind kind) {
    constexpr std::array<std::string_view, 7> kNames{"DRAM", "L1", "L1+CB", "CB", "L1_SMALL", "TRACE", "SYSTEM_MEMORY"};
    return kNames[static_cast<std::size_t>(kind)];
}

void Level::absorb(const Level& later) {
    min = std::min(min, later.min);
    max = std::max(max, later.max);
    last = later.last;
    by_size = by_size || later.by_size;
}

std::vector<std::pair<std::uint32_t, Level>> levels_of(const UsageRow& row) {
    std::vector<std::pair<std::uint32_t, Level>> levels;
    const Level* before = nullptr;
    for (const auto& bucket : row.levels.buckets()) {
        Level level = bucket.content;
        // Nothing is known of the time before the first slice; a row that begins later was empty until then.
        const std::uint64_t empty = bucket.index == 0 ? level.min : 0;
        const std::uint64_t carried = before == nullptr ? empty : before->last;
        level.by_size = level.by_size || (before != nullptr && before->by_size && carried > level.max);
        level.min = std::min(level.min, carried);
        level.max = std::max(level.max, carried);
        levels.emplace_back(bucket.index, level);
        before = &bucket.content;
    }
    return levels;
}

std::size_t UsageSeries::SlotHash::operator()(const SlotKey& key) const noexcept {
    const std::uint64_t place = std::uint64_t{static_cast<std::uint32_t>(key.place.id)} << 2U |
                                static_cast<std::uint64_t>(key.place.kind);
    return static_cast<std::size_t>((place ^ std::uint64_t{key.process} << 34U) * 0x9e3779b97f4a7c15ULL >> 16U);
}

void UsageSeries::begin(const TrackerView& view) {
    processes_ = &view.processes;
    if (view.events == 0) {
        return;
    }
    start_at(std::max(start_t_ns_, view.last_t_ns));
    for (const auto& process : view.processes) {
        sample_all(*process, start_t_ns_);
    }
    for (auto& entry : rows_) {
        for (PhaseLevel& level : entry.second.phases) {
            level.begin = level.end;  // it was there before
        }
    }
}

void UsageSeries::start_at(std::uint64_t t_ns) {
    if (begun_) {
        return;
    }
    begun_ = true;
    start_t_ns_ = t_ns;
    end_t_ns_ = t_ns;
    phase_t_ns_ = t_ns;
    marks_.start(t_ns);
}

void UsageSeries::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/) {
    sample_owner(process, key);
}

void UsageSeries::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/, FreeKind /*kind*/
) {
    sample_owner(process, key);
}

void UsageSeries::known_better(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*before*/, const LiveBuffer& /*now*/
) {
    sample_owner(process, key);
}

void UsageSeries::sample_owner(const ProcessState& process, const AllocationKey& key) {
    start_at(process.last_t_ns);
    settle_residencies(process.pid);
    const Owner& owner = process.owner_of(key);
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        const Held now = held(owner.usages[i]->of(key.type));
        sample(process, owner.places[i], kKindOfType[static_cast<std::size_t>(key.type)], now, process.last_t_ns);
        if (key.type == BufferType::L1) {
            sample(process, owner.places[i], SeriesKind::L1AndCircularBuffers, now, process.last_t_ns);
        }
    }
}

void UsageSeries::launching(const ProcessState& process, const Place& /*place*/) { settle_residencies(process.pid); }

void UsageSeries::residency_changed(const ProcessState& process, const Place& place) {
    start_at(process.last_t_ns);
    const auto usage = process.places.find(place);
    const Held now = usage == process.places.end() ? Held{} : held(usage->second, SeriesKind::CircularBuffers);
    const auto open = open_residencies_.find({process.number, place});
    if (open != open_residencies_.end() && now.bytes < open->second.circular_buffers.bytes) {
        settle_residencies(process.pid);  // what goes now was there
    }
    open_residencies_.try_emplace({process.number, place}, Residency{&process, process.last_t_ns, {}}).first->second.circular_buffers = now;
}

void UsageSeries::launched(const ProcessState& process, const Owner& owner, std::uint64_t /*program*/, bool /*planning*/) {
    start_at(process.last_t_ns);
    for (std::size_t i = 0; i < owner.places.size(); ++i) {
        const PlaceUsage& usage = *owner.usages[i];
        const Held circular = held(usage, SeriesKind::CircularBuffers);
        Held both = held(usage.of(BufferType::L1));
        both.bytes += circular.bytes;
        const auto slot = slots_.find(SlotKey{process.number, owner.places[i]});
        const Part* part = slot == slots_.end() ? nullptr : &slot->second[static_cast<std::size_t>(SeriesKind::L1AndCircularBuffers)];
        const bool same = part != nullptr && part->bytes == both.bytes && part->by_size == both.by_size;
        const auto open = open_residencies_.find({process.number, owner.places[i]});
        if (open != open_residencies_.end()) {
            open->second.at_launch = both;
        } else if (!same) {
            open_residencies_[{process.number, owner.places[i]}] = {&process, process.last_t_ns, circular, both};
        }
    }
}

void UsageSeries::launch_refused(const ProcessState& process, const Place& place) {
    open_residencies_.erase({process.number, place});
}

void UsageSeries::settle_residencies(std::optional<std::uint32_t> pid) {
    std::erase_if(open_residencies_, [&](const auto& open) {
        const auto& [where, residency] = open;
        if (pid && residency.process->pid != *pid) {
            return false;
        }
        const auto usage = residency.process->places.find(where.second);
        if (usage != residency.process->places.end()) {
            const Held both = residency.at_launch.value_or(held(usage->second, SeriesKind::L1AndCircularBuffers));
            sample(*residency.process, where.second, SeriesKind::CircularBuffers, residency.circular_buffers, residency.t_ns);
            sample(*residency.process, where.second, SeriesKind::L1AndCircularBuffers, both, residency.t_ns);
        }
        return true;
    });
}

void UsageSeries::sample_all(const ProcessState& process, std::uint64_t t_ns) {
    for (const auto& [place, usage] : process.places) {
        for (std::size_t kind = 0; kind < kKinds; ++kind) {
            sample(process, place, static_cast<SeriesKind>(kind), held(usage, static_cast<SeriesKind>(kind)), t_ns);
        }
    }
}

void UsageSeries::sample(
    const ProcessState& process, const Place& place, SeriesKind kind, const Held& now, std::uint64_t t_ns
) {
    if (slots_.size() >= slots_before_drop_) {
        drop_idle_slots();
    }
    Part& part = slots_[SlotKey{process.number, place}][static_cast<std::size_t>(kind)];
    if (part.bytes == now.bytes && part.by_size == now.by_size) {
        return;
    }
    part.row = part.row == nullptr ? row_of(place, kind) : part.row;
    if (part.row == nullptr) {
        return;
    }
    UsageRow& row = *part.row;
    const std::uint64_t before = row.now;
    row.now += now.bytes - part.bytes;
    row.now_by_size = row.now_by_size + (now.by_size ? 1 : 0) - (part.by_size ? 1 : 0);
    part.bytes = now.bytes;
    part.by_size = now.by_size;
    const bool by_size = row.now_by_size > 0;
    row.levels.add(t_ns, {row.now, row.now, row.now, by_size});
    note_phase(row, before, t_ns, by_size);
    if (row.now > row.peak) {
        row.peak = row.now;
        row.peak_t_ns = t_ns;
        row.peak_by_size = by_size;
    }
}

void UsageSeries::note_phase(UsageRow& row, std::uint64_t before, std::uint64_t t_ns, bool by_size) const {
    if (row.phases.empty() || row.phases.back().phase != phase_) {
        row.phases.push_back({phase_, before, before, phase_t_ns_, before, by_size});
    }
    PhaseLevel& level = row.phases.back();
    level.end = row.now;
    level.by_size = level.by_size || by_size;
    if (row.now > level.peak) {
        level.peak = row.now;
        level.peak_t_ns = std::max(t_ns, phase_t_ns_);
    }
}

void UsageSeries::begin_phase(std::uint64_t t_ns) {
    settle_residencies();
    ++phase_;
    phase_t_ns_ = t_ns;
}

UsageRow* UsageSeries::row_of(const Place& place, SeriesKind kind) {
    const auto found = rows_.find({place, kind});
    if (found != rows_.end()) {
        return &found->second;
    }
    if (rows_.size() == kMaxRows) {
        rows_left_out_ = true;
        return nullptr;
    }
    return &rows_.try_emplace({place, kind}, start_t_ns_, kSlices).first->second;
}

void UsageSeries::observe(const Event& event, const Applied& applied) {
    const std::uint64_t t_ns = header_of(event).t_ns;
    start_at(t_ns);
    end_t_ns_ = std::max(end_t_ns_, t_ns);
    // These move buffers between places, or change what is known of their footprints, without a life that starts or ends.
    const bool moves = std::holds_alternative<OwnerSeen>(event) || std::holds_alternative<AllocatorSeen>(event);
    const bool wanted = moves || EventMarks::wants_process(event);
    const bool in_launch = std::holds_alternative<ProgramLaunched>(event) || std::holds_alternative<ProgramNotTold>(event) ||
                           std::holds_alternative<CircularBufferAllocated>(event);
    if (!in_launch) {
        settle_residencies(header_of(event).pid);
    }
    if (std::holds_alternative<Marked>(event)) {
        begin_phase(t_ns);
    }
    const ProcessState* process = wanted ? process_of(header_of(event)) : nullptr;
    if (moves && process != nullptr) {
        sample_all(*process, t_ns);
    }
    marks_.observe(event, applied, process);
}

// A slot in which nothing is held says nothing.
void UsageSeries::drop_idle_slots() {
    for (auto slot = slots_.begin(); slot != slots_.end();) {
        const bool idle = std::all_of(slot->second.begin(), slot->second.end(), [](const Part& part) {
            return part.bytes == 0 && !part.by_size;
        });
        slot = idle ? slots_.erase(slot) : std::next(slot);
    }
    slots_before_drop_ = std::max<std::size_t>(256, 2 * slots_.size());
}

// Of the processes that had this pid the latest. Only rare events look for it.
const ProcessState* UsageSeries::process_of(const EventHeader& header) const {
    if (processes_ == nullptr) {
        return nullptr;
    }
    const auto found = std::find_if(processes_->rbegin(), processes_->rend(), [&](const auto& process) {
        return process->pid == header.pid;
    });
    return found == processes_->rend() ? nullptr : found->get();
}

void UsageSeries::end(const TrackerView& view) {
    if (!begun_) {
        return;
    }
    settle_residencies();
    end_t_ns_ = std::max(end_t_ns_, view.last_t_ns);
    TimeBuckets<Level> grid(start_t_ns_, kSlices);
    grid.extend_to(end_t_ns_);
    width_ns_ = grid.width_ns();
    for (auto& entry : rows_) {
        entry.second.levels.extend_to(end_t_ns_);
    }
    marks_.end(end_t_ns_);
    processes_ = nullptr;
}

}  // namespace tt::alloc_trace
