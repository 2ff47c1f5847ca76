// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/chunk_codec.hpp"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <new>
#include <string>

#include "recording/byte_reader.hpp"
#include "recording/byte_writer.hpp"
#include "recording/format.hpp"

namespace tt::alloc_trace {

namespace {

std::uint32_t crc_of(std::span<const std::uint8_t> data) {
    return static_cast<std::uint32_t>(crc32_z(0, data.data(), data.size()));
}

void append_header(ByteWriter& out, const ChunkHeader& header) {
    out.u32(header.type);
    out.u32(header.flags);
    out.u32(header.sequence);
    out.u32(header.plain_bytes);
    out.u32(header.stored_bytes);
    out.u32(header.raw_bytes);
    out.u32(header.payload_crc);
    out.u32(crc_of(out.bytes()));
}

}  // namespace

Bytes encode_file_header() {
    ByteWriter out;
    out.raw(format::kMagic);
    out.u16(format::kMajor);
    out.u16(format::kMinor);
    out.u32(crc_of(out.bytes()));
    return out.bytes();
}

void ChunkEncoder::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

ChunkEncoder::ChunkEncoder() : zstd_(ZSTD_createCCtx()) {
    if (!zstd_) {
        throw std::bad_alloc();
    }
}

Result<std::span<const std::uint8_t>> ChunkEncoder::encode(const Content& content) {
    if (content.packed.size() > format::kMaxRawBytes || content.plain.size() > format::kMaxPlainBytes) {
        return fail(
            ErrorCode::RunTime,
            std::to_string(content.packed.size()) + " bytes do not fit into one chunk of a recording (limit: " +
                std::to_string(format::kMaxRawBytes) + ")"
        );
    }
    // Header, plain part, packed part. The packed part has room for its raw size only: what does not shrink is stored
    // as it is.
    const std::size_t packed_at = format::kChunkHeaderBytes + content.plain.size();
    buffer_.resize(packed_at + content.packed.size());
    std::copy(content.plain.begin(), content.plain.end(), buffer_.begin() + format::kChunkHeaderBytes);
    std::size_t packed_bytes = ZSTD_compressCCtx(
        zstd_.get(),
        buffer_.data() + packed_at,
        content.packed.size(),
        content.packed.data(),
        content.packed.size(),
        format::kZstdLevel
    );
    const bool compressed = ZSTD_isError(packed_bytes) == 0;
    if (!compressed) {
        packed_bytes = content.packed.size();
        const auto to = buffer_.begin() + static_cast<std::ptrdiff_t>(packed_at);
        std::copy(content.packed.begin(), content.packed.end(), to);
    }
    const std::span<const std::uint8_t> chunk(buffer_.data(), packed_at + packed_bytes);
    const std::span<const std::uint8_t> payload = chunk.subspan(format::kChunkHeaderBytes);

    ChunkHeader header;
    header.type = content.type;
    header.flags = (compressed ? format::kFlagZstd : 0) | (content.optional ? format::kFlagOptional : 0);
    header.sequence = content.sequence;
    header.plain_bytes = static_cast<std::uint32_t>(content.plain.size());
    header.stored_bytes = static_cast<std::uint32_t>(payload.size());
    header.raw_bytes = static_cast<std::uint32_t>(content.packed.size());
    header.payload_crc = crc_of(payload);
    ByteWriter head;
    append_header(head, header);
    std::copy(head.bytes().begin(), head.bytes().end(), buffer_.begin());
    return chunk;
}

bool decode_chunk_header(std::span<const std::uint8_t> data, ChunkHeader& header) {
    ByteReader in(data);
    header.type = in.u32();
    header.flags = in.u32();
    header.sequence = in.u32();
    header.plain_bytes = in.u32();
    header.stored_bytes = in.u32();
    header.raw_bytes = in.u32();
    header.payload_crc = in.u32();
    const std::uint32_t crc = in.u32();
    return !in.failed() && in.at_end() && crc == crc_of(data.first(data.size() - sizeof crc));
}

Status check_chunk_header(const ChunkHeader& header) {
    const std::uint32_t unknown_flags = header.flags & format::kMustUnderstandFlags & ~format::kFlagZstd;
    if (unknown_flags != 0) {
        return fail(
            ErrorCode::RunTime,
            "a chunk is stored in a way this version does not know (flags " + std::to_string(unknown_flags) + ")",
            "read it with the version of tt-alloc-trace that wrote it, or a newer one"
        );
    }
    const bool zstd = (header.flags & format::kFlagZstd) != 0;
    const bool plain_fits = header.plain_bytes <= format::kMaxPlainBytes && header.plain_bytes <= header.stored_bytes;
    const std::uint32_t packed = plain_fits ? header.stored_bytes - header.plain_bytes : 0;
    const bool packed_fits = packed <= format::kMaxRawBytes && header.raw_bytes <= format::kMaxRawBytes;
    if (!plain_fits || !packed_fits || (!zstd && packed != header.raw_bytes)) {
        return fail(ErrorCode::RunTime, "the lengths of a chunk are impossible");
    }
    return {};
}

bool payload_checksum_matches(const ChunkHeader& header, std::span<const std::uint8_t> payload) {
    return crc_of(payload) == header.payload_crc;
}

void ChunkDecoder::Free::operator()(ZSTD_DCtx_s* context) const { ZSTD_freeDCtx(context); }

ChunkDecoder::ChunkDecoder() : zstd_(ZSTD_createDCtx()) {
    if (!zstd_) {
        throw std::bad_alloc();
    }
}

Result<std::span<const std::uint8_t>> ChunkDecoder::unpack(
    const ChunkHeader& header, std::span<const std::uint8_t> payload
) {
    const auto packed = payload.subspan(header.plain_bytes);
    if ((header.flags & format::kFlagZstd) == 0) {
        return packed;
    }
    if (buffer_.size() < header.raw_bytes) {
        buffer_.resize(header.raw_bytes);
    }
    const std::size_t size =
        ZSTD_decompressDCtx(zstd_.get(), buffer_.data(), header.raw_bytes, packed.data(), packed.size());
    if (ZSTD_isError(size) != 0) {
        return fail(ErrorCode::RunTime, std::string("a chunk cannot be decompressed: ") + ZSTD_getErrorName(size));
    }
    if (size != header.raw_bytes) {
        return fail(ErrorCode::RunTime, "a chunk is shorter than it says");
    }
    return std::span<const std::uint8_t>(buffer_.data(), size);
}

}  // namespace tt::alloc_trace
