// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// A recording that somebody cut or changed: a prefix of the events is read, or the file is refused in words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "event_text.hpp"
#include "golden_events.hpp"
#include "random_events.hpp"
#include "recording/recording_writer.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

using testing::HasSubstr;

class RecordingDamageTest : public testing::Test {
protected:
    RecordingDamageTest() : events_(texts(golden_events_v0_1())) {
        write_recording(directory_.file("whole.ttar"), golden_events_v0_1(), 5);
        whole_ = file_bytes(directory_.file("whole.ttar"));
    }

    ReadBack read(const std::vector<std::uint8_t>& bytes) {
        write_bytes(path_, bytes);
        return read_back(path_);
    }

    void expect_prefix(const ReadBack& read) {
        ASSERT_LE(read.events.size(), events_.size());
        EXPECT_TRUE(std::equal(read.events.begin(), read.events.end(), events_.begin()));
    }

    TempDir directory_;
    std::string path_ = directory_.file("damaged.ttar");
    std::vector<std::string> events_;
    std::vector<std::uint8_t> whole_;
};

TEST_F(RecordingDamageTest, CutAtEveryLengthReadsAPrefixOrRefuses) {
    std::size_t most = 0;
    int complete = 0;
    for (std::size_t length = 0; length < whole_.size(); ++length) {
        SCOPED_TRACE(length);
        const ReadBack got = read({whole_.begin(), whole_.begin() + static_cast<std::ptrdiff_t>(length)});
        expect_prefix(got);
        if (got.complete) {  // only the index is missing, or its tail: nothing that a reader of everything needs
            EXPECT_EQ(got.events, events_);
            EXPECT_GE(length, whole_.size() - 200);
            ++complete;
        }
        EXPECT_TRUE(got.complete || got.error || !got.warning.empty());
        EXPECT_GE(got.events.size(), most) << "a longer file reads at least as far";
        most = std::max(most, got.events.size());
    }
    EXPECT_EQ(most, events_.size());
    EXPECT_EQ(complete, 2);
}

TEST_F(RecordingDamageTest, EveryFlippedByteIsNoticed) {
    for (std::size_t at = 0; at < whole_.size(); ++at) {
        for (const std::uint8_t flip : {0x01, 0x80, 0xff}) {
            SCOPED_TRACE(at);
            std::vector<std::uint8_t> bytes = whole_;
            bytes[at] ^= flip;
            const ReadBack got = read(bytes);
            expect_prefix(got);
            EXPECT_FALSE(got.complete);
            EXPECT_TRUE(got.error || !got.warning.empty());
        }
    }
}

// As a file system may leave them after a power cut.
TEST_F(RecordingDamageTest, ZeroesAtTheEndAreNoticed) {
    for (std::size_t length = 16; length < whole_.size() - 16; length += 7) {
        SCOPED_TRACE(length);
        std::vector<std::uint8_t> bytes = whole_;
        std::fill(bytes.begin() + static_cast<std::ptrdiff_t>(length), bytes.end(), std::uint8_t{0});
        const ReadBack got = read(bytes);
        expect_prefix(got);
        EXPECT_FALSE(got.complete);
    }
}

TEST_F(RecordingDamageTest, WarningOfACutFileSaysHowFarItReads) {
    auto writer = RecordingWriter::create(path_, some_session(), {});
    ASSERT_TRUE(writer);
    for (const Event& event : golden_events_v0_1()) {
        (*writer)->consume(event);
    }
    ASSERT_TRUE((*writer)->flush());
    const ReadBack got = read_back(path_);  // as after kill -9: nobody called finish
    EXPECT_EQ(got.events, events_);
    EXPECT_FALSE(got.complete);
    EXPECT_EQ(got.warning, "cut off after 24 events (recorder killed or disk full): read up to the last whole chunk");
}

TEST_F(RecordingDamageTest, ChunkThatIsThereTwiceIsNoticed) {
    std::vector<std::uint8_t> bytes = whole_;
    const std::vector<std::uint8_t> second_file_chunks(whole_.begin() + 16, whole_.end());
    bytes.insert(bytes.end(), second_file_chunks.begin(), second_file_chunks.end());
    const ReadBack got = read(bytes);
    EXPECT_EQ(got.events, events_);
    EXPECT_FALSE(got.complete);
    EXPECT_THAT(got.warning, HasSubstr("chunk 0 stands where chunk 9 should"));
}

TEST_F(RecordingDamageTest, ForeignFilesAreCalledSo) {
    for (const std::string content : {"", "\x7f" "ELF, long enough for a header", "ab", "{\"schema\": 1}\n"}) {
        SCOPED_TRACE(content);
        const ReadBack got = read({content.begin(), content.end()});
        ASSERT_TRUE(got.error);
        EXPECT_THAT(*got.error, HasSubstr("'" + path_ + "' is not a tt-alloc-trace recording"));
    }
}

TEST_F(RecordingDamageTest, MissingFileAndDirectoryAreErrors) {
    const ReadBack missing = read_back(directory_.file("missing"));
    ASSERT_TRUE(missing.error);
    EXPECT_THAT(*missing.error, HasSubstr("No such file"));
    const ReadBack folder = read_back(directory_.path().string());
    ASSERT_TRUE(folder.error);
    EXPECT_THAT(*folder.error, HasSubstr("is not a tt-alloc-trace recording: it is no regular file"));
}

}  // namespace

}  // namespace tt::alloc_trace::test
