// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Stores a stream of events in a file (docs/recording-format.md). One thread. Events are kept in memory until a chunk
// is full or flush() is called; what was flushed survives the recorder's death by any signal.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "base/error.hpp"
#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "recording/checkpoint.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/event_encoder.hpp"
#include "recording/file_index.hpp"
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

    // From now on checkpoints are written, the first one after `least_events` more, and the file is limited to
    // RecordingOptions::max_bytes. `state` tells the state behind all events consumed so far, whenever it is called; it must outlive
    // this.
    void take_checkpoints(std::function<Checkpoint()> state, std::uint64_t least_events = format::kCheckpointEvents);

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
    [[nodiscard]] std::uint64_t bytes_written() const { return file_.bytes(); }  // to the newest part
    // A recording limited in size: the parts put aside that are still there, oldest first, and how many were removed.
    struct Part {
        std::string suffix;  // of the path
        std::uint64_t bytes = 0;
    };
    [[nodiscard]] const std::deque<Part>& older_parts() const { return older_parts_; }
    [[nodiscard]] std::uint32_t parts_removed() const { return session_.part - static_cast<std::uint32_t>(older_parts_.size()); }

private:
    RecordingWriter(OutputFile file, SessionInfo session, RecordingOptions options);

    struct Chunk {
        std::uint32_t type = 0;
        bool optional = false;
    };
    Status write_chunk(Chunk chunk, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed);
    void write_events();
    void write_checkpoint_if_due();
    void write_checkpoint(const Checkpoint& checkpoint, bool optional);
    void write_end(const RecordingEnd& end);
    void write_index(std::uint64_t detached_t_ns);
    [[nodiscard]] bool part_is_full() const;
    void begin_next_part();
    void remove_oldest_parts();
    void note_error(const Status& status);

    OutputFile file_;
    std::uint32_t chunks_ = 0;  // in the file: the next one's sequence number
    ChunkEncoder chunk_encoder_;
    EventEncoder events_;
    std::uint64_t events_written_ = 0;
    std::uint64_t last_t_ns_ = 0;       // of these
    IndexEncoder index_;
    std::function<Checkpoint()> state_;  // empty: no checkpoints
    std::uint64_t least_events_ = 0;     // between two of them
    std::uint64_t checkpoint_due_ = 0;   // at so many events
    SessionInfo session_;                // of the part that is being written
    RecordingOptions options_;
    std::uint64_t part_first_event_ = 0;
    std::uint64_t part_head_bytes_ = 0;  // session and checkpoint
    std::deque<Part> older_parts_;
    std::uint64_t events_not_written_ = 0;
    bool finished_ = false;
    Status status_;
};

}  // namespace tt::alloc_trace
