// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Of this process itself: what its own functions are called.
#include "symbols/process_code.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

namespace tt::alloc_trace::test {

// Named by .symtab alone: nothing exports it.
[[gnu::noinline]] int function_of_this_test(int value) { return value * 3 + 1; }

namespace {

class ProcessCodeTest : public ::testing::Test {
protected:
    ProcessCodeTest() { code_.update(*ProcessHandle::open(pid_)); }

    [[nodiscard]] std::string name_at(std::uint64_t address) const {
        const CodeMapping* mapping = code_.find(pid_, address);
        return mapping == nullptr ? "nowhere" : mapping->module->function_at(address - mapping->bias);
    }

    const std::uint32_t pid_ = static_cast<std::uint32_t>(getpid());
    ProcessCode code_;
};

template <typename Function>
std::uint64_t address_of(Function* function) {
    return reinterpret_cast<std::uint64_t>(function);
}

TEST_F(ProcessCodeTest, NamesTheFunctionAnInstructionIsIn) {
    const std::uint64_t begin = address_of(&function_of_this_test);
    EXPECT_EQ(name_at(begin), "_ZN2tt11alloc_trace4test21function_of_this_testEi");
    EXPECT_EQ(name_at(begin + 1), name_at(begin)) << "anywhere in it";
    EXPECT_EQ(function_of_this_test(1), 4);
}

TEST_F(ProcessCodeTest, NamesWhatALibraryExports) {
    const CodeMapping* mapping = code_.find(pid_, address_of(&::qsort));
    ASSERT_NE(mapping, nullptr);
    EXPECT_NE(mapping->module->path().find("libc"), std::string::npos) << mapping->module->path();
    EXPECT_FALSE(mapping->module->elf().build_id().empty());
    EXPECT_EQ(name_at(address_of(&::qsort)), "qsort");
}

TEST_F(ProcessCodeTest, MemoryWithoutAFileHasNoCode) {
    void* made = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(made, MAP_FAILED);
    code_.update(*ProcessHandle::open(pid_));
    EXPECT_EQ(code_.find(pid_, reinterpret_cast<std::uint64_t>(made)), nullptr);
    EXPECT_EQ(code_.find(pid_, 0), nullptr);
    EXPECT_EQ(code_.find(pid_, ~std::uint64_t{0}), nullptr);
    munmap(made, 4096);
}

TEST_F(ProcessCodeTest, AChildHasItsParentsUntilItIsForgotten) {
    constexpr std::uint32_t kChild = 4'000'000;  // no pid
    code_.fork(pid_, kChild);
    EXPECT_NE(code_.find(kChild, address_of(&function_of_this_test)), nullptr);
    code_.forget(kChild);
    EXPECT_EQ(code_.find(kChild, address_of(&function_of_this_test)), nullptr);
    EXPECT_NE(code_.find(pid_, address_of(&function_of_this_test)), nullptr);
    code_.fork(kChild, kChild + 1);
    EXPECT_TRUE(code_.mappings(kChild + 1).empty()) << "nobody's child";
}

TEST_F(ProcessCodeTest, FilesAreReadOnceForAllProcesses) {
    const CodeModule* module = code_.find(pid_, address_of(&function_of_this_test))->module.get();
    code_.update(*ProcessHandle::open(pid_));
    EXPECT_EQ(code_.find(pid_, address_of(&function_of_this_test))->module.get(), module);
}

}  // namespace
}  // namespace tt::alloc_trace::test
