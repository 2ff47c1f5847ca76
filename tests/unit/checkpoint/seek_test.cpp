// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// Starting at a checkpoint of a recording: the state there is the one of somebody who read everything before, whatever the index
// says, or whether there is one.
#include <fcntl.h>
#include <gtest/gtest.h>

#include "recording/chunk_codec.hpp"
#include "recording/format.hpp"
#include "recording/recording_writer.hpp"
#include "sinks/pipeline.hpp"
#include "state_streams.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::size_t kEvents = 5'000;
constexpr std::size_t kPerChunk = 100;

class SeekTest : public testing::Test {
protected:
    void SetUp() override { record(path_); }

    void record(const std::string& path, bool finish = true) {
        auto writer = RecordingWriter::create(path, some_session(), {});
        ASSERT_TRUE(writer) << writer.error().message;
        Pipeline pipeline;
        pipeline.record_to(**writer);
        // Things held grow with the stream: the interval must not.
        (*writer)->take_checkpoints(
            [&pipeline] {
                Checkpoint checkpoint = TrackerCheckpoint::encode(pipeline.tracker());
                checkpoint.things = 0;
                return checkpoint;
            },
            500
        );
        for (std::size_t i = 0; i < events_.size(); ++i) {
            pipeline.consume(events_[i]);
            if ((i + 1) % kPerChunk == 0) {
                ASSERT_TRUE((*writer)->flush());
            }
        }
        if (finish) {
            ASSERT_TRUE((*writer)->finish(some_totals()));
        }
    }

    // Replays up to `t_ns` from the last checkpoint before; says where that was.
    void expect_right_state_at(const std::string& path, std::uint64_t t_ns, std::uint64_t least_skipped) {
        SCOPED_TRACE(t_ns);
        auto reader = RecordingReader::open(path);
        ASSERT_TRUE(reader) << reader.error().message;
        ASSERT_TRUE(reader->seek(t_ns, kEvents));
        Tracker tracker;
        std::size_t number = 0;
        if (reader->start()) {
            ASSERT_TRUE(TrackerCheckpoint::decode(*reader->start(), tracker));
            number = reader->start()->events;
        }
        EXPECT_GE(number, least_skipped);
        for (Event event; *reader->next(event) && header_of(event).t_ns <= t_ns; ++number) {
            tracker.apply(event);
        }
        EXPECT_EQ(state_of(tracker), state_after(events_, number));
        EXPECT_TRUE(number == kEvents || header_of(events_[number]).t_ns > t_ns);
    }

    [[nodiscard]] std::uint64_t t_of(std::size_t event) const { return header_of(events_[event]).t_ns; }

    TempDir directory_;
    std::string path_ = directory_.file("r.ttar");
    std::vector<Event> events_ = stateful_events(kEvents, 11);
};

TEST_F(SeekTest, StateIsRightAtAnyTime) {
    expect_right_state_at(path_, 0, 0);
    for (const std::size_t event : {0U, 499U, 500U, 501U, 700U, 2'499U, 4'998U, 4'999U}) {
        // Events of one moment may lie on both sides of a checkpoint: the one before is taken then.
        expect_right_state_at(path_, t_of(event), event < 600 ? 0 : event / 500 * 500 - 500);
    }
    expect_right_state_at(path_, ~std::uint64_t{0}, 4'500);
}

TEST_F(SeekTest, WithoutIndexItIsMadeAnew) {
    record(directory_.file("cut.ttar"), false);
    expect_right_state_at(directory_.file("cut.ttar"), t_of(3'333), 3'000);
}

TEST_F(SeekTest, CutAtAnyPlaceSeeksOrReadsFromTheBeginning) {
    const std::vector<std::uint8_t> whole = file_bytes(path_);
    for (std::size_t length = whole.size() - 1; length > whole.size() / 2; length -= 997) {
        write_bytes(directory_.file("cut.ttar"), {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
        expect_right_state_at(directory_.file("cut.ttar"), t_of(1'000), 500);
    }
}

// All checksums right, everything in the index a lie.
TEST_F(SeekTest, IndexThatLiesIsNotFollowed) {
    std::vector<std::uint8_t> bytes = file_bytes(path_);
    auto reader = RecordingReader::open(path_);
    ASSERT_TRUE(reader);
    const std::size_t tail = bytes.size() - format::kTailBytes;
    IndexEncoder lies;
    for (const std::uint64_t offset : {0ULL, 16ULL, 17ULL, 1'000ULL, ~0ULL, 1ULL << 62U}) {
        lies.add(FileIndex::Checkpoint{offset, 5, 3});
        lies.add_session(offset);
    }
    ChunkEncoder encoder;
    const auto index = encoder.encode(
        {.type = format::kIndexChunk, .sequence = 1'000, .optional = true, .packed = *lies.packed(0)}
    );
    ASSERT_TRUE(index);
    const std::uint64_t index_at = tail;
    bytes.resize(tail);
    bytes.insert(bytes.end(), index->begin(), index->end());
    const std::size_t index_bytes = index->size();
    const auto end = encoder.encode(
        {.type = format::kTailChunk, .sequence = 1'001, .optional = true, .plain = encode_tail_plain(index_at, index_bytes)}
    );
    ASSERT_TRUE(end);
    bytes.insert(bytes.end(), end->begin(), end->end());
    write_bytes(directory_.file("lies.ttar"), bytes);
    expect_right_state_at(directory_.file("lies.ttar"), t_of(3'333), 3'000);
}

TEST_F(SeekTest, DamagedCheckpointIsPassedOver) {
    std::vector<std::uint8_t> bytes = file_bytes(path_);
    const auto stored = read_stored_index(ChunkFile(UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC))));
    ASSERT_TRUE(stored && *stored);
    ASSERT_EQ((*stored)->checkpoints.size(), 10U);
    bytes[(*stored)->checkpoints[5].offset + 100] ^= 1;
    write_bytes(directory_.file("damaged.ttar"), bytes);
    expect_right_state_at(directory_.file("damaged.ttar"), t_of(2'990), 2'500);
    expect_right_state_at(directory_.file("damaged.ttar"), t_of(3'990), 3'500);
}

TEST_F(SeekTest, StoredIndexIsWhatAScanFinds) {
    const ChunkFile file(UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC)));
    const auto stored = read_stored_index(file);
    const auto scanned = scan_for_index(file);
    ASSERT_TRUE(stored && *stored && scanned);
    EXPECT_EQ(**stored, *scanned);
    EXPECT_EQ(scanned->events.size(), kEvents / kPerChunk);
}

TEST_F(SeekTest, RangeOfTimesEndsWithTheDetach) {
    auto reader = RecordingReader::open(path_);
    ASSERT_TRUE(reader);
    const auto range = reader->time_range();
    ASSERT_TRUE(range && *range);
    EXPECT_EQ((*range)->first_t_ns, t_of(0));
    EXPECT_EQ((*range)->last_t_ns, some_totals().detached_monotonic_ns);
    EXPECT_EQ((*range)->last_event_t_ns, t_of(kEvents - 1));
}

}  // namespace
}  // namespace tt::alloc_trace::test
