// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_writer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "recording/format.hpp"
#include "recording/session_codec.hpp"

namespace tt::alloc_trace {

namespace {

// Of all that --max-size allows, one part may take this share: so most of it is kept while the oldest part is removed.
constexpr std::uint64_t kPartShare = 4;

Result<Bytes> encode_head(const SessionInfo& session) {
    const Bytes packed = encode_session(session);
    ChunkEncoder encoder;
    const auto chunk = encoder.encode({.type = format::kSessionChunk, .packed = packed});
    if (!chunk) {
        return tl::make_unexpected(chunk.error());
    }
    Bytes head = encode_file_header();
    head.insert(head.end(), chunk->begin(), chunk->end());
    return head;
}

}  // namespace

Result<std::unique_ptr<RecordingWriter>> RecordingWriter::create(
    const std::string& path, const SessionInfo& session, const RecordingOptions& options
) {
    const Result<Bytes> head = encode_head(session);
    if (!head) {
        return tl::make_unexpected(head.error());
    }
    Result<OutputFile> file = OutputFile::create(path, options, *head);
    if (!file) {
        return tl::make_unexpected(std::move(file.error()));
    }
    return std::unique_ptr<RecordingWriter>(new RecordingWriter(std::move(*file), session, options));
}

RecordingWriter::RecordingWriter(OutputFile file, SessionInfo session, RecordingOptions options)
    : file_(std::move(file)), chunks_(1), session_(std::move(session)), options_(std::move(options)) {
    index_.add_session(format::kHeaderBytes);
    part_head_bytes_ = file_.bytes();
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

void RecordingWriter::take_checkpoints(std::function<Checkpoint()> state, std::uint64_t least_events) {
    state_ = std::move(state);
    least_events_ = least_events;
    checkpoint_due_ = events_written_ + least_events;
}

Status RecordingWriter::flush() {
    if (events_.count() == 0) {
        return status_;
    }
    write_events();
    if (state_ && status_) {
        if (part_is_full()) {
            begin_next_part();
        } else {
            write_checkpoint_if_due();
        }
    }
    remove_oldest_parts();
    return status_;
}

void RecordingWriter::write_events() {
    const std::uint64_t offset = file_.bytes();
    const std::uint32_t count = events_.count();
    if (write_chunk({format::kEventsChunk}, events_.plain(events_written_), events_.packed())) {
        index_.add(FileIndex::Events{offset, events_written_, events_.min_t_ns(), events_.max_t_ns()});
        events_written_ += count;
        last_t_ns_ = std::max(last_t_ns_, events_.max_t_ns());
    } else {
        events_not_written_ += count;
    }
    events_.clear();
}

Status RecordingWriter::update_session(const SessionInfo& session) {
    if (Status flushed = flush(); !flushed || finished_) {
        return flushed;
    }
    const std::uint32_t part = session_.part;
    session_ = session;
    session_.part = part;
    const std::uint64_t offset = file_.bytes();
    if (write_chunk({format::kSessionChunk}, {}, encode_session(session_))) {
        index_.add_session(offset);
    }
    return status_;
}

void RecordingWriter::write_checkpoint_if_due() {
    if (events_written_ < checkpoint_due_) {
        return;
    }
    const Checkpoint checkpoint = state_();
    checkpoint_due_ = events_written_ + std::max(least_events_, format::kEventsPerThing * checkpoint.things);
    std::uint64_t bytes = 0;
    for (const Bytes& part : checkpoint.parts) {
        bytes += part.size();
    }
    if (bytes <= format::kMaxCheckpointBytes) {
        write_checkpoint(checkpoint, true);
    }
}

void RecordingWriter::write_checkpoint(const Checkpoint& checkpoint, bool optional) {
    const std::uint64_t offset = file_.bytes();
    CheckpointPlain plain{events_written_, last_t_ns_, 0, false};
    for (const Bytes& part : checkpoint.parts) {
        plain.last = plain.number + 1 == checkpoint.parts.size();
        write_chunk({format::kCheckpointChunk, optional}, encode_checkpoint_plain(plain), part);
        ++plain.number;
    }
    if (status_) {
        index_.add(FileIndex::Checkpoint{offset, events_written_, last_t_ns_});
    }
}

bool RecordingWriter::part_is_full() const {
    if (options_.max_bytes == 0) {
        return false;
    }
    // A state that is large beside the limit must not begin a new part with every flush.
    const bool fits = part_head_bytes_ < options_.max_bytes;
    const std::uint64_t worth_it = fits ? std::min(2 * part_head_bytes_, options_.max_bytes) : 2 * part_head_bytes_;
    return file_.bytes() >= std::max(options_.max_bytes / kPartShare, worth_it);
}

void RecordingWriter::begin_next_part() {
    RecordingEnd end;
    end.events = events_written_ - part_first_event_;
    end.goes_on = true;
    end.totals.detached_monotonic_ns = last_t_ns_;
    write_end(end);
    write_index(last_t_ns_);
    SessionInfo next = session_;
    ++next.part;
    const Result<Bytes> head = encode_head(next);
    if (!head) {
        note_error(tl::make_unexpected(head.error()));
    }
    if (!status_) {
        return;
    }
    Part finished{"." + std::to_string(next.part), file_.bytes()};
    note_error(file_.renew(finished.suffix, options_, *head));
    if (!status_) {
        return;
    }
    older_parts_.push_back(std::move(finished));
    session_ = std::move(next);
    part_first_event_ = events_written_;
    chunks_ = 1;
    index_.clear();
    index_.add_session(format::kHeaderBytes);
    const Checkpoint checkpoint = state_();
    checkpoint_due_ = events_written_ + std::max(least_events_, format::kEventsPerThing * checkpoint.things);
    write_checkpoint(checkpoint, false);
    part_head_bytes_ = file_.bytes();
}

void RecordingWriter::remove_oldest_parts() {
    std::uint64_t bytes = file_.bytes();
    for (const Part& part : older_parts_) {
        bytes += part.bytes;
    }
    while (bytes > options_.max_bytes && !older_parts_.empty()) {
        file_.remove_aside(older_parts_.front().suffix);
        bytes -= older_parts_.front().bytes;
        older_parts_.pop_front();
    }
}

Status RecordingWriter::finish(const Totals& totals) {
    if (finished_) {
        return status_;
    }
    if (events_.count() != 0) {
        write_events();
    }
    finished_ = true;
    RecordingEnd end;
    end.totals = totals;
    end.events = events_written_ - part_first_event_;
    end.events_not_written = events_not_written_;
    end.write_error = status_ ? "" : status_.error().message;
    write_end(end);
    if (status_) {
        write_index(totals.detached_monotonic_ns);
    }
    note_error(file_.close());
    return status_;
}

// Tried after a write error as well: it is small, and tells a reader what happened.
void RecordingWriter::write_end(const RecordingEnd& end) {
    const Bytes packed = encode_end(end);
    const auto chunk = chunk_encoder_.encode({.type = format::kEndChunk, .sequence = chunks_, .packed = packed});
    note_error(chunk ? file_.append(*chunk) : tl::make_unexpected(chunk.error()));
    chunks_ += status_ ? 1 : 0;
}

void RecordingWriter::write_index(std::uint64_t detached_t_ns) {
    const std::uint64_t offset = file_.bytes();
    const auto packed = index_.packed(detached_t_ns);
    if (packed && write_chunk({format::kIndexChunk, true}, {}, *packed)) {
        write_chunk({format::kTailChunk, true}, encode_tail_plain(offset, file_.bytes() - offset), {});
    }
}

Status RecordingWriter::write_chunk(
    Chunk chunk, std::span<const std::uint8_t> plain, std::span<const std::uint8_t> packed
) {
    if (!status_) {
        return status_;
    }
    const auto encoded = chunk_encoder_.encode(
        {.type = chunk.type, .sequence = chunks_, .optional = chunk.optional, .plain = plain, .packed = packed}
    );
    note_error(encoded ? file_.append(*encoded) : tl::make_unexpected(encoded.error()));
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
