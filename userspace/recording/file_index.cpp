// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/file_index.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "recording/byte_reader.hpp"
#include "recording/fields.hpp"
#include "recording/format.hpp"
#include "recording/session_codec.hpp"

namespace tt::alloc_trace {
namespace {

using format::IndexField;

void write_rows(ByteWriter& out, IndexField id, const ByteWriter& rows) {
    if (rows.size() != 0) {
        write_field(out, static_cast<std::uint64_t>(id), false, rows.bytes());
    }
}

bool read_events(ByteReader in, std::vector<FileIndex::Events>& entries) {
    DeltaReader offsets;
    DeltaReader numbers;
    DeltaReader times;
    while (!in.at_end()) {
        FileIndex::Events& entry = entries.emplace_back();
        entry.offset = offsets.next(in);
        entry.first_event = numbers.next(in);
        entry.min_t_ns = times.next(in);
        entry.max_t_ns = entry.min_t_ns + in.varint();
    }
    return !in.failed();
}

bool read_checkpoints(ByteReader in, std::vector<FileIndex::Checkpoint>& entries) {
    DeltaReader offsets;
    DeltaReader numbers;
    DeltaReader times;
    while (!in.at_end()) {
        FileIndex::Checkpoint& entry = entries.emplace_back();
        entry.offset = offsets.next(in);
        entry.events = numbers.next(in);
        entry.last_t_ns = times.next(in);
    }
    return !in.failed();
}

bool read_sessions(ByteReader in, std::vector<std::uint64_t>& offsets) {
    DeltaReader deltas;
    while (!in.at_end()) {
        offsets.push_back(deltas.next(in));
    }
    return !in.failed();
}

// The chunk at `offset`, if it is whole.
Result<std::optional<ChunkHeader>> whole_chunk(const ChunkFile& file, std::uint64_t offset, Bytes& payload) {
    ChunkHeader header;
    Result<ChunkFile::Found> found = file.read_header(offset, header);
    if (found && *found == ChunkFile::Found::Whole) {
        found = file.read_payload(offset, header, payload);
    }
    if (!found) {
        return tl::make_unexpected(found.error());
    }
    return *found == ChunkFile::Found::Whole ? std::optional(header) : std::nullopt;
}

// What a scan looks at: of most chunks the header and the plain part.
Status scan_chunk(const ChunkFile& file, std::uint64_t offset, const ChunkHeader& header, FileIndex& index) {
    if (header.type == format::kSessionChunk) {
        index.sessions.push_back(offset);
        return {};
    }
    if (header.type == format::kEndChunk) {
        Bytes payload;
        ChunkDecoder decoder;
        const auto whole = whole_chunk(file, offset, payload);
        if (!whole || !*whole) {
            return whole ? Status() : tl::make_unexpected(whole.error());
        }
        const auto packed = decoder.unpack(header, payload);
        const Result<RecordingEnd> end = packed ? decode_end(*packed) : tl::make_unexpected(packed.error());
        index.detached_t_ns = end ? end->totals.detached_monotonic_ns : 0;
        return {};
    }
    std::array<std::uint8_t, format::kEventsPlainBytes> data{};
    const std::span<std::uint8_t> plain(data.data(), std::min<std::size_t>(data.size(), header.plain_bytes));
    if (const auto got = file.read(offset + format::kChunkHeaderBytes, plain); !got) {
        return tl::make_unexpected(got.error());
    }
    if (header.type == format::kEventsChunk) {
        if (auto entry = decode_events_plain(plain)) {
            entry->offset = offset;
            index.events.push_back(*entry);
        }
    } else if (header.type == format::kCheckpointChunk) {
        if (const auto head = decode_checkpoint_plain(plain); head && head->number == 0) {
            index.checkpoints.push_back({offset, head->events, head->last_t_ns});
        }
    }
    return {};
}

}  // namespace

void IndexEncoder::add(const FileIndex::Events& chunk) {
    events_offsets_.add(events_, chunk.offset);
    events_numbers_.add(events_, chunk.first_event);
    events_times_.add(events_, chunk.min_t_ns);
    events_.varint(chunk.max_t_ns - chunk.min_t_ns);
}

void IndexEncoder::add(const FileIndex::Checkpoint& checkpoint) {
    checkpoint_offsets_.add(checkpoints_, checkpoint.offset);
    checkpoint_numbers_.add(checkpoints_, checkpoint.events);
    checkpoint_times_.add(checkpoints_, checkpoint.last_t_ns);
}

void IndexEncoder::add_session(std::uint64_t offset) { session_offsets_.add(sessions_, offset); }

std::optional<Bytes> IndexEncoder::packed(std::uint64_t detached_t_ns) const {
    ByteWriter out;
    write_rows(out, IndexField::Events, events_);
    write_rows(out, IndexField::Checkpoints, checkpoints_);
    write_rows(out, IndexField::Sessions, sessions_);
    write_number_field(out, static_cast<std::uint64_t>(IndexField::Detached), detached_t_ns);
    return out.size() <= format::kMaxRawBytes ? std::optional(out.bytes()) : std::nullopt;
}

Result<FileIndex> decode_index(std::span<const std::uint8_t> packed) {
    FileIndex index;
    FieldReader in(packed);
    for (ChunkField field; in.next(field);) {
        bool good = true;
        switch (static_cast<IndexField>(field.id)) {
            case IndexField::Events: good = read_events(ByteReader(field.data), index.events); break;
            case IndexField::Checkpoints: good = read_checkpoints(ByteReader(field.data), index.checkpoints); break;
            case IndexField::Sessions: good = read_sessions(ByteReader(field.data), index.sessions); break;
            case IndexField::Detached: index.detached_t_ns = in.number(field); break;
            default: good = !field.required;
        }
        if (!good) {
            in.fail();
        }
    }
    if (in.failed()) {
        return fail(ErrorCode::RunTime, "an index chunk makes no sense");
    }
    return index;
}

Result<std::optional<FileIndex>> read_stored_index(const ChunkFile& file) {
    const Result<std::uint64_t> size = file.size();
    if (!size) {
        return tl::make_unexpected(size.error());
    }
    if (*size < format::kTailBytes) {
        return std::nullopt;
    }
    Bytes payload;
    const auto tail = whole_chunk(file, *size - format::kTailBytes, payload);
    if (!tail || !*tail || (*tail)->type != format::kTailChunk) {
        return std::nullopt;
    }
    ByteReader place(payload);
    const std::uint64_t offset = place.u64();
    const auto header = place.failed() ? tail : whole_chunk(file, offset, payload);
    if (!header || !*header || (*header)->type != format::kIndexChunk) {
        return std::nullopt;
    }
    ChunkDecoder decoder;
    const auto packed = decoder.unpack(**header, payload);
    Result<FileIndex> index = packed ? decode_index(*packed) : tl::make_unexpected(packed.error());
    return index ? std::optional(std::move(*index)) : std::nullopt;
}

Result<FileIndex> scan_for_index(const ChunkFile& file) {
    const Result<std::uint64_t> size = file.size();
    if (!size) {
        return tl::make_unexpected(size.error());
    }
    FileIndex index;
    std::uint32_t sequence = 0;
    std::uint64_t offset = format::kHeaderBytes;
    for (ChunkHeader header;; offset = next_chunk(offset, header)) {
        const Result<ChunkFile::Found> found = file.read_header(offset, header);
        const bool whole = found && *found == ChunkFile::Found::Whole && header.sequence == sequence++ &&
                           next_chunk(offset, header) <= *size;
        if (!whole) {
            return index;  // what is wrong there is said by who reads up to it
        }
        if (Status scanned = scan_chunk(file, offset, header, index); !scanned) {
            return tl::make_unexpected(scanned.error());
        }
    }
}

std::optional<FileIndex::Events> decode_events_plain(std::span<const std::uint8_t> plain) {
    ByteReader in(plain);
    FileIndex::Events entry;
    entry.first_event = in.u64();
    entry.min_t_ns = in.u64();
    entry.max_t_ns = in.u64();
    return in.failed() ? std::nullopt : std::optional(entry);
}

Bytes encode_checkpoint_plain(const CheckpointPlain& plain) {
    ByteWriter out;
    out.u64(plain.events);
    out.u64(plain.last_t_ns);
    out.u32(plain.number);
    out.u32(plain.last ? 1 : 0);
    return out.bytes();
}

std::optional<CheckpointPlain> decode_checkpoint_plain(std::span<const std::uint8_t> plain) {
    ByteReader in(plain);
    CheckpointPlain decoded;
    decoded.events = in.u64();
    decoded.last_t_ns = in.u64();
    decoded.number = in.u32();
    const std::uint32_t last = in.u32();
    decoded.last = last == 1;
    return in.failed() || last > 1 ? std::nullopt : std::optional(decoded);
}

Bytes encode_tail_plain(std::uint64_t index_offset, std::uint64_t index_bytes) {
    ByteWriter out;
    out.u64(index_offset);
    out.u64(index_bytes);
    return out.bytes();
}

}  // namespace tt::alloc_trace
