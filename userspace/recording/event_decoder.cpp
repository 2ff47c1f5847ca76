// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/event_decoder.hpp"

#include <limits>
#include <string>

#include "recording/fields.hpp"

namespace tt::alloc_trace {

using format::Column;
using format::EventKind;

namespace {

constexpr std::uint32_t kNoPlacement = std::numeric_limits<std::uint32_t>::max();

[[nodiscard]] tl::unexpected<Error> impossible(const std::string& what) {
    return fail(ErrorCode::RunTime, "an events chunk makes no sense: " + what);
}

template <typename Columns>
[[nodiscard]] std::span<const std::uint8_t> column(const Columns& columns, Column which) {
    return columns[static_cast<std::size_t>(which)];
}

// Sorts the fields of a chunk by id.
template <typename Columns>
[[nodiscard]] Status sort_columns(std::span<const std::uint8_t> packed, Columns& columns) {
    FieldReader in(packed);
    for (ChunkField field; in.next(field);) {
        const bool known = (field.id >= 1 && field.id <= 6) || (field.id >= 8 && field.id <= 14) ||
                           (field.id > static_cast<std::uint64_t>(Column::FirstRows) && field.id < columns.size());
        if (!known && field.required) {
            return fail(
                ErrorCode::RunTime,
                "an events chunk needs a newer version (column " + std::to_string(field.id) + ")",
                "read it with the version of tt-alloc-trace that wrote it, or a newer one"
            );
        }
        if (!known) {
            continue;
        }
        if (!columns[field.id].empty()) {
            return impossible("a column comes twice");
        }
        columns[field.id] = field.data;
    }
    return in.failed() ? Status(impossible("a column is longer than the chunk")) : Status();
}

}  // namespace

Status EventDecoder::load(std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed) {
    Columns columns;
    taken_ = count_ = 0;
    if (Status loaded = load_plain(plain); !loaded) {
        return loaded;
    }
    if (Status sorted = sort_columns(packed, columns); !sorted) {
        return sorted;
    }
    if (Status loaded = load_tables(columns); !loaded) {
        return loaded;
    }
    load_columns(columns);
    if (kinds_.remaining() != count_) {
        return impossible("the count of events is wrong");
    }
    return {};
}

Status EventDecoder::load_plain(std::span<const std::uint8_t> plain) {
    ByteReader in(plain);
    first_event_ = in.u64();
    min_t_ns_ = in.u64();
    max_t_ns_ = in.u64();
    const std::uint32_t count = in.u32();
    if (in.failed() || count == 0 || count > format::kMaxChunkEvents) {
        return impossible("its head is broken");
    }
    count_ = count;
    return {};
}

Status EventDecoder::load_tables(const Columns& columns) {
    if (!load_threads(ByteReader(column(columns, Column::Threads)))) {
        return impossible("the table of threads is broken");
    }
    if (!load_pointers(ByteReader(column(columns, Column::Pointers)))) {
        return impossible("the table of pointers is broken");
    }
    const ByteReader sharded(column(columns, Column::ShardedShapes));
    if (!load_shapes(ByteReader(column(columns, Column::Shapes)), sharded)) {
        return impossible("the table of shapes is broken");
    }
    const ByteReader per_core(column(columns, Column::PerCorePlacements));
    if (!load_placements(ByteReader(column(columns, Column::Placements)), per_core)) {
        return impossible("the table of placements is broken");
    }
    if (!load_objects(ByteReader(column(columns, Column::Objects)))) {
        return impossible("the table of objects is broken");
    }
    return {};
}

// A table never has more entries than the events of its chunk can name: that bounds what a few bytes can make us
// allocate.

bool EventDecoder::load_threads(ByteReader in) {
    threads_.clear();
    while (!in.at_end() && threads_.size() < count_) {
        Thread& thread = threads_.emplace_back();
        thread.pid = in.varint32();
        thread.tid = in.varint32();
    }
    return !in.failed() && in.at_end();
}

bool EventDecoder::load_pointers(ByteReader in) {
    constexpr std::size_t kPerEvent = 2;
    DeltaReader deltas;
    pointers_.clear();
    while (!in.at_end() && pointers_.size() < kPerEvent * count_) {
        pointers_.push_back(deltas.next(in));
    }
    return !in.failed() && in.at_end();
}

bool EventDecoder::load_shapes(ByteReader shapes, ByteReader sharded) {
    shapes_.clear();
    while (!shapes.at_end() && shapes_.size() < count_) {
        BufferFields& shape = shapes_.emplace_back();
        const bool named = read_pointer(shapes, shape.owner) && read_pointer(shapes, shape.allocator);
        shape.size = shapes.varint();
        shape.page_size = shapes.varint();
        const std::uint64_t type_and_hooked = shapes.varint();
        if (!named || type_and_hooked >> 1 >= kBufferTypeCount) {
            return false;
        }
        shape.type = static_cast<BufferType>(type_and_hooked >> 1);
        shape.hooked = (type_and_hooked & 1) != 0;
    }
    while (!sharded.at_end()) {
        const std::uint64_t number = sharded.varint();
        const std::uint64_t is_sharded = sharded.varint();
        if (number >= shapes_.size() || is_sharded > 1) {
            return false;
        }
        BufferFields& shape = shapes_[static_cast<std::size_t>(number)];
        shape.sharded = is_sharded != 0;
        shape.pages_per_shard = sharded.varint();
    }
    return !shapes.failed() && shapes.at_end() && !sharded.failed();
}

bool EventDecoder::load_placements(ByteReader in, ByteReader per_core) {
    DeltaReader addresses;
    placements_.clear();
    while (!in.at_end() && placements_.size() < count_) {
        const std::uint64_t shape = in.varint();
        if (shape >= shapes_.size()) {
            return false;
        }
        placements_.push_back(shapes_[static_cast<std::size_t>(shape)]);
        placements_.back().address = addresses.next(in);
    }
    constexpr std::uint64_t kMaxCores = 255;
    while (!per_core.at_end()) {
        const std::uint64_t number = per_core.varint();
        const std::uint64_t flag = per_core.varint();
        const std::uint64_t cores = per_core.varint();
        const std::uint64_t core = per_core.varint();
        if (number >= placements_.size() || flag > 1 || cores > kMaxCores || core > kMaxCores) {
            return false;
        }
        BufferFields& place = placements_[static_cast<std::size_t>(number)];
        place.per_core = flag != 0;
        place.cores = static_cast<std::uint8_t>(cores);
        place.core = static_cast<std::uint8_t>(core);
    }
    return !in.failed() && in.at_end() && !per_core.failed();
}

bool EventDecoder::load_objects(ByteReader in) {
    DeltaReader deltas;
    objects_.clear();
    while (!in.at_end() && objects_.size() < count_) {
        objects_.push_back({deltas.next(in), kNoPlacement});
    }
    return !in.failed() && in.at_end();
}

void EventDecoder::load_columns(const Columns& columns) {
    kinds_ = ByteReader(column(columns, Column::Kinds));
    times_ = ByteReader(column(columns, Column::Times));
    time_deltas_.restart(min_t_ns_);
    event_threads_ = ByteReader(column(columns, Column::EventThreads));
    event_objects_ = ByteReader(column(columns, Column::EventObjects));
    event_placements_ = ByteReader(column(columns, Column::EventPlacements));
    event_stacks_ = ByteReader(column(columns, Column::EventStacks));
    has_stacks_ = !event_stacks_.at_end();
    for (std::size_t kind = 0; kind < rows_.size(); ++kind) {
        rows_[kind] = ByteReader(columns[static_cast<std::size_t>(Column::FirstRows) + kind]);
    }
}

Result<bool> EventDecoder::next(Event& event) {
    while (taken_ < count_) {
        ++taken_;
        const std::uint8_t kind = kinds_.u8();
        EventHeader header;
        if (!read_header(header)) {
            return impossible("the time, thread or stack of an event is broken");
        }
        if (kind >= format::kEventKindEnd) {
            ++skipped_;
            continue;
        }
        if (!read_event(static_cast<EventKind>(kind), header, event)) {
            return impossible("an event of kind " + std::to_string(kind) + " is broken");
        }
        return true;
    }
    if (!used_up()) {
        return impossible("it holds more than its events");
    }
    return false;
}

bool EventDecoder::used_up() const {
    bool all = kinds_.at_end() && times_.at_end() && event_threads_.at_end() && event_objects_.at_end() &&
               event_placements_.at_end() && event_stacks_.at_end();
    for (const ByteReader& rows : rows_) {
        all = all && rows.at_end();
    }
    return all;
}

bool EventDecoder::read_header(EventHeader& header) {
    header.t_ns = time_deltas_.next(times_);
    const std::uint64_t thread = event_threads_.varint();
    if (times_.failed() || header.t_ns < min_t_ns_ || header.t_ns > max_t_ns_) {
        return false;
    }
    if (event_threads_.failed() || thread >= threads_.size()) {
        return false;
    }
    header.pid = threads_[static_cast<std::size_t>(thread)].pid;
    header.tid = threads_[static_cast<std::size_t>(thread)].tid;
    header.stack = has_stacks_ ? event_stacks_.varint32() : 0;
    return !event_stacks_.failed();
}

template <typename T>
bool EventDecoder::read_into(EventKind kind, const EventHeader& header, Event& event) {
    T& alternative = event.emplace<T>();
    alternative.header = header;
    ByteReader& row = rows_[static_cast<std::size_t>(kind)];
    return read(row, alternative) && !row.failed();
}

bool EventDecoder::read_event(EventKind kind, const EventHeader& header, Event& event) {
    switch (kind) {
        case EventKind::Allocated: {
            auto& allocated = event.emplace<Allocated>();
            allocated.header = header;
            return read_buffer(allocated.buffer);
        }
        case EventKind::Freed: {
            auto& freed = event.emplace<Freed>();
            freed.header = header;
            return read_buffer(freed.buffer);
        }
        case EventKind::OwnerSeen: return read_into<OwnerSeen>(kind, header, event);
        case EventKind::CircularBufferAllocated: return read_into<CircularBufferAllocated>(kind, header, event);
        case EventKind::CircularBuffersReleased: return read_into<CircularBuffersReleased>(kind, header, event);
        case EventKind::ProgramLaunched: return read_into<ProgramLaunched>(kind, header, event);
        case EventKind::ProgramDestroyed: return read_into<ProgramDestroyed>(kind, header, event);
        case EventKind::OwnerClosing: return read_into<OwnerClosing>(kind, header, event);
        case EventKind::AllocatorReleased: return read_into<AllocatorReleased>(kind, header, event);
        case EventKind::ProcessSeen: return read_into<ProcessSeen>(kind, header, event);
        case EventKind::ProcessForked: return read_into<ProcessForked>(kind, header, event);
        case EventKind::ProcessExec: return read_into<ProcessExec>(kind, header, event);
        case EventKind::ProcessExited: return read_into<ProcessExited>(kind, header, event);
        case EventKind::Lost: return read_into<Lost>(kind, header, event);
        case EventKind::AllocatorSeen: return read_into<AllocatorSeen>(kind, header, event);
        case EventKind::AllocatorChanged: return read_into<AllocatorChanged>(kind, header, event);
        case EventKind::BufferFound: return read_into<BufferFound>(kind, header, event);
        case EventKind::BufferGone: return read_into<BufferGone>(kind, header, event);
        case EventKind::ProcessWalked: return read_into<ProcessWalked>(kind, header, event);
        case EventKind::ProcessPaused: return read_into<ProcessPaused>(kind, header, event);
        case EventKind::AllocationFailed: return read_into<AllocationFailed>(kind, header, event);
        case EventKind::CircularBufferClash: return read_into<CircularBufferClash>(kind, header, event);
        case EventKind::RequestRefused: return read_into<RequestRefused>(kind, header, event);
        case EventKind::ProgramNotTold: return read_into<ProgramNotTold>(kind, header, event);
        case EventKind::ProcessNotSeen: return read_into<ProcessNotSeen>(kind, header, event);
        case EventKind::ProcessStatus: return read_into<ProcessStatus>(kind, header, event);
        case EventKind::TraceCalled: return read_into<TraceCalled>(kind, header, event);
        case EventKind::Marked: return read_into<Marked>(kind, header, event);
        case EventKind::FrameSeen: return read_into<FrameSeen>(kind, header, event);
        case EventKind::StackSeen: return read_into<StackSeen>(kind, header, event);
        case EventKind::DataflowBuffersPlaced:
            if (!read_into<CircularBufferAllocated>(kind, header, event)) {
                return false;
            }
            std::get<CircularBufferAllocated>(event).kind = PlanKind::DataflowBuffers;
            return true;
        case EventKind::DataflowNotTold:
            if (!read_into<ProgramNotTold>(kind, header, event)) {
                return false;
            }
            std::get<ProgramNotTold>(event).kind = PlanKind::DataflowBuffers;
            return true;
    }
    return false;
}

bool EventDecoder::read_buffer(BufferFields& fields) {
    const std::uint64_t number = event_objects_.varint();
    const std::uint64_t coded = event_placements_.varint();
    if (event_objects_.failed() || event_placements_.failed() || number >= objects_.size()) {
        return false;
    }
    Object& object = objects_[static_cast<std::size_t>(number)];
    if (coded > placements_.size() || (coded == 0 && object.placement == kNoPlacement)) {
        return false;
    }
    if (coded != 0) {
        object.placement = static_cast<std::uint32_t>(coded - 1);
    }
    fields = placements_[object.placement];
    fields.buffer = object.pointer;
    return true;
}

bool EventDecoder::read_pointer(ByteReader& row, std::uint64_t& pointer) {
    const std::uint64_t number = row.varint();
    if (number >= pointers_.size()) {
        return false;
    }
    pointer = pointers_[static_cast<std::size_t>(number)];
    return true;
}

bool EventDecoder::read(ByteReader& row, OwnerSeen& event) {
    const bool named = read_pointer(row, event.owner);
    const std::uint64_t kind = row.varint();
    event.id = row.signed_varint32();
    const std::size_t chips = row.count(1);
    if (chips > format::kMaxChips) {
        return false;
    }
    if (!named || kind > static_cast<std::uint64_t>(OwnerKind::Mesh)) {
        return false;
    }
    event.kind = static_cast<OwnerKind>(kind);
    event.chips.reserve(chips);
    for (std::size_t i = 0; i < chips; ++i) {
        event.chips.push_back(row.signed_varint32());
    }
    return true;
}

bool EventDecoder::read(ByteReader& row, CircularBufferAllocated& event) {
    constexpr std::size_t kLeastRangeBytes = 4;
    const bool named = read_pointer(row, event.program) && read_pointer(row, event.owner);
    event.address = row.varint();
    event.size = row.varint();
    const std::uint64_t flags = row.varint();
    const std::size_t ranges = row.count(kLeastRangeBytes);
    if (ranges > format::kMaxCoreRanges) {
        return false;
    }
    if (!named || (flags & ~(format::kCoresComplete | format::kGloballyAllocated)) != 0) {
        return false;
    }
    event.cores_complete = (flags & format::kCoresComplete) != 0;
    event.globally_allocated = (flags & format::kGloballyAllocated) != 0;
    event.cores.resize(ranges);
    for (CoreRange& range : event.cores) {
        range.start_x = row.varint32();
        range.start_y = row.varint32();
        range.end_x = row.varint32();
        range.end_y = row.varint32();
    }
    return true;
}

bool EventDecoder::read(ByteReader& row, CircularBuffersReleased& event) { return read_pointer(row, event.owner); }

bool EventDecoder::read(ByteReader& row, ProgramLaunched& event) {
    return read_pointer(row, event.program) && read_pointer(row, event.owner);
}

bool EventDecoder::read(ByteReader& row, ProgramNotTold& event) {
    return read_pointer(row, event.program) && read_pointer(row, event.owner);
}

bool EventDecoder::read(ByteReader& row, ProcessNotSeen& event) {
    const std::uint64_t partly = row.varint();
    event.partly = partly != 0;
    event.why = row.string();
    event.what_to_do = row.string();
    return partly <= 1;
}

bool EventDecoder::read(ByteReader& row, ProcessStatus& event) {
    event.exit_status = row.varint32();
    event.signal = row.varint32();
    return true;
}

bool EventDecoder::read(ByteReader& row, TraceCalled& event) {
    const std::uint64_t call = row.varint();
    event.call = static_cast<TraceCall>(call);
    event.trace = row.varint32();
    return read_pointer(row, event.object) && call < kTraceCallCount;
}

bool EventDecoder::read(ByteReader& row, ProgramDestroyed& event) { return read_pointer(row, event.program); }

bool EventDecoder::read(ByteReader& row, OwnerClosing& event) { return read_pointer(row, event.owner); }

bool EventDecoder::read(ByteReader& row, AllocatorReleased& event) {
    const bool named = read_pointer(row, event.allocator);
    const std::uint64_t how = row.varint();
    event.how = static_cast<AllocatorRelease>(how);
    return named && how <= static_cast<std::uint64_t>(AllocatorRelease::Destroyed);
}

bool EventDecoder::read(ByteReader& row, ProcessSeen& event) {
    event.parent_pid = row.varint32();
    event.start_time_ns = row.varint();
    const std::uint64_t from_first_event = row.varint();
    event.from_first_event = from_first_event != 0;
    event.command = row.string();
    return from_first_event <= 1;
}

bool EventDecoder::read(ByteReader& row, ProcessForked& event) {
    event.child_pid = row.varint32();
    return true;
}

bool EventDecoder::read(ByteReader& /*row*/, ProcessExec& /*event*/) { return true; }

bool EventDecoder::read(ByteReader& /*row*/, ProcessExited& /*event*/) { return true; }

bool EventDecoder::read(ByteReader& row, Lost& event) {
    event.allocated = row.varint();
    event.freed = row.varint();
    event.circular_buffers = row.varint();
    event.lifecycle = row.varint();
    return true;
}

bool EventDecoder::read(ByteReader& row, AllocatorSeen& event) {
    constexpr std::size_t kLeastRegionBytes = 6;
    const bool named = read_pointer(row, event.allocator) && read_pointer(row, event.owner);
    const std::size_t regions = row.count(kLeastRegionBytes);
    if (!named) {
        return false;
    }
    event.regions.resize(regions);
    for (Region& region : event.regions) {
        const std::uint64_t type = row.varint();
        if (type >= kBufferTypeCount) {
            return false;
        }
        region.type = static_cast<BufferType>(type);
        region.banks = row.varint32();
        region.page_alignment = row.varint32();
        region.base = row.varint();
        region.bytes = row.varint();
        region.granularity = row.varint();
    }
    return true;
}

bool EventDecoder::read(ByteReader& row, AllocatorChanged& event) {
    const bool named = read_pointer(row, event.allocator);
    const std::uint64_t how = row.varint();
    event.how = static_cast<AllocatorChange>(how);
    return named && how < kAllocatorChangeCount;
}

bool EventDecoder::read_buffer_row(ByteReader& row, BufferFields& fields) {
    const std::uint64_t object = row.varint();
    const std::uint64_t placement = row.varint();
    if (row.failed() || object >= objects_.size() || placement >= placements_.size()) {
        return false;
    }
    fields = placements_[static_cast<std::size_t>(placement)];
    fields.buffer = objects_[static_cast<std::size_t>(object)].pointer;
    return true;
}

bool EventDecoder::read(ByteReader& row, BufferFound& event) {
    const bool named = read_buffer_row(row, event.buffer);
    event.block_bytes = row.varint();
    return named;
}

bool EventDecoder::read(ByteReader& row, BufferGone& event) { return read_buffer_row(row, event.buffer); }

bool EventDecoder::read(ByteReader& row, ProcessWalked& event) {
    const std::uint64_t reason = row.varint();
    const std::uint64_t complete = row.varint();
    event.reason = static_cast<WalkReason>(reason);
    event.complete = complete != 0;
    event.incomplete_reason = row.string();
    event.allocators = row.varint32();
    event.rounds = row.varint32();
    event.buffers = row.varint();
    event.found = row.varint();
    event.gone = row.varint();
    event.duration_ns = row.varint();
    event.stopped_ns = row.varint();
    return reason < kWalkReasonCount && complete <= 1;
}

bool EventDecoder::read(ByteReader& row, ProcessPaused& event) {
    event.duration_ns = row.varint();
    return true;
}

bool EventDecoder::read(ByteReader& row, AllocationFailed& event) {
    const bool named = read_buffer_row(row, event.buffer);
    event.message = row.string();
    return named;
}

bool EventDecoder::read(ByteReader& row, CircularBufferClash& event) {
    const bool named = read_pointer(row, event.program) && read_pointer(row, event.owner);
    event.message = row.string();
    return named;
}

bool EventDecoder::read(ByteReader& row, Marked& event) {
    event.name = row.string();
    return true;
}

bool EventDecoder::read(ByteReader& row, FrameSeen& event) {
    event.number = row.varint32();
    const std::uint64_t kind = row.varint();
    event.kind = static_cast<FrameKind>(kind);
    event.line = row.varint32();
    event.address = row.varint();
    event.function = row.string();
    event.file = row.string();
    event.build_id = row.string();
    return kind < kFrameKindCount;
}

bool EventDecoder::read(ByteReader& row, StackSeen& event) {
    event.number = row.varint32();
    const std::uint64_t end = row.varint();
    event.end = static_cast<StackEnd>(end);
    const std::size_t frames = row.count(1);
    if (end >= kStackEndCount || frames > kMaxStackFrames) {
        return false;
    }
    event.frames.reserve(frames);
    for (std::size_t i = 0; i < frames; ++i) {
        event.frames.push_back(row.varint32());
    }
    return true;
}

bool EventDecoder::read(ByteReader& row, RequestRefused& event) {
    const bool named = read_pointer(row, event.program) && read_pointer(row, event.owner);
    event.message = row.string();
    return named;
}

}  // namespace tt::alloc_trace
