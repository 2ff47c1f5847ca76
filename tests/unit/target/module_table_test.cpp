// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Scans this very process, with the sample libraries loaded, unloaded, deleted and replaced.
#include "target/module_table.hpp"

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "samples.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

using Library = std::unique_ptr<void, int (*)(void*)>;

Library load(const std::string& path) {
    Library library(::dlopen(path.c_str(), RTLD_NOW), &::dlclose);
    EXPECT_NE(library, nullptr);
    return library;
}

ModuleScan scan_self(ModuleFinder& finder) {
    const auto process = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
    EXPECT_TRUE(process);
    auto scan = finder.scan(*process);
    EXPECT_TRUE(scan) << scan.error().message;
    return scan ? *std::move(scan) : ModuleScan{};
}

bool may_open_mappings() {
    const auto process = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
    const auto map = read_memory_map(*process);
    const auto entry =
        std::find_if(map->begin(), map->end(), [](const MapEntry& candidate) { return candidate.inode != 0; });
    const auto file = open_module_file(*process, *entry);
    return file && file->opened_as.find("map_files") != std::string::npos;
}

TEST(ModuleFinderTest, FindsTheLibraryAndWhereItIs) {
    for (const std::string& path : testing::sample_paths()) {
        const Library library = load(path);
        ModuleFinder finder({"sample_function", "sample_object"});
        const ModuleScan scan = scan_self(finder);
        ASSERT_EQ(scan.modules.size(), 1U) << path;
        const MappedModule& module = scan.modules.front();
        EXPECT_EQ(module.path, path);
        EXPECT_EQ(module.symbols.size(), 2U);
        ASSERT_EQ(module.load_biases.size(), 1U);
        EXPECT_EQ(
            module.load_biases.front() + module.symbols.at("sample_function").address,
            reinterpret_cast<std::uint64_t>(::dlsym(library.get(), "sample_function"))
        );
        EXPECT_EQ(
            module.load_biases.front() + module.symbols.at("sample_object").address,
            reinterpret_cast<std::uint64_t>(::dlsym(library.get(), "sample_object"))
        );
        EXPECT_THAT(scan.looked_at, Contains(path));
        EXPECT_THAT(scan.looked_at, Contains(HasSubstr("libc.so")));
    }
}

TEST(ModuleFinderTest, NothingFoundIsSaidWithTheLibrariesLookedAt) {
    ModuleFinder finder({"no_such_symbol_anywhere"});
    const ModuleScan scan = scan_self(finder);
    EXPECT_TRUE(scan.modules.empty());
    const auto self = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(self);
    const Error error = not_a_tt_metal_process(*self, scan);
    EXPECT_EQ(error.code, ErrorCode::NotTraceable);
    EXPECT_THAT(error.message, HasSubstr("process " + std::to_string(::getpid()) + " is not a TT-Metal process"));
    EXPECT_THAT(error.message, HasSubstr("target_test"));
    EXPECT_THAT(error.message, HasSubstr("libc.so"));
}

TEST(ModuleFinderTest, LibraryLoadedLaterIsFoundByTheSameFinder) {
    ModuleFinder finder({"sample_function"});
    EXPECT_TRUE(scan_self(finder).modules.empty());
    const Library library = load(testing::sample_paths().front());
    EXPECT_EQ(scan_self(finder).modules.size(), 1U);
    EXPECT_EQ(scan_self(finder).modules.size(), 1U) << "found files are not kept in the cache of useless ones";
}

TEST(ModuleFinderTest, TwoCopiesAreTwoModules) {
    const testing::TemporaryDirectory directory;
    const auto copy = directory.path() / "copy.so";
    std::filesystem::copy_file(testing::sample_paths().front(), copy);
    const Library first = load(testing::sample_paths().front());
    const Library second = load(copy.string());
    ModuleFinder finder({"sample_function"});
    EXPECT_EQ(scan_self(finder).modules.size(), 2U);
}

// A second copy of libc does not go together with the sanitizers' run time.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TAT_SANITIZED 1
#endif
#endif
#if !defined(TAT_SANITIZED) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(ModuleFinderTest, OneFileLoadedTwiceIsOneModuleWithTwoPlaces) {
    const Library first = load(testing::sample_paths().front());
    const Library second(::dlmopen(LM_ID_NEWLM, testing::sample_paths().front().c_str(), RTLD_NOW), &::dlclose);
    if (!second) {
        GTEST_SKIP() << "no second namespace: " << ::dlerror();
    }
    ModuleFinder finder({"sample_function"});
    const ModuleScan scan = scan_self(finder);
    ASSERT_EQ(scan.modules.size(), 1U);
    EXPECT_EQ(scan.modules.front().load_biases.size(), 2U);
}
#endif

TEST(ModuleFinderTest, DeletedLibraryIsReadThroughItsMapping) {
    if (!may_open_mappings()) {
        GTEST_SKIP() << "needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE to open /proc/PID/map_files";
    }
    const testing::TemporaryDirectory directory;
    const auto copy = directory.path() / "deleted.so";
    std::filesystem::copy_file(testing::sample_paths().front(), copy);
    const Library library = load(copy.string());
    std::filesystem::remove(copy);
    ModuleFinder finder({"sample_function"});
    const ModuleScan scan = scan_self(finder);
    ASSERT_EQ(scan.modules.size(), 1U);
    EXPECT_TRUE(scan.modules.front().deleted);
    EXPECT_EQ(scan.modules.front().path, copy.string());
}

TEST(ModuleFinderTest, ReplacedLibraryIsTheMappedOne) {
    if (!may_open_mappings()) {
        GTEST_SKIP() << "needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE to open /proc/PID/map_files";
    }
    const testing::TemporaryDirectory directory;
    const auto library_path = directory.path() / "lib.so";
    const auto other = directory.path() / "other.so";
    std::filesystem::copy_file(testing::sample_paths().front(), library_path);
    std::filesystem::copy_file("/proc/self/exe", other);
    const Library library = load(library_path.string());
    std::filesystem::rename(other, library_path);
    ModuleFinder finder({"sample_function"});
    const ModuleScan scan = scan_self(finder);
    ASSERT_EQ(scan.modules.size(), 1U);
    EXPECT_LT(scan.modules.front().elf.identity().size, std::filesystem::file_size(library_path));
}

}  // namespace
}  // namespace tt::alloc_trace
