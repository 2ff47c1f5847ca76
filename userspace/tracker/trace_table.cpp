// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/trace_table.hpp"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxCaptures = 64;  // begun and not ended: what throws in a capture is not seen
constexpr std::size_t kMaxEnding = 4096;  // threads

std::uint32_t owner_number(const ProcessState& process, const AllocationKey& key) {
    return process.allocators[key.allocator].owner;
}

// Of a buffer whose footprint is not known, that much is.
constexpr std::uint64_t kLeastBytes = 1;

TraceRange range_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    const std::uint64_t bytes = bank_footprint_of(process, key, buffer).value_or(kLeastBytes);
    return {key.allocator, key.type, key.address, key.address + bytes};
}

void add(TraceRanges& ranges, const TraceRange& range, bool known) {
    const bool room = ranges.ranges.size() < TraceTable::kMaxRanges;
    ranges.complete = ranges.complete && known && room;
    if (room) {
        ranges.ranges.push_back(range);
    }
}

bool same_space(const TraceRange& a, const TraceRange& b) { return a.allocator == b.allocator && a.type == b.type; }

void join(std::vector<TraceRange>& ranges) {
    std::sort(ranges.begin(), ranges.end());
    std::size_t last = 0;
    for (std::size_t i = 1; i < ranges.size(); ++i) {
        if (same_space(ranges[last], ranges[i]) && ranges[i].begin <= ranges[last].end) {
            ranges[last].end = std::max(ranges[last].end, ranges[i].end);
        } else {
            ranges[++last] = ranges[i];
        }
    }
    ranges.resize(std::min(ranges.size(), last + 1));
}

// Those of the owner; a capture sees what all threads of the process allocate.
TraceRanges worked_on_of(const ProcessState& process, TraceRanges worked_on, std::uint32_t owner) {
    std::erase_if(worked_on.ranges, [&](const TraceRange& range) {
        return process.allocators[range.allocator].owner != owner;
    });
    join(worked_on.ranges);
    return worked_on;
}

void count_live(KeptTrace& trace, const AllocationKey& key, const LiveBuffer& buffer) {
    ++trace.live;
    trace.live_bytes += buffer.size;
    if (trace.id && buffer.t_ns >= trace.fresh_t_ns) {  // no replay is known of one without a number
        trace.not_replayed.emplace_back(key, buffer.t_ns);
    }
}

// Anew.
void count_all_live(const ProcessState& process, KeptTrace& trace) {
    trace.live = 0;
    trace.live_bytes = 0;
    trace.not_replayed.clear();
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (TraceTable::concerns(trace, owner_number(process, key), buffer)) {
            count_live(trace, key, buffer);
        }
    }
    std::sort(trace.not_replayed.begin(), trace.not_replayed.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.second, a.first.address) < std::tuple(b.second, b.first.address);
    });
}

// Still the same life.
const LiveBuffer* find_live(const ProcessState& process, const AllocationKey& key, std::uint64_t t_ns) {
    const LiveBuffer* live = process.live.find(key);
    return live != nullptr && live->t_ns == t_ns ? live : nullptr;
}

// What was freed since stays in the list until it is twice as long as it has to be.
void forget_ended(const ProcessState& process, KeptTrace& trace) {
    constexpr std::size_t kSlack = 1024;
    if (trace.not_replayed.size() < 2 * trace.live + kSlack) {
        return;
    }
    std::erase_if(trace.not_replayed, [&](const auto& entry) {
        return find_live(process, entry.first, entry.second) == nullptr;
    });
}

}  // namespace

void TraceTable::begin(std::uint32_t id, std::uint64_t t_ns) {
    if (captures_.size() >= kMaxCaptures) {
        captures_.erase(captures_.begin());
    }
    captures_.push_back({id, t_ns, {}});
}

