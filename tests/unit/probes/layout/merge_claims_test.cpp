// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/merge_claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;

SymbolMap symbols(std::initializer_list<std::string_view> names) {
    SymbolMap map;
    for (const std::string_view name : names) {
        map.emplace(std::string(name), ElfSymbol{});
    }
    return map;
}

const SymbolMap& l5() {
    static const SymbolMap kSymbols = symbols(
        {symbol::kTrackAllocate, symbol::kBufferView, symbol::kChipVtable, symbol::kMeshVtable, symbol::kMeshImplVtable}
    );
    return kSymbols;
}
const SymbolMap& l2() {
    static const SymbolMap kSymbols = symbols({symbol::kTrackAllocateV0});
    return kSymbols;
}

LayoutClaim place(std::string_view item, Field field, const char* source) {
    return place_claim(item, field, source);
}
LayoutClaim access(std::string_view item, Field field) {
    return access_claim(item, field, "a getter");
}

MergedClaims merged(const ProviderClaims& providers, const SymbolMap& map) {
    const auto result = merge_claims(providers, map);
    EXPECT_TRUE(result) << result.error().message;
    return result.value_or(MergedClaims{});
}

std::string refusal(const ProviderClaims& providers, const SymbolMap& map) {
    const auto result = merge_claims(providers, map);
    EXPECT_FALSE(result);
    return result ? "" : result.error().message;
}

const LayoutClaim& claim_in(const MergedClaims& claims, std::string_view item) {
    const LayoutClaim* claim = find_claim(claims.claims, item);
    static const LayoutClaim kNone{};
    EXPECT_NE(claim, nullptr) << item;
    return claim == nullptr ? kNone : *claim;
}

TEST(MergeClaimsTest, TableAlone) {
    const MergedClaims claims = merged({}, l5());
    EXPECT_EQ(claims.layout_name, "L5");
    EXPECT_EQ(claim_in(claims, "buffer.page_size").field, (Field{88, 8}));
    EXPECT_EQ(claim_in(claims, "buffer.page_size").source, "table L5");
    EXPECT_TRUE(claims.confirmed.empty());
    EXPECT_TRUE(claims.used_table);
}

TEST(MergeClaimsTest, GetterThatAgreesIsNamed) {
    const MergedClaims claims = merged({{}, {}, {access("buffer.address", {80, 4})}}, l5());
    EXPECT_EQ(claim_in(claims, "buffer.address").field, (Field{80, 8})) << "the member, not what the getter loads";
    EXPECT_EQ(claim_in(claims, "buffer.address").source, "table L5, a getter");
    EXPECT_THAT(claims.confirmed, Contains("buffer.address"));
}

TEST(MergeClaimsTest, TableThatCodeContradictsGoesWithAllItSays) {
    const MergedClaims claims = merged({{}, {}, {access("buffer.page_size", {96, 8})}}, l5());
    EXPECT_EQ(claim_in(claims, "buffer.page_size").field, (Field{96, 8}));
    EXPECT_EQ(claim_in(claims, "buffer.page_size").source, "a getter");
    EXPECT_EQ(find_claim(claims.claims, "buffer.owner"), nullptr);
    EXPECT_FALSE(claims.used_table);
    EXPECT_THAT(
        claims.dropped,
        Contains(AllOf(
            HasSubstr("buffer.page_size"), HasSubstr("8 bytes at 88 (table L5)"), HasSubstr("8 bytes at 96 (a getter)")
        ))
    );
    EXPECT_EQ(claim_in(claims, "owner.chip_id").field, (Field{8, 4})) << "another class, another table";
    EXPECT_EQ(find_claim(merged({{}, {}, {access("buffer.type", {32, 8})}}, l5()).claims, "buffer.owner"), nullptr)
        << "a getter cannot read more than the member";
}

TEST(MergeClaimsTest, MemberThatMovedIsAsWideAsItWasInTheTables) {
    const MergedClaims claims =
        merged({{}, {}, {access("owner.chip_id", {24, 4}), access("buffer.address", {64, 4})}}, l5());
    EXPECT_EQ(claim_in(claims, "owner.chip_id").field, (Field{24, 4}));
    EXPECT_EQ(claim_in(claims, "buffer.address").field, (Field{64, 8})) << "the getter loads half of it";
}

TEST(MergeClaimsTest, ProvidersContradictEachOther) {
    const LayoutClaim file = place("buffer.size", {8, 8}, "FILE");
    const LayoutClaim dwarf = place("buffer.size", {24, 8}, "DWARF");
    const LayoutClaim getter = access("buffer.size", {24, 8});
    EXPECT_THAT(refusal({{file}, {dwarf}, {}}, l5()), AllOf(HasSubstr("(FILE)"), HasSubstr("(DWARF)")));
    EXPECT_THAT(refusal({{file}, {}, {getter}}, l5()), AllOf(HasSubstr("(FILE)"), HasSubstr("(a getter)")));
    EXPECT_THAT(refusal({{}, {place("buffer.size", {}, "DWARF")}, {getter}}, l5()), HasSubstr("absent (DWARF)"));
    EXPECT_THAT(
        refusal({{}, {}, {getter, access("buffer.size", {32, 8})}}, l5()), HasSubstr("8 bytes at 32 (a getter)")
    );
}

