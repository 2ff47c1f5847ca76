// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
// What RecordingWriter does to the file system, and what a full disk does to a recording.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "event_text.hpp"
#include "random_events.hpp"
#include "recording/output_file.hpp"
#include "recording/recording_writer.hpp"
#include "test_files.hpp"

namespace tt::alloc_trace::test {

namespace {

using testing::HasSubstr;

// A limit on the size of files, for want of a full disk: write() then fails half way.
class FileSizeLimit {
public:
    explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
        EXPECT_EQ(::getrlimit(RLIMIT_FSIZE, &before_), 0);
        rlimit limit = before_;
        limit.rlim_cur = bytes;
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &limit), 0);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() {
        EXPECT_EQ(::setrlimit(RLIMIT_FSIZE, &before_), 0);
        std::signal(SIGXFSZ, handler_);
    }

private:
    void (*handler_)(int);
    rlimit before_{};
};

class RecordingFileTest : public testing::Test {
protected:
    Result<std::unique_ptr<RecordingWriter>> create(const std::string& path, bool force = false) {
        RecordingOptions options;
        options.force = force;
        return RecordingWriter::create(path, some_session(), options);
    }

    TempDir directory_;
    std::string path_ = directory_.file("r.ttar");
};

TEST_F(RecordingFileTest, IsReadableByItsOwnerOnlyWhateverTheUmask) {
    const mode_t before = ::umask(0);
    ASSERT_TRUE(create(path_));
    ::umask(0777);
    ASSERT_TRUE(create(directory_.file("other.ttar")));
    ::umask(before);
    for (const char* name : {"r.ttar", "other.ttar"}) {
        struct stat status {};
        ASSERT_EQ(::stat(directory_.file(name).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 07777, 0600U);
    }
}

TEST_F(RecordingFileTest, BelongsToTheUserBehindSudo) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root may give files away";
    }
    RecordingOptions options;
    options.owner_uid = 12345;
    options.owner_gid = 23456;
    for (const bool force : {false, true}) {
        options.force = force;
        ASSERT_TRUE(RecordingWriter::create(path_, some_session(), options));
        struct stat status {};
        ASSERT_EQ(::stat(path_.c_str(), &status), 0);
        EXPECT_EQ(status.st_uid, 12345U);
        EXPECT_EQ(status.st_gid, 23456U);
    }
}

TEST_F(RecordingFileTest, ExistingFileIsRefusedWithAHint) {
    write_bytes(path_, {1, 2, 3});
    const auto writer = create(path_);
    ASSERT_FALSE(writer);
    EXPECT_THAT(writer.error().message, HasSubstr("'" + path_ + "': it exists already"));
    EXPECT_THAT(writer.error().hint, HasSubstr("--force"));
    EXPECT_EQ(file_bytes(path_), (std::vector<std::uint8_t>{1, 2, 3}));
    EXPECT_EQ(directory_.files(), 1U);
}

TEST_F(RecordingFileTest, ForceReplacesTheFileAndNotWhatItsOtherNamesHold) {
    write_bytes(path_, {1, 2, 3});
    std::filesystem::create_hard_link(path_, directory_.file("other-name"));
    {
        auto writer = create(path_, true);
        ASSERT_TRUE(writer) << writer.error().message;
        ASSERT_TRUE((*writer)->finish({}));
    }
    EXPECT_TRUE(read_back(path_).complete);
    EXPECT_EQ(file_bytes(directory_.file("other-name")), (std::vector<std::uint8_t>{1, 2, 3}));
    EXPECT_EQ(directory_.files(), 2U);
}

TEST_F(RecordingFileTest, ForceCreatesWhatIsNotThere) {
    auto writer = create(path_, true);
    ASSERT_TRUE(writer) << writer.error().message;
    ASSERT_TRUE((*writer)->finish({}));
    EXPECT_TRUE(read_back(path_).complete);
    EXPECT_EQ(directory_.files(), 1U);
}

TEST_F(RecordingFileTest, SymbolicLinksAreNeverFollowed) {
    write_bytes(directory_.file("precious"), {1, 2, 3});
    std::filesystem::create_symlink(directory_.file("precious"), path_);
    std::filesystem::create_symlink(directory_.file("nowhere"), directory_.file("dangling"));
    for (const bool force : {false, true}) {
        EXPECT_FALSE(create(path_, force));
        EXPECT_FALSE(create(directory_.file("dangling"), force));
    }
    EXPECT_EQ(file_bytes(directory_.file("precious")), (std::vector<std::uint8_t>{1, 2, 3}));
    EXPECT_FALSE(std::filesystem::exists(directory_.file("nowhere")));
    EXPECT_EQ(directory_.files(), 3U);
}

TEST_F(RecordingFileTest, OnlyRegularFilesAreReplaced) {
    ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    const auto fifo = create(path_, true);
    ASSERT_FALSE(fifo);
    EXPECT_THAT(fifo.error().message, HasSubstr("it is not a regular file"));
    EXPECT_FALSE(create(directory_.path().string(), true));
    EXPECT_FALSE(create(directory_.path().string() + "/", true));
    EXPECT_FALSE(create("", true));
}

TEST_F(RecordingFileTest, MissingDirectoryIsAnErrorWithTheSystemsReason) {
    const auto writer = create(directory_.file("no/such/place.ttar"));
    ASSERT_FALSE(writer);
    EXPECT_THAT(writer.error().message, HasSubstr("No such file or directory"));
    EXPECT_NE(writer.error().hint, "");
}

