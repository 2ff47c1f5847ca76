// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// RecordingReader: where to start.
#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "recording/format.hpp"
#include "recording/recording_reader.hpp"

namespace tt::alloc_trace {

Status RecordingReader::read_first_checkpoint() {
    std::array<std::uint8_t, format::kCheckpointPlainBytes> data{};
    ChunkHeader header;
    const Result<ChunkFile::Found> found = file_.read_header(offset_, header);
    if (!found) {
        return tl::make_unexpected(found.error());
    }
    const Result<std::size_t> got = file_.read(offset_ + format::kChunkHeaderBytes, data);
    const CheckpointPlain plain = decode_checkpoint_plain(data).value_or(CheckpointPlain{});
    const bool there = *found == ChunkFile::Found::Whole && header.type == format::kCheckpointChunk && got && *got == data.size();
    if (!there || !go_to({offset_, plain.events, plain.last_t_ns})) {
        return fail(
            ErrorCode::RunTime,
            "recording '" + path_ + "' has no readable event: it is a later part, and the state it begins with is missing or damaged"
        );
    }
    part_events_ = plain.events;
    return {};
}

Status RecordingReader::load_index() {
    if (index_) {
        return {};
    }
    Result<std::optional<FileIndex>> stored = read_stored_index(file_);
    if (stored && *stored) {
        index_ = std::move(*stored);
        return {};
    }
    Result<FileIndex> scanned = scan_for_index(file_);
    if (!scanned) {
        return tl::make_unexpected(scanned.error());
    }
    index_ = std::move(*scanned);
    index_is_own_ = true;
    return {};
}

Status RecordingReader::seek(std::uint64_t t_ns, std::uint64_t events) {
    if (Status loaded = load_index(); !loaded) {
        return loaded;
    }
    for (auto place = index_->checkpoints.rbegin(); place != index_->checkpoints.rend(); ++place) {
        if (place->last_t_ns > t_ns || place->events > events) {
            continue;
        }
        if (go_to(*place)) {
            return {};
        }
        if (!std::exchange(index_is_own_, true)) {  // the stored index cannot be trusted
            Result<FileIndex> scanned = scan_for_index(file_);
            if (!scanned) {
                return tl::make_unexpected(scanned.error());
            }
            index_ = std::move(*scanned);
            return seek(t_ns, events);
        }
    }
    return {};
}

// Nothing is changed if what is there is not that checkpoint.
bool RecordingReader::go_to(const FileIndex::Checkpoint& place) {
    const std::uint64_t offset = offset_;
    const std::uint32_t chunks = chunks_;
    Checkpoint checkpoint;
    if (!read_checkpoint(place, checkpoint) || !read_session_before(place.offset)) {
        offset_ = offset;
        chunks_ = chunks;
        return false;
    }
    events_ = checkpoint.events;
    start_ = std::move(checkpoint);
    return true;
}

// Moves behind it, chunk by chunk.
bool RecordingReader::read_checkpoint(const FileIndex::Checkpoint& place, Checkpoint& checkpoint) {
    checkpoint.events = place.events;
    checkpoint.last_t_ns = place.last_t_ns;
    offset_ = place.offset;
    std::uint64_t bytes = 0;
    std::uint64_t stored = 0;
    for (std::uint32_t number = 0;; ++number) {
        ChunkHeader header;
        Result<ChunkFile::Found> found = file_.read_header(offset_, header);
        if (!found || *found != ChunkFile::Found::Whole || header.type != format::kCheckpointChunk) {
            return false;
        }
        found = file_.read_payload(offset_, header, payload_);
        if (!found || *found != ChunkFile::Found::Whole || (number != 0 && header.sequence != chunks_)) {
            return false;
        }
        const auto plain = decode_checkpoint_plain(std::span(payload_).first(header.plain_bytes));
        if (!plain || plain->number != number || plain->events != place.events || plain->last_t_ns != place.last_t_ns) {
            return false;
        }
        bytes += header.raw_bytes;
        stored += header.stored_bytes;
        if (bytes > std::min(format::kMaxCheckpointBytes, format::kFreeCheckpointBytes + format::kMaxCheckpointRatio * stored)) {
            return false;
        }
        const auto packed = chunk_decoder_.unpack(header, payload_);
        if (!packed) {
            return false;
        }
        checkpoint.parts.emplace_back(packed->begin(), packed->end());
        chunks_ = header.sequence + 1;
        offset_ = next_chunk(offset_, header);
        if (plain->last) {
            return true;
        }
    }
}

// What is known of the session at that place. False: the index names something else.
bool RecordingReader::read_session_before(std::uint64_t offset) {
    if (!index_) {
        return true;  // the head of a part: its session was the chunk before
    }
    const auto behind = std::lower_bound(index_->sessions.begin(), index_->sessions.end(), offset);
    if (behind == index_->sessions.begin()) {
        return false;
    }
    ChunkHeader header;
    Result<ChunkFile::Found> found = file_.read_header(*std::prev(behind), header);
    if (found && *found == ChunkFile::Found::Whole) {
        found = file_.read_payload(*std::prev(behind), header, payload_);
    }
    if (!found || *found != ChunkFile::Found::Whole || header.type != format::kSessionChunk) {
        return false;
    }
    const auto packed = chunk_decoder_.unpack(header, payload_);
    return packed && take_session(*packed);
}

Result<std::optional<RecordingReader::TimeRange>> RecordingReader::time_range() {
    if (Status loaded = load_index(); !loaded) {
        return tl::make_unexpected(loaded.error());
    }
    std::optional<TimeRange> range;
    const auto widen = [&range](std::uint64_t first, std::uint64_t last) {
        range = range ? TimeRange{std::min(range->first_t_ns, first), std::max(range->last_t_ns, last), 0} : TimeRange{first, last, 0};
    };
    if (part_events_ != 0 && start_) {
        widen(start_->last_t_ns, start_->last_t_ns);
    }
    for (const FileIndex::Events& chunk : index_->events) {
        widen(chunk.min_t_ns, chunk.max_t_ns);
    }
    if (range) {
        range->last_event_t_ns = range->last_t_ns;
        range->last_t_ns = std::max(range->last_t_ns, index_->detached_t_ns);
    }
    return range;
}

}  // namespace tt::alloc_trace