void TraceTable::end(std::uint32_t tid, std::uint32_t owner, std::uint32_t id) {
    Ending ending{owner, {id, 0, {{}, false}}};
    const auto begun = std::find_if(captures_.begin(), captures_.end(), [id](const Capture& capture) { return capture.id == id; });
    if (begun != captures_.end()) {
        ending.capture = std::move(*begun);
        captures_.erase(begun);
    }
    if (ending_.size() < kMaxEnding) {
        ending_[tid] = std::move(ending);
    }
}

KeptTrace* TraceTable::find(std::uint32_t owner, std::uint32_t id) {
    const auto found = std::find_if(kept_.begin(), kept_.end(), [=](const KeptTrace& trace) {
        return trace.owner == owner && trace.id == id;
    });
    return found == kept_.end() ? nullptr : &*found;
}

KeptTrace* TraceTable::keep(ProcessState& process, KeptTrace trace) {
    trace.number = static_cast<std::uint32_t>(++totals_.traces);
    // Threads stamp out of order: what came before must not seem to be younger.
    trace.since_t_ns = trace.since_t_ns == 0 ? 0 : std::max(trace.since_t_ns, totals_.newest_t_ns + 1);
    if (kept_.size() >= kMaxKept) {
        ++totals_.not_kept;
        return nullptr;
    }
    kept_.push_back(std::move(trace));
    if (process.listener != nullptr) {
        process.listener->trace_kept(process, kept_.back());
    }
    return &kept_.back();
}

// A replay of a trace whose capture was not seen: one that is known by its storage alone, or not at all.
KeptTrace* TraceTable::meet(ProcessState& process, std::uint32_t owner, std::uint32_t id, std::uint64_t t_ns) {
    const auto nameless = std::find_if(kept_.begin(), kept_.end(), [owner](const KeptTrace& trace) {
        return trace.owner == owner && !trace.id;
    });
    if (nameless != kept_.end()) {
        nameless->id = id;
        count_all_live(process, *nameless);
        return &*nameless;
    }
    KeptTrace older;
    older.id = id;
    older.owner = owner;
    older.before_attach = !process.complete_from_start();
    older.since_t_ns = older.before_attach ? 0 : std::max<std::uint64_t>(t_ns, 1);
    older.worked_on.complete = false;
    KeptTrace* kept = keep(process, older);
    if (kept != nullptr) {
        adopt_allocated(process, *kept);
    }
    return kept;
}

// All that was allocated since the stream began came after the capture.
void TraceTable::adopt_allocated(ProcessState& process, KeptTrace& trace) {
    std::vector<std::pair<AllocationKey, LiveBuffer>> at_risk;
    for (const auto& [key, buffer] : process.live.buffers()) {
        const bool counts = buffer.origin() == FoundAs::Allocated && key.type != BufferType::Trace &&
                            owner_number(process, key) == trace.owner && buffer.t_ns >= trace.since_t_ns;
        const bool is_storage = std::any_of(kept_.begin(), kept_.end(), [&key = key](const KeptTrace& other) { return other.storage == key; });
        if (counts && !is_storage) {
            at_risk.emplace_back(key, buffer);
        }
    }
    std::sort(at_risk.begin(), at_risk.end(), [](const auto& a, const auto& b) {
        return std::tuple(a.second.t_ns, a.first.address) < std::tuple(b.second.t_ns, b.first.address);
    });
    for (auto& [key, buffer] : at_risk) {
        ++trace.allocs;
        count_live(trace, key, buffer);
        if (buffer.trace_unsafe == 0) {
            buffer.trace_unsafe = 1;
            process.live.update(key, buffer);
            came_at_risk(process, key, buffer);
        }
    }
}

void TraceTable::came_at_risk(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    ++totals_.allocs;
    totals_.newest_t_ns = std::max(totals_.newest_t_ns, buffer.t_ns);
    if (process.listener != nullptr) {
        process.listener->came_at_risk(process, key, buffer);
    }
}

