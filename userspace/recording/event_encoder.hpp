// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Events of one chunk to its plain and packed part, by column and with tables (docs/recording-format.md 3.2).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "event/event.hpp"
#include "recording/byte_writer.hpp"
#include "recording/format.hpp"
#include "recording/interner.hpp"

namespace tt::alloc_trace {

class EventEncoder {
public:
    // False if the event alone is larger than a chunk may be (format::kMaxEventBytes): it is not added.
    [[nodiscard]] bool add(const Event& event);

    [[nodiscard]] std::uint32_t count() const { return count_; }
    // Of these, for a count of at least 1.
    [[nodiscard]] std::uint64_t min_t_ns() const { return min_t_ns_; }
    [[nodiscard]] std::uint64_t max_t_ns() const { return max_t_ns_; }
    // The chunk should be ended now.
    [[nodiscard]] bool full() const;

    // The chunk's content, for a count of at least 1.
    [[nodiscard]] Bytes plain(std::uint64_t first_event) const;
    [[nodiscard]] Bytes packed() const;

    // Forgets all events and tables; keeps the memory.
    void clear();

private:
    void put(const Allocated& event) { put_buffer(format::EventKind::Allocated, event.header, event.buffer); }
    void put(const Freed& event) { put_buffer(format::EventKind::Freed, event.header, event.buffer); }
    void put(const OwnerSeen& event);
    void put(const CircularBufferAllocated& event);
    void put(const CircularBuffersReleased& event);
    void put(const ProgramLaunched& event);
    void put(const ProgramNotTold& event);
    void put(const ProcessNotSeen& event);
    void put(const ProcessStatus& event);
    void put(const TraceCalled& event);
    void put(const Marked& event);
    void put(const ProgramDestroyed& event);
    void put(const OwnerClosing& event);
    void put(const AllocatorReleased& event);
    void put(const ProcessSeen& event);
    void put(const ProcessForked& event);
    void put(const ProcessExec& event);
    void put(const ProcessExited& event);
    void put(const Lost& event);
    void put(const AllocatorSeen& event);
    void put(const AllocatorChanged& event);
    void put(const BufferFound& event);
    void put(const BufferGone& event);
    void put(const ProcessWalked& event);
    void put(const ProcessPaused& event);
    void put(const AllocationFailed& event);
    void put(const CircularBufferClash& event);
    void put(const RequestRefused& event);
    void put(const FrameSeen& event);
    void put(const StackSeen& event);

    void put_buffer(format::EventKind kind, const EventHeader& header, const BufferFields& fields);
    ByteWriter& put_buffer_row(format::EventKind kind, const EventHeader& header, const BufferFields& fields);
    ByteWriter& begin(format::EventKind kind, const EventHeader& header);
    void put_stack(std::uint32_t stack);
    [[nodiscard]] std::size_t packed_bytes() const;

    std::uint32_t object(std::uint64_t value);
    std::uint32_t placement(const BufferFields& place);
    std::uint32_t shape(const BufferFields& place);
    std::uint32_t pointer(std::uint64_t value);

    std::uint32_t count_ = 0;
    std::uint64_t first_t_ns_ = 0;
    std::uint64_t min_t_ns_ = 0;
    std::uint64_t max_t_ns_ = 0;
    std::uint64_t last_t_ns_ = 0;

    Interner<ThreadKey> threads_;
    Interner<std::uint64_t> pointers_;
    Interner<ShapeKey> shapes_;
    Interner<BufferFields> placements_;
    Interner<std::uint64_t> objects_;
    // By object: where it was in its Allocated or Freed before; its `buffer` is 0.
    std::vector<std::optional<BufferFields>> object_places_;

    ByteWriter thread_table_;
    ByteWriter pointer_table_;
    DeltaWriter pointer_deltas_;
    ByteWriter shape_table_;
    ByteWriter sharded_shape_table_;
    ByteWriter per_core_table_;
    ByteWriter placement_table_;
    DeltaWriter placement_deltas_;
    ByteWriter object_table_;
    DeltaWriter object_deltas_;

    ByteWriter kinds_;
    ByteWriter times_;  // without the first one, which needs the smallest time
    ByteWriter event_threads_;
    ByteWriter event_objects_;
    ByteWriter event_placements_;
    ByteWriter event_stacks_;  // empty until the first event that has one
    std::array<ByteWriter, format::kEventKindEnd> rows_;  // by kind
};

}  // namespace tt::alloc_trace