TEST(MergeClaimsTest, FileOverridesTheTableButNotTheCode) {
    const MergedClaims claims =
        merged({{place("buffer.page_size", {96, 8}, "FILE")}, {}, {access("buffer.page_size", {96, 8})}}, l5());
    EXPECT_EQ(claim_in(claims, "buffer.page_size").field, (Field{96, 8}));
    EXPECT_EQ(claim_in(claims, "buffer.page_size").source, "FILE, a getter");
    EXPECT_EQ(claim_in(claims, "buffer.address").source, "table L5");
    EXPECT_EQ(claims.layout_name, "unlisted");
}

TEST(MergeClaimsTest, GetterDecidesBetweenVariants) {
    const LayoutClaim at_25 = access("buffer.status", {25, 1});
    EXPECT_EQ(claim_in(merged({{}, {}, {at_25}}, l2()), "buffer.status_allocated").number, 1U);
    const LayoutClaim at_26 = access("buffer.status", {26, 1});
    const MergedClaims claims = merged({{}, {}, {at_26}}, l2());
    EXPECT_EQ(claim_in(claims, "buffer.status_allocated").number, 2U);
    EXPECT_EQ(claim_in(claims, "buffer.status_deallocated").number, 3U);
    EXPECT_THAT(claims.notes, Contains("with owns_data_"));
}

TEST(MergeClaimsTest, VariantsWithoutWitnessStayOpen) {
    const MergedClaims claims = merged({}, l2());
    EXPECT_EQ(find_claim(claims.claims, "buffer.status"), nullptr);
    ASSERT_EQ(claims.open.size(), 3U);
    EXPECT_EQ(claims.open[0].item, "buffer.status");
    EXPECT_EQ(claims.open[0].values, "1 byte at 25 or 1 byte at 26");
    EXPECT_EQ(claim_in(claims, "buffer.page_size").field, (Field{136, 8})) << "on which they agree";
}

TEST(MergeClaimsTest, NoVariantFits) {
    const LayoutClaim at_25 = access("buffer.status", {25, 1});
    const LayoutClaim twice = number_claim("buffer.status_allocated", 2, "another getter");
    const MergedClaims claims = merged({{}, {}, {at_25, twice}}, l2());
    EXPECT_EQ(find_claim(claims.claims, "buffer.size"), nullptr);
    EXPECT_EQ(claim_in(claims, "buffer.status").field, (Field{25, 1}));
}

TEST(MergeClaimsTest, DebugInfoLeavesTheTableUnasked) {
    ProviderClaims providers;
    for (const std::string_view item : era_tables().front().items) {
        providers.dwarf.push_back(
            is_field_item(item) ? place(item, {200, 8}, "DWARF") : number_claim(item, 7, "DWARF")
        );
    }
    const MergedClaims claims = merged(providers, l5());
    EXPECT_FALSE(claims.used_table);
    EXPECT_EQ(claim_in(claims, "buffer.page_size").field, (Field{200, 8}));
    EXPECT_EQ(claims.layout_name, "unlisted");
}

TEST(MergeClaimsTest, ViewThatMovedIsGivenUp) {
    const MergedClaims claims = merged({{}, {}, {access("owner.mesh_view", {96, 8})}}, l5());
    EXPECT_EQ(find_claim(claims.claims, "owner.view_chips"), nullptr);
    EXPECT_EQ(claim_in(claims, "owner.mesh_id").field, (Field{72, 4}));
    EXPECT_EQ(claim_in(merged({}, l5()), "owner.view_chips").field, (Field{0x178, 8}));
}

TEST(MergeClaimsTest, ViewThatMovedIsKnownIfCodeTellsAllOfIt) {
    const MergedClaims claims = merged(
        {{},
         {},
         {access("owner.mesh_view", {96, 8}),
          place("owner.view_impl", {0, 8}, "code"),
          place("owner.view_chips", {0x180, 8}, "code"),
          number_claim("owner.chips_element", 24, "code")}},
        l5()
    );
    EXPECT_EQ(claim_in(claims, "owner.mesh_view").field, (Field{96, 8}));
    EXPECT_EQ(claim_in(claims, "owner.chips_element").number, 24U);
}

TEST(MergeClaimsTest, ProgramCountsOnlyIfCodeConfirmsIt) {
    SymbolMap map = l5();
    map.emplace(std::string(symbol::kProgramImplPlace), ElfSymbol{});
    EXPECT_EQ(find_claim(merged({}, map).claims, "program.allocators"), nullptr);
    const LayoutClaim right = access("program.placing_needed", {0x378, 1});
    EXPECT_EQ(claim_in(merged({{}, {}, {right}}, map), "program.allocators").field, (Field{0x268, 8}));
    const LayoutClaim wrong = access("program.placing_needed", {0x380, 1});
    EXPECT_EQ(find_claim(merged({{}, {}, {wrong}}, map).claims, "program.allocators"), nullptr);
}

TEST(MergeClaimsTest, UnknownBuildHasNoBuffer) {
    const MergedClaims claims = merged({}, symbols({symbol::kMetalContext}));
    EXPECT_EQ(find_claim(claims.claims, "buffer.page_size"), nullptr);
    EXPECT_EQ(claims.layout_name, "unlisted");
}

}  // namespace
}  // namespace tt::alloc_trace
