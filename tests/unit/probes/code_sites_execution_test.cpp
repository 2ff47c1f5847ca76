// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The sites that are found in code_samples, as built by each compiler, are tried out: breakpoints stand in for the
// probes, and what is read at them must be what was passed and returned.
#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "breakpoints.hpp"
#include "code_samples/shapes.hpp"
#include "probes/code_sites.hpp"

namespace tt::alloc_trace {
namespace {

using testing::Breakpoint;
using testing::Breakpoints;
using ::testing::HasSubstr;
using testing::Hit;

std::vector<std::string> libraries() {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(TAT_SAMPLE_DIR)) {
        if (entry.path().extension() == ".so") {
            paths.push_back(entry.path().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

constexpr std::string_view kNames[] = {
    "sample_allocate",
    "shape_plain",
    "shape_hook",
    "shape_branches",
    "shape_catch",
    "shape_pressure",
    "shape_switch",
    "shape_aligned",
    "shape_tail",
    "shape_returns",
    "shape_second_argument",
    "shape_six"
};

class CodeSitesTest : public ::testing::TestWithParam<std::string> {
protected:
    void SetUp() override {
        auto file = open_library_file(GetParam());
        ASSERT_TRUE(file) << file.error().message;
        auto elf = ElfFile::open(*std::move(file), GetParam());
        ASSERT_TRUE(elf) << elf.error().message;
        elf_.emplace(*std::move(elf));
        auto symbols = elf_->find_symbols(kNames, SymbolTables::All);
        ASSERT_TRUE(symbols);
        symbols_ = *std::move(symbols);
        handle_ = ::dlopen(GetParam().c_str(), RTLD_NOW | RTLD_LOCAL);
        ASSERT_NE(handle_, nullptr) << ::dlerror();
        *in_library<bool>("sample_fails") = false;
        *in_library<bool>("sample_hooks") = false;
    }
    void TearDown() override {
        if (handle_ != nullptr) {
            ::dlclose(handle_);
        }
    }

    template <typename T>
    T* in_library(const char* name) {
        return reinterpret_cast<T*>(::dlsym(handle_, name));
    }
    const ElfSymbol& symbol(const char* name) { return symbols_.at(name); }
    std::uintptr_t address(const char* name) { return reinterpret_cast<std::uintptr_t>(::dlsym(handle_, name)); }

    std::vector<CodeSite> sites_in(const char* shape, std::uint32_t argument = 0) {
        const auto sites = find_after_call_sites(*elf_, symbol(shape), symbol("sample_allocate"), argument);
        EXPECT_TRUE(sites) << shape << ": " << sites.error().message;
        return sites.value_or(std::vector<CodeSite>{});
    }
    std::vector<Breakpoint> breakpoints_at(const char* shape, const std::vector<CodeSite>& sites) {
        std::vector<Breakpoint> breakpoints;
        for (const CodeSite& site : sites) {
            breakpoints.push_back({address(shape) + site.offset, site.argument, site.result});
        }
        return breakpoints;
    }

    // What probes at the sites see of one call of the shape; `expected` of its calls of the allocator return.
    void check(const char* shape, int how, std::size_t expected) {
        SCOPED_TRACE(std::string(shape) + " how=" + std::to_string(how));
        Object object;
        const auto sites = sites_in(shape);
        const Breakpoints breakpoints(breakpoints_at(shape, sites));
        bool threw = false;
        try {
            in_library<void(Object*, int)>(shape)(&object, how);
        } catch (int) {
            threw = true;
        }
        const std::uint64_t returned =
            reinterpret_cast<std::uint64_t>(&object) * 3 + *in_library<std::uint64_t>("sample_calls");
        EXPECT_EQ(breakpoints.hits().size(), expected) << (threw ? "threw" : "");
        for (const Hit& hit : breakpoints.hits()) {
            EXPECT_EQ(hit.argument, reinterpret_cast<std::uint64_t>(&object));
            EXPECT_EQ(hit.result, returned);
        }
    }

    std::optional<ElfFile> elf_;
    SymbolMap symbols_;
    void* handle_ = nullptr;
};

TEST_P(CodeSitesTest, SeesArgumentAndResultBehindTheCall) {
    check("shape_plain", 3, 1);
    check("shape_pressure", 3, 1);
    check("shape_aligned", 3, 1);
}

TEST_P(CodeSitesTest, SeesNothingWhenTheHookTakesTheCallOver) {
    check("shape_hook", 0, 1);
    check("shape_hook", 2, 1);
    *in_library<bool>("sample_hooks") = true;
    check("shape_hook", 0, 0);
}

TEST_P(CodeSitesTest, SeesNothingWhenTheCallThrows) {
    *in_library<bool>("sample_fails") = true;
    check("shape_plain", 0, 0);
    check("shape_hook", 0, 0);
    check("shape_catch", 0, 0);
    check("shape_catch", 1, 0);
    *in_library<bool>("sample_fails") = false;
    check("shape_catch", 0, 1);
}

TEST_P(CodeSitesTest, FindsEveryCall) {
    EXPECT_EQ(sites_in("shape_branches").size(), 2U);
    check("shape_branches", 0, 1);
    check("shape_branches", 1, 1);
    check("shape_branches", 2, 0);
}

TEST_P(CodeSitesTest, FollowsThroughASwitch) {
    for (int how = 0; how < 7; ++how) {
        check("shape_switch", how, 1);
    }
}

TEST_P(CodeSitesTest, FollowsAnotherArgument) {
    Object object;
    const auto sites = sites_in("shape_second_argument", 1);
    ASSERT_EQ(sites.size(), 1U);
    const Breakpoints breakpoints(breakpoints_at("shape_second_argument", sites));
    in_library<void(int, Object*)>("shape_second_argument")(4, &object);
    ASSERT_EQ(breakpoints.hits().size(), 1U);
    EXPECT_EQ(breakpoints.hits()[0].argument, reinterpret_cast<std::uint64_t>(&object));
}

// An optimiser makes the last call a jump.
TEST_P(CodeSitesTest, RefusesATailCall) {
    const auto sites = find_after_call_sites(*elf_, symbol("shape_tail"), symbol("sample_allocate"), 0);
    if (sites) {
        EXPECT_THAT(GetParam(), ::testing::AnyOf(HasSubstr("-O0"), HasSubstr("-O1")));
    } else {
        EXPECT_THAT(sites.error().message, ::testing::AnyOf(HasSubstr("tail jump"), HasSubstr("other code jumps")));
    }
}

TEST_P(CodeSitesTest, FindsTheReturns) {
    const auto sites = find_return_sites(*elf_, symbol("shape_returns"));
    if (!sites) {  // the compiler made the last call a jump, or split a returning part off
        EXPECT_THAT(sites.error().message, ::testing::AnyOf(HasSubstr("tail jump"), HasSubstr("returns")));
        return;
    }
    for (int how = 0; how < 3; ++how) {
        Object object;
        const Breakpoints breakpoints(breakpoints_at("shape_returns", *sites));
        const std::uint64_t returned = in_library<std::uint64_t(Object*, int)>("shape_returns")(&object, how);
        ASSERT_EQ(breakpoints.hits().size(), 1U) << how;
        EXPECT_EQ(breakpoints.hits()[0].result, returned);
    }
}

TEST_P(CodeSitesTest, EntrySiteHasAllArguments) {
    const auto code = elf_->read(symbol("shape_six").address, symbol("shape_six").size);
    ASSERT_TRUE(code);
    const auto site = choose_entry_site(*code, *code);
    ASSERT_TRUE(site) << site.error().message;
    const Breakpoints breakpoints({{address("shape_six") + site->offset, {Register::Rdi}, {Register::Rsi}}});
    in_library<std::uint64_t(
        std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t, std::uint64_t
    )>("shape_six")(3, 4, 5, 6, 7, 8);
    ASSERT_EQ(breakpoints.hits().size(), 1U);
    const auto in = [&](Register reg) { return breakpoints.hits()[0].registers[static_cast<std::size_t>(reg)]; };
    EXPECT_EQ(in(Register::Rdi), 3U);
    EXPECT_EQ(in(Register::Rsi), 4U);
    EXPECT_EQ(in(Register::Rdx), 5U);
    EXPECT_EQ(in(Register::Rcx), 6U);
    EXPECT_EQ(in(Register::R8), 7U);
    EXPECT_EQ(in(Register::R9), 8U);
}

INSTANTIATE_TEST_SUITE_P(Builds, CodeSitesTest, ::testing::ValuesIn(libraries()), [](const auto& library) {
    std::string name = std::filesystem::path(library.param).stem().string();
    std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

}  // namespace
}  // namespace tt::alloc_trace
