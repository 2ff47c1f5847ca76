// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_writer.hpp"

#include <utility>

#include "recording/format.hpp"
#include "recording/session_codec.hpp"

namespace tt::alloc_trace {

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(
    const std::string& path, const SessionInfo& session, const RecordingOptions& options
) {
    const Bytes packed = encode_session(session);
    ChunkEncoder encoder;
    const auto chunk = encoder.encode({.type = format::kSessionChunk, .sequence = 0, .plain = {}, .packed = packed});
    if (!chunk) {
        return tl::make_unexpected(chunk.error());
    }
    Bytes head = encode_file_header();
    head.insert(head.end(), chunk->begin(), chunk->end());
    Result<OutputFile> file = OutputFile::create(path, options, head);
    if (!file) {
        return tl::make_unexpected(std::move(file.error()));
    }
    return std::unique_ptr<RecordingWriter>(new RecordingWriter(std::move(*file), 1));
}

RecordingWriter::~RecordingWriter() {
    if (!finished_) {
        [[maybe_unused]] const Status nobody_asks = flush();
    }
}

void RecordingWriter::consume(const Event& event) {
    if (finished_ || !status_) {
        ++events_not_written_;
        return;
    }
    if (!events_.add(event)) {
        ++events_not_written_;
        note_error(flush());  // what came before it is kept
        const std::string what = "recording '" + file_.path() + "': an event is larger than a chunk may be";
        note_error(fail(ErrorCode::RunTime, what));
        return;
    }
    if (events_.full()) {
        note_error(flush());
    }
}

Status RecordingWriter::flush() {
    if (events_.count() == 0) {
        return status_;
    }
    const std::uint32_t count = events_.count();
    if (write_chunk(format::kEventsChunk, events_.plain(events_written_), events_.packed())) {
        events_written_ += count;
    } else {
        events_not_written_ += count;
    }
    events_.clear();
    return status_;
}

Status RecordingWriter::update_session(const SessionInfo& session) {
    if (Status flushed = flush(); !flushed || finished_) {
        return flushed;
    }
    return write_chunk(format::kSessionChunk, {}, encode_session(session));
}

Status RecordingWriter::finish(const Totals& totals) {
    if (finished_) {
        return status_;
    }
    [[maybe_unused]] const Status in_status = flush();
    finished_ = true;
    RecordingEnd end;
    end.totals = totals;
    end.events = events_written_;
    end.events_not_written = events_not_written_;
    end.write_error = status_ ? "" : status_.error().message;
    // Tried after a write error as well: it is small, and tells a reader what happened.
    const Bytes packed = encode_end(end);
    const auto chunk =
        chunk_encoder_.encode({.type = format::kEndChunk, .sequence = chunks_, .plain = {}, .packed = packed});
    if (!chunk) {
        note_error(tl::make_unexpected(chunk.error()));
    } else {
        note_error(file_.append(*chunk));
    }
    note_error(file_.close());
    return status_;
}

Status RecordingWriter::write_chunk(
    std::uint32_t type, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed
) {
    if (!status_) {
        return status_;
    }
    const auto chunk = chunk_encoder_.encode({.type = type, .sequence = chunks_, .plain = plain, .packed = packed});
    if (!chunk) {
        note_error(tl::make_unexpected(chunk.error()));
        return status_;
    }
    note_error(file_.append(*chunk));
    chunks_ += status_ ? 1 : 0;
    return status_;
}

// Only the first error is kept: the others follow from it.
void RecordingWriter::note_error(const Status& status) {
    if (status_ && !status) {
        status_ = status;
    }
}

}  // namespace tt::alloc_trace
