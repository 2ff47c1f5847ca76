// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The whole of probes/ on the whole matrix of fake libraries, and on a live process that has the runtime linked in.
#include "probes/traceable_module.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "fakes.hpp"
#include "target/module_table.hpp"

namespace tt::alloc_trace {
namespace {

using testing::fake_path;
using testing::good_fakes;
using ::testing::HasSubstr;
using testing::open_fake;

TEST(TraceableModuleTest, EveryGoodLibraryIsAccepted) {
    ASSERT_GE(good_fakes().size(), 6U);
    for (const std::string& name : good_fakes()) {
        const auto elf = open_fake(name);
        ASSERT_TRUE(elf) << name << elf.error().message;
        const auto module = resolve_module(*elf);
        ASSERT_TRUE(module) << name << ": " << module.error().message;
        EXPECT_EQ(module->layout.name, "L5") << name;
        EXPECT_GE(module->build_id.size(), 16U) << name;
        EXPECT_TRUE(module->plan.skipped.empty()) << name;
        EXPECT_GE(module->plan.requests.size(), 11U) << name;
        const bool february_2026 = name.find("-1.so") != std::string::npos;
        EXPECT_EQ(module->layout.variant.starts_with("AllocatorImpl"), february_2026) << name;
        EXPECT_EQ(module->layout.owner.mesh_id.offset, february_2026 ? 72U : 80U) << name;
    }
}

TEST(TraceableModuleTest, InfoNamesLayoutAndEvidence) {
    const auto elf = open_fake("good-gxx-O2-1.so");
    ASSERT_TRUE(elf);
    const auto module = resolve_module(*elf);
    ASSERT_TRUE(module);
    const ModuleInfo info = module_info(*module);
    EXPECT_EQ(info.layout, "L5");
    EXPECT_THAT(info.evidence, HasSubstr("page_size"));
    EXPECT_THAT(info.evidence, HasSubstr("AllocatorImpl"));
}

TEST(TraceableModuleTest, FunctionThatNoSymbolNamesIsFoundInTheVtable) {
    const auto elf = open_fake("hidden-id.so");
    ASSERT_TRUE(elf);
    const std::array<std::string_view, 1> id{"_ZNK2tt8tt_metal6Device2idEv"};
    ASSERT_TRUE(elf->find_symbols(id, SymbolTables::All)->empty());
    const auto module = resolve_module(*elf);
    ASSERT_TRUE(module) << module.error().message;
    EXPECT_EQ(module->layout.owner.chip_id, (Field{24, 4})) << "where no table has it";
}

TEST(TraceableModuleTest, LayoutsThatDoNotFitAreRefused) {
    const auto message = [](const std::string& name) {
        const auto elf = open_fake(name);
        const auto module = elf ? resolve_module(*elf) : tl::make_unexpected(elf.error());
        EXPECT_FALSE(module) << name;
        return module ? std::string() : module.error().message;
    };
    EXPECT_THAT(message("v0.so"), HasSubstr("cannot tell buffer.status"));
    EXPECT_THAT(message("no-view.so"), HasSubstr("buffer.type is 4 bytes at 32 (Buffer::is_dram()), not 4 bytes at 16 (table L4)"));
    EXPECT_THAT(message("buffer-impl.so"), HasSubstr("buffer.impl is absent (Buffer::page_size()), not 8 bytes at 16 (table L6)"));
}

TEST(TraceableModuleTest, LibraryWithoutTheRuntimeIsRefused) {
    auto file = open_library_file("/proc/self/exe");
    ASSERT_TRUE(file);
    const auto elf = ElfFile::open(*std::move(file), "self");
    ASSERT_TRUE(elf) << elf.error().message;
    const auto module = resolve_module(*elf);
    ASSERT_FALSE(module);
    EXPECT_EQ(module.error().code, ErrorCode::NotTraceable);
    EXPECT_THAT(module.error().message, HasSubstr("does not contain tt-metal's allocation hooks"));
}

TEST(TraceableModuleTest, ScreeningKnowsEveryPeriodsHook) {
    const auto names = screening_symbols();
    const auto has = [&](const char* name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    EXPECT_TRUE(has("_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE"));
    EXPECT_TRUE(has("_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_2v06BufferE"));
}

// The fake application, started and past main()'s beginning; ends with this object.
class RunningApp {
public:
    RunningApp() {
        std::array<int, 2> in{};
        std::array<int, 2> out{};
        EXPECT_EQ(::pipe2(in.data(), O_CLOEXEC), 0);
        EXPECT_EQ(::pipe2(out.data(), O_CLOEXEC), 0);
        const std::string path = fake_path("app");
        pid_ = ::fork();
        if (pid_ == 0) {
            ::dup2(in[0], 0);
            ::dup2(out[1], 1);
            ::execl(path.c_str(), path.c_str(), "wait", nullptr);
            ::_exit(127);
        }
        ::close(in[0]);
        ::close(out[1]);
        input_ = UniqueFd(in[1]);
        std::array<char, 6> ready{};
        EXPECT_EQ(::read(out[0], ready.data(), ready.size()), 6);
        ::close(out[0]);
    }
    ~RunningApp() {
        input_.reset();
        ::waitpid(pid_, nullptr, 0);
    }
    RunningApp(const RunningApp&) = delete;
    RunningApp& operator=(const RunningApp&) = delete;

    [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(pid_); }

private:
    pid_t pid_ = -1;
    UniqueFd input_;
};

TEST(TraceableModuleTest, RuntimeInsideAnExecutableOfALiveProcess) {
    const RunningApp app;
    const auto process = ProcessHandle::open(app.pid());
    ASSERT_TRUE(process);
    ModuleFinder finder(screening_symbols());
    const auto scan = finder.scan(*process);
    ASSERT_TRUE(scan) << scan.error().message;
    ASSERT_EQ(scan->modules.size(), 1U) << "the executable exports nothing; .symtab must do";
    EXPECT_EQ(scan->modules[0].path, fake_path("app"));
    const auto module = resolve_module(scan->modules[0].elf);
    ASSERT_TRUE(module) << module.error().message;
}

}  // namespace
}  // namespace tt::alloc_trace
