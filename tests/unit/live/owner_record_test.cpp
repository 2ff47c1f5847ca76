// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Owners: chips and meshes told apart by vtable, with the load address that the probe's instruction gives.
#include <gtest/gtest.h>

#include <numeric>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

OwnerSeen decode_with(const std::vector<DecodedInstance>& instances, const tat_owner_event& record) {
    DecoderHarness harness(instances);
    harness.decode(record);
    const auto* owner = harness.only<OwnerSeen>();
    EXPECT_NE(owner, nullptr);
    return owner == nullptr ? OwnerSeen{} : *owner;
}

OwnerSeen decode(const tat_owner_event& record) { return decode_with({l5_instance()}, record); }

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
    record.self.first_word = kBias + 1 + kChipVptr;
    expect_unknown(decode(record));
}

TEST(OwnerRecordTest, ProbeTheModuleDoesNotHaveIsAnUnknownOwner) {
    tat_owner_event record = chip_record(3);
    record.program = TAT_PROGRAM_FREED;
    expect_unknown(decode(record));
    record.program = 0xffff'ffff;
    expect_unknown(decode(record));
}

TEST(OwnerRecordTest, RecordOfAnInstanceThatDoesNotExistIsMalformed) {
    for (const std::uint8_t instance : {0, 2, 255}) {
        DecoderHarness harness;
        tat_owner_event record = chip_record(3);
        record.header.instance = instance;
        harness.decode(record);
        EXPECT_TRUE(harness.events.empty());
        EXPECT_EQ(harness.statistics().malformed, 1U);
    }
}

TEST(OwnerRecordTest, EachOfTwoInstancesIsReadByItsOwnLayout) {
    DecodedInstance other = l5_instance();
    other.sites[TAT_PROGRAM_ALLOCATED] = {kProbe + 0x1000, kProbe + 0x40};
    other.layout.owner.chip_vptr = kChipVptr + 0x100;
    constexpr std::uint64_t kOtherBias = 0x7f99'0000'0000;
    tat_owner_event of_other = owner_record(kOtherBias + kChipVptr + 0x100, kOtherBias);
    of_other.header.instance = 2;
    of_other.instruction = kOtherBias + kProbe + 0x40;
    of_other.self.id = 5;

    EXPECT_EQ(decode_with({l5_instance(), other}, chip_record(3)).id, 3);
    EXPECT_EQ(decode_with({l5_instance(), other}, of_other).id, 5);
    of_other.header.instance = 1;
    expect_unknown(decode_with({l5_instance(), other}, of_other));
}

// Before January 2025: nothing but a chip owns a Buffer, and no vtable says so.
TEST(OwnerRecordTest, WithoutVtablesEveryOwnerIsAChipIfItsIdIsPlausible) {
    DecodedInstance instance = l5_instance();
    instance.layout.owner = {};
    instance.layout.owner.chip_id = {0, 4};
    tat_owner_event record = owner_record(0);
    record.self.id = 6;
    const OwnerSeen owner = decode_with({instance}, record);
    EXPECT_EQ(owner.kind, OwnerKind::Chip);
    EXPECT_EQ(owner.id, 6);
    EXPECT_EQ(owner.chips, std::vector<std::int32_t>{6});
    for (const std::int32_t id : {-1, 0x7fff'0000, 4096}) {
        record.self.id = id;
        expect_unknown(decode_with({instance}, record));
    }
}

TEST(OwnerRecordTest, SameModuleMappedElsewhereIsKnownByItsLoadAddress) {
    EXPECT_EQ(decode(chip_record(3, 0x7f99'0000'0000)).id, 3);
    EXPECT_EQ(decode(chip_record(4, 0)).id, 4) << "an executable that is not relocated";
}

TEST(OwnerRecordTest, ModuleWithoutMeshesKnowsItsChips) {
    DecodedInstance module = l5_instance();
    module.layout.owner.mesh_vptr = 0;
    EXPECT_EQ(decode_with({module}, chip_record(3)).kind, OwnerKind::Chip);
    expect_unknown(decode_with({module}, mesh_record(0, {0})));
    expect_unknown(decode_with({module}, owner_record(kBias)));
}

TEST(OwnerRecordTest, OneWrongChipMakesTheChipsUnknown) {
    for (const std::uint64_t vptr : {std::uint64_t{0}, kBias + kMeshVptr, kChipVptr}) {
        tat_owner_event record = mesh_record(1, {0, 1, 2});
        record.chips[1].first_word = vptr;
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

TEST(OwnerRecordTest, MeshOfALayoutWithoutViewHasUnknownChips) {
    DecodedInstance module = l5_instance();
    module.layout.owner.mesh_view = {};
    module.layout.owner.view_chips = {};
    const OwnerSeen owner = decode_with({module}, mesh_record(6, {0, 1}));
    EXPECT_EQ(owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(owner.id, 6);
    EXPECT_TRUE(owner.chips.empty());
}

// What the programs could not read they send as 0: not mesh 0.
TEST(OwnerRecordTest, MeshWhoseImplementationCouldNotBeReadHasNoId) {
    const OwnerSeen owner = decode(owner_record(kBias + kMeshVptr));
    EXPECT_EQ(owner.kind, OwnerKind::Mesh);
    EXPECT_EQ(owner.id, -1);
    EXPECT_TRUE(owner.chips.empty());
}

}  // namespace
}  // namespace tt::alloc_trace::test
