// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Events of one chunk from its plain and packed part. The bytes are checked against nothing but their checksum: every
// count, index and enumerator is checked here. Errors name neither file nor place: the caller does.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "event/event.hpp"
#include "recording/byte_reader.hpp"
#include "recording/format.hpp"

namespace tt::alloc_trace {

class EventDecoder {
public:
    // Starts on a chunk; both parts are borrowed until its last event was taken.
    [[nodiscard]] Status load(std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed);

    // False after the last event.
    [[nodiscard]] Result<bool> next(Event& event);

    // Of this chunk.
    [[nodiscard]] std::uint64_t first_event() const { return first_event_; }
    [[nodiscard]] std::uint32_t count() const { return count_; }
    // Of all chunks so far: events of kinds that came with a later minor version.
    [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

private:
    using Columns = std::array<std::span<const std::uint8_t>, 64 + format::kEventKindEnd>;

    [[nodiscard]] Status load_plain(std::span<const std::uint8_t> plain);
    [[nodiscard]] Status load_tables(const Columns& columns);
    [[nodiscard]] bool load_threads(ByteReader in);
    [[nodiscard]] bool load_pointers(ByteReader in);
    [[nodiscard]] bool load_shapes(ByteReader shapes, ByteReader sharded);
    [[nodiscard]] bool load_placements(ByteReader in, ByteReader per_core);
    [[nodiscard]] bool load_objects(ByteReader in);
    void load_columns(const Columns& columns);

    [[nodiscard]] bool read_header(EventHeader& header);
    [[nodiscard]] bool read_event(format::EventKind kind, const EventHeader& header, Event& event);
    [[nodiscard]] bool read_buffer(BufferFields& fields);
    [[nodiscard]] bool read(ByteReader& row, OwnerSeen& event);
    [[nodiscard]] bool read(ByteReader& row, CircularBufferAllocated& event);
    [[nodiscard]] bool read(ByteReader& row, CircularBuffersReleased& event);
    [[nodiscard]] bool read(ByteReader& row, ProgramLaunched& event);
    [[nodiscard]] bool read(ByteReader& row, ProgramNotTold& event);
    [[nodiscard]] static bool read(ByteReader& row, ProcessNotSeen& event);
    [[nodiscard]] static bool read(ByteReader& row, ProcessStatus& event);
    [[nodiscard]] bool read(ByteReader& row, TraceCalled& event);
    [[nodiscard]] bool read(ByteReader& row, Marked& event);
    [[nodiscard]] bool read(ByteReader& row, ProgramDestroyed& event);
    [[nodiscard]] bool read(ByteReader& row, OwnerClosing& event);
    [[nodiscard]] bool read(ByteReader& row, AllocatorReleased& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessSeen& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessForked& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessExec& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessExited& event);
    [[nodiscard]] bool read(ByteReader& row, Lost& event);
    [[nodiscard]] bool read(ByteReader& row, AllocatorSeen& event);
    [[nodiscard]] bool read(ByteReader& row, AllocatorChanged& event);
    [[nodiscard]] bool read(ByteReader& row, BufferFound& event);
    [[nodiscard]] bool read(ByteReader& row, BufferGone& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessWalked& event);
    [[nodiscard]] bool read(ByteReader& row, ProcessPaused& event);
    [[nodiscard]] bool read(ByteReader& row, AllocationFailed& event);
    [[nodiscard]] bool read(ByteReader& row, CircularBufferClash& event);
    [[nodiscard]] bool read(ByteReader& row, RequestRefused& event);
    [[nodiscard]] static bool read(ByteReader& row, FrameSeen& event);
    [[nodiscard]] static bool read(ByteReader& row, StackSeen& event);
    [[nodiscard]] bool read_buffer_row(ByteReader& row, BufferFields& fields);
    template <typename T>
    [[nodiscard]] bool read_into(format::EventKind kind, const EventHeader& header, Event& event);
    [[nodiscard]] bool read_pointer(ByteReader& row, std::uint64_t& pointer);
    [[nodiscard]] bool used_up() const;

    std::uint64_t first_event_ = 0;
    std::uint64_t min_t_ns_ = 0;
    std::uint64_t max_t_ns_ = 0;
    std::uint32_t count_ = 0;
    std::uint32_t taken_ = 0;
    std::uint64_t skipped_ = 0;

    struct Thread {
        std::uint32_t pid = 0;
        std::uint32_t tid = 0;
    };
    struct Object {
        std::uint64_t pointer = 0;
        std::uint32_t placement = 0;  // of its event before; kNoPlacement before the first
    };
    std::vector<Thread> threads_;
    std::vector<std::uint64_t> pointers_;
    std::vector<BufferFields> shapes_;
    std::vector<BufferFields> placements_;  // `buffer` is 0
    std::vector<Object> objects_;

    ByteReader kinds_;
    ByteReader times_;
    DeltaReader time_deltas_;
    ByteReader event_threads_;
    ByteReader event_objects_;
    ByteReader event_placements_;
    ByteReader event_stacks_;
    bool has_stacks_ = false;
    std::array<ByteReader, format::kEventKindEnd> rows_;  // by kind
};

}  // namespace tt::alloc_trace