void TraceTable::replay(ProcessState& process, std::uint32_t owner, std::uint32_t id, std::uint64_t t_ns) {
    ++totals_.replays;
    totals_.freed_last = {};
    KeptTrace* known = find(owner, id);
    known = known != nullptr ? known : meet(process, owner, id, t_ns);
    if (known == nullptr) {
        return;
    }
    KeptTrace& trace = *known;
    ++trace.replays;
    trace.last_replay_t_ns = t_ns;
    trace.fresh_t_ns = std::max(t_ns, totals_.newest_t_ns + 1);
    if (process.listener != nullptr) {
        process.listener->trace_replayed(process, trace);
    }
    for (const auto& [key, since] : std::exchange(trace.not_replayed, {})) {
        const LiveBuffer* live = find_live(process, key, since);
        if (live == nullptr) {
            continue;
        }
        LiveBuffer buffer = *live;
        ++trace.replayed_over;
        if (process.listener != nullptr) {
            process.listener->replayed_over(process, key, buffer, trace);
        }
        if (buffer.replayed_over == 0) {
            ++totals_.replayed_over;
            totals_.replayed_over_bytes += buffer.size;
            buffer.replayed_over = 1;
            process.live.update(key, buffer);
        }
    }
}

void TraceTable::erase(ProcessState& process, std::size_t index, bool closed) {
    const KeptTrace released = std::move(kept_[index]);
    kept_.erase(kept_.begin() + static_cast<std::ptrdiff_t>(index));
    if (process.listener != nullptr) {
        process.listener->trace_released(process, released, closed);
    }
}

void TraceTable::release(ProcessState& process, std::uint32_t owner, std::uint32_t id) {
    if (const KeptTrace* trace = find(owner, id); trace != nullptr) {
        erase(process, static_cast<std::size_t>(trace - kept_.data()));
    }
}

void TraceTable::release_owner(ProcessState& process, std::uint32_t owner) {
    const auto is_of_owner = [owner](const KeptTrace& trace) { return trace.owner == owner; };
    if (std::none_of(kept_.begin(), kept_.end(), is_of_owner)) {
        return;
    }
    const AtRisk risk = at_risk_of(owner);
    const AtRisk freed = std::exchange(totals_.freed_last, {});
    totals_.at_close.buffers += risk.buffers + freed.buffers;
    totals_.at_close.bytes += risk.bytes + freed.bytes;
    if (process.listener != nullptr) {
        process.listener->traces_closing(process, owner);
    }
    for (std::size_t i = kept_.size(); i > 0; --i) {
        if (is_of_owner(kept_[i - 1])) {
            erase(process, i - 1, true);
        }
    }
}

void TraceTable::release_all(ProcessState& process) {
    while (!kept_.empty()) {
        release_owner(process, kept_.back().owner);
    }
    captures_.clear();
    ending_.clear();
}

bool TraceTable::is_storage(const ProcessState& process, const AllocationKey& key, std::uint32_t tid) const {
    if (key.type == BufferType::Trace) {
        return true;
    }
    const auto ending = ending_.find(tid);
    return key.type == BufferType::Dram && ending != ending_.end() && ending->second.owner == owner_number(process, key);
}

bool TraceTable::is_unsafe(const ProcessState& process, const AllocationKey& key, std::uint32_t tid) const {
    const std::uint32_t owner = owner_number(process, key);
    const bool beside = std::any_of(kept_.begin(), kept_.end(), [owner](const KeptTrace& trace) { return trace.owner == owner; });
    return beside && !is_storage(process, key, tid);
}

void TraceTable::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    totals_.freed_last = {};
    if (buffer.trace_unsafe == 0 || kept_.empty()) {
        return;
    }
    came_at_risk(process, key, buffer);
    const std::uint32_t owner = owner_number(process, key);
    for (KeptTrace& trace : kept_) {
        if (concerns(trace, owner, buffer)) {
            ++trace.allocs;
            count_live(trace, key, buffer);
            forget_ended(process, trace);
        }
    }
}

