// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The way of a walk through the classes of a period, found in libraries without debug info and .symtab.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "layout_libraries.hpp"
#include "probes/layout/layout_file.hpp"
#include "probes/layout/merge_claims.hpp"
#include "probes/layout/runtime_symbols.hpp"
#include "probes/layout/walk_claims.hpp"
#include "walk_mirrors.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;
using testing::mirrored_walk;
using testing::source_of;

LayoutProfile layout_of(const std::string& library) {
    auto profile = testing::resolve_library(library);
    EXPECT_TRUE(profile) << library << ": " << profile.error().message;
    return profile.value_or(LayoutProfile{});
}

// Without addresses.
WalkLayout walk_of(const std::string& library) {
    WalkLayout walk = layout_of(library).walk;
    walk.root.device_pool = 0;
    walk.root.metal_context = 0;
    walk.root.buffer_map = 0;
    return walk;
}

// Item by item, for a message that can be read.
void expect_walk(const WalkLayout& walk, const WalkLayout& expected) {
    LayoutProfile left;
    LayoutProfile right;
    left.walk = walk;
    right.walk = expected;
    for (const LayoutItem& item : layout_items()) {
        if (item.field != nullptr) {
            EXPECT_EQ(item.field(left).offset, item.field(right).offset) << item.name;
            EXPECT_EQ(item.field(left).width, item.field(right).width) << item.name;
        } else {
            EXPECT_EQ(item.number(left), item.number(right)) << item.name;
        }
    }
}

TEST(WalkLayoutTest, CodeAndTablesFindTheWay) {
    for (const std::string library : {"walk-2025", "walk-2026", "walk-2025-clang", "walk-2026-clang"}) {
        SCOPED_TRACE(library);
        if (testing::library_exists(library + ".so")) {
            expect_walk(walk_of(library + ".so"), mirrored_walk(library.find("2025") != std::string::npos ? 2025 : 2026));
        }
    }
}

TEST(WalkLayoutTest, UnoptimizedCodeIsNoHindrance) {
    expect_walk(walk_of("walk-2026-O0.so"), mirrored_walk(2026));
}

TEST(WalkLayoutTest, CodeTellsWhereBuffersOfSingleCoresLie) {
    for (const std::string library : {"walk-2026", "walk-2026-clang", "walk-2026-O0"}) {
        SCOPED_TRACE(library);
        if (testing::library_exists(library + ".so")) {
            const BufferLayout buffer = layout_of(library + ".so").buffer;
            EXPECT_EQ(buffer.per_core, (Field{440, 1}));
            EXPECT_EQ(buffer.core_addresses, (Field{448, 8}));
        }
    }
    EXPECT_FALSE(layout_of("walk-2026-silent.so").buffer.per_core.exists()) << "told by code alone";
    EXPECT_FALSE(layout_of("walk-2026-silent.so").buffer.core_addresses.exists());
}

TEST(WalkLayoutTest, CodeTellsHowShardsAreDealt) {
    for (const std::string library : {"walk-2026", "walk-2026-clang"}) {
        SCOPED_TRACE(library);
        if (testing::library_exists(library + ".so")) {
            const BufferLayout buffer = layout_of(library + ".so").buffer;
            EXPECT_EQ(buffer.spread_cores, (Field{160 + 112, 8}));
            EXPECT_EQ(buffer.spread_pages, (Field{160 + 248, 8}));
            EXPECT_EQ(buffer.spread_shards, (Field{160 + 256, 8}));
        }
    }
    EXPECT_FALSE(layout_of("walk-2026-O0.so").buffer.spread_cores.exists()) << "what it calls is not followed";
    EXPECT_FALSE(layout_of("walk-2026-silent.so").buffer.spread_cores.exists()) << "told by code alone";
}

// Nobody but the code knows these.
TEST(WalkLayoutTest, CodeIsBelievedAgainstTables) {
    constexpr std::uint32_t kShift = 24;
    const WalkLayout walk = walk_of("walk-2026-shifted.so");
    const WalkLayout usual = mirrored_walk(2026);
    EXPECT_EQ(walk.root.device_manager, (Field{usual.root.device_manager.offset + kShift, 8}));
    EXPECT_EQ(walk.allocator.buffers, (Field{usual.allocator.buffers.offset + kShift, 8}));
    EXPECT_EQ(walk.allocator.config, (Field{usual.allocator.config.offset + kShift, 8}));
    // The table was wrong about the allocator, so nothing else of it is used.
    EXPECT_FALSE(walk.allocator.dram.exists());
    EXPECT_EQ(walk.bank_manager, usual.bank_manager);
}

