// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Owners: chips and meshes told apart by vtable, with the load address that the probe's instruction gives.
#include <gtest/gtest.h>

#include <numeric>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

OwnerSeen decode_with(const std::vector<ModuleIdentity>& modules, const tat_owner_event& record) {
    DecoderHarness harness;
    for (const ModuleIdentity& module : modules) {
        harness.decoder.add_module(module);
    }
    harness.decode(record);
    const auto* owner = harness.only<OwnerSeen>();
    EXPECT_NE(owner, nullptr);
    return owner == nullptr ? OwnerSeen{} : *owner;
}

OwnerSeen decode(const tat_owner_event& record) { return decode_with({module_identity()}, record); }

void expect_unknown(const OwnerSeen& owner) {
    EXPECT_EQ(owner.kind, OwnerKind::Unknown);
    EXPECT_EQ(owner.id, -1);
    EXPECT_TRUE(owner.chips.empty());
}

TEST(OwnerRecordTest, ChipIsToldByItsVtable) {
    const OwnerSeen owner = decode(chip_record(3));
    EXPECT_EQ(owner.owner, 0x5555'0000'2000U);
    EXPECT_EQ(owner.kind, OwnerKind::Chip);
    EXPECT_EQ(owner.id, 3);
    EXPECT_EQ(owner.chips, std::vector<std::int32_t>{3});
    EXPECT_EQ(owner.header.pid, kPid);
    EXPECT_EQ(owner.header.t_ns, kTime);
}

TEST(OwnerRecordTest, MeshHasItsIdAndItsChipsInOrder) {
    const OwnerSeen owner = decode(mesh_record(1, {4, 0, 7, 2}));
    EXPECT_EQ(owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(owner.id, 1);
    EXPECT_EQ(owner.chips, (std::vector<std::int32_t>{4, 0, 7, 2}));
}

TEST(OwnerRecordTest, ChipAndMeshWithTheSameIdAreToldApart) {
    EXPECT_EQ(decode(chip_record(0)).kind, OwnerKind::Chip);
    EXPECT_EQ(decode(mesh_record(0, {0})).kind, OwnerKind::Mesh);
}

TEST(OwnerRecordTest, OtherVtableIsAnUnknownOwner) {
    expect_unknown(decode(owner_record(kBias + 0x1234'5670)));
    expect_unknown(decode(owner_record(0)));
}

TEST(OwnerRecordTest, VtableOfAnotherMappingIsAnUnknownOwner) {
    tat_owner_event record = chip_record(3);
    record.instruction += 0x1000;
    expect_unknown(decode(record));
}

TEST(OwnerRecordTest, InstructionThatGivesNoWholePageIsAnUnknownOwner) {
    tat_owner_event record = chip_record(3);
    record.instruction += 1;
    store(std::span(record.window), 0, std::uint64_t{kBias + 1 + kChipVptr});
    expect_unknown(decode(record));
}

TEST(OwnerRecordTest, ProbeTheModuleDoesNotHaveIsAnUnknownOwner) {
    tat_owner_event record = chip_record(3);
    record.via = TAT_EVENT_FREED;
    expect_unknown(decode(record));
    record.via = 0xffff'ffff;
    expect_unknown(decode(record));
}

TEST(OwnerRecordTest, WithoutModulesEveryOwnerIsUnknown) { expect_unknown(decode_with({}, chip_record(3))); }

TEST(OwnerRecordTest, EachOfTwoModulesIsKnownByItsOwnAddresses) {
    ModuleIdentity other = module_identity();
    other.probe_address[TAT_EVENT_ALLOCATED] = kProbe + 0x40;
    other.owner.chip_vptr = kChipVptr + 0x100;
    constexpr std::uint64_t kOtherBias = 0x7f99'0000'0000;
    tat_owner_event of_other = owner_record(kOtherBias + kChipVptr + 0x100, kOtherBias);
    of_other.instruction = kOtherBias + kProbe + 0x40;
    store(std::span(of_other.window), 8, std::int32_t{5});

    EXPECT_EQ(decode_with({module_identity(), other}, chip_record(3)).id, 3);
    EXPECT_EQ(decode_with({module_identity(), other}, of_other).id, 5);
    EXPECT_EQ(decode_with({other, module_identity()}, of_other).id, 5);
    expect_unknown(decode_with({module_identity()}, of_other));
}

TEST(OwnerRecordTest, SameModuleMappedElsewhereIsKnownByItsLoadAddress) {
    EXPECT_EQ(decode(chip_record(3, 0x7f99'0000'0000)).id, 3);
    EXPECT_EQ(decode(chip_record(4, 0)).id, 4) << "an executable that is not relocated";
}

TEST(OwnerRecordTest, ModuleWithoutMeshesKnowsItsChips) {
    ModuleIdentity module = module_identity();
    module.owner.mesh_vptr = 0;
    EXPECT_EQ(decode_with({module}, chip_record(3)).kind, OwnerKind::Chip);
    expect_unknown(decode_with({module}, mesh_record(0, {0})));
    expect_unknown(decode_with({module}, owner_record(kBias)));
}

TEST(OwnerRecordTest, OneWrongChipMakesTheChipsUnknown) {
    for (const std::uint64_t vptr : {std::uint64_t{0}, kBias + kMeshVptr, kChipVptr}) {
        tat_owner_event record = mesh_record(1, {0, 1, 2});
        store(std::span(record.chips[1]), 0, vptr);
        const OwnerSeen owner = decode(record);
        EXPECT_EQ(owner.kind, OwnerKind::Mesh);
        EXPECT_EQ(owner.id, 1);
        EXPECT_TRUE(owner.chips.empty());
    }
}

TEST(OwnerRecordTest, AsManyChipsAsARecordHoldsAreKnownAndMoreAreUnknown) {
    std::vector<std::int32_t> chips(TAT_MAX_MESH_CHIPS);
    std::iota(chips.begin(), chips.end(), 0);
    tat_owner_event record = mesh_record(1, chips);
    EXPECT_EQ(decode(record).chips, chips);
    for (const std::uint32_t count : {TAT_MAX_MESH_CHIPS + 1U, 0xffff'ffffU}) {
        record.chip_count = count;
        EXPECT_EQ(decode(record).kind, OwnerKind::Mesh);
        EXPECT_TRUE(decode(record).chips.empty());
    }
}

TEST(OwnerRecordTest, MeshThatHoldsItsIdItselfHasUnknownChips) {
    ModuleIdentity module = module_identity();
    module.owner = l5_owner_layout_inline(kInlineMeshId);
    module.owner.chip_vptr = kChipVptr;
    module.owner.mesh_vptr = kMeshVptr;
    tat_owner_event record = mesh_record(99, {0, 1});
    store(std::span(record.window), kInlineMeshId, std::int32_t{6});
    const OwnerSeen owner = decode_with({module}, record);
    EXPECT_EQ(owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(owner.id, 6);
    EXPECT_TRUE(owner.chips.empty());
}

// A window of zeros is what the programs send for memory they could not read: not mesh 0.
TEST(OwnerRecordTest, MeshWhoseImplementationCouldNotBeReadHasNoId) {
    const OwnerSeen owner = decode(owner_record(kBias + kMeshVptr));
    EXPECT_EQ(owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(owner.id, -1);
    EXPECT_TRUE(owner.chips.empty());
}

}  // namespace
}  // namespace tt::alloc_trace::test
