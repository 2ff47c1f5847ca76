// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// Files of later versions: additions are skipped or refused in words, as their writer asked for.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <zlib.h>

#include "event_text.hpp"
#include "golden_events.hpp"
#include "random_events.hpp"
#include "recording/byte_writer.hpp"
#include "recording/chunk_codec.hpp"
#include "recording/event_encoder.hpp"
#include "recording/fields.hpp"
#include "recording/format.hpp"
#include "recording/session_codec.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

using testing::HasSubstr;

// Puts a file together chunk by chunk.
class FileBuilder {
public:
    FileBuilder() { file_.raw(encode_file_header()); }

    FileBuilder& version(std::uint16_t major, std::uint16_t minor) {
        file_.clear();
        file_.raw(format::kMagic);
        file_.u16(major);
        file_.u16(minor);
        file_.u32(static_cast<std::uint32_t>(crc32_z(0, file_.bytes().data(), file_.size())));
        return *this;
    }
    FileBuilder& session() { return chunk(format::kSessionChunk, encode_session(some_session())); }
    FileBuilder& events(const Bytes& plain, const Bytes& packed) { return chunk(format::kEventsChunk, packed, plain); }
    FileBuilder& end(std::uint64_t events) {
        RecordingEnd end;
        end.events = events;
        return chunk(format::kEndChunk, encode_end(end));
    }
    // `flags` in addition to those of the encoder.
    FileBuilder& chunk(std::uint32_t type, const Bytes& packed, const Bytes& plain = {}, std::uint32_t flags = 0) {
        const auto data = encoder_.encode({.type = type, .sequence = chunks_++, .plain = plain, .packed = packed});
        Bytes bytes(data->begin(), data->end());
        for (std::size_t i = 0; i < 4; ++i) {
            bytes[4 + i] |= static_cast<std::uint8_t>(flags >> (8 * i));
        }
        ByteWriter crc;
        crc.u32(static_cast<std::uint32_t>(crc32_z(0, bytes.data(), format::kChunkHeaderBytes - 4)));
        std::copy(crc.bytes().begin(), crc.bytes().end(), bytes.begin() + format::kChunkHeaderBytes - 4);
        file_.raw(bytes);
        return *this;
    }
    ReadBack read() {
        const TempDir directory;
        write_bytes(directory.file("r.ttar"), file_.bytes());
        return read_back(directory.file("r.ttar"));
    }

private:
    ByteWriter file_;
    ChunkEncoder encoder_;
    std::uint32_t chunks_ = 0;
};

struct Encoded {
    std::vector<std::string> texts;
    Bytes plain;
    Bytes packed;
};

Encoded ten_events() {
    const auto events = random_events(10, 4);
    EventEncoder encoder;
    for (const Event& event : events) {
        EXPECT_TRUE(encoder.add(event));
    }
    return {texts(events), encoder.plain(0), encoder.packed()};
}

constexpr std::uint32_t kLaterType = format::four_letters("NEWX");

TEST(RecordingVersionsTest, NewerMajorIsRefusedInWords) {
    const ReadBack read = FileBuilder().version(7, 3).session().read();
    ASSERT_TRUE(read.error);
    EXPECT_THAT(*read.error, HasSubstr("has format 7.3; this version reads up to 1.x"));
}

TEST(RecordingVersionsTest, NewerMinorIsRead) {
    const Encoded encoded = ten_events();
    const ReadBack read = FileBuilder().version(1, 9).session().events(encoded.plain, encoded.packed).end(10).read();
    EXPECT_EQ(read.events, encoded.texts);
    EXPECT_TRUE(read.complete);
}

TEST(RecordingVersionsTest, UnknownOptionalChunksAreSkipped) {
    const Encoded encoded = ten_events();
    const Bytes content(100, 1);
    const ReadBack read = FileBuilder()
                              .chunk(kLaterType, content, {}, format::kFlagOptional)
                              .session()
                              .events(encoded.plain, encoded.packed)
                              .end(10)
                              .chunk(kLaterType, content, {}, format::kFlagOptional)
                              .read();
    EXPECT_EQ(read.events, encoded.texts);
    EXPECT_TRUE(read.complete) << read.warning;
}

TEST(RecordingVersionsTest, UnknownMandatoryChunksAreRefusedByName) {
    const Encoded encoded = ten_events();
    const ReadBack read =
        FileBuilder().session().events(encoded.plain, encoded.packed).chunk(kLaterType, {}).end(10).read();
    EXPECT_EQ(read.events, encoded.texts);
    ASSERT_TRUE(read.error);
    EXPECT_THAT(*read.error, HasSubstr("a chunk of type 'NEWX' needs a newer version"));
}

TEST(RecordingVersionsTest, UnknownMandatoryFlagsAreRefused) {
    const ReadBack read = FileBuilder().session().chunk(kLaterType, {}, {}, format::kFlagOptional | 2).read();
    ASSERT_TRUE(read.error);
    EXPECT_THAT(*read.error, HasSubstr("stored in a way this version does not know"));
}

