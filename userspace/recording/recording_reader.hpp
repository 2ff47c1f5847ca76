// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads a recording, chunk by chunk, in bounded memory. The file may be cut off, damaged or hostile: every event it
// delivers has been written, in that order, and what is missing at the end is said. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/event_decoder.hpp"
#include "recording/totals.hpp"

namespace tt::alloc_trace {

class RecordingReader {
public:
    // Reads up to the first session chunk.
    [[nodiscard]] static Result<RecordingReader> open(const std::string& path);

    // The latest session chunk read so far: final after the last event.
    [[nodiscard]] const SessionInfo& session() const { return session_; }

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
    // In the chunks read so far, including those that next() had to skip.
    [[nodiscard]] std::uint64_t events() const { return events_; }

private:
    RecordingReader(std::string path, UniqueFd fd) : path_(std::move(path)), fd_(std::move(fd)) {}

    [[nodiscard]] Status read_file_header();
    [[nodiscard]] Status read_first_session();
    [[nodiscard]] Status read_chunk();
    [[nodiscard]] Result<bool> read_chunk_header(ChunkHeader& header);
    [[nodiscard]] Result<bool> read_payload(const ChunkHeader& header);
    [[nodiscard]] Status take_chunk(const ChunkHeader& header);
    [[nodiscard]] Status take_events(const ChunkHeader& header, std::span<const std::uint8_t> packed);
    [[nodiscard]] Result<std::size_t> read_bytes(std::span<std::uint8_t> data);

    void stop(std::string warning);
    void stop_cut_off();
    void stop_damaged(const std::string& what);
    void finish();
    [[nodiscard]] tl::unexpected<Error> refuse(Error error);
    [[nodiscard]] std::string so_far() const;

    std::string path_;
    UniqueFd fd_;
    std::uint64_t offset_ = 0;        // bytes read
    std::uint64_t chunk_offset_ = 0;  // where the current chunk starts
    std::uint32_t chunks_ = 0;        // the next one's sequence number
    std::uint64_t events_ = 0;
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
