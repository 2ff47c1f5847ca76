// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Chunks of a file by their place: read and checked against their checksums and the format's limits, not understood.
#pragma once

#include <cstdint>
#include <span>
#include <utility>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "recording/chunk_codec.hpp"

namespace tt::alloc_trace {

class ChunkFile {
public:
    explicit ChunkFile(UniqueFd fd) : fd_(std::move(fd)) {}

    enum class Found { Whole, Nothing, CutOff, Damaged };  // Nothing: the file ends there

    // As many bytes as there are, up to the size of `data`.
    [[nodiscard]] Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> data) const;

    // An error beside a failed read: the header is impossible though its checksum is right.
    [[nodiscard]] Result<Found> read_header(std::uint64_t offset, ChunkHeader& header) const;
    // Of the chunk at `offset`.
    [[nodiscard]] Result<Found> read_payload(std::uint64_t offset, const ChunkHeader& header, Bytes& payload) const;

    [[nodiscard]] Result<std::uint64_t> size() const;

private:
    UniqueFd fd_;
};

// Where the chunk behind the one at `offset` is.
[[nodiscard]] std::uint64_t next_chunk(std::uint64_t offset, const ChunkHeader& header);

}  // namespace tt::alloc_trace
