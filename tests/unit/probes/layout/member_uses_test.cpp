// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/member_uses.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tt::alloc_trace {
namespace {

using ::testing::ElementsAre;
using Code = std::vector<std::uint8_t>;

std::vector<MemberUse> uses_of(const Code& code, Register object = Register::Rdi) {
    const auto uses = member_uses(code, object);
    EXPECT_TRUE(uses) << uses.error().message;
    return uses.value_or(std::vector<MemberUse>());
}

// mov rax, [rsi+0x68]; mov rcx, [rsi+0x70]; mov [rdi], rax; ret
const Code kCopiesVector{0x48, 0x8b, 0x46, 0x68, 0x48, 0x8b, 0x4e, 0x70, 0x48, 0x89, 0x07, 0xc3};

TEST(MemberUsesTest, ReadsAndAddressesAreUsesAndWritesAreNot) {
    EXPECT_THAT(uses_of(kCopiesVector, Register::Rsi), ElementsAre(MemberUse{0x68, 8}, MemberUse{0x70, 8}));
    EXPECT_THAT(uses_of(kCopiesVector), ElementsAre());
    // lea rax, [rdi+0x40]; add rdi, 0x58; ret
    EXPECT_THAT(
        uses_of({0x48, 0x8d, 0x47, 0x40, 0x48, 0x83, 0xc7, 0x58, 0xc3}),
        ElementsAre(MemberUse{0x40, 0}, MemberUse{0x58, 0})
    );
    // cmp byte [rdi+0x30], 1; ret
    EXPECT_THAT(uses_of({0x80, 0x7f, 0x30, 0x01, 0xc3}), ElementsAre(MemberUse{0x30, 1}));
}

TEST(MemberUsesTest, GarbageIsAnError) {
    EXPECT_FALSE(member_uses(Code{}, Register::Rdi));
    EXPECT_FALSE(member_uses(Code{0x06, 0x06}, Register::Rdi));
}

TEST(MemberUsesTest, TwoPointersMustComeFirst) {
    using Uses = std::vector<MemberUse>;
    EXPECT_EQ(pointer_row_in(Uses{{0x30, 8}, {0x38, 8}, {0x40, 8}, {0x48, 8}, {0x60, 8}}, 4), 0x30U);
    EXPECT_EQ(pointer_row_in(Uses{{0x30, 8}, {0x38, 8}, {0x40, 8}, {0x48, 8}, {0x50, 8}}, 4), std::nullopt);
    EXPECT_EQ(pointer_row_in(Uses{{0x30, 8}, {0x38, 8}, {0x40, 8}, {0x48, 4}}, 4), std::nullopt);
    EXPECT_EQ(pointer_row_in(Uses{{0x10, 8}, {0x18, 8}, {0x30, 8}, {0x38, 8}}, 2), std::nullopt) << "which one?";
    EXPECT_EQ(pointer_pair_in(Uses{{0x68, 8}, {0x70, 8}, {0x90, 4}}), 0x68U);
    EXPECT_EQ(pointer_pair_in(Uses{{0x10, 8}, {0x68, 8}, {0x70, 8}}), std::nullopt);
    EXPECT_EQ(pointer_pair_in(Uses{{0x68, 8}, {0x78, 8}}), std::nullopt);
    EXPECT_EQ(pointer_pair_in(Uses{{0x68, 0}}), 0x68U);
    EXPECT_EQ(pointer_pair_in(Uses{{0x68, 0}, {0x80, 0}}), std::nullopt);
    EXPECT_EQ(pointer_pair_in(Uses{}), std::nullopt);
}

TEST(MemberUsesTest, OneNumberIsTheSizeOfAContainer) {
    using Uses = std::vector<MemberUse>;
    EXPECT_EQ(hash_container_in(Uses{{0x148, 8}}), 0x130U);
    EXPECT_EQ(hash_container_in(Uses{{0x20, 4}}), 8U);
    EXPECT_EQ(hash_container_in(Uses{{0x10, 8}}), std::nullopt);
    EXPECT_EQ(hash_container_in(Uses{{0x20, 4}, {0x148, 8}}), std::nullopt);
    EXPECT_EQ(hash_container_in(Uses{{0x130, 0}}), 0x130U);
    EXPECT_EQ(pointer_in(Uses{{0x58, 4}, {0x3b0, 8}}), 0x3b0U);
    EXPECT_EQ(pointer_in(Uses{{0x58, 8}, {0x3b0, 8}}), std::nullopt);
}

}  // namespace
}  // namespace tt::alloc_trace
