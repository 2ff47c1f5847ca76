// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_text.hpp"
#include "random_events.hpp"
#include "recording/event_decoder.hpp"
#include "recording/event_encoder.hpp"
#include "recording/format.hpp"
#include "recording/recording_writer.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

void expect_round_trip(const std::vector<Event>& events, std::size_t per_chunk) {
    const TempDir directory;
    const std::string path = directory.file("r.ttar");
    write_recording(path, events, per_chunk);
    const ReadBack read = read_back(path);
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_EQ(read.warning, "");
    EXPECT_TRUE(read.complete);
    EXPECT_EQ(read.events, texts(events));
}

TEST(RecordingRoundTripTest, EveryFieldOfRandomEventsComesBackInOrder) {
    for (std::uint64_t seed = 1; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        expect_round_trip(random_events(2000, seed), 1 + seed * seed);
    }
}

TEST(RecordingRoundTripTest, ChunksEndByThemselves) {
    expect_round_trip(random_events(3 * format::kFullChunkEvents + 7, 99), 10'000'000);
}

TEST(RecordingRoundTripTest, OneEventPerChunk) { expect_round_trip(random_events(200, 5), 1); }

TEST(RecordingRoundTripTest, NoEventAtAll) { expect_round_trip({}, 1); }

TEST(RecordingRoundTripTest, CommandLineOfTheGreatestLengthLinuxAllows) {
    constexpr std::size_t kLength = 6U << 20;
    ProcessSeen process;
    process.command.assign(kLength, 'x');
    const auto others = random_events(1000, 1);
    std::vector<Event> events{process, process, process};
    events.insert(events.end(), others.begin(), others.end());
    expect_round_trip(events, 100'000);
}

TEST(RecordingRoundTripTest, SessionAndTotalsComeBack) {
    const TempDir directory;
    write_recording(directory.file("r.ttar"), random_events(10, 1));
    const ReadBack read = read_back(directory.file("r.ttar"));
    EXPECT_EQ(read.session, text(some_session()));
    ASSERT_TRUE(read.end);
    EXPECT_EQ(read.end->totals, some_totals());
    EXPECT_EQ(read.end->events, 10U);
    EXPECT_EQ(read.end->events_not_written, 0U);
}

TEST(RecordingRoundTripTest, LaterSessionReplacesTheEarlierOne) {
    const TempDir directory;
    const std::string path = directory.file("r.ttar");
    auto writer = RecordingWriter::create(path, some_session(), {});
    ASSERT_TRUE(writer);
    const auto events = random_events(20, 3);
    for (std::size_t i = 0; i < 10; ++i) {
        (*writer)->consume(events[i]);
    }
    SessionInfo later = some_session();
    later.probes.push_back({"closing", "_ZN", "/late.so", 7, "nop", false, true, "dlopen"});
    ASSERT_TRUE((*writer)->update_session(later));
    for (std::size_t i = 10; i < 20; ++i) {
        (*writer)->consume(events[i]);
    }
    ASSERT_TRUE((*writer)->finish(some_totals()));

    auto reader = RecordingReader::open(path);
    ASSERT_TRUE(reader);
    EXPECT_EQ(text(reader->session()), text(some_session()));
    Collector collector;
    ASSERT_TRUE(reader->replay(collector));
    EXPECT_EQ(text(reader->session()), text(later));
    EXPECT_EQ(texts(collector.events), texts(events));
    EXPECT_TRUE(reader->complete());
}

// Nothing refers to another chunk, so reading may start at any of them.
TEST(RecordingRoundTripTest, EveryChunkDecodesAlone) {
    const auto events = random_events(300, 8);
    EventEncoder encoder;
    for (std::size_t begin = 0; begin < events.size(); begin += 100) {
        for (std::size_t i = begin; i < begin + 100; ++i) {
            ASSERT_TRUE(encoder.add(events[i]));
        }
        const Bytes plain = encoder.plain(begin);
        const Bytes packed = encoder.packed();
        encoder.clear();
        EventDecoder decoder;
        ASSERT_TRUE(decoder.load(plain, packed));
        EXPECT_EQ(decoder.first_event(), begin);
        Event event;
        for (std::size_t i = begin; i < begin + 100; ++i) {
            const Result<bool> got = decoder.next(event);
            ASSERT_TRUE(got && *got);
            EXPECT_EQ(text(event), text(events[i]));
        }
        const Result<bool> got = decoder.next(event);
        EXPECT_TRUE(got && !*got);
    }
}

// A steady loop of allocs and frees must stay far below the 16 bytes per event that are promised.
TEST(RecordingRoundTripTest, AllocAndFreeLoopTakesFewBytes) {
    const TempDir directory;
    std::vector<Event> events;
    for (std::uint64_t i = 0; i < 50'000; ++i) {
        const BufferFields fields{
            0x7f0000000000 + 0x180 * (i % 40),
            0x7e0000000000,
            0x7d0000000000,
            1499136 - 2048 * (i % 60),
            2048 * 64,
            2048,
            BufferType::L1,
            false
        };
        const std::uint64_t jitter = (i * 2654435761U) % 16384;
        events.emplace_back(Allocated{{i * 40'000 + jitter, 1, 2}, fields});
        events.emplace_back(Freed{{i * 40'000 + 20'000 + jitter, 1, 2}, fields});
    }
    write_recording(directory.file("r.ttar"), events);
    EXPECT_LT(std::filesystem::file_size(directory.file("r.ttar")), events.size() * 8);
}

}  // namespace

}  // namespace tt::alloc_trace::test
