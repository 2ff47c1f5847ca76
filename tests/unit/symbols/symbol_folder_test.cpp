// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The folder this test lies in: it is a file with symbols itself.
#include "symbols/symbol_folder.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "symbols/process_code.hpp"

namespace tt::alloc_trace::test {

[[gnu::noinline]] int function_with_a_name(int value) { return value * 5 + 2; }

namespace {

class SymbolFolderTest : public testing::Test {
protected:
    SymbolFolderTest() {
        const auto pid = static_cast<std::uint32_t>(getpid());
        ProcessCode code;
        code.update(*ProcessHandle::open(pid));
        const CodeMapping& own = *code.find(pid, reinterpret_cast<std::uint64_t>(&function_with_a_name));
        address_ = reinterpret_cast<std::uint64_t>(&function_with_a_name) - own.bias;
        build_id_ = own.module->elf().build_id();
        program_ = own.module->path();
        std::string name = "/tmp/tat-symbols-XXXXXX";
        folder_ = mkdtemp(name.data());
    }
    ~SymbolFolderTest() override { std::filesystem::remove_all(folder_); }

    // As distributions keep it.
    [[nodiscard]] std::filesystem::path below_build_id() const {
        std::filesystem::create_directories(folder_ / ".build-id" / build_id_.substr(0, 2));
        return folder_ / ".build-id" / build_id_.substr(0, 2) / (build_id_.substr(2) + ".debug");
    }

    std::uint64_t address_ = 0;
    std::string build_id_;
    std::filesystem::path program_;
    std::filesystem::path folder_;
    const std::string name_ = "_ZN2tt11alloc_trace4test20function_with_a_nameEi";
};

TEST_F(SymbolFolderTest, NamesByBuildIdWhateverTheFileIsCalled) {
    std::filesystem::copy_file(program_, folder_ / "whatever");
    std::ofstream(folder_ / "readme.txt") << "no ELF file";
    auto symbols = SymbolFolder::open(folder_);
    ASSERT_TRUE(symbols);
    EXPECT_EQ(symbols->function_at(build_id_, address_ + 1), name_);
    EXPECT_EQ(symbols->function_at(build_id_, 1), "");
    EXPECT_EQ(symbols->function_at("0123456789abcdef", address_ + 1), "");
    EXPECT_EQ(symbols->function_at("", address_ + 1), "");
    EXPECT_EQ(function_with_a_name(1), 7);
}

TEST_F(SymbolFolderTest, TakesSeparateDebugFiles) {
    ASSERT_EQ(std::system(("objcopy --only-keep-debug " + program_.string() + " " + below_build_id().string()).c_str()), 0);
    auto symbols = SymbolFolder::open(folder_);
    ASSERT_TRUE(symbols);
    EXPECT_EQ(symbols->function_at(build_id_, address_ + 1), name_);
}

TEST_F(SymbolFolderTest, AFileOfAnotherBuildNamesNothing) {
    std::filesystem::copy_file("/bin/ls", below_build_id());
    auto symbols = SymbolFolder::open(folder_);
    ASSERT_TRUE(symbols);
    EXPECT_EQ(symbols->function_at(build_id_, address_ + 1), "");
    EXPECT_EQ(symbols->function_at("../../" + build_id_, address_ + 1), "");
}

TEST_F(SymbolFolderTest, AFolderThatIsNotThereIsSaid) {
    const auto symbols = SymbolFolder::open(folder_ / "none");
    ASSERT_FALSE(symbols);
    EXPECT_EQ(symbols.error().code, ErrorCode::Usage);
}

}  // namespace
}  // namespace tt::alloc_trace::test
