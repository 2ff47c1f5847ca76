// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/runtime_build.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

RuntimeBuild build_with(std::initializer_list<std::string_view> names) {
    SymbolMap symbols;
    for (const std::string_view name : names) {
        symbols.emplace(std::string(name), ElfSymbol{});
    }
    const auto build = identify_build(symbols, "lib.so");
    EXPECT_TRUE(build);
    return build.value_or(RuntimeBuild{});
}

TEST(RuntimeBuildTest, EveryEra) {
    using namespace symbol;
    EXPECT_EQ(build_with({kAllocateBuffer}).layout, "L0");
    EXPECT_EQ(build_with({kAllocateBuffer}).era, "before August 2024 (before GraphTracker)");
    EXPECT_EQ(build_with({kAllocateBuffer, kBufferVtable}).period, "August 2024 to October 2024");
    EXPECT_EQ(build_with({kTrackAllocateV0Bool}).era, "August to October 2024 (era A)");
    EXPECT_EQ(build_with({kTrackAllocateV0}).layout, "L2");
    const RuntimeBuild b = build_with({kTrackAllocateV0, kAllocateBufferV0, kSubDeviceManager});
    EXPECT_EQ(b.era, "October 2024 to January 2025 (era B)");
    EXPECT_EQ(b.layout, "L3");
    EXPECT_EQ(b.period, "November 2024 to January 2025");
    EXPECT_EQ(build_with({kTrackAllocateV0, kBufferAllocateImplV0}).era, "January to May 2025 (era C)");
    EXPECT_EQ(build_with({kTrackAllocate, kBufferDeleter}).period, "March 2025 to May 2025");
    EXPECT_EQ(build_with({kTrackAllocate}).period, "May 2025 to June 2025");
    EXPECT_EQ(build_with({kTrackAllocate, kBufferView}).era, "May 2025 or later (era D)");
    EXPECT_EQ(build_with({kTrackAllocate, kBufferView, kTrackCbGlobal}).period, "June 2025 to November 2025");
    EXPECT_EQ(build_with({kTrackAllocate, kBufferView, kMeshImplVtable}).period, "January 2026 or later");
    EXPECT_EQ(build_with({kTrackAllocate, kBufferImplAllocate}).layout, "L6");
}

TEST(RuntimeBuildTest, NamesWhatItWasToldBy) {
    const RuntimeBuild build = build_with({symbol::kTrackAllocate, symbol::kBufferView});
    EXPECT_THAT(build.fingerprints, Contains("Buffer::view"));
    EXPECT_EQ(describe(build), "May 2025 or later (era D), by its symbols June 2025 or later, object layout L5");
}

TEST(RuntimeBuildTest, SymbolsOfDifferentPeriodsFitNone) {
    const RuntimeBuild build = build_with({symbol::kTrackAllocateBool, symbol::kMeshImplVtable});
    EXPECT_EQ(build.era, "unknown");
    EXPECT_THAT(build.period, HasSubstr("of different ones"));
}

TEST(RuntimeBuildTest, NewerThanAllTablesIsStillTheRuntime) {
    const RuntimeBuild build = build_with({symbol::kGraphTrackerInstance});
    EXPECT_EQ(build.layout, "");
    EXPECT_THAT(describe(build), HasSubstr("of no known object layout"));
}

TEST(RuntimeBuildTest, OtherLibrariesAreNotTheRuntime) {
    const auto build = identify_build({}, "libc.so.6");
    ASSERT_FALSE(build);
    EXPECT_EQ(build.error().code, ErrorCode::NotTraceable);
    EXPECT_EQ(build.error().message, "libc.so.6 does not contain tt-metal's allocation hooks");
}

}  // namespace
}  // namespace tt::alloc_trace
