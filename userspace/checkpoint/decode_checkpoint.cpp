// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "checkpoint/checkpoint.hpp"
#include "checkpoint/state_fields.hpp"
#include "recording/fields.hpp"
#include "recording/format.hpp"
#include "tracker/object_table.hpp"

namespace tt::alloc_trace {
namespace {

using namespace checkpoint;

constexpr std::size_t kEntriesBeforeReuse = 256;

[[nodiscard]] tl::unexpected<Error> impossible(const std::string& what) {
    return fail(ErrorCode::RunTime, "a checkpoint makes no sense: " + what);
}

// Calls `take` on each row; false if one is broken, or `take` says so.
template <typename Row, typename Take>
[[nodiscard]] bool each_row(std::span<const std::uint8_t> data, Take take) {
    ByteReader in(data);
    Loader loader(in);
    while (!in.at_end()) {
        Row row{};
        loader(row);
        if (in.failed() || !take(row)) {
            return false;
        }
    }
    return !in.failed();
}

bool take_owner(ProcessState& process, OwnerRow& row) {
    if (process.owners.size() >= Tracker::kMaxOwners || row.owner.chips.size() > format::kMaxChips) {
        return false;
    }
    if (!row.spare) {
        restore_owner(process, row.owner);
        return true;
    }
    process.spare_owners.push_back(static_cast<std::uint32_t>(process.owners.size()));
    process.owners.emplace_back().current = false;
    return true;
}

bool take_allocator(ProcessState& process, AllocatorRow& row) {
    Allocator& allocator = row.allocator;
    if (allocator.owner >= process.owners.size() || (row.spare && allocator.alive) || process.allocators.size() >= Tracker::kMaxOwners) {
        return false;
    }
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        if (allocator.regions[i] != Region{}) {
            allocator.regions[i].type = static_cast<BufferType>(i);
        }
    }
    const auto index = static_cast<std::uint32_t>(process.allocators.size());
    if (row.spare) {
        process.spare_allocators.push_back(index);
    }
    if (allocator.alive) {
        process.allocator_index[allocator.pointer] = index;
        ++process.owners[allocator.owner].allocators;
    }
    process.allocators.push_back(allocator);
    return true;
}

bool take_buffer(ProcessState& process, const BufferRow& row) {
    if (row.allocator >= process.allocators.size() || !process.allocators[row.allocator].alive || row.tid >> 22U != 0 || row.flags >> kCoreShift > 0xffU) {
        return false;
    }
    const auto core = static_cast<std::uint8_t>(row.flags >> kCoreShift);
    const AllocationKey key{row.address, row.allocator, row.type, core, process.allocators[row.allocator].generation};
    LiveBuffer buffer;
    buffer.buffer = row.buffer;
    buffer.size = row.size;
    buffer.page_size = row.page_size;
    buffer.t_ns = row.t_ns;
    buffer.tid = row.tid & 0x3fffffU;
    buffer.found_as = static_cast<std::uint32_t>(row.origin) & 3U;
    buffer.trace_unsafe = (row.flags & kTraceUnsafe) != 0 ? 1 : 0;
    buffer.sharded = (row.flags & kSharded) != 0 ? 1 : 0;
    buffer.replayed_over = (row.flags & kReplayedOver) != 0 ? 1 : 0;
    buffer.has_block = (row.flags & kHasBlock) != 0 ? 1 : 0;
    buffer.per_core = (row.flags & kPerCore) != 0 ? 1 : 0;
    buffer.spread = row.spread;
    LiveBuffer twice;
    if (process.live.insert(key, buffer, twice)) {
        return false;
    }
    count_start(process, key, buffer);
    return true;
}

bool take_past_key(ProcessState& process, const PastRow& row) {
    const std::uint32_t core = row.generation >> kGenerationBits;
    if (row.allocator >= process.allocators.size() || core > 0xffU) {
        return false;
    }
    const auto generation = static_cast<std::uint16_t>(row.generation);
    process.live.remember({row.address, row.allocator, row.type, static_cast<std::uint8_t>(core), generation}, {row.end, row.t_ns});
    return true;
}

// The buffers are there already, and with them what is live.
bool take_place(ProcessState& process, const PlaceRow& row) {
    PlaceUsage& usage = process.places[row.place];
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        Usage& now = usage.types[i];
        const Usage& stored = row.usage.types[i];
        now.peak_bytes = stored.peak_bytes;
        now.allocs = stored.allocs;
        now.found = stored.found;
        now.frees = stored.frees;
        now.peak_footprint_bytes = stored.peak_footprint_bytes;
        now.peak_footprint_known = stored.peak_footprint_known;
    }
    usage.circular_buffers = row.usage.circular_buffers;
    return true;
}