// Where libc++ makes the containers smaller.
TEST(WalkLayoutTest, LibcxxIsKnownAndTakenIntoAccount) {
    for (const std::string era : {"2025", "2026"}) {
        const std::string library = "walk-" + era + "-libcxx.so";
        if (!testing::library_exists(library)) {
            GTEST_SKIP() << "no libc++";
        }
        constexpr std::uint32_t kSmaller = 16;
        const WalkLayout usual = mirrored_walk(std::stoi(era));
        const WalkLayout walk = walk_of(library);
        EXPECT_EQ(walk.allocator.node_value, 16U);
        EXPECT_EQ(walk.allocator.buffers.offset, usual.allocator.buffers.offset - 4 * kSmaller);
        EXPECT_EQ(walk.allocator.dram, usual.allocator.dram);
        EXPECT_EQ(walk.device.managers, usual.device.managers);
        EXPECT_EQ(walk.device.default_manager.offset, usual.device.default_manager.offset - kSmaller);
        const std::uint32_t containers = era == "2025" ? 2 : 1;
        EXPECT_EQ(walk.bank_manager.alignment.offset, usual.bank_manager.alignment.offset - containers * kSmaller);
        EXPECT_EQ(walk.bank_manager.free_list.offset, usual.bank_manager.free_list.offset - containers * kSmaller);
    }
}

TEST(WalkLayoutTest, TablesAloneAreEnoughWherePeriodsDoNotDiffer) {
    expect_walk(walk_of("walk-2026-silent.so"), mirrored_walk(2026));
    const WalkLayout walk = walk_of("walk-2025-silent.so");
    const WalkLayout expected = mirrored_walk(2025);
    EXPECT_EQ(walk.root, expected.root);
    EXPECT_EQ(walk.device.tracker, expected.device.tracker);
    EXPECT_EQ(walk.device.default_manager, expected.device.default_manager);
    // With or without the mutex: nobody tells.
    EXPECT_FALSE(walk.allocator.buffers.exists());
    EXPECT_FALSE(walk.allocator.dram.exists());
    EXPECT_EQ(walk.bank_manager, expected.bank_manager);
    EXPECT_EQ(walk.free_list, expected.free_list);
}

TEST(WalkLayoutTest, ProcessGlobalsHaveAddresses) {
    const WalkLayout old = layout_of("walk-2025.so").walk;
    EXPECT_NE(old.root.device_pool, 0U);
    EXPECT_EQ(old.root.metal_context, 0U);
    for (const std::string library : {"walk-2026.so", "walk-2026-O0.so", "walk-2026-clang.so"}) {
        const WalkLayout walk = layout_of(library).walk;
        EXPECT_EQ(walk.root.device_pool, 0U);
        EXPECT_NE(walk.root.metal_context, 0U) << library;
    }
}

TEST(WalkLayoutTest, SurvivesTheRoundTripThroughAFile) {
    LayoutProfile profile;
    profile.walk = mirrored_walk(2026);
    profile.walk.allocator.node_value = 16;
    const auto file = parse_layout(to_json(profile, ""), "f");
    ASSERT_TRUE(file) << file.error().message;
    LayoutProfile back;
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* claim = find_claim(file->claims, item.name);
        ASSERT_NE(claim, nullptr) << item.name;
        item.set_field != nullptr ? item.set_field(back, claim->field) : item.set_number(back, claim->number);
    }
    expect_walk(back.walk, profile.walk);
    EXPECT_EQ(back.buffer.shard_engaged, kUnknownOffset);
}

SymbolMap defined(std::initializer_list<std::string_view> names) {
    SymbolMap symbols;
    for (const std::string_view name : names) {
        symbols.emplace(name, ElfSymbol{});
    }
    return symbols;
}

TEST(WalkLayoutTest, DoubtIsNoRefusal) {
    ProviderClaims providers;
    providers.getters = {
        place_claim("allocator.buffers", {304, 8}, "one()"), place_claim("allocator.buffers", {312, 8}, "other()")
    };
    const SymbolMap symbols = defined({symbol::kAllocatorImpl});
    const auto merged = merge_claims(providers, symbols);
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_EQ(find_claim(merged->claims, "allocator.buffers"), nullptr);
    EXPECT_NE(find_claim(merged->claims, "allocator.dram"), nullptr);

    providers.getters.pop_back();
    providers.dwarf = {place_claim("allocator.buffers", {328, 8}, "DWARF")};
    const auto against_debug_info = merge_claims(providers, symbols);
    ASSERT_TRUE(against_debug_info);
    EXPECT_EQ(find_claim(against_debug_info->claims, "allocator.buffers"), nullptr);
}

// A file is the user's word; that it cannot be true must be said.
TEST(WalkLayoutTest, FileAgainstCodeIsAnError) {
    ProviderClaims providers;
    providers.file = {place_claim("allocator.buffers", {312, 8}, "my.json")};
    providers.getters = {place_claim("allocator.buffers", {304, 8}, "one()")};
    const auto merged = merge_claims(providers, defined({symbol::kAllocatorImpl}));
    ASSERT_FALSE(merged);
    EXPECT_THAT(merged.error().message, HasSubstr("my.json"));
}

}  // namespace
}  // namespace tt::alloc_trace
