// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "event_text.hpp"
#include "golden_events.hpp"
#include "recording/recording_writer.hpp"
#include "sinks/pipeline.hpp"
#include "state_streams.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {
namespace {

struct Golden {
    std::string file;
    std::vector<Event> (*events)();
};
const std::vector<Golden> kGolden{
    {TAT_TEST_DATA "/recording-v1.0.ttar", golden_events_v0_2},
    {TAT_TEST_DATA "/recording-v1.1.ttar", golden_events_v1_1},
    {TAT_TEST_DATA "/recording-v1.2.ttar", golden_events_v1_2},
    {TAT_TEST_DATA "/recording-v1.3.ttar", golden_events_v1_3},
    {TAT_TEST_DATA "/recording-v1.4.ttar", golden_events_v1_4},
    {TAT_TEST_DATA "/recording-v1.5.ttar", golden_events_v1_5},
    {TAT_TEST_DATA "/recording-v1.6.ttar", golden_events_v1_6},
    {TAT_TEST_DATA "/recording-v1.7.ttar", golden_events_v1_7},
};
constexpr std::size_t kEventsPerChunk = 9;

class GoldenCheckpointTest : public ::testing::TestWithParam<Golden> {};

TEST_P(GoldenCheckpointTest, StaysReadable) {
    const ReadBack read = read_back(GetParam().file);
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_THAT(read.events, testing::ElementsAreArray(texts(GetParam().events())));
    EXPECT_EQ(read.session, text(golden_session_v0_1()));
    EXPECT_TRUE(read.complete) << read.warning;
    ASSERT_TRUE(read.end);
    EXPECT_EQ(read.end->totals, golden_totals_v0_1());
}

std::size_t live_buffers_after(const std::vector<Event>& events) {
    Tracker tracker;
    for (const Event& event : events) {
        tracker.apply(event);
    }
    return live_buffers(tracker);
}

// Peaks are those of the rules by which they were taken: since then what several allocators hold counts once.
std::string state_but_for_peaks(Tracker& tracker) {
    tracker.reset_peaks();
    return state_of(tracker);
}

std::string state_but_for_peaks(const std::vector<Event>& events) {
    Tracker tracker;
    for (const Event& event : events) {
        tracker.apply(event);
    }
    return state_but_for_peaks(tracker);
}

// A later tracker may know more of the same events, so its whole state is a measure of the present version only.
TEST_P(GoldenCheckpointTest, CheckpointsStayReadable) {
    const std::vector<Event> golden = GetParam().events();
    const std::size_t all = golden.size();
    std::size_t checkpoints = 0;
    for (std::size_t events = kEventsPerChunk; events <= all; events += kEventsPerChunk) {
        auto reader = RecordingReader::open(GetParam().file);
        ASSERT_TRUE(reader);
        ASSERT_TRUE(reader->seek(~std::uint64_t{0}, events));
        ASSERT_TRUE(reader->start());
        ASSERT_EQ(reader->start()->events, events);
        Tracker tracker;
        const Status decoded = TrackerCheckpoint::decode(*reader->start(), tracker);
        ASSERT_TRUE(decoded) << decoded.error().message;
        std::size_t left = 0;
        for (Event event; *reader->next(event); ++left) {
            tracker.apply(event);
        }
        EXPECT_EQ(events + left, all);
        if (GetParam().file == kGolden.back().file) {
            EXPECT_EQ(state_but_for_peaks(tracker), state_but_for_peaks(golden));
        }
        EXPECT_EQ(live_buffers(tracker), live_buffers_after(golden));
        ++checkpoints;
    }
    EXPECT_GE(checkpoints, 3U);
}

INSTANTIATE_TEST_SUITE_P(Versions, GoldenCheckpointTest, ::testing::ValuesIn(kGolden), [](const auto& golden) {
    return "v1_" + std::to_string(golden.index);
});

// Makes the file for the present version, when asked: see docs/recording-format.md section 5. Never over an existing
// one.
TEST(GoldenFileTest, DISABLED_WriteGoldenFile) {
    auto writer = RecordingWriter::create(kGolden.back().file, golden_session_v0_1(), {});
    ASSERT_TRUE(writer) << writer.error().message;
    Pipeline pipeline;
    pipeline.record_to(**writer);
    (*writer)->take_checkpoints(
        [&pipeline] {
            Checkpoint checkpoint = TrackerCheckpoint::encode(pipeline.tracker());
            checkpoint.things = 0;
            return checkpoint;
        },
        1
    );
    std::size_t events = 0;
    for (const Event& event : kGolden.back().events()) {
        pipeline.consume(event);
        if (++events % kEventsPerChunk == 0) {
            ASSERT_TRUE((*writer)->flush());
        }
    }
    ASSERT_TRUE((*writer)->finish(golden_totals_v0_1()));
}

}  // namespace
}  // namespace tt::alloc_trace::test
