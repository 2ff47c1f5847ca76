// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// Files made to harm: all checksums right, the content anything.
#include <gtest/gtest.h>

#include <random>

#include "random_events.hpp"
#include "recording/byte_writer.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/event_decoder.hpp"
#include "recording/event_encoder.hpp"
#include "recording/fields.hpp"
#include "recording/format.hpp"
#include "recording/session_codec.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

// Takes events until the end or an error; returns how many.
std::size_t drain(EventDecoder& decoder) {
    std::size_t events = 0;
    Event event;
    while (true) {
        const Result<bool> got = decoder.next(event);
        if (!got || !*got) {
            return events;
        }
        ++events;
    }
}

class Chunk {
public:
    explicit Chunk(std::uint64_t seed, std::size_t count) {
        EventEncoder encoder;
        for (const Event& event : random_events(count, seed)) {
            EXPECT_TRUE(encoder.add(event));
        }
        plain = encoder.plain(0);
        packed = encoder.packed();
    }

    Bytes plain;
    Bytes packed;
};

TEST(RecordingHostileTest, ChangedContentNeverCrashesTheDecoder) {
    std::mt19937_64 random(1);
    for (int round = 0; round < 20'000; ++round) {
        Chunk chunk(static_cast<std::uint64_t>(round % 50), 60);
        const std::size_t changes = 1 + random() % 4;
        for (std::size_t i = 0; i < changes; ++i) {
            Bytes& bytes = random() % 10 == 0 ? chunk.plain : chunk.packed;
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        EventDecoder decoder;
        if (decoder.load(chunk.plain, chunk.packed)) {
            EXPECT_LE(drain(decoder), 60U);
        }
    }
}

TEST(RecordingHostileTest, CutContentNeverCrashesTheDecoder) {
    const Chunk chunk(7, 60);
    for (std::size_t length = 0; length < chunk.packed.size(); ++length) {
        EventDecoder decoder;
        if (decoder.load(chunk.plain, std::span(chunk.packed).first(length))) {
            EXPECT_LE(drain(decoder), 60U);
        }
    }
    for (std::size_t length = 0; length < chunk.plain.size(); ++length) {
        EventDecoder decoder;
        EXPECT_FALSE(decoder.load(std::span(chunk.plain).first(length), chunk.packed));
    }
}

TEST(RecordingHostileTest, RandomBytesNeverCrashAnyDecoder) {
    std::mt19937_64 random(2);
    const Chunk chunk(1, 5);
    for (int round = 0; round < 50'000; ++round) {
        Bytes bytes(random() % 60);
        for (std::uint8_t& byte : bytes) {
            byte = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : random() % 20);
        }
        EventDecoder decoder;
        if (decoder.load(chunk.plain, bytes)) {
            drain(decoder);
        }
        static_cast<void>(decode_session(bytes));
        static_cast<void>(decode_end(bytes));
    }
}

TEST(RecordingHostileTest, TablesLargerThanTheirEventsAreRefused) {
    ByteWriter packed;
    const Bytes many(1'000'000, 0);
    write_field(packed, static_cast<std::uint64_t>(format::Column::Objects), true, many);
    ByteWriter plain;
    plain.u64(0);
    plain.u64(0);
    plain.u64(0);
    plain.u32(1);
    EventDecoder decoder;
    EXPECT_FALSE(decoder.load(plain.bytes(), packed.bytes()));
}