bool take_releases(ProcessState& process, const ReleasesRow& row) {
    PlaceUsage& usage = process.places[row.place];
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        if (row.released[i] > usage.types[i].frees) {
            return false;
        }
        usage.types[i].released = row.released[i];
    }
    return true;
}

bool take_plan(ProcessState& process, PlanRow& row) {
    const auto known = process.programs.programs().find(row.pointer);
    if (known == process.programs.programs().end()) {
        return false;
    }
    Program program = known->second;
    program.planned_anew[static_cast<std::size_t>(PlanKind::DataflowBuffers)] = row.planned_anew;
    program.launches_not_told = row.launches_not_told;
    program.not_told = {row.launches_not_told > 0, false};
    for (CircularBuffer& buffer : row.dataflow_buffers) {
        buffer.kind = PlanKind::DataflowBuffers;
        program.circular_buffers.push_back(std::move(buffer));
    }
    process.programs.restore(row.pointer, program);
    return true;
}

bool take_dataflow_not_told(ProcessState& process, const DataflowNotToldRow& row) {
    const auto known = process.programs.programs().find(row.pointer);
    if (known == process.programs.programs().end()) {
        return false;
    }
    Program program = known->second;
    program.not_told = {row.circular_buffers_too, true};
    process.programs.restore(row.pointer, program);
    return true;
}

bool take_last_launch(ProcessState& process, LastLaunchRow& row) {
    if (const auto usage = process.places.find(row.place); usage != process.places.end()) {
        usage->second.circular_buffers.peak_before_launch = row.peak_before;
    }
    return process.programs.restore(
        row.place, {process.programs.resident_programs(row.place), row.program, std::move(row.before)}
    );
}

bool known_ranges(const ProcessState& process, const TraceRanges& ranges) {
    return std::all_of(ranges.ranges.begin(), ranges.ranges.end(), [&](const TraceRange& range) {
        return range.allocator < process.allocators.size();
    });
}

bool take_trace(ProcessState& process, KeptTrace& trace) {
    const bool known = trace.owner < process.owners.size() && known_ranges(process, trace.worked_on) &&
                       (!trace.storage || trace.storage->allocator < process.allocators.size());
    if (known && process.traces.kept().size() < TraceTable::kMaxKept) {
        process.traces.restore(std::move(trace));
    }
    return known;
}

bool take_capture(ProcessState& process, TraceCaptureRow& row) {
    if (row.owner >= std::max<std::size_t>(process.owners.size(), 1) || !known_ranges(process, row.capture.worked_on)) {
        return false;
    }
    if (row.ending) {
        process.traces.restore(row.tid, {row.owner, std::move(row.capture)});
    } else {
        process.traces.restore(std::move(row.capture));
    }
    return true;
}

bool take_doubts(ProcessState& process, DoubtsRow& row) {
    process.not_seen = std::move(row.not_seen);
    process.exit_status = row.exit_status;
    process.contradictions += row.contradictions;
    return true;
}

void read_message_of(AllocationFailure& failure) { failure.reported = parse_out_of_memory(failure.event.message); }
void read_message_of(ClashFailure& clash) { clash.reported = parse_clash(clash.event.message); }
void read_message_of(RequestRefusal& refusal) { refusal.reported = parse_refusal(refusal.event.message); }

template <typename Failure>
bool take_kind(FailureLog<Failure>& log, FailureKind<Failure> kind) {
    read_message_of(kind.first);
    kind.last_t_ns = std::max(kind.last_t_ns, kind.first.event.header.t_ns);
    log.kinds.push_back(std::move(kind));
    return log.kinds.size() <= kFailureKindsKept;
}

template <typename Failure>
bool take_kinds(std::span<const std::uint8_t> data, FailureLog<Failure>& log) {
    return each_row<FailureKind<Failure>>(data, [&log](FailureKind<Failure>& kind) { return take_kind(log, std::move(kind)); });
}

template <typename Failure>
bool take_failure_stack(FailureLog<Failure>& log, const FailureStackRow& row) {
    if (row.index >= log.kinds.size()) {
        return false;
    }
    log.kinds[row.index].first.event.header.stack = row.stack;
    return true;
}

bool take_failure_stack(ProcessState& process, const FailureStackRow& row) {
    switch (row.of) {
        case FieldId::FailureKinds: return take_failure_stack(process.failures, row);
        case FieldId::ClashKinds: return take_failure_stack(process.clashes, row);
        case FieldId::RefusalKinds: return take_failure_stack(process.refusals, row);
        default: return false;
    }
}

