// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/event_encoder.hpp"

#include <algorithm>

#include "recording/fields.hpp"

namespace tt::alloc_trace {

using format::Column;
using format::EventKind;

namespace {

// Most that the parts without a fixed size can take.
std::size_t variable_bytes(const Event& event) {
    constexpr std::size_t kVarint32 = 5;
    if (const auto* owner = std::get_if<OwnerSeen>(&event)) {
        return owner->chips.size() * kVarint32;
    }
    if (const auto* buffer = std::get_if<CircularBufferAllocated>(&event)) {
        return buffer->cores.size() * 4 * kVarint32;
    }
    if (const auto* process = std::get_if<ProcessSeen>(&event)) {
        return process->command.size();
    }
    if (const auto* allocator = std::get_if<AllocatorSeen>(&event)) {
        constexpr std::size_t kMostRegionBytes = 43;
        return allocator->regions.size() * kMostRegionBytes;
    }
    if (const auto* walk = std::get_if<ProcessWalked>(&event)) {
        return walk->incomplete_reason.size();
    }
    if (const auto* not_seen = std::get_if<ProcessNotSeen>(&event)) {
        return not_seen->why.size() + not_seen->what_to_do.size();
    }
    if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
        return failed->message.size();
    }
    if (const auto* refused = std::get_if<RequestRefused>(&event)) {
        return refused->message.size();
    }
    if (const auto* marked = std::get_if<Marked>(&event)) {
        return marked->name.size();
    }
    if (const auto* frame = std::get_if<FrameSeen>(&event)) {
        return frame->function.size() + frame->file.size() + frame->build_id.size();
    }
    if (const auto* stack = std::get_if<StackSeen>(&event)) {
        return stack->frames.size() * kVarint32;
    }
    const auto* clash = std::get_if<CircularBufferClash>(&event);
    return clash != nullptr ? clash->message.size() : 0;
}

void write_column(ByteWriter& out, Column column, const Bytes& data, bool required = true) {
    if (!data.empty()) {
        write_field(out, static_cast<std::uint64_t>(column), required, data);
    }
}

void write_rows(ByteWriter& out, std::size_t kind, const Bytes& data) {
    const auto column = static_cast<Column>(static_cast<std::size_t>(Column::FirstRows) + kind);
    write_column(out, column, data, kind < format::kFirstKindOf02);
}

}  // namespace

bool EventEncoder::add(const Event& event) {
    if (variable_bytes(event) > format::kMaxEventBytes) {
        return false;
    }
    std::visit([this](const auto& alternative) { put(alternative); }, event);
    return true;
}

bool EventEncoder::full() const {
    return count_ >= format::kFullChunkEvents || packed_bytes() >= format::kFullChunkBytes;
}

std::size_t EventEncoder::packed_bytes() const {
    std::size_t bytes = thread_table_.size() + pointer_table_.size() + shape_table_.size() +
                        sharded_shape_table_.size() + per_core_table_.size() + placement_table_.size() + object_table_.size() + kinds_.size() + times_.size() + event_threads_.size() +
                        event_objects_.size() + event_placements_.size() + event_stacks_.size();
    for (const ByteWriter& rows : rows_) {
        bytes += rows.size();
    }
    return bytes;
}

Bytes EventEncoder::plain(std::uint64_t first_event) const {
    ByteWriter out;
    out.u64(first_event);
    out.u64(min_t_ns_);
    out.u64(max_t_ns_);
    out.u32(count_);
    return out.bytes();
}

Bytes EventEncoder::packed() const {
    ByteWriter times;
    times.varint(zigzag(first_t_ns_ - min_t_ns_));
    times.raw(times_.bytes());

    ByteWriter out;
    write_column(out, Column::Threads, thread_table_.bytes());
    write_column(out, Column::Pointers, pointer_table_.bytes());
    write_column(out, Column::Shapes, shape_table_.bytes());
    write_column(out, Column::Placements, placement_table_.bytes());
    write_column(out, Column::Objects, object_table_.bytes());
    write_column(out, Column::ShardedShapes, sharded_shape_table_.bytes(), false);
    write_column(out, Column::PerCorePlacements, per_core_table_.bytes(), false);
    write_column(out, Column::Kinds, kinds_.bytes());
    write_column(out, Column::Times, times.bytes());
    write_column(out, Column::EventThreads, event_threads_.bytes());
    write_column(out, Column::EventObjects, event_objects_.bytes());
    write_column(out, Column::EventPlacements, event_placements_.bytes());
    write_column(out, Column::EventStacks, event_stacks_.bytes(), false);
    for (std::size_t kind = 0; kind < rows_.size(); ++kind) {
        write_rows(out, kind, rows_[kind].bytes());
    }
    return out.bytes();
}

