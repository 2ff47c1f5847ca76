// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/chunk_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <limits>

#include "recording/format.hpp"

namespace tt::alloc_trace {

Result<std::size_t> ChunkFile::read(std::uint64_t offset, std::span<std::uint8_t> data) const {
    std::size_t done = 0;
    // A place that an index made up.
    const bool possible = offset <= static_cast<std::uint64_t>(std::numeric_limits<off_t>::max()) - data.size();
    while (possible && done < data.size()) {
        const ssize_t got = ::pread(fd_.get(), data.data() + done, data.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return fail_errno(ErrorCode::RunTime, "reading failed", errno);
        }
        if (got == 0) {
            break;
        }
        done += static_cast<std::size_t>(got);
    }
    return done;
}

Result<ChunkFile::Found> ChunkFile::read_header(std::uint64_t offset, ChunkHeader& header) const {
    std::array<std::uint8_t, format::kChunkHeaderBytes> data{};
    const Result<std::size_t> size = read(offset, data);
    if (!size) {
        return tl::make_unexpected(size.error());
    }
    if (*size < data.size()) {
        return *size == 0 ? Found::Nothing : Found::CutOff;
    }
    if (!decode_chunk_header(data, header)) {
        return Found::Damaged;
    }
    if (Status possible = check_chunk_header(header); !possible) {
        return tl::make_unexpected(std::move(possible.error()));
    }
    return Found::Whole;
}

Result<ChunkFile::Found> ChunkFile::read_payload(std::uint64_t offset, const ChunkHeader& header, Bytes& payload) const {
    payload.resize(header.stored_bytes);
    const Result<std::size_t> size = read(offset + format::kChunkHeaderBytes, payload);
    if (!size) {
        return tl::make_unexpected(size.error());
    }
    if (*size < payload.size()) {
        return Found::CutOff;
    }
    return payload_checksum_matches(header, payload) ? Found::Whole : Found::Damaged;
}

Result<std::uint64_t> ChunkFile::size() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) {
        return fail_errno(ErrorCode::RunTime, "reading failed", errno);
    }
    return static_cast<std::uint64_t>(status.st_size);
}

std::uint64_t next_chunk(std::uint64_t offset, const ChunkHeader& header) {
    return offset + format::kChunkHeaderBytes + header.stored_bytes;
}

}  // namespace tt::alloc_trace
