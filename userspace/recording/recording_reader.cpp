// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/recording_reader.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "recording/byte_reader.hpp"
#include "recording/format.hpp"
#include "recording/session_codec.hpp"

namespace tt::alloc_trace {

namespace {

[[nodiscard]] std::string cannot_open(const std::string& path) { return "cannot open recording '" + path + "'"; }

[[nodiscard]] tl::unexpected<Error> foreign(const std::string& path, const std::string& why = {}) {
    return fail(
        ErrorCode::RunTime,
        "'" + path + "' is not a tt-alloc-trace recording" + why,
        "name a file written by 'tt-alloc-trace record'"
    );
}

[[nodiscard]] std::string four_letters_of(std::uint32_t type) {
    std::string text;
    for (int shift = 0; shift < 32; shift += 8) {
        const auto letter = static_cast<char>(type >> shift & 0xff);
        text += letter >= ' ' && letter <= '~' ? letter : '?';
    }
    return text;
}

}  // namespace

Result<RecordingReader> RecordingReader::open(const std::string& path) {
    // Without O_NONBLOCK the open of a pipe would wait for a writer.
    UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd.valid()) {
        const bool denied = errno == EACCES || errno == EPERM;
        return fail_errno(
            denied ? ErrorCode::NotPermitted : ErrorCode::RunTime,
            cannot_open(path),
            errno,
            denied ? "recordings are readable by their owner only: run as that user, or with sudo" : ""
        );
    }
    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) {
        return fail_errno(ErrorCode::RunTime, cannot_open(path), errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return foreign(path, ": it is no regular file");
    }
    RecordingReader reader(path, std::move(fd));
    Status ready = reader.read_file_header();
    if (ready) {
        ready = reader.read_first_session();
    }
    if (ready && reader.session_.part != 0) {
        ready = reader.read_first_checkpoint();
    }
    if (!ready) {
        return tl::make_unexpected(std::move(ready.error()));
    }
    return reader;
}

Status RecordingReader::read_file_header() {
    std::array<std::uint8_t, format::kHeaderBytes> header{};
    const Result<std::size_t> size = file_.read(0, header);
    if (!size) {
        return tl::make_unexpected(size.error());
    }
    offset_ = header.size();
    const std::size_t comparable = std::min(*size, format::kMagic.size());
    if (*size == 0) {
        return foreign(path_, ": it is empty");
    }
    if (!std::equal(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(comparable), format::kMagic.begin())) {
        return foreign(path_);
    }
    if (*size < header.size()) {
        return fail(ErrorCode::RunTime, "recording '" + path_ + "' is cut off within its header: nothing can be read");
    }
    ByteReader in(header);
    const auto covered = in.raw(header.size() - sizeof(std::uint32_t));
    const std::uint32_t crc = in.u32();
    ByteReader version(covered.subspan(format::kMagic.size()));
    const std::uint16_t major = version.u16();
    const std::uint16_t minor = version.u16();
    if (crc != crc32_z(0, covered.data(), covered.size())) {
        return fail(ErrorCode::RunTime, "recording '" + path_ + "' is damaged: the checksum of its header is wrong");
    }
    if (major > format::kMajor) {
        return fail(
            ErrorCode::RunTime,
            "recording '" + path_ + "' has format " + std::to_string(major) + "." + std::to_string(minor) +
                "; this version reads up to " + std::to_string(format::kMajor) + ".x",
            "read it with a newer tt-alloc-trace"
        );
    }
    return {};
}

Status RecordingReader::read_first_session() {
    while (!has_session_ && !stopped_) {
        if (Status read = read_chunk(); !read) {
            return read;
        }
        if (in_events_ || end_) {
            return refuse({ErrorCode::RunTime, "it does not start with a session", {}, 0});
        }
    }
    if (!has_session_) {
        return fail(ErrorCode::RunTime, "recording '" + path_ + "' has no readable event: " + warning_);
    }
    return {};
}

Result<bool> RecordingReader::next(Event& event) {
    while (true) {
        if (in_events_) {
            Result<bool> got = decoder_.next(event);
            if (!got) {
                return refuse(std::move(got.error()));
            }
            if (*got) {
                return true;
            }
            in_events_ = false;
            events_ += decoder_.count();
        }
        if (stopped_) {
            return false;
        }
        if (Status read = read_chunk(); !read) {
            return tl::make_unexpected(std::move(read.error()));
        }
    }
}

Status RecordingReader::replay(EventConsumer& consumer) {
    Event event;
    while (true) {
        const Result<bool> got = next(event);
        if (!got) {
            return tl::make_unexpected(got.error());
        }
        if (!*got) {
            return {};
        }
        consumer.consume(event);
    }
}

// One chunk, of whatever type, or the end.
Status RecordingReader::read_chunk() {
    ChunkHeader header;
    chunk_offset_ = offset_;
    const Result<bool> whole = read_whole_chunk(header);
    if (!whole) {
        return refuse(whole.error());
    }
    if (!*whole) {
        return {};
    }
    ++chunks_;
    offset_ = next_chunk(offset_, header);
    if (Status taken = take_chunk(header); !taken) {
        return refuse(std::move(taken.error()));
    }
    return {};
}