void EventEncoder::clear() {
    count_ = 0;
    threads_.clear();
    pointers_.clear();
    shapes_.clear();
    placements_.clear();
    objects_.clear();
    object_places_.clear();
    pointer_deltas_.restart();
    placement_deltas_.restart();
    object_deltas_.restart();
    for (ByteWriter* writer :
         {&thread_table_,
          &pointer_table_,
          &shape_table_,
          &sharded_shape_table_,
          &per_core_table_,
          &placement_table_,
          &object_table_,
          &kinds_,
          &times_,
          &event_threads_,
          &event_objects_,
          &event_placements_,
          &event_stacks_}) {
        writer->clear();
    }
    for (ByteWriter& rows : rows_) {
        rows.clear();
    }
}

// What every event has. Returns where its row goes.
ByteWriter& EventEncoder::begin(EventKind kind, const EventHeader& header) {
    const auto& [t_ns, pid, tid, stack] = header;
    if (count_ == 0) {
        first_t_ns_ = min_t_ns_ = max_t_ns_ = t_ns;
    } else {
        times_.varint(zigzag(t_ns - last_t_ns_));
        min_t_ns_ = std::min(min_t_ns_, t_ns);
        max_t_ns_ = std::max(max_t_ns_, t_ns);
    }
    last_t_ns_ = t_ns;
    ++count_;

    bool is_new = false;
    event_threads_.varint(threads_.number_of({pid, tid}, is_new));
    if (is_new) {
        thread_table_.varint(pid);
        thread_table_.varint(tid);
    }
    kinds_.u8(static_cast<std::uint8_t>(kind));
    put_stack(stack);
    return rows_[static_cast<std::size_t>(kind)];
}

// Recordings without stacks have no such column.
void EventEncoder::put_stack(std::uint32_t stack) {
    if (event_stacks_.size() == 0) {
        if (stack == 0) {
            return;
        }
        for (std::uint32_t before = 1; before < count_; ++before) {
            event_stacks_.varint(0);
        }
    }
    event_stacks_.varint(stack);
}

void EventEncoder::put_buffer(EventKind kind, const EventHeader& header, const BufferFields& fields) {
    begin(kind, header);
    const std::uint32_t number = object(fields.buffer);
    event_objects_.varint(number);
    BufferFields place = fields;
    place.buffer = 0;
    std::optional<BufferFields>& before = object_places_[number];
    if (before == place) {
        event_placements_.varint(0);
        return;
    }
    before = place;
    event_placements_.varint(std::uint64_t{placement(place)} + 1);
}

// Of kinds that came with 0.2: all of the buffer is in the row, as a reader that skips it must not miss entries of columns.
ByteWriter& EventEncoder::put_buffer_row(EventKind kind, const EventHeader& header, const BufferFields& fields) {
    ByteWriter& row = begin(kind, header);
    row.varint(object(fields.buffer));
    BufferFields place = fields;
    place.buffer = 0;
    row.varint(placement(place));
    return row;
}

std::uint32_t EventEncoder::object(std::uint64_t value) {
    bool is_new = false;
    const std::uint32_t number = objects_.number_of(value, is_new);
    if (is_new) {
        object_deltas_.add(object_table_, value);
        object_places_.emplace_back();
    }
    return number;
}

std::uint32_t EventEncoder::placement(const BufferFields& place) {
    bool is_new = false;
    const std::uint32_t number = placements_.number_of(place, is_new);
    if (is_new) {
        placement_table_.varint(shape(place));
        placement_deltas_.add(placement_table_, place.address);
    }
    if (is_new && (place.per_core || place.cores != 0 || place.core != 0)) {
        per_core_table_.varint(number);
        per_core_table_.varint(place.per_core ? 1 : 0);
        per_core_table_.varint(place.cores);
        per_core_table_.varint(place.core);
    }
    return number;
}

std::uint32_t EventEncoder::shape(const BufferFields& place) {
    const auto& [buffer, owner, allocator, address, size, page_size, type, hooked, sharded, pages, per_core, cores, core] = place;
    ShapeKey key;
    key.owner = pointer(owner);
    key.allocator = pointer(allocator);
    key.size = size;
    key.page_size = page_size;
    key.type_and_hooked = static_cast<std::uint64_t>(type) << 1 | (hooked ? 1 : 0);
    key.sharded = sharded;
    key.pages_per_shard = pages;
    bool is_new = false;
    const std::uint32_t number = shapes_.number_of(key, is_new);
    if (is_new) {
        shape_table_.varint(key.owner);
        shape_table_.varint(key.allocator);
        shape_table_.varint(key.size);
        shape_table_.varint(key.page_size);
        shape_table_.varint(key.type_and_hooked);
    }
    if (is_new && (sharded || pages != 0)) {
        sharded_shape_table_.varint(number);
        sharded_shape_table_.varint(sharded ? 1 : 0);
        sharded_shape_table_.varint(pages);
    }
    return number;
}

