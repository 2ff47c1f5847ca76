// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/state_fields.hpp"
#include "recording/fields.hpp"

namespace tt::alloc_trace {
namespace {

using namespace checkpoint;

// Where a field and a part are ended, at the next row.
constexpr std::size_t kFullBytes = std::size_t{1} << 20U;

// Rows to fields, fields to parts.
class Parts {
public:
    template <typename Row>
    void row(FieldId id, const Row& row) {
        if (id != id_ || id == FieldId::Process) {
            end_field();
            id_ = id;
        }
        (*saver_)(row);
        ++rows_;
        if (row_bytes_.size() >= kFullBytes) {
            end_field();
        }
    }
    // A field that is not made of rows.
    void field(FieldId id, const Bytes& data) {
        end_field();
        write_field(part_, static_cast<std::uint64_t>(id), true, data);
    }

    [[nodiscard]] std::uint64_t rows() const { return rows_; }
    [[nodiscard]] std::vector<Bytes> take() {
        end_field();
        end_part();
        return std::move(parts_);
    }

private:
    void end_field() {
        if (row_bytes_.size() != 0) {
            write_field(part_, static_cast<std::uint64_t>(id_), id_ <= kLastRequired, row_bytes_.bytes());
        }
        row_bytes_.clear();
        saver_.emplace(row_bytes_);
        if (part_.size() >= kFullBytes) {
            end_part();
        }
    }
    void end_part() {
        if (part_.size() != 0) {
            parts_.push_back(part_.bytes());
            part_.clear();
        }
    }