bool take_buffer_stack(ProcessState& process, const BufferStackRow& row) {
    if (row.allocator >= process.allocators.size() || row.core > 0xffU || row.stack > StackTable::kMaxStacks) {
        return false;
    }
    const std::uint16_t generation = process.allocators[row.allocator].generation;
    const AllocationKey key{row.address, row.allocator, row.type, static_cast<std::uint8_t>(row.core), generation};
    const LiveBuffer* live = process.live.find(key);
    if (live == nullptr) {
        return false;
    }
    LiveBuffer buffer = *live;
    buffer.stack = row.stack & 0xffffffU;
    process.live.update(key, buffer);
    return true;
}

// A field of `process`; false if it makes no sense.
bool take_field(ProcessState& process, FieldId id, std::span<const std::uint8_t> data) {
    switch (id) {
        case FieldId::Walks:
            return each_row<WalkRow>(data, [&](WalkRow& row) {
                process.walks[static_cast<std::size_t>(row.reason)] = std::move(row.stat);
                return true;
            });
        case FieldId::UnknownFrees:
            return each_row<UnknownFreeRow>(data, [&](UnknownFreeRow& row) {
                process.unknown_frees[static_cast<std::size_t>(row.reason)] = row.stat;
                return true;
            });
        case FieldId::Owners: return each_row<OwnerRow>(data, [&](OwnerRow& row) { return take_owner(process, row); });
        case FieldId::Allocators:
            return each_row<AllocatorRow>(data, [&](AllocatorRow& row) { return take_allocator(process, row); });
        case FieldId::DeadAllocators:
            return each_row<std::uint64_t>(data, [&](std::uint64_t pointer) {
                process.dead_allocators.insert(pointer);
                return true;
            });
        case FieldId::Programs:
            return each_row<ProgramRow>(data, [&](const ProgramRow& row) {
                process.programs.restore(row.pointer, row.program);
                return true;
            });
        case FieldId::Residents:
            return each_row<ResidentRow>(data, [&](ResidentRow& row) {
                return process.programs.restore(row.place, {std::move(row.programs), 0, {}});
            });
        case FieldId::Buffers:
            return each_row<BufferRow>(data, [&](const BufferRow& row) { return take_buffer(process, row); });
        case FieldId::PastKeys:
            return each_row<PastRow>(data, [&](const PastRow& row) { return take_past_key(process, row); });
        case FieldId::Places:
            return each_row<PlaceRow>(data, [&](const PlaceRow& row) { return take_place(process, row); });
        case FieldId::Failures:
            return each_row<AllocationFailure>(data, [&](AllocationFailure& failure) {
                return take_kind(process.failures, {std::move(failure), 1, 0});
            });
        case FieldId::Clashes:
            return each_row<ClashFailure>(data, [&](ClashFailure& clash) {
                return take_kind(process.clashes, {std::move(clash), 1, 0});
            });
        case FieldId::FailureKinds: return take_kinds(data, process.failures);
        case FieldId::ClashKinds: return take_kinds(data, process.clashes);
        case FieldId::RefusalKinds: return take_kinds(data, process.refusals);
        case FieldId::Refusals:
            return each_row<RefusalsRow>(data, [&](const RefusalsRow& row) {
                process.refusals.count = row.count;
                process.failure_verdicts[static_cast<std::size_t>(FailureVerdict::Refused)] = row.allocations;
                return true;
            });
        case FieldId::Releases:
            return each_row<ReleasesRow>(data, [&](const ReleasesRow& row) { return take_releases(process, row); });
        case FieldId::Plans: return each_row<PlanRow>(data, [&](PlanRow& row) { return take_plan(process, row); });
        case FieldId::LastLaunches:
            return each_row<LastLaunchRow>(data, [&](LastLaunchRow& row) { return take_last_launch(process, row); });
        case FieldId::LaunchesNotTold:
            return each_row<LaunchesNotTold>(data, [&](const LaunchesNotTold& row) {
                process.programs.restore(row);
                return true;
            });
        case FieldId::DataflowNotTold:
            return each_row<DataflowNotToldRow>(data, [&](const DataflowNotToldRow& row) {
                return take_dataflow_not_told(process, row);
            });
        case FieldId::Traces: return each_row<KeptTrace>(data, [&](KeptTrace& row) { return take_trace(process, row); });
        case FieldId::TraceTotals:
            return each_row<TraceTotals>(data, [&](const TraceTotals& row) {
                process.traces.restore(row);
                return true;
            });
        case FieldId::TraceCaptures:
            return each_row<TraceCaptureRow>(data, [&](TraceCaptureRow& row) { return take_capture(process, row); });
        case FieldId::BufferStacks:
            return each_row<BufferStackRow>(data, [&](const BufferStackRow& row) { return take_buffer_stack(process, row); });
        case FieldId::FailureStacks:
            return each_row<FailureStackRow>(data, [&](const FailureStackRow& row) { return take_failure_stack(process, row); });
        case FieldId::Doubts: return each_row<DoubtsRow>(data, [&](DoubtsRow& row) { return take_doubts(process, row); });
        default: return false;
    }
}