void TraceTable::ended(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    bool at_risk = false;
    const std::uint32_t owner = owner_number(process, key);
    for (std::size_t i = 0; i < kept_.size(); ++i) {
        KeptTrace& trace = kept_[i];
        if (concerns(trace, owner, buffer)) {
            at_risk = true;
            --trace.live;
            trace.live_bytes -= buffer.size;
        } else if (trace.storage == key) {
            erase(process, i);
            return;
        }
    }
    totals_.freed_last.buffers += at_risk ? 1 : 0;
    totals_.freed_last.bytes += at_risk ? buffer.size : 0;
}

void TraceTable::keep_storage(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t tid) {
    KeptTrace trace;
    trace.owner = owner_number(process, key);
    trace.storage = key;
    trace.storage_bytes = buffer.size;
    trace.before_attach = buffer.origin() == FoundAs::PreExisting;
    trace.since_t_ns = trace.before_attach ? 0 : std::max<std::uint64_t>(buffer.t_ns, 1);
    trace.worked_on.complete = false;
    if (const auto ending = ending_.find(tid); ending != ending_.end() && ending->second.owner == trace.owner) {
        Capture& capture = ending->second.capture;
        trace.id = capture.id;
        trace.begun_t_ns = capture.begun_t_ns;
        trace.worked_on = worked_on_of(process, std::move(capture.worked_on), trace.owner);
        ending_.erase(ending);
    }
    KeptTrace* kept = keep(process, std::move(trace));
    if (kept != nullptr && kept->before_attach) {
        adopt_allocated(process, *kept);
    }
}

void TraceTable::look_at(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t tid) {
    if (is_storage(process, key, tid)) {
        keep_storage(process, key, buffer, tid);
        return;
    }
    for (Capture& capture : captures_) {
        add(capture.worked_on, range_of(process, key, buffer), bank_footprint_of(process, key, buffer).has_value());
    }
}

// What is at risk of a trace is at risk of each older one of its owner, too.
AtRisk TraceTable::at_risk_of(std::uint32_t owner) const {
    const KeptTrace* oldest = nullptr;
    for (const KeptTrace& trace : kept_) {
        const bool older = oldest == nullptr || trace.since_t_ns < oldest->since_t_ns;
        oldest = trace.owner == owner && older ? &trace : oldest;
    }
    return oldest == nullptr ? AtRisk{} : AtRisk{oldest->live, oldest->live_bytes};
}

AtRisk TraceTable::at_risk() const {
    std::set<std::uint32_t> owners;
    for (const KeptTrace& trace : kept_) {
        owners.insert(trace.owner);
    }
    AtRisk sum;
    for (const std::uint32_t owner : owners) {
        const AtRisk risk = at_risk_of(owner);
        sum.buffers += risk.buffers;
        sum.bytes += risk.bytes;
    }
    return sum;
}

bool TraceTable::at_risk(std::uint32_t owner, const LiveBuffer& buffer) const {
    return std::any_of(kept_.begin(), kept_.end(), [&](const KeptTrace& trace) { return concerns(trace, owner, buffer); });
}

void TraceTable::settle(ProcessState& process) {
    const bool older = totals_.traces == 0;  // what wrote it knew traces by their storage alone
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (older && key.type == BufferType::Trace) {
            keep_storage(process, key, buffer, 0);
        }
    }
    for (KeptTrace& trace : kept_) {
        count_all_live(process, trace);
        trace.allocs = older ? trace.live : trace.allocs;
    }
    totals_.allocs = older ? at_risk().buffers : totals_.allocs;
}

std::optional<bool> writes_over(
    const ProcessState& process, const KeptTrace& trace, const AllocationKey& key, const LiveBuffer& buffer
) {
    const TraceRange range = range_of(process, key, buffer);
    const bool overlaps = std::any_of(trace.worked_on.ranges.begin(), trace.worked_on.ranges.end(), [&](const TraceRange& worked_on) {
        return same_space(worked_on, range) && worked_on.begin < range.end && range.begin < worked_on.end;
    });
    const bool sure = trace.worked_on.complete && bank_footprint_of(process, key, buffer).has_value();
    return overlaps || sure ? std::optional(overlaps) : std::nullopt;
}

}  // namespace tt::alloc_trace
