// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// A tracker restored from a checkpoint is the one it was made of, and goes on as it does.
#include "checkpoint/checkpoint.hpp"

#include <gtest/gtest.h>

#include <random>

#include "state_streams.hpp"

namespace tt::alloc_trace::test {
namespace {

TEST(CheckpointTest, RestoredTrackerGoesOnAsTheOneItWasMadeOf) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        SCOPED_TRACE(seed);
        const std::vector<Event> events = stateful_events(6'000, seed);
        Tracker whole;
        for (std::size_t i = 0; i < events.size() / 2; ++i) {
            whole.apply(events[i]);
        }
        Tracker restored;
        const Checkpoint checkpoint = TrackerCheckpoint::encode(whole);
        const Status decoded = TrackerCheckpoint::decode(checkpoint, restored);
        ASSERT_TRUE(decoded) << decoded.error().message;
        ASSERT_EQ(state_of(restored), state_of(whole));
        ASSERT_GT(live_buffers(restored), 30U);
        for (std::size_t i = events.size() / 2; i < events.size(); ++i) {
            const Applied a = whole.apply(events[i]);
            const Applied b = restored.apply(events[i]);
            ASSERT_EQ(a.unknown_free, b.unknown_free) << i;
            ASSERT_EQ(a.replaced_live, b.replaced_live) << i;
            ASSERT_EQ(a.found_as, b.found_as) << i;
            ASSERT_EQ(a.verdict, b.verdict) << i;
            ASSERT_EQ(a.released, b.released) << i;
            ASSERT_EQ(a.released_bytes, b.released_bytes) << i;
        }
        EXPECT_EQ(state_of(restored), state_of(whole));
    }
}

// The sums a checkpoint does not store, because the rest tells them.
TEST(CheckpointTest, SumsOfWhatIsLiveAreRestored) {
    Tracker whole;
    for (const Event& event : stateful_events(3'000, 3)) {
        whole.apply(event);
    }
    Tracker restored;
    ASSERT_TRUE(TrackerCheckpoint::decode(TrackerCheckpoint::encode(whole), restored));
    const auto& before = whole.view().processes;
    const auto& after = restored.view().processes;
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
        ASSERT_EQ(before[i]->places.size(), after[i]->places.size());
        EXPECT_EQ(before[i]->traces.at_risk().buffers, after[i]->traces.at_risk().buffers);
        EXPECT_EQ(before[i]->traces.at_risk().bytes, after[i]->traces.at_risk().bytes);
        for (const auto& [place, usage] : before[i]->places) {
            const PlaceUsage& now = after[i]->places.at(place);
            for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
                EXPECT_EQ(usage.types[type].buffers, now.types[type].buffers);
                EXPECT_EQ(usage.types[type].bytes, now.types[type].bytes);
                EXPECT_EQ(usage.types[type].footprint_bytes, now.types[type].footprint_bytes);
                EXPECT_EQ(usage.types[type].footprint_unknown, now.types[type].footprint_unknown);
            }
            EXPECT_EQ(usage.circular_buffers.count, now.circular_buffers.count);
            EXPECT_EQ(usage.circular_buffers.bytes, now.circular_buffers.bytes);
        }
    }
}

TEST(CheckpointTest, MarksAreKeptAndBounded) {
    Tracker whole;
    for (std::size_t i = 0; i < kMaxMarks + 5; ++i) {
        whole.apply(Marked{{1000 + i, 0, 0}, i == 0 ? std::string(5000, 'x') : "step"});
    }
    Tracker restored;
    ASSERT_TRUE(TrackerCheckpoint::decode(TrackerCheckpoint::encode(whole), restored));
    EXPECT_EQ(restored.view().marks, whole.view().marks);
    EXPECT_EQ(restored.view().marks.size(), kMaxMarks);
    EXPECT_EQ(restored.view().marks[0].name.size(), kMaxMarkNameBytes);
    EXPECT_EQ(restored.view().marks[7].event, 8U);
    EXPECT_TRUE(restored.view().processes.empty()) << "a mark is of no process";
}

TEST(CheckpointTest, StacksAreKept) {
    const BufferFields buffer{0x9000, 0x5000, 0x6000, 0x20000, 4096, 1024};
    Tracker whole;
    whole.apply(FrameSeen{{}, 1, FrameKind::Python, 41, 66, "forward", "model.py", ""});
    whole.apply(StackSeen{{}, 1, {1}, StackEnd::TooDeep});
    whole.apply(StackSeen{{}, 2, {1, 1}, StackEnd::Complete});
    whole.apply(Allocated{{1, 7, 7, 2}, buffer});
    whole.apply(AllocationFailed{{2, 7, 7, 1}, buffer, "Out of Memory"});
    whole.apply(RequestRefused{{3, 7, 7, 2}, 0, 0, "no"});
    Tracker restored;
    ASSERT_TRUE(TrackerCheckpoint::decode(TrackerCheckpoint::encode(whole), restored));
    EXPECT_EQ(state_of(restored), state_of(whole));
    const TrackerView view = restored.view();
    ASSERT_NE(view.stacks.find(2), nullptr);
    EXPECT_EQ(view.stacks.find(2)->frames.size(), 2U);
    EXPECT_EQ(view.stacks.find(1)->end, StackEnd::TooDeep);
    EXPECT_EQ(view.stacks.frame(1).function, "forward");
    const ProcessState& process = *view.processes.at(0);
    EXPECT_EQ(process.live.buffers().begin()->second.stack, 2U);
    EXPECT_EQ(process.failures.kinds.at(0).first.event.header.stack, 1U);
    EXPECT_EQ(process.refusals.kinds.at(0).first.event.header.stack, 2U);
}

TEST(CheckpointTest, OfAnotherPlaceIsRefused) {
    Tracker whole;
    for (const Event& event : stateful_events(100, 1)) {
        whole.apply(event);
    }
    Checkpoint checkpoint = TrackerCheckpoint::encode(whole);
    ++checkpoint.events;
    Tracker restored;
    EXPECT_FALSE(TrackerCheckpoint::decode(checkpoint, restored));
}

TEST(CheckpointTest, ChangedBytesNeverCrash) {
    Tracker whole;
    const std::vector<Event> events = stateful_events(600, 5);
    for (const Event& event : events) {
        whole.apply(event);
    }
    const Checkpoint good = TrackerCheckpoint::encode(whole);
    std::mt19937_64 random(1);
    for (int round = 0; round < 4'000; ++round) {
        Checkpoint bad = good;
        Bytes& bytes = bad.parts[random() % bad.parts.size()];
        for (std::size_t changes = 1 + random() % 3; changes > 0; --changes) {
            bytes[random() % bytes.size()] = static_cast<std::uint8_t>(random());
        }
        if (random() % 8 == 0) {
            bytes.resize(random() % bytes.size());
        }
        Tracker restored;
        if (TrackerCheckpoint::decode(bad, restored)) {
            for (std::size_t i = 0; i < 40; ++i) {
                restored.apply(events[i]);
            }
        }
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
