// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// A recording limited in size: parts that are each readable alone, the oldest removed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "event_text.hpp"
#include "recording/recording_writer.hpp"
#include "sinks/pipeline.hpp"
#include "state_streams.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kMaxBytes = 1'000'000;

// Buffers only, as random programs and owners make a state that is as large as the stream.
std::vector<Event> buffer_events() {
    std::vector<Event> events = stateful_events(200'000, 7);
    std::erase_if(events, [](const Event& event) {
        return !std::holds_alternative<Allocated>(event) && !std::holds_alternative<Freed>(event);
    });
    for (const std::size_t place : {std::size_t{10}, events.size() / 2, events.size() - 10}) {
        const auto at = events.begin() + static_cast<std::ptrdiff_t>(place);
        events.insert(at, Marked{{header_of(*at).t_ns, 0, 0}, "step"});
    }
    return events;
}

class PartsTest : public testing::Test {
protected:
    // Never more than the limit is there.
    Status record(bool force = false) {
        RecordingOptions options;
        options.max_bytes = kMaxBytes;
        options.force = force;
        auto writer = RecordingWriter::create(path_, some_session(), options);
        if (!writer) {
            return tl::make_unexpected(writer.error());
        }
        Pipeline pipeline;
        pipeline.record_to(**writer);
        (*writer)->take_checkpoints([&pipeline] { return TrackerCheckpoint::encode(pipeline.tracker()); });
        for (std::size_t i = 0; i < events_.size(); ++i) {
            pipeline.consume(events_[i]);
            if (i % 500 == 0) {
                if (Status flushed = (*writer)->flush(); !flushed) {
                    return flushed;
                }
                EXPECT_LE(bytes(), kMaxBytes);
            }
        }
        removed_ = (*writer)->parts_removed();
        kept_ = (*writer)->older_parts().size();
        return (*writer)->finish(some_totals());
    }

    [[nodiscard]] std::uint64_t bytes() const {
        std::uint64_t sum = 0;
        for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
            sum += entry.file_size();
        }
        return sum;
    }

    [[nodiscard]] std::string part(std::size_t number) const { return path_ + "." + std::to_string(number); }

    // The events of a file are the ones from its start on; the state it begins with is the one behind those before. Returns the
    // number behind the last one.
    std::size_t expect_readable(const std::string& path) {
        SCOPED_TRACE(path);
        auto reader = RecordingReader::open(path);
        EXPECT_TRUE(reader) << reader.error().message;
        EXPECT_TRUE(reader && reader->start());
        if (!reader || !reader->start()) {
            return 0;
        }
        Tracker tracker;
        EXPECT_TRUE(TrackerCheckpoint::decode(*reader->start(), tracker));
        std::size_t number = reader->start()->events;
        EXPECT_EQ(state_of(tracker), state_after(events_, number));
        for (Event event; *reader->next(event); ++number) {
            EXPECT_EQ(text(event), text(events_[number]));
        }
        EXPECT_TRUE(reader->complete()) << reader->warning();
        return number;
    }

    TempDir directory_;
    std::string path_ = directory_.file("r.ttar");
    std::vector<Event> events_ = buffer_events();
    std::uint32_t removed_ = 0;
    std::size_t kept_ = 0;
};

TEST_F(PartsTest, NewestPartsAreKeptWithinTheLimitEachReadableAlone) {
    const Status recorded = record();
    ASSERT_TRUE(recorded) << recorded.error().message;
    ASSERT_GT(removed_, 1U);
    ASSERT_GE(kept_, 1U);
    EXPECT_EQ(directory_.files(), kept_ + 1);
    EXPECT_GT(bytes(), kMaxBytes / 2) << "as much as may be is kept";
    EXPECT_FALSE(std::filesystem::exists(part(removed_)));
    std::size_t end = 0;
    for (std::size_t i = removed_ + 1; i <= removed_ + kept_; ++i) {
        const std::size_t start = end;
        end = expect_readable(part(i));
        EXPECT_GT(end, start);
    }
    EXPECT_EQ(expect_readable(path_), events_.size());
}

TEST_F(PartsTest, PartWhoseStateIsCutOffIsRefused) {
    ASSERT_TRUE(record());
    const std::vector<std::uint8_t> whole = file_bytes(path_);
    for (std::size_t length = 0; length < 3'000; length += 11) {
        write_bytes(directory_.file("cut.ttar"), {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
        EXPECT_FALSE(RecordingReader::open(directory_.file("cut.ttar"))) << length;
    }
}

TEST_F(PartsTest, OtherFilesAreNotWrittenOver) {
    write_bytes(part(1), {1, 2, 3});
    const Status recorded = record();
    ASSERT_FALSE(recorded);
    EXPECT_THAT(recorded.error().message, testing::HasSubstr("r.ttar.1"));
    EXPECT_EQ(file_bytes(part(1)).size(), 3U);
    EXPECT_GT(file_bytes(path_).size(), 0U) << "what was recorded before is still there";
}

}  // namespace
}  // namespace tt::alloc_trace::test
