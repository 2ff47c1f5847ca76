// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Stores a stream of events in a file (docs/recording-format.md). One thread. Events are kept in memory until a chunk
// is full or flush() is called; what was flushed survives the recorder's death by any signal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/event_encoder.hpp"
#include "recording/output_file.hpp"
#include "recording/totals.hpp"

namespace tt::alloc_trace {

// After the first write error (status() tells it) the file stays as it was after its last whole chunk, and later events
// are only counted.
class RecordingWriter final : public EventConsumer {
public:
    // See OutputFile::create for what happens to existing files.
    [[nodiscard]] static Result<std::unique_ptr<RecordingWriter>> create(
        const std::string& path, const SessionInfo& session, const RecordingOptions& options
    );
    // Writes what is left, without an end chunk: such a file reads as cut off. Call finish() before.
    ~RecordingWriter() override;

    void consume(const Event& event) override;

    // Ends the current chunk and hands it to the system. To be called at least once a second.
    [[nodiscard]] Status flush();
    // Replaces what is known of the session, e.g. after probes were found in a library loaded later.
    [[nodiscard]] Status update_session(const SessionInfo& session);
    // Flushes, writes the end chunk and closes the file. Tells the first error of all; events that come later are not
    // written.
    [[nodiscard]] Status finish(const Totals& totals);

    [[nodiscard]] const Status& status() const { return status_; }
    [[nodiscard]] std::uint64_t events_written() const { return events_written_; }  // in whole chunks
    [[nodiscard]] std::uint64_t events_not_written() const { return events_not_written_; }
    [[nodiscard]] std::uint64_t bytes_written() const { return file_.bytes(); }

private:
    RecordingWriter(OutputFile file, std::uint32_t chunks) : file_(std::move(file)), chunks_(chunks) {}

    Status write_chunk(std::uint32_t type, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed);
    void note_error(const Status& status);

    OutputFile file_;
    std::uint32_t chunks_ = 0;  // in the file: the next one's sequence number
    ChunkEncoder chunk_encoder_;
    EventEncoder events_;
    std::uint64_t events_written_ = 0;
    std::uint64_t events_not_written_ = 0;
    bool finished_ = false;
    Status status_;
};

}  // namespace tt::alloc_trace