// A byte each in the file, and gone through with each event of theirs.
TEST(RecordingHostileTest, MoreChipsOrCoreRangesThanThereAreAreRefused) {
    const auto takes = [](const Event& event) {
        EventEncoder encoder;
        EXPECT_TRUE(encoder.add(event));
        const Bytes plain = encoder.plain(0);
        const Bytes packed = encoder.packed();
        EventDecoder decoder;
        return decoder.load(plain, packed).has_value() && drain(decoder) == 1;
    };
    OwnerSeen mesh{{1, 1, 1}, 0x1000, OwnerKind::Mesh, 0, std::vector<std::int32_t>(format::kMaxChips)};
    CircularBufferAllocated buffer{};
    buffer.header = {1, 1, 1};
    buffer.cores.resize(format::kMaxCoreRanges);
    EXPECT_TRUE(takes(mesh));
    EXPECT_TRUE(takes(buffer));
    mesh.chips.push_back(0);
    buffer.cores.emplace_back();
    EXPECT_FALSE(takes(mesh));
    EXPECT_FALSE(takes(buffer));
}

TEST(RecordingHostileTest, MillionsOfEmptyModulesAreRefused) {
    ByteWriter packed;
    for (int i = 0; i < 100'000; ++i) {
        write_field(packed, 8, false, {});
    }
    EXPECT_FALSE(decode_session(packed.bytes()));
}

TEST(RecordingHostileTest, UnknownEnumeratorsAreRefused) {
    SessionInfo session = some_session();
    session.known_before_attach = static_cast<KnownBefore>(3);
    EXPECT_FALSE(decode_session(encode_session(session)));

    Allocated allocated;
    allocated.buffer.type = static_cast<BufferType>(kBufferTypeCount);
    OwnerSeen owner;
    owner.kind = static_cast<OwnerKind>(3);
    AllocatorReleased released;
    released.how = static_cast<AllocatorRelease>(3);
    for (const Event& event : {Event(allocated), Event(owner), Event(released)}) {
        EventEncoder encoder;
        ASSERT_TRUE(encoder.add(event));
        const Bytes plain = encoder.plain(0);
        const Bytes packed = encoder.packed();
        EventDecoder decoder;
        if (decoder.load(plain, packed)) {
            EXPECT_EQ(drain(decoder), 0U);
        }
    }
}

TEST(RecordingHostileTest, ChunkThatInflatesBeyondItsDeclaredLengthIsRefused) {
    const Bytes zeroes(1'000'000, 0);
    ChunkEncoder encoder;
    const auto chunk = encoder.encode({.type = format::kEventsChunk, .sequence = 0, .plain = {}, .packed = zeroes});
    ASSERT_TRUE(chunk);
    ChunkHeader header;
    ASSERT_TRUE(decode_chunk_header(chunk->first(format::kChunkHeaderBytes), header));
    const auto payload = chunk->subspan(format::kChunkHeaderBytes);
    ChunkDecoder decoder;
    EXPECT_TRUE(decoder.unpack(header, payload));
    for (const std::uint32_t lie : {0U, 999'999U, 1'000'001U}) {
        header.raw_bytes = lie;
        EXPECT_FALSE(decoder.unpack(header, payload));
    }
}

TEST(RecordingHostileTest, LengthsBeyondTheLimitsAreRefused) {
    ChunkHeader good;
    good.flags = format::kFlagZstd;
    good.stored_bytes = 100;
    good.raw_bytes = 1000;
    EXPECT_TRUE(check_chunk_header(good));
    ChunkHeader bad = good;
    bad.raw_bytes = format::kMaxRawBytes + 1;
    EXPECT_FALSE(check_chunk_header(bad));
    bad = good;
    bad.stored_bytes = 0xffffffff;
    EXPECT_FALSE(check_chunk_header(bad));
    bad = good;
    bad.plain_bytes = 101;
    EXPECT_FALSE(check_chunk_header(bad));
    bad = good;
    bad.flags = 0;
    EXPECT_FALSE(check_chunk_header(bad));
}

TEST(RecordingHostileTest, ContentOverTheLimitIsNotEncoded) {
    const Bytes too_much(format::kMaxRawBytes + 1, 0);
    ChunkEncoder encoder;
    EXPECT_FALSE(encoder.encode({.type = format::kSessionChunk, .sequence = 0, .plain = {}, .packed = too_much}));
}

}  // namespace

}  // namespace tt::alloc_trace::test