// Before anything is attached.
TEST_F(RecordingFileTest, APlaceIsTriedWithoutAChange) {
    RecordingOptions replacing;
    replacing.force = true;
    EXPECT_TRUE(OutputFile::check(path_, {}));
    EXPECT_TRUE(OutputFile::check(path_, replacing));
    EXPECT_TRUE(std::filesystem::is_empty(directory_.path()));
    EXPECT_THAT(OutputFile::check(directory_.file("missing/r.ttar"), {}).error().hint, HasSubstr("create its directory"));
    EXPECT_EQ(OutputFile::check("/proc/r.ttar", {}).error().code, create("/proc/r.ttar").error().code);
    EXPECT_EQ(OutputFile::check(directory_.path().string() + "/", {}).error().code, ErrorCode::Usage);
    EXPECT_THAT(OutputFile::check(directory_.path().string(), replacing).error().message, HasSubstr("not a regular file"));
}

TEST_F(RecordingFileTest, FailureToCreateLeavesNothingBehind) {
    write_bytes(path_, {1, 2, 3});
    const FileSizeLimit limit(20);
    EXPECT_FALSE(create(path_, true));
    EXPECT_FALSE(create(directory_.file("new.ttar")));
    EXPECT_EQ(file_bytes(path_), (std::vector<std::uint8_t>{1, 2, 3}));
    EXPECT_EQ(directory_.files(), 1U);
}

TEST_F(RecordingFileTest, FullDiskKeepsAllWholeChunks) {
    const auto events = random_events(5000, 6);
    auto writer = create(path_);
    ASSERT_TRUE(writer);
    std::uint64_t written = 0;
    {
        const FileSizeLimit limit(40'000);
        for (const Event& event : events) {
            (*writer)->consume(event);
            if ((*writer)->flush()) {
                written = (*writer)->events_written();
            }
        }
        EXPECT_FALSE((*writer)->status());
        EXPECT_FALSE((*writer)->update_session(some_session()));
        EXPECT_FALSE((*writer)->finish(some_totals()));
    }
    const std::string message = (*writer)->status().error().message;
    EXPECT_THAT(message, HasSubstr("cannot write to recording '" + path_ + "': File too large"));
    EXPECT_GT(written, 0U);
    EXPECT_LT(written, events.size());
    EXPECT_EQ((*writer)->events_written(), written);
    EXPECT_EQ((*writer)->events_not_written(), events.size() - written);

    const ReadBack read = read_back(path_);
    EXPECT_EQ(read.error, std::nullopt);
    EXPECT_EQ(read.events, texts({events.begin(), events.begin() + static_cast<std::ptrdiff_t>(written)}));
    EXPECT_FALSE(read.complete);
    EXPECT_NE(read.warning, "");
}

// If there is room again at the end, the file says itself what happened.
TEST_F(RecordingFileTest, EndChunkTellsOfEventsThatWereNotWritten) {
    const auto events = random_events(3000, 6);
    auto writer = create(path_);
    ASSERT_TRUE(writer);
    {
        const FileSizeLimit limit(4000);
        for (const Event& event : events) {
            (*writer)->consume(event);
        }
        EXPECT_FALSE((*writer)->flush());
    }
    EXPECT_FALSE((*writer)->finish(some_totals()));
    const ReadBack read = read_back(path_);
    EXPECT_TRUE(read.events.empty());
    ASSERT_TRUE(read.end);
    EXPECT_EQ(read.end->events_not_written, 3000U);
    EXPECT_FALSE(read.complete);
    EXPECT_THAT(read.warning, HasSubstr("the last 3000 events are missing"));
    EXPECT_THAT(read.warning, HasSubstr("File too large"));
}

TEST_F(RecordingFileTest, EventLargerThanAChunkIsCountedAndSaid) {
    auto writer = create(path_);
    ASSERT_TRUE(writer);
    ProcessSeen process;
    process.command.assign(9U << 20, 'x');
    (*writer)->consume(ProcessExec{});
    (*writer)->consume(process);
    EXPECT_FALSE((*writer)->status());
    EXPECT_EQ((*writer)->events_not_written(), 1U);
    EXPECT_FALSE((*writer)->finish({}));
    const ReadBack read = read_back(path_);
    EXPECT_EQ(read.events, texts({ProcessExec{}}));
    EXPECT_THAT(read.warning, HasSubstr("larger than a chunk may be"));
}

TEST_F(RecordingFileTest, FlushedEventsAreInTheFileWhileItIsStillOpen) {
    auto writer = create(path_);
    ASSERT_TRUE(writer);
    const auto events = random_events(100, 2);
    for (const Event& event : events) {
        (*writer)->consume(event);
    }
    EXPECT_TRUE(read_back(path_).events.empty());
    ASSERT_TRUE((*writer)->flush());
    EXPECT_EQ(read_back(path_).events, texts(events));
}

TEST_F(RecordingFileTest, DestroyedWriterKeepsItsEvents) {
    const auto events = random_events(100, 2);
    {
        auto writer = create(path_);
        ASSERT_TRUE(writer);
        for (const Event& event : events) {
            (*writer)->consume(event);
        }
    }
    const ReadBack read = read_back(path_);
    EXPECT_EQ(read.events, texts(events));
    EXPECT_THAT(read.warning, HasSubstr("cut off after 100 events"));
}

TEST_F(RecordingFileTest, EventsAfterFinishAreNotWritten) {
    auto writer = create(path_);
    ASSERT_TRUE(writer);
    ASSERT_TRUE((*writer)->finish({}));
    (*writer)->consume(ProcessExec{});
    EXPECT_EQ((*writer)->events_not_written(), 1U);
    EXPECT_TRUE((*writer)->finish({}));
    EXPECT_TRUE(read_back(path_).complete);
}

}  // namespace

}  // namespace tt::alloc_trace::test
