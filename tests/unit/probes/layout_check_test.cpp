// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Layouts against libraries that agree, contradict or keep silent.
#include "probes/layout_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fakes.hpp"
#include "probes/traceable_module.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::open_fake;

Error error_of(const std::string& fake) {
    const auto elf = open_fake(fake);
    EXPECT_TRUE(elf);
    if (!elf) {
        return {};
    }
    const auto module = resolve_module(*elf);
    EXPECT_FALSE(module) << fake;
    return module ? Error{} : module.error();
}

LayoutProfile layout_of(const std::string& fake) {
    const auto elf = open_fake(fake);
    const auto module = elf ? resolve_module(*elf) : tl::make_unexpected(elf.error());
    EXPECT_TRUE(module) << module.error().message;
    return module ? module->layout : LayoutProfile{};
}

TEST(LayoutCheckTest, TableIsTheOneOfTheFacts) {
    const BufferLayout layout = l5_buffer_layout();
    EXPECT_EQ(layout.owner, (Field{16, 8}));
    EXPECT_EQ(layout.size, (Field{24, 8}));
    EXPECT_EQ(layout.type, (Field{32, 4}));
    EXPECT_EQ(layout.allocator, (Field{64, 8}));
    EXPECT_EQ(layout.status, (Field{72, 1}));
    EXPECT_EQ(layout.address, (Field{80, 8}));
    EXPECT_EQ(layout.page_size, (Field{88, 8}));
    EXPECT_EQ(layout.window_bytes, 96U);
}

TEST(LayoutCheckTest, ContradictionNamesBothValues) {
    const Error error = error_of("wrong-page-size.so");
    EXPECT_EQ(error.code, ErrorCode::NotTraceable);
    EXPECT_THAT(
        error.message,
        AllOf(HasSubstr("page_size"), HasSubstr("8 bytes at offset 96"), HasSubstr("8 bytes at offset 88"))
    );
}

TEST(LayoutCheckTest, WithoutGettersTheLayoutIsUnverified) {
    const Error error = error_of("no-getters.so");
    EXPECT_EQ(error.code, ErrorCode::NotTraceable);
    EXPECT_THAT(error.message, HasSubstr("layout unverified"));
}

TEST(LayoutCheckTest, MeshIdIsFoundByItsGetter) {
    EXPECT_EQ(layout_of("mesh-id-40.so").owner.mesh_id, (Field{40, 4}));
    EXPECT_EQ(layout_of("good-gxx-O2-0.so").owner.mesh_id, (Field{80, 4}));
    EXPECT_EQ(layout_of("mesh-id-88.so").owner.mesh_id, (Field{88, 4}));
    EXPECT_FALSE(layout_of("mesh-id-88.so").owner.mesh_impl);
    EXPECT_FALSE(layout_of("mesh-id-88.so").owner.mesh_chips);
}

TEST(LayoutCheckTest, MeshIdElsewhereIsRefused) {
    EXPECT_THAT(error_of("mesh-id-84.so").message, HasSubstr("MeshDevice::id() reads 4 bytes at offset 84"));
    EXPECT_THAT(error_of("no-mesh-id.so").message, HasSubstr("cannot tell where a MeshDevice keeps its id"));
}

TEST(LayoutCheckTest, MeshWithImpl) {
    const OwnerLayout owner = layout_of("good-gxx-O2-1.so").owner;
    EXPECT_EQ(owner.mesh_impl, 24U);
    EXPECT_EQ(owner.mesh_id, (Field{72, 4}));
    ASSERT_TRUE(owner.mesh_chips);
    EXPECT_EQ(owner.mesh_chips->values_begin, 0x178U);
    EXPECT_NE(owner.chip_vptr, owner.mesh_vptr);
}

TEST(LayoutCheckTest, VptrIsBehindTheVtablesHead) {
    const auto elf = open_fake("good-gxx-O2-1.so");
    ASSERT_TRUE(elf);
    constexpr std::string_view kVtable = "_ZTVN2tt8tt_metal6DeviceE";
    const auto symbols = elf->find_symbols({&kVtable, 1}, SymbolTables::DynamicOnly);
    ASSERT_TRUE(symbols);
    ASSERT_NE(find_symbol(*symbols, kVtable), nullptr);
    EXPECT_EQ(layout_of("good-gxx-O2-1.so").owner.chip_vptr, find_symbol(*symbols, kVtable)->address + 16);
}

TEST(LayoutCheckTest, EvidenceNamesTheGettersThatAgree) {
    EXPECT_THAT(
        layout_of("good-gxx-O2-1.so").evidence,
        HasSubstr("getters agree: page_size, is_allocated, allocator, address, is_dram, is_l1")
    );
    const std::string unoptimized = layout_of("good-gxx-O0-1.so").evidence;
    EXPECT_THAT(unoptimized, AllOf(HasSubstr("page_size, is_allocated, allocator"), HasSubstr("unclear: is_dram")));
}

}  // namespace
}  // namespace tt::alloc_trace
