// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/module_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <chrono>
#include <fstream>

#include "samples.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;

// A process directory without map_files, as it looks to a user who may not open them; its root is the real one.
class ModuleFileTest : public ::testing::Test {
protected:
    void SetUp() override {
        std::filesystem::create_directories(directory_.path() / "12");
        std::filesystem::create_directory_symlink("/", directory_.path() / "12" / "root");
        file_ = directory_.path() / "lib.so";
        std::ofstream(file_) << "content";
        auto process = ProcessHandle::open(12, directory_.path().string());
        ASSERT_TRUE(process);
        process_.emplace(*std::move(process));
    }
    [[nodiscard]] MapEntry entry_of(const std::filesystem::path& path) const {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0);
        MapEntry entry;
        entry.start = 0x1000;
        entry.end = 0x2000;
        entry.inode = status.st_ino;
        entry.device_major = major(status.st_dev);
        entry.device_minor = minor(status.st_dev);
        entry.executable = true;
        entry.path = path.string();
        return entry;
    }

    testing::TemporaryDirectory directory_;
    std::filesystem::path file_;
    std::optional<ProcessHandle> process_;
};

TEST_F(ModuleFileTest, ByNameWhenTheMappingItselfMayNotBeOpened) {
    const auto file = open_module_file(*process_, entry_of(file_));
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_EQ(file->identity.size, 7U);
    EXPECT_THAT(file->opened_as, HasSubstr("/root/"));
}

TEST_F(ModuleFileTest, ReplacedFileIsNotTaken) {
    MapEntry entry = entry_of(file_);
    entry.inode += 1;
    const auto file = open_module_file(*process_, entry);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ErrorCode::NotTraceable);
    EXPECT_THAT(file.error().message, HasSubstr("not the file the process has mapped"));
}

TEST_F(ModuleFileTest, DeviceNumbersMayDifferOnAnonymousDevicesOnly) {
    MapEntry entry = entry_of(file_);
    entry.device_major = 0;
    entry.device_minor = 12'345;
    EXPECT_TRUE(open_module_file(*process_, entry));
    entry.offset = 4096;  // the mapped file was longer than this one
    EXPECT_FALSE(open_module_file(*process_, entry));
    struct stat status{};
    ASSERT_EQ(::stat(file_.c_str(), &status), 0);
    if (major(status.st_dev) != 0) {
        entry.offset = 0;
        entry.device_major = major(status.st_dev) + 1;
        EXPECT_FALSE(open_module_file(*process_, entry));
    }
}

TEST_F(ModuleFileTest, DeletedFileIsNotLookedForByName) {
    MapEntry entry = entry_of(file_);
    entry.deleted = true;
    EXPECT_FALSE(open_module_file(*process_, entry));
}

TEST_F(ModuleFileTest, PipesAndDevicesAreNeverOpened) {
    const auto pipe = directory_.path() / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const auto file = open_library_file(pipe.string());  // would hang if it were opened
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().message, HasSubstr("no regular file"));
    EXPECT_FALSE(open_library_file("/dev/null"));
    EXPECT_FALSE(open_library_file("/"));
}

TEST_F(ModuleFileTest, MissingFileGivesTheReason) {
    const auto file = open_library_file((directory_.path() / "none").string());
    ASSERT_FALSE(file);
    EXPECT_THAT(file.error().message, HasSubstr("No such file"));
}

TEST_F(ModuleFileTest, IdentityChangesWithTheContent) {
    const auto before = open_library_file(file_.string());
    std::ofstream(file_, std::ios::app) << "more";
    const auto after = open_library_file(file_.string());
    ASSERT_TRUE(before && after);
    EXPECT_FALSE(before->identity == after->identity);
    EXPECT_EQ(before->identity.inode, after->identity.inode);
}

// The kernel puts one set of probes on a file, whatever it is called and who may read it.
TEST_F(ModuleFileTest, LinksPermissionsAndTimesKeepTheIdentityAndReplacementDoesNot) {
    const auto original = open_library_file(file_.string());
    ASSERT_TRUE(original);
    const auto link = directory_.path() / "link.so";
    std::filesystem::create_hard_link(file_, link);
    std::filesystem::permissions(file_, std::filesystem::perms::owner_all);
    std::filesystem::last_write_time(file_, std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
    for (const auto& path : {file_, link}) {
        const auto same = open_library_file(path.string());
        ASSERT_TRUE(same);
        EXPECT_TRUE(same->identity == original->identity) << path;
        EXPECT_EQ(FileIdentityHash{}(same->identity), FileIdentityHash{}(original->identity));
    }
    // As an upgrade does it, with the same content and time.
    const auto upgrade = directory_.path() / "upgrade.so";
    std::filesystem::copy_file(file_, upgrade);
    std::filesystem::last_write_time(upgrade, std::filesystem::last_write_time(file_));
    std::filesystem::rename(upgrade, file_);
    const auto replaced = open_library_file(file_.string());
    ASSERT_TRUE(replaced);
    EXPECT_FALSE(replaced->identity == original->identity);
}

}  // namespace
}  // namespace tt::alloc_trace