TEST(RecordingVersionsTest, UnknownColumnsAreSkippedOrRefusedAsTheWriterAsked) {
    const Encoded encoded = ten_events();
    for (const bool required : {false, true}) {
        ByteWriter packed;
        write_field(packed, 40, required, Bytes{1, 2, 3});
        packed.raw(encoded.packed);
        const ReadBack read = FileBuilder().session().events(encoded.plain, packed.bytes()).end(10).read();
        EXPECT_EQ(read.complete, !required);
        EXPECT_EQ(read.events, required ? std::vector<std::string>() : encoded.texts);
        if (required) {
            ASSERT_TRUE(read.error);
            EXPECT_THAT(*read.error, HasSubstr("needs a newer version (column 40)"));
        }
    }
}

TEST(RecordingVersionsTest, UnknownFieldsOfSessionAndEndAreSkippedOrRefused) {
    for (const bool required : {false, true}) {
        ByteWriter packed;
        packed.raw(encode_session(some_session()));
        write_field(packed, 100, required, Bytes{1});
        const Result<SessionInfo> session = decode_session(packed.bytes());
        EXPECT_EQ(session.has_value(), !required);
        ByteWriter end;
        write_field(end, 100, required, Bytes{1});
        EXPECT_EQ(decode_end(end.bytes()).has_value(), !required);
    }
}

// Three events, the one in the middle of a kind that comes with a later minor: its row column is unknown, too.
TEST(RecordingVersionsTest, UnknownEventKindsAreSkippedAndCounted) {
    using format::Column;
    ByteWriter packed;
    const auto column = [&packed](Column id, bool required, const Bytes& data) {
        write_field(packed, static_cast<std::uint64_t>(id), required, data);
    };
    column(Column::Threads, true, {5, 6});
    column(Column::Kinds, true, {12, 200, 13});
    column(Column::Times, true, {0, 2, 2});
    column(Column::EventThreads, true, {0, 0, 0});
    write_field(packed, 64 + 200, false, Bytes{1, 2, 3});
    ByteWriter plain;
    plain.u64(0);
    plain.u64(10);
    plain.u64(12);
    plain.u32(3);
    const ReadBack read = FileBuilder().session().events(plain.bytes(), packed.bytes()).end(3).read();
    EXPECT_EQ(read.events, texts({ProcessExec{{10, 5, 6}}, ProcessExited{{12, 5, 6}}}));
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_EQ(read.warning, "1 event of a kind that this version does not know was skipped");
}

// What a reader of 0.1 makes of a chunk of 0.2: it knows none of the optional columns, and not the kinds they belong to.
TEST(RecordingVersionsTest, ReadersOf01SkipWhatCameWith02) {
    constexpr std::uint8_t kUnknown = 100;
    EventEncoder encoder;
    const std::vector<Event> events = golden_events_v0_2();
    for (const Event& event : events) {
        ASSERT_TRUE(encoder.add(event));
    }
    ByteWriter packed;
    const Bytes all = encoder.packed();
    FieldReader in(all);
    for (ChunkField field; in.next(field);) {
        Bytes data(field.data.begin(), field.data.end());
        if (field.id == static_cast<std::uint64_t>(format::Column::Kinds)) {
            for (std::uint8_t& kind : data) {
                kind = kind >= format::kFirstKindOf02 ? static_cast<std::uint8_t>(kind + kUnknown) : kind;
            }
        }
        if (field.required) {
            write_field(packed, field.id, true, data);
        }
    }
    const ReadBack read =
        FileBuilder().session().events(encoder.plain(0), packed.bytes()).end(events.size()).read();
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_THAT(read.warning, HasSubstr("17 events of kinds that this version does not know were skipped"));
    std::vector<Event> expected = golden_events_v0_1();
    for (const Event& event : std::vector<Event>(events.begin() + static_cast<std::ptrdiff_t>(expected.size()), events.end())) {
        Event without_shards = event;
        if (auto* allocated = std::get_if<Allocated>(&without_shards)) {
            allocated->buffer.sharded = false;
            allocated->buffer.pages_per_shard = 0;
            expected.push_back(without_shards);
        } else if (auto* freed = std::get_if<Freed>(&without_shards)) {
            freed->buffer.sharded = false;
            expected.push_back(without_shards);
        }
    }
    EXPECT_EQ(read.events, texts(expected));
}

TEST(RecordingVersionsTest, EventsBeforeTheSessionAreRefused) {
    const Encoded encoded = ten_events();
    const ReadBack read = FileBuilder().events(encoded.plain, encoded.packed).session().end(10).read();
    ASSERT_TRUE(read.error);
    EXPECT_THAT(*read.error, HasSubstr("it does not start with a session"));
}

TEST(RecordingVersionsTest, EndThatCountsOtherEventsIsSaid) {
    const Encoded encoded = ten_events();
    const ReadBack read = FileBuilder().session().events(encoded.plain, encoded.packed).end(11).read();
    EXPECT_EQ(read.events, encoded.texts);
    EXPECT_FALSE(read.complete);
    EXPECT_EQ(read.warning, "it holds 10 events, but 11 were written");
}

TEST(RecordingVersionsTest, EventsAfterTheEndAreRefused) {
    const Encoded encoded = ten_events();
    const ReadBack read = FileBuilder().session().end(0).events(encoded.plain, encoded.packed).read();
    EXPECT_TRUE(read.events.empty());
    ASSERT_TRUE(read.error);
    EXPECT_THAT(*read.error, HasSubstr("it goes on after its end"));
}

}  // namespace

}  // namespace tt::alloc_trace::test