std::uint32_t EventEncoder::pointer(std::uint64_t value) {
    bool is_new = false;
    const std::uint32_t number = pointers_.number_of(value, is_new);
    if (is_new) {
        pointer_deltas_.add(pointer_table_, value);
    }
    return number;
}

// In the functions below a new field of an event does not compile until it is written here.

void EventEncoder::put(const OwnerSeen& event) {
    const auto& [header, owner, kind, id, chips] = event;
    ByteWriter& row = begin(EventKind::OwnerSeen, header);
    row.varint(pointer(owner));
    row.varint(static_cast<std::uint64_t>(kind));
    row.signed_varint(id);
    row.varint(chips.size());
    for (const std::int32_t chip : chips) {
        row.signed_varint(chip);
    }
}

void EventEncoder::put(const CircularBufferAllocated& event) {
    const auto& [header, program, owner, address, size, cores, cores_complete, globally_allocated, kind] = event;
    const bool dataflow = kind == PlanKind::DataflowBuffers;
    ByteWriter& row = begin(dataflow ? EventKind::DataflowBuffersPlaced : EventKind::CircularBufferAllocated, header);
    row.varint(pointer(program));
    row.varint(pointer(owner));
    row.varint(address);
    row.varint(size);
    row.varint((cores_complete ? format::kCoresComplete : 0) | (globally_allocated ? format::kGloballyAllocated : 0));
    row.varint(cores.size());
    for (const auto& [start_x, start_y, end_x, end_y] : cores) {
        row.varint(start_x);
        row.varint(start_y);
        row.varint(end_x);
        row.varint(end_y);
    }
}

void EventEncoder::put(const CircularBuffersReleased& event) {
    const auto& [header, owner] = event;
    begin(EventKind::CircularBuffersReleased, header).varint(pointer(owner));
}

void EventEncoder::put(const ProgramLaunched& event) {
    const auto& [header, program, owner] = event;
    ByteWriter& row = begin(EventKind::ProgramLaunched, header);
    row.varint(pointer(program));
    row.varint(pointer(owner));
}

void EventEncoder::put(const ProgramNotTold& event) {
    const auto& [header, program, owner, kind] = event;
    ByteWriter& row = begin(kind == PlanKind::DataflowBuffers ? EventKind::DataflowNotTold : EventKind::ProgramNotTold, header);
    row.varint(pointer(program));
    row.varint(pointer(owner));
}

void EventEncoder::put(const ProcessNotSeen& event) {
    const auto& [header, partly, why, what_to_do] = event;
    ByteWriter& row = begin(EventKind::ProcessNotSeen, header);
    row.varint(partly ? 1 : 0);
    row.string(why);
    row.string(what_to_do);
}

void EventEncoder::put(const ProcessStatus& event) {
    const auto& [header, exit_status, signal] = event;
    ByteWriter& row = begin(EventKind::ProcessStatus, header);
    row.varint(exit_status);
    row.varint(signal);
}

void EventEncoder::put(const TraceCalled& event) {
    const auto& [header, call, trace, object] = event;
    ByteWriter& row = begin(EventKind::TraceCalled, header);
    row.varint(static_cast<std::uint64_t>(call));
    row.varint(trace);
    row.varint(pointer(object));
}

void EventEncoder::put(const Marked& event) {
    const auto& [header, name] = event;
    begin(EventKind::Marked, header).string(name);
}

void EventEncoder::put(const ProgramDestroyed& event) {
    const auto& [header, program] = event;
    begin(EventKind::ProgramDestroyed, header).varint(pointer(program));
}

void EventEncoder::put(const OwnerClosing& event) {
    const auto& [header, owner] = event;
    begin(EventKind::OwnerClosing, header).varint(pointer(owner));
}

void EventEncoder::put(const AllocatorReleased& event) {
    const auto& [header, allocator, how] = event;
    ByteWriter& row = begin(EventKind::AllocatorReleased, header);
    row.varint(pointer(allocator));
    row.varint(static_cast<std::uint64_t>(how));
}