// False: nothing to go on with; the reason is noted.
Result<bool> RecordingReader::read_whole_chunk(ChunkHeader& header) {
    Result<ChunkFile::Found> found = file_.read_header(offset_, header);
    const bool has_header = found && *found == ChunkFile::Found::Whole;
    if (has_header && header.sequence != chunks_) {
        const std::string there = "chunk " + std::to_string(header.sequence);
        stop_damaged(there + " stands where chunk " + std::to_string(chunks_) + " should");
        return false;
    }
    if (has_header) {
        found = file_.read_payload(offset_, header, payload_);
    }
    if (!found) {
        return tl::make_unexpected(found.error());
    }
    switch (*found) {
        case ChunkFile::Found::Whole: return true;
        case ChunkFile::Found::Nothing: finish(); break;
        case ChunkFile::Found::CutOff: stop_cut_off(); break;
        case ChunkFile::Found::Damaged:
            stop_damaged(has_header ? "the checksum of a chunk is wrong" : "the checksum of a chunk header is wrong");
            break;
    }
    return false;
}

Status RecordingReader::take_chunk(const ChunkHeader& header) {
    const bool aid = header.type == format::kCheckpointChunk || header.type == format::kIndexChunk ||
                     header.type == format::kTailChunk;  // not needed by who reads everything
    const bool known = header.type == format::kSessionChunk || header.type == format::kEventsChunk ||
                       header.type == format::kEndChunk;
    if (!known && !aid && (header.flags & format::kFlagOptional) == 0) {
        return fail(
            ErrorCode::RunTime,
            "a chunk of type '" + four_letters_of(header.type) + "' needs a newer version",
            "read it with the version of tt-alloc-trace that wrote it, or a newer one"
        );
    }
    if (!known) {
        return {};
    }
    if (end_) {
        return fail(ErrorCode::RunTime, "it goes on after its end");
    }
    const auto packed = chunk_decoder_.unpack(header, payload_);
    if (!packed) {
        return tl::make_unexpected(packed.error());
    }
    if (header.type == format::kEventsChunk) {
        return take_events(header, *packed);
    }
    if (header.type == format::kSessionChunk) {
        return take_session(*packed);
    }
    Result<RecordingEnd> end = decode_end(*packed);
    if (!end) {
        return tl::make_unexpected(std::move(end.error()));
    }
    end_ = std::move(*end);
    return {};
}

Status RecordingReader::take_session(std::span<const std::uint8_t> packed) {
    Result<SessionInfo> session = decode_session(packed);
    if (!session) {
        return tl::make_unexpected(std::move(session.error()));
    }
    session_ = std::move(*session);
    has_session_ = true;
    return {};
}

Status RecordingReader::take_events(const ChunkHeader& header, std::span<const std::uint8_t> packed) {
    const std::span<const std::uint8_t> payload(payload_);
    if (Status loaded = decoder_.load(payload.first(header.plain_bytes), packed); !loaded) {
        return loaded;
    }
    if (decoder_.first_event() != events_) {
        return fail(ErrorCode::RunTime, "a chunk starts with event " + std::to_string(decoder_.first_event()));
    }
    in_events_ = true;
    return {};
}

void RecordingReader::stop(std::string warning) {
    stopped_ = true;
    warning_ = std::move(warning);
}

void RecordingReader::stop_cut_off() {
    stop("cut off after " + so_far() + " (recorder killed or disk full): read up to the last whole chunk");
}

void RecordingReader::stop_damaged(const std::string& what) {
    stop("damaged at byte " + std::to_string(chunk_offset_) + " (" + what + "): read up to there, " + so_far());
}

// The file ends between two chunks.
void RecordingReader::finish() {
    if (!end_) {
        stop_cut_off();
    } else if (end_->events_not_written != 0) {
        const std::string missing = std::to_string(end_->events_not_written);
        stop(
            "the last " + missing + " events are missing, the recorder could not write them (" + end_->write_error +
            "): read " + so_far()
        );
    } else if (part_events_ + end_->events != events_) {
        stop("it holds " + so_far() + ", but " + std::to_string(end_->events) + " were written");
    } else if (decoder_.skipped() != 0) {
        const bool one = decoder_.skipped() == 1;
        stop(std::to_string(decoder_.skipped()) + (one ? " event of a kind" : " events of kinds") + " that this version does not know " + (one ? "was" : "were") + " skipped");
    } else {
        stop({});
    }
}

// The file is no work of a recorder that this version knows: names file and place.
tl::unexpected<Error> RecordingReader::refuse(Error error) {
    in_events_ = false;
    error.message = "recording '" + path_ + "' cannot be read on from byte " + std::to_string(chunk_offset_) + ": " +
                    error.message;
    stop(error.message);
    return tl::make_unexpected(std::move(error));
}

std::string RecordingReader::so_far() const { return std::to_string(events()) + " events"; }

}  // namespace tt::alloc_trace
