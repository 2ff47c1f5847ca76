// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Chunks: framing, checksums and compression; knows nothing of what a chunk means. Errors name neither file nor place:
// the caller does.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "base/error.hpp"
#include "recording/zigzag.hpp"

struct ZSTD_CCtx_s;
struct ZSTD_DCtx_s;

namespace tt::alloc_trace {

struct ChunkHeader {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint32_t sequence = 0;
    std::uint32_t plain_bytes = 0;   // start of the payload, never compressed
    std::uint32_t stored_bytes = 0;  // whole payload in the file
    std::uint32_t raw_bytes = 0;     // the rest of the payload, after decompression
    std::uint32_t payload_crc = 0;
};

// Bytes 0 to 15 of a file.
[[nodiscard]] Bytes encode_file_header();

class ChunkEncoder {
public:
    ChunkEncoder();

    struct Content {
        std::uint32_t type = 0;
        std::uint32_t sequence = 0;
        bool optional = false;  // a reader that does not know the type may skip it
        std::span<const std::uint8_t> plain{};
        std::span<const std::uint8_t> packed{};  // compressed if that makes it smaller
    };
    // Header and payload as they go to the file; valid until the next call. Fails if the content is over the format's
    // limits.
    [[nodiscard]] Result<std::span<const std::uint8_t>> encode(const Content& content);

private:
    struct Free {
        void operator()(ZSTD_CCtx_s* context) const;
    };

    std::unique_ptr<ZSTD_CCtx_s, Free> zstd_;
    Bytes buffer_;
};

// False if the checksum is wrong. `data`: format::kChunkHeaderBytes.
[[nodiscard]] bool decode_chunk_header(std::span<const std::uint8_t> data, ChunkHeader& header);
// Lengths within the format's limits, flags known.
[[nodiscard]] Status check_chunk_header(const ChunkHeader& header);
[[nodiscard]] bool payload_checksum_matches(const ChunkHeader& header, std::span<const std::uint8_t> payload);

class ChunkDecoder {
public:
    ChunkDecoder();

    // The packed part of a checked payload, decompressed; valid until the next call, and as long as `payload`.
    [[nodiscard]] Result<std::span<const std::uint8_t>> unpack(
        const ChunkHeader& header, std::span<const std::uint8_t> payload
    );

private:
    struct Free {
        void operator()(ZSTD_DCtx_s* context) const;
    };

    std::unique_ptr<ZSTD_DCtx_s, Free> zstd_;
    Bytes buffer_;
};

}  // namespace tt::alloc_trace