// How long the lists grow before entries are used again: nothing that makes that never or always.
void settle_lists(ProcessState& process) {
    const auto settle = [](std::size_t& before_reuse, std::size_t entries) {
        before_reuse = std::clamp(before_reuse, kEntriesBeforeReuse, 2 * entries + kEntriesBeforeReuse);
    };
    settle(process.owners_before_reuse, process.owners.size());
    settle(process.allocators_before_reuse, process.allocators.size());
}

}  // namespace

Status TrackerCheckpoint::decode_field(const ChunkField& field, Tracker& tracker) {
    const auto id = static_cast<FieldId>(field.id);
    ByteReader in(field.data);
    Loader loader(in);
    if (id == FieldId::Stream) {
        describe_stream(loader, tracker);
        return in.failed() ? Status(impossible("its sums are broken")) : Status();
    }
    if (id == FieldId::Process) {
        ProcessState& process = *tracker.processes_.emplace_back(std::make_unique<ProcessState>());
        loader(process);
        const bool alive = process.end == ProcessState::End::Alive;
        const bool twice = alive && !tracker.alive_.try_emplace(process.pid, &process).second;
        return in.failed() || twice || !tracker.is_plausible() ? Status(impossible("a process is broken")) : Status();
    }
    if (id == FieldId::Forked) {
        const bool good = each_row<std::uint32_t>(field.data, [&](std::uint32_t child) {
            tracker.forked_.insert(child);
            return true;
        });
        return good ? Status() : Status(impossible("a forked process is broken"));
    }
    if (id == FieldId::OlderDoubts) {
        const bool good = each_row<OlderDoubtsRow>(field.data, [&](const OlderDoubtsRow& row) {
            tracker.folded_.contradictions += row.contradictions;
            tracker.folded_.not_seen = row.not_seen;
            return true;
        });
        return good ? Status() : Status(impossible("a sum of doubts is broken"));
    }
    if (id == FieldId::Marks) {
        const bool good = each_row<PhaseMark>(field.data, [&](PhaseMark& mark) {
            tracker.marks_.push_back(std::move(mark));
            return tracker.marks_.size() <= kMaxMarks && tracker.marks_.back().name.size() <= kMaxMarkNameBytes;
        });
        return good ? Status() : Status(impossible("a mark is broken"));
    }
    if (id == FieldId::Frames) {
        const bool good = each_row<FrameSeen>(field.data, [&](FrameSeen& frame) {
            frame.number = static_cast<std::uint32_t>(tracker.stacks_.frames().size()) + 1;
            tracker.stacks_.add(frame);
            return frame.number == tracker.stacks_.frames().size();
        });
        return good ? Status() : Status(impossible("a frame is broken"));
    }
    if (id == FieldId::Stacks) {
        const bool good = each_row<StackSeen>(field.data, [&](StackSeen& stack) {
            stack.number = static_cast<std::uint32_t>(tracker.stacks_.stacks().size()) + 1;
            tracker.stacks_.add(stack);
            return stack.number == tracker.stacks_.stacks().size();
        });
        return good ? Status() : Status(impossible("a stack is broken"));
    }
    if (field.id > static_cast<std::uint64_t>(kLastField)) {
        if (!field.required) {
            return {};
        }
        return fail(
            ErrorCode::RunTime,
            "a checkpoint needs a newer version (field " + std::to_string(field.id) + ")",
            "read it with the version of tt-alloc-trace that wrote it, or a newer one"
        );
    }
    if (tracker.processes_.empty() || !take_field(*tracker.processes_.back(), id, field.data)) {
        return impossible("field " + std::to_string(field.id) + " is broken");
    }
    return {};
}

Status TrackerCheckpoint::decode(const Checkpoint& checkpoint, Tracker& tracker) {
    for (const Bytes& part : checkpoint.parts) {
        FieldReader in(part);
        for (ChunkField field; in.next(field);) {
            if (Status decoded = decode_field(field, tracker); !decoded) {
                return decoded;
            }
        }
        if (in.failed()) {
            return impossible("a field is longer than its chunk");
        }
    }
    if (tracker.events_ + tracker.losses_ != checkpoint.events || tracker.last_t_ns_ != checkpoint.last_t_ns) {
        return impossible("it is of another place");
    }
    for (const auto& process : tracker.processes_) {
        settle_lists(*process);
        process->traces.settle(*process);
    }
    return {};
}

}  // namespace tt::alloc_trace