    std::uint64_t rows_ = 0;
    FieldId id_ = FieldId::Stream;
    ByteWriter row_bytes_;
    std::optional<Saver> saver_{row_bytes_};
    ByteWriter part_;
    std::vector<Bytes> parts_;
};

BufferRow buffer_row(const AllocationKey& key, const LiveBuffer& buffer) {
    const std::uint32_t flags = (buffer.trace_unsafe != 0 ? kTraceUnsafe : 0) | (buffer.sharded != 0 ? kSharded : 0) |
                                (buffer.has_block != 0 ? kHasBlock : 0) | (buffer.replayed_over != 0 ? kReplayedOver : 0) |
                                (buffer.per_core != 0 ? kPerCore : 0) | std::uint32_t{key.core} << kCoreShift;
    return {key.allocator, key.type,   key.address,     buffer.buffer,  buffer.size, buffer.page_size,
            buffer.t_ns,   buffer.tid, buffer.origin(), flags,          buffer.spread};
}

template <typename Map>
auto sorted(const Map& map) {
    std::vector<const typename Map::value_type*> entries;
    entries.reserve(map.size());
    for (const auto& entry : map) {
        entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [](const auto* a, const auto* b) {
        const AllocationKey& x = a->first;
        const AllocationKey& y = b->first;
        return std::tie(x.allocator, x.type, x.address, x.core) < std::tie(y.allocator, y.type, y.address, y.core);
    });
    return entries;
}

// Equal states give equal bytes.
template <typename T, typename Set>
std::vector<T> sorted_values(const Set& set) {
    std::vector<T> values;
    set.for_each([&values](const T& value) { values.push_back(value); });
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

void add_objects(Parts& parts, const ProcessState& process) {
    const auto is_spare = [](const std::vector<std::uint32_t>& spare, std::size_t index) {
        return std::find(spare.begin(), spare.end(), index) != spare.end();
    };
    for (std::size_t i = 0; i < process.owners.size(); ++i) {
        parts.row(FieldId::Owners, OwnerRow{process.owners[i], is_spare(process.spare_owners, i)});
    }
    for (std::size_t i = 0; i < process.allocators.size(); ++i) {
        parts.row(FieldId::Allocators, AllocatorRow{process.allocators[i], is_spare(process.spare_allocators, i)});
    }
    for (const std::uint64_t pointer : sorted_values<std::uint64_t>(process.dead_allocators)) {
        parts.row(FieldId::DeadAllocators, pointer);
    }
}

bool is_dataflow(const CircularBuffer& buffer) { return buffer.kind == PlanKind::DataflowBuffers; }

// By pointer.
auto programs_of(const ProcessState& process) {
    return std::map(process.programs.programs().begin(), process.programs.programs().end());
}

void add_programs(Parts& parts, const ProcessState& process) {
    for (const auto& [pointer, program] : programs_of(process)) {
        ProgramRow row{pointer, program};
        std::erase_if(row.program.circular_buffers, is_dataflow);
        parts.row(FieldId::Programs, row);
    }
    for (const auto& [place, residents] : process.programs.residents()) {
        parts.row(FieldId::Residents, ResidentRow{place, residents.programs});
    }
}

// What 1.0 did not have of programs.
void add_plans(Parts& parts, const ProcessState& process) {
    for (const auto& [pointer, program] : programs_of(process)) {
        PlanRow row{pointer, program.planned_anew[static_cast<std::size_t>(PlanKind::DataflowBuffers)], program.launches_not_told, {}};
        std::copy_if(
            program.circular_buffers.begin(), program.circular_buffers.end(), std::back_inserter(row.dataflow_buffers), is_dataflow
        );
        parts.row(FieldId::Plans, row);
    }
    for (const auto& [place, residents] : process.programs.residents()) {
        const auto usage = process.places.find(place);
        const bool open = residents.launched != 0 && usage != process.places.end();  // it may still be refused
        const std::uint64_t peak = open ? usage->second.circular_buffers.peak_before_launch : 0;
        parts.row(FieldId::LastLaunches, LastLaunchRow{place, residents.launched, residents.before, peak});
    }
    if (process.programs.launches_not_told().launches > 0) {
        parts.row(FieldId::LaunchesNotTold, process.programs.launches_not_told());
    }
    for (const auto& [pointer, program] : programs_of(process)) {
        const auto& [circular_buffers, dataflow_buffers] = program.not_told;
        if (dataflow_buffers) {
            parts.row(FieldId::DataflowNotTold, DataflowNotToldRow{pointer, circular_buffers});
        }
    }
}

// Only what may be asked for again: of keys that nothing lives under, in allocators that are still there.
void add_past_keys(Parts& parts, const ProcessState& process, const AllocationTable::PastMap& keys) {
    for (const auto* entry : sorted(keys)) {
        const auto& [key, past] = *entry;
        const Allocator& allocator = process.allocators[key.allocator];
        if (allocator.alive && allocator.generation == key.generation && process.live.find(key) == nullptr) {
            const std::uint32_t generation = std::uint32_t{key.core} << kGenerationBits | key.generation;
            parts.row(FieldId::PastKeys, PastRow{key.allocator, key.type, key.address, generation, past.end, past.t_ns});
        }
    }
}

template <typename Failure>
void add_failures(Parts& parts, FieldId id, const FailureLog<Failure>& log) {
    for (const FailureKind<Failure>& kind : log.kinds) {
        parts.row(id, kind);
    }
}

template <typename Failure>
void add_failure_stacks(Parts& parts, FieldId of, const FailureLog<Failure>& log) {
    for (std::uint32_t index = 0; index < log.kinds.size(); ++index) {
        if (const std::uint32_t stack = log.kinds[index].first.event.header.stack; stack != 0) {
            parts.row(FieldId::FailureStacks, FailureStackRow{of, index, stack});
        }
    }
}

void add_stacks(Parts& parts, const ProcessState& process) {
    for (const auto* entry : sorted(process.live.buffers())) {
        const auto& [key, buffer] = *entry;
        if (buffer.stack != 0) {
            const auto stack = static_cast<std::uint32_t>(buffer.stack);
            parts.row(FieldId::BufferStacks, BufferStackRow{key.allocator, key.type, key.address, key.core, stack});
        }
    }
    add_failure_stacks(parts, FieldId::FailureKinds, process.failures);
    add_failure_stacks(parts, FieldId::ClashKinds, process.clashes);
    add_failure_stacks(parts, FieldId::RefusalKinds, process.refusals);
}

void add_refusals(Parts& parts, const ProcessState& process) {
    add_failures(parts, FieldId::FailureKinds, process.failures);
    add_failures(parts, FieldId::ClashKinds, process.clashes);
    add_failures(parts, FieldId::RefusalKinds, process.refusals);
    const std::uint64_t allocations = process.failure_verdicts[static_cast<std::size_t>(FailureVerdict::Refused)];
    if (process.refusals.count + allocations > 0) {
        parts.row(FieldId::Refusals, RefusalsRow{process.refusals.count, allocations});
    }
}

void add_doubts(Parts& parts, const ProcessState& process) {
    const DoubtsRow row{process.not_seen, process.exit_status, process.contradictions};
    if (row.any()) {
        parts.row(FieldId::Doubts, row);
    }
}

void add_releases(Parts& parts, const ProcessState& process) {
    for (const auto& [place, usage] : process.places) {
        ReleasesRow row{place, {}};
        std::transform(usage.types.begin(), usage.types.end(), row.released.begin(), [](const Usage& of_type) { return of_type.released; });
        if (row.released != decltype(row.released){}) {
            parts.row(FieldId::Releases, row);
        }
    }
}

void add_traces(Parts& parts, const TraceTable& traces) {
    for (const KeptTrace& trace : traces.kept()) {
        parts.row(FieldId::Traces, trace);
    }
    if (traces.totals().traces + traces.totals().replays > 0) {
        parts.row(FieldId::TraceTotals, traces.totals());
    }
    for (const TraceTable::Capture& capture : traces.captures()) {
        parts.row(FieldId::TraceCaptures, TraceCaptureRow{false, 0, 0, capture});
    }
    for (const auto& [tid, ending] : traces.ending()) {
        parts.row(FieldId::TraceCaptures, TraceCaptureRow{true, tid, ending.owner, ending.capture});
    }
}

void add_process(Parts& parts, const ProcessState& process) {
    parts.row(FieldId::Process, process);
    for (std::size_t i = 0; i < process.walks.size(); ++i) {
        if (process.walks[i].count > 0) {
            parts.row(FieldId::Walks, WalkRow{static_cast<WalkReason>(i), process.walks[i]});
        }
    }
    for (std::size_t i = 0; i < process.unknown_frees.size(); ++i) {
        if (process.unknown_frees[i].count > 0) {
            parts.row(FieldId::UnknownFrees, UnknownFreeRow{static_cast<UnknownFree>(i), process.unknown_frees[i]});
        }
    }
    add_objects(parts, process);
    add_programs(parts, process);
    for (const auto* entry : sorted(process.live.buffers())) {
        parts.row(FieldId::Buffers, buffer_row(entry->first, entry->second));
    }
    add_past_keys(parts, process, process.live.older_past());
    add_past_keys(parts, process, process.live.recent_past());
    for (const auto& [place, usage] : process.places) {
        parts.row(FieldId::Places, PlaceRow{place, usage, 0});
    }
    add_plans(parts, process);
    add_doubts(parts, process);
    add_traces(parts, process.traces);
    add_refusals(parts, process);
    add_releases(parts, process);
    add_stacks(parts, process);
}

}  // namespace

Checkpoint TrackerCheckpoint::encode(const Tracker& tracker) {
    Parts parts;
    ByteWriter stream;
    Saver saver(stream);
    describe_stream(saver, tracker);
    parts.field(FieldId::Stream, stream.bytes());
    for (const std::uint32_t child : sorted_values<std::uint32_t>(tracker.forked_)) {
        parts.row(FieldId::Forked, child);
    }
    if (const FoldedProcesses& folded = tracker.folded_; folded.contradictions.total() + folded.not_seen > 0) {
        parts.row(FieldId::OlderDoubts, OlderDoubtsRow{folded.contradictions, folded.not_seen});
    }
    for (const PhaseMark& mark : tracker.marks_) {
        parts.row(FieldId::Marks, mark);
    }
    for (const FrameSeen& frame : tracker.stacks_.frames()) {
        parts.row(FieldId::Frames, frame);
    }
    for (const StackSeen& stack : tracker.stacks_.stacks()) {
        parts.row(FieldId::Stacks, stack);
    }
    for (const auto& process : tracker.processes_) {
        add_process(parts, *process);
    }
    Checkpoint checkpoint;
    checkpoint.events = tracker.events_ + tracker.losses_;
    checkpoint.last_t_ns = tracker.last_t_ns_;
    checkpoint.things = parts.rows();
    checkpoint.parts = parts.take();
    return checkpoint;
}

}  // namespace tt::alloc_trace