void EventEncoder::put(const ProcessSeen& event) {
    const auto& [header, parent_pid, start_time_ns, from_first_event, command] = event;
    ByteWriter& row = begin(EventKind::ProcessSeen, header);
    row.varint(parent_pid);
    row.varint(start_time_ns);
    row.varint(from_first_event ? 1 : 0);
    row.string(command);
}

void EventEncoder::put(const ProcessForked& event) {
    const auto& [header, child_pid] = event;
    begin(EventKind::ProcessForked, header).varint(child_pid);
}

void EventEncoder::put(const ProcessExec& event) {
    const auto& [header] = event;
    begin(EventKind::ProcessExec, header);
}

void EventEncoder::put(const ProcessExited& event) {
    const auto& [header] = event;
    begin(EventKind::ProcessExited, header);
}

void EventEncoder::put(const Lost& event) {
    const auto& [header, allocated, freed, circular_buffers, lifecycle] = event;
    ByteWriter& row = begin(EventKind::Lost, header);
    row.varint(allocated);
    row.varint(freed);
    row.varint(circular_buffers);
    row.varint(lifecycle);
}

void EventEncoder::put(const AllocatorSeen& event) {
    const auto& [header, allocator, owner, regions] = event;
    ByteWriter& row = begin(EventKind::AllocatorSeen, header);
    row.varint(pointer(allocator));
    row.varint(pointer(owner));
    row.varint(regions.size());
    for (const auto& [type, banks, page_alignment, base, bytes, granularity] : regions) {
        row.varint(static_cast<std::uint64_t>(type));
        row.varint(banks);
        row.varint(page_alignment);
        row.varint(base);
        row.varint(bytes);
        row.varint(granularity);
    }
}

void EventEncoder::put(const AllocatorChanged& event) {
    const auto& [header, allocator, how] = event;
    ByteWriter& row = begin(EventKind::AllocatorChanged, header);
    row.varint(pointer(allocator));
    row.varint(static_cast<std::uint64_t>(how));
}

void EventEncoder::put(const BufferFound& event) {
    const auto& [header, buffer, block_bytes] = event;
    put_buffer_row(EventKind::BufferFound, header, buffer).varint(block_bytes);
}

void EventEncoder::put(const BufferGone& event) {
    const auto& [header, buffer] = event;
    put_buffer_row(EventKind::BufferGone, header, buffer);
}

void EventEncoder::put(const ProcessWalked& event) {
    const auto& [header, reason, complete, why, allocators, rounds, buffers, found, gone, duration_ns, stopped_ns] = event;
    ByteWriter& row = begin(EventKind::ProcessWalked, header);
    row.varint(static_cast<std::uint64_t>(reason));
    row.varint(complete ? 1 : 0);
    row.string(why);
    for (const std::uint64_t number :
         {std::uint64_t{allocators}, std::uint64_t{rounds}, buffers, found, gone, duration_ns, stopped_ns}) {
        row.varint(number);
    }
}

void EventEncoder::put(const ProcessPaused& event) {
    const auto& [header, duration_ns] = event;
    begin(EventKind::ProcessPaused, header).varint(duration_ns);
}

void EventEncoder::put(const AllocationFailed& event) {
    const auto& [header, buffer, message] = event;
    put_buffer_row(EventKind::AllocationFailed, header, buffer).string(message);
}

void EventEncoder::put(const CircularBufferClash& event) {
    const auto& [header, program, owner, message] = event;
    ByteWriter& row = begin(EventKind::CircularBufferClash, header);
    row.varint(pointer(program));
    row.varint(pointer(owner));
    row.string(message);
}

void EventEncoder::put(const FrameSeen& event) {
    const auto& [header, number, kind, line, address, function, file, build_id] = event;
    ByteWriter& row = begin(EventKind::FrameSeen, header);
    row.varint(number);
    row.varint(static_cast<std::uint64_t>(kind));
    row.varint(line);
    row.varint(address);
    row.string(function);
    row.string(file);
    row.string(build_id);
}

void EventEncoder::put(const StackSeen& event) {
    const auto& [header, number, frames, end] = event;
    ByteWriter& row = begin(EventKind::StackSeen, header);
    row.varint(number);
    row.varint(static_cast<std::uint64_t>(end));
    row.varint(frames.size());
    for (const std::uint32_t frame : frames) {
        row.varint(frame);
    }
}

void EventEncoder::put(const RequestRefused& event) {
    const auto& [header, program, owner, message] = event;
    ByteWriter& row = begin(EventKind::RequestRefused, header);
    row.varint(pointer(program));
    row.varint(pointer(owner));
    row.string(message);
}

}  // namespace tt::alloc_trace
