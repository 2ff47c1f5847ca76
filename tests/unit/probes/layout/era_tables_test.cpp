// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables against classes this compiler lays out.
#include "probes/layout/era_tables.hpp"

#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "mirrors.hpp"

namespace tt::alloc_trace {
namespace {

const TableGroup& group_of(std::string_view name) {
    for (const TableGroup& group : era_tables()) {
        if (group.name == name) {
            return group;
        }
    }
    ADD_FAILURE() << name;
    return era_tables().front();
}

LayoutProfile profile_of(const TableVariant& variant) {
    LayoutProfile profile;
    for (const LayoutItem& item : layout_items()) {
        const LayoutClaim* claim = find_claim(variant.claims, item.name);
        if (claim != nullptr && item.set_field != nullptr) {
            item.set_field(profile, claim->field);
        } else if (claim != nullptr) {
            item.set_number(profile, claim->number);
        }
    }
    return profile;
}

LayoutProfile profile_of(std::string_view group, std::string_view name, std::string_view note) {
    for (const TableVariant& variant : group_of(group).variants) {
        if (variant.name == name && variant.note == note) {
            return profile_of(variant);
        }
    }
    ADD_FAILURE() << group << " " << name << " " << note;
    return {};
}

TEST(EraTablesTest, BuffersAreAsTheCompilerLaysThemOut) {
    const auto& mirrors = testing::mirrored_buffers();
    const auto table = [](std::string_view name, std::string_view note) {
        return profile_of("Buffer", name, note).buffer;
    };
    EXPECT_EQ(table("L0", "Buffer without vtable"), mirrors.at("l0"));
    EXPECT_EQ(table("L1", "Buffer with vtable"), mirrors.at("l1"));
    EXPECT_EQ(table("L2", "first day of it"), mirrors.at("l2-first"));
    EXPECT_EQ(table("L2", "without owns_data_"), mirrors.at("l2-plain"));
    EXPECT_EQ(table("L2", "with owns_data_"), mirrors.at("l2-owns"));
    EXPECT_EQ(table("L3", "Buffer in namespace v0"), mirrors.at("l3"));
    EXPECT_EQ(table("L3", ""), mirrors.at("l3"));
    EXPECT_EQ(table("L4", "without hooked_allocation_"), mirrors.at("l4-plain"));
    EXPECT_EQ(table("L4", "with hooked_allocation_"), mirrors.at("l4-hooked"));
    EXPECT_EQ(table("L5", ""), mirrors.at("l5"));
    EXPECT_EQ(table("L6", "BufferImpl"), mirrors.at("l6"));
}

struct GuardedCores {
    std::uint64_t mutex[5];
    std::vector<int> ranges;
};
template <typename Cores>
struct ModeSpec {
    Cores grid;
    std::array<std::uint32_t, 2> shape;
    int orientation;
    int mode;
    std::optional<std::array<std::uint32_t, 2>> physical_shape;
};
struct PlainSpec {
    std::vector<int> grid;
    std::array<std::uint32_t, 2> shape;
    int orientation;
};
struct FirstSpec {
    GuardedCores grid;
    std::array<std::uint32_t, 2> shape;
    int orientation;
    bool halo;
};
template <typename Spec>
struct SpecBuffer {
    Spec spec;
    std::array<std::uint32_t, 2> page_shape;
    std::array<std::uint32_t, 2> tensor_shape;
};

// Shape, page shape, flag.
using ShardOffsets = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t>;
template <typename Spec>
ShardOffsets shard_offsets() {
    return {offsetof(Spec, shape), offsetof(SpecBuffer<Spec>, page_shape), sizeof(SpecBuffer<Spec>)};
}

TEST(EraTablesTest, ShardSpecificationsAreAsTheCompilerLaysThemOut) {
    const auto before = shard_offsets<ModeSpec<std::vector<int>>>();
    const auto after = shard_offsets<PlainSpec>();
    const auto guarded = shard_offsets<ModeSpec<GuardedCores>>();
    const std::set<std::pair<std::uint32_t, ShardOffsets>> expected{
        {144, shard_offsets<FirstSpec>()}, {176, guarded}, {176, before}, {80, before}, {96, before}, {96, after}, {80, after}
    };
    std::set<std::pair<std::uint32_t, ShardOffsets>> found;
    for (const TableVariant& variant : group_of("ShardSpecBuffer").variants) {
        const BufferLayout layout = profile_of(variant).buffer;
        found.insert(
            {layout.shard_spec.offset, {layout.shard_shape, layout.shard_page_shape, layout.shard_engaged}}
        );
    }
    EXPECT_EQ(found, expected);
}

TEST(EraTablesTest, OwnersAreAsTheCompilerLaysThemOut) {
    EXPECT_EQ(
        profile_of("Device", "chip", "Device owns one allocator").owner.chip_id,
        (Field{testing::mirrored_chip_id(false), 4})
    );
    EXPECT_EQ(
        profile_of("Device", "chip", "Device is an IDevice").owner.chip_id, (Field{testing::mirrored_chip_id(true), 4})
    );
    const auto mesh = [](std::string_view note) { return profile_of("MeshDevice", "mesh", note).owner; };
    EXPECT_EQ(mesh("MeshDevice without impl").mesh_id, (Field{testing::mirrored_mesh(40).id, 4}));
    EXPECT_EQ(mesh("MeshDevice without impl, with mutex").mesh_id, (Field{testing::mirrored_mesh(80).id, 4}));
    EXPECT_EQ(mesh("MeshDevice without impl, with mutex and flag").mesh_id, (Field{testing::mirrored_mesh(88).id, 4}));
    EXPECT_EQ(mesh("MeshDevice with impl").mesh_id, (Field{testing::mirrored_mesh(1).id, 4}));
    EXPECT_EQ(mesh("MeshDevice with impl").mesh_impl, (Field{testing::mirrored_mesh(1).impl, 8}));
}

TEST(EraTablesTest, CoreRangeSetsAreAsTheCompilerLaysThemOut) {
    constexpr std::uint32_t kHeaderInSet = 8;  // libstdc++
    std::set<std::uint32_t> trees;
    std::set<std::uint32_t> vectors;
    for (const TableVariant& variant : group_of("CoreRangeSet").variants) {
        const CoreRangeSetLayout layout = profile_of(variant).core_range_set;
        EXPECT_NE(layout.tree.exists(), layout.ranges.exists());
        (layout.tree.exists() ? trees : vectors)
            .insert(layout.tree.exists() ? layout.tree.offset : layout.ranges.offset);
    }
    const std::uint32_t set = testing::mirrored_ranges(0);
    const std::uint32_t guarded = testing::mirrored_ranges(1);
    EXPECT_EQ(trees, (std::set<std::uint32_t>{set, set + kHeaderInSet, guarded, guarded + kHeaderInSet}));
    EXPECT_EQ(vectors, (std::set<std::uint32_t>{testing::mirrored_ranges(3), testing::mirrored_ranges(2)}));
}

TEST(EraTablesTest, EveryClaimIsAboutAnItemOfItsGroup) {
    std::set<std::string_view> spoken_for;
    for (const TableGroup& group : era_tables()) {
        for (const std::string_view item : group.items) {
            EXPECT_TRUE(spoken_for.insert(item).second) << item << " is in two groups";
        }
        for (const TableVariant& variant : group.variants) {
            for (const LayoutClaim& claim : variant.claims) {
                EXPECT_NE(std::find(group.items.begin(), group.items.end(), claim.item), group.items.end())
                    << claim.item;
                EXPECT_EQ(claim.kind == ClaimKind::Number, !is_field_item(claim.item)) << claim.item;
            }
        }
    }
    for (const LayoutItem& item : layout_items()) {
        const bool by_code_alone = item.name.starts_with("program.dataflow");
        EXPECT_NE(spoken_for.contains(item.name), by_code_alone) << item.name;
    }
}

TEST(EraTablesTest, FingerprintNeedsAllAnyAndNone) {
    const Fingerprint fingerprint{{"a", "b"}, {"c", "d"}, {"e"}};
    const auto with = [](std::initializer_list<const char*> names) {
        SymbolMap symbols;
        for (const char* name : names) {
            symbols.emplace(name, ElfSymbol{});
        }
        return symbols;
    };
    EXPECT_TRUE(matches(fingerprint, with({"a", "b", "d"})));
    EXPECT_FALSE(matches(fingerprint, with({"a", "d"})));
    EXPECT_FALSE(matches(fingerprint, with({"a", "b"})));
    EXPECT_FALSE(matches(fingerprint, with({"a", "b", "c", "e"})));
    EXPECT_TRUE(matches({}, {}));
}

}  // namespace
}  // namespace tt::alloc_trace
