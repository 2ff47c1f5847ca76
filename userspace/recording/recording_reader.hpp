// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads a recording, chunk by chunk, in bounded memory, from its beginning or from one of its checkpoints on. The file may be cut
// off, damaged or hostile: every event it delivers has been written, in that order, and what is missing at the end is said. One
// thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "recording/checkpoint.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/chunk_file.hpp"
#include "recording/event_decoder.hpp"
#include "recording/file_index.hpp"
#include "recording/totals.hpp"

namespace tt::alloc_trace {

class RecordingReader {
public:
    // Reads up to the first session chunk, and the checkpoint that a later part begins with.
    [[nodiscard]] static Result<RecordingReader> open(const std::string& path);

    // The latest session chunk read so far: final after the last event.
    [[nodiscard]] const SessionInfo& session() const { return session_; }

    // Where next() goes on: nullopt at the beginning of the recording, else the state behind the events it does not deliver.
    [[nodiscard]] const std::optional<Checkpoint>& start() const { return start_; }
    // Before the first next(): goes to the last checkpoint before which there are at most `events` events and none later than
    // `t_ns`. Where there is none, start() stays as it is.
    [[nodiscard]] Status seek(std::uint64_t t_ns, std::uint64_t events);

    // Of this file, by CLOCK_MONOTONIC: from the first event, or the checkpoint it begins with, to the last one or the moment of
    // detaching, whatever is later. nullopt: there is no event.
    struct TimeRange {
        std::uint64_t first_t_ns = 0;
        std::uint64_t last_t_ns = 0;
        std::uint64_t last_event_t_ns = 0;
    };
    [[nodiscard]] Result<std::optional<TimeRange>> time_range();

    // False after the last event that can be read. An error means that the file is not what a recorder writes, or needs
    // a newer version; the events before it were good.
    [[nodiscard]] Result<bool> next(Event& event);
    // All events that are left.
    [[nodiscard]] Status replay(EventConsumer& consumer);

    // Below: final once next() said false.

    // The recording was finished, and every event of it was read.
    [[nodiscard]] bool complete() const { return end_.has_value() && warning_.empty(); }
    // Why it is not complete, for people; empty if it is.
    [[nodiscard]] const std::string& warning() const { return warning_; }
    // From the end chunk, if there is one.
    [[nodiscard]] const std::optional<RecordingEnd>& end() const { return end_; }
    // In the chunks read so far, including those that next() had to skip; those before start() not.
    [[nodiscard]] std::uint64_t events() const { return events_ - before_start(); }

private:
    RecordingReader(std::string path, UniqueFd fd) : path_(std::move(path)), file_(std::move(fd)) {}

    [[nodiscard]] Status read_file_header();
    [[nodiscard]] Status read_first_session();
    [[nodiscard]] Status read_first_checkpoint();
    [[nodiscard]] Status read_chunk();
    [[nodiscard]] Result<bool> read_whole_chunk(ChunkHeader& header);
    [[nodiscard]] Status take_chunk(const ChunkHeader& header);
    [[nodiscard]] Status take_events(const ChunkHeader& header, std::span<const std::uint8_t> packed);
    [[nodiscard]] Status take_session(std::span<const std::uint8_t> packed);
    [[nodiscard]] Status load_index();
    [[nodiscard]] bool go_to(const FileIndex::Checkpoint& place);
    [[nodiscard]] bool read_checkpoint(const FileIndex::Checkpoint& place, Checkpoint& checkpoint);
    [[nodiscard]] bool read_session_before(std::uint64_t offset);
    [[nodiscard]] std::uint64_t before_start() const { return start_ ? start_->events : 0; }

    void stop(std::string warning);
    void stop_cut_off();
    void stop_damaged(const std::string& what);
    void finish();
    [[nodiscard]] tl::unexpected<Error> refuse(Error error);
    [[nodiscard]] std::string so_far() const;

    std::string path_;
    ChunkFile file_;
    std::uint64_t offset_ = 0;        // where the next chunk starts
    std::uint64_t chunk_offset_ = 0;  // where the current chunk starts
    std::uint32_t chunks_ = 0;        // the next one's sequence number
    std::uint64_t events_ = 0;        // of the whole recording, up to the next chunk
    std::uint64_t part_events_ = 0;   // in earlier parts
    std::optional<Checkpoint> start_;
    std::optional<FileIndex> index_;
    bool index_is_own_ = false;       // made from the chunks themselves
    bool has_session_ = false;
    bool in_events_ = false;  // the decoder may have more
    bool stopped_ = false;    // nothing more is read
    SessionInfo session_;
    std::optional<RecordingEnd> end_;
    std::string warning_;
    Bytes payload_;
    ChunkDecoder chunk_decoder_;
    EventDecoder decoder_;
};

}  // namespace tt::alloc_trace
