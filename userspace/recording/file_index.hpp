// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where things are in a recording: stored at its end, or made anew from the heads of its chunks. A stored one may say anything:
// whoever follows it checks what is there.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/error.hpp"
#include "recording/byte_writer.hpp"
#include "recording/chunk_file.hpp"

namespace tt::alloc_trace {

struct FileIndex {
    struct Events {
        std::uint64_t offset = 0;  // in the file
        std::uint64_t first_event = 0;
        std::uint64_t min_t_ns = 0;
        std::uint64_t max_t_ns = 0;

        bool operator==(const Events&) const = default;
    };
    struct Checkpoint {
        std::uint64_t offset = 0;     // of its first chunk
        std::uint64_t events = 0;     // before it
        std::uint64_t last_t_ns = 0;  // of these

        bool operator==(const Checkpoint&) const = default;
    };

    std::vector<Events> events;
    std::vector<Checkpoint> checkpoints;
    std::vector<std::uint64_t> sessions;  // offsets
    std::uint64_t detached_t_ns = 0;      // 0: not known

    bool operator==(const FileIndex&) const = default;
};

// Packs an index entry by entry, so that a recording of weeks takes little memory.
class IndexEncoder {
public:
    void add(const FileIndex::Events& chunk);
    void add(const FileIndex::Checkpoint& checkpoint);
    void add_session(std::uint64_t offset);
    // Content of the index chunk; nullopt if it is too large for one.
    [[nodiscard]] std::optional<Bytes> packed(std::uint64_t detached_t_ns) const;
    void clear() { *this = IndexEncoder(); }

private:
    ByteWriter events_;
    DeltaWriter events_offsets_;
    DeltaWriter events_numbers_;
    DeltaWriter events_times_;
    ByteWriter checkpoints_;
    DeltaWriter checkpoint_offsets_;
    DeltaWriter checkpoint_numbers_;
    DeltaWriter checkpoint_times_;
    ByteWriter sessions_;
    DeltaWriter session_offsets_;
};

[[nodiscard]] Result<FileIndex> decode_index(std::span<const std::uint8_t> packed);

// The stored one; nullopt if there is none, or it is broken.
[[nodiscard]] Result<std::optional<FileIndex>> read_stored_index(const ChunkFile& file);
// From the heads of all chunks that are whole, up to the first one that is not.
[[nodiscard]] Result<FileIndex> scan_for_index(const ChunkFile& file);

// Plain parts. nullopt: too short.
[[nodiscard]] std::optional<FileIndex::Events> decode_events_plain(std::span<const std::uint8_t> plain);

struct CheckpointPlain {
    std::uint64_t events = 0;
    std::uint64_t last_t_ns = 0;
    std::uint32_t number = 0;  // of the chunk within the checkpoint
    bool last = false;
};
[[nodiscard]] Bytes encode_checkpoint_plain(const CheckpointPlain& plain);
[[nodiscard]] std::optional<CheckpointPlain> decode_checkpoint_plain(std::span<const std::uint8_t> plain);

[[nodiscard]] Bytes encode_tail_plain(std::uint64_t index_offset, std::uint64_t index_bytes);

}  // namespace tt::alloc_trace
