// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/getter_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <vector>

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;
using Code = std::vector<std::uint8_t>;

constexpr std::initializer_list<std::uint8_t> kEndbr64{0xf3, 0x0f, 0x1e, 0xfa};
constexpr std::initializer_list<std::uint8_t> kFrame{0x55, 0x48, 0x89, 0xe5};  // push rbp; mov rbp, rsp
constexpr std::initializer_list<std::uint8_t> kSpill{
    0x48, 0x89, 0x7d, 0xf8, 0x48, 0x8b, 0x45, 0xf8
};  // via [rbp - 8] to rax
constexpr std::initializer_list<std::uint8_t> kLoad58{0x48, 0x8b, 0x47, 0x58};  // mov rax, [rdi + 0x58]
constexpr std::initializer_list<std::uint8_t> kCmp48{0x80, 0x7f, 0x48, 0x01};   // cmp byte [rdi + 0x48], 1
constexpr std::initializer_list<std::uint8_t> kSete{0x0f, 0x94, 0xc0};          // sete al
constexpr std::initializer_list<std::uint8_t> kPop{0x5d};                       // pop rbp
constexpr std::initializer_list<std::uint8_t> kRet{0xc3};

Code join(std::initializer_list<std::initializer_list<std::uint8_t>> parts) {
    Code code;
    for (const auto& part : parts) {
        code.insert(code.end(), part);
    }
    return code;
}

Getter decoded(const Code& code) {
    const auto getter = decode_getter(code);
    EXPECT_TRUE(getter) << getter.error().message;
    return getter.value_or(Getter{});
}

std::string refused(const Code& code) {
    const auto getter = decode_getter(code);
    EXPECT_FALSE(getter);
    return getter ? "" : getter.error().message;
}

const Getter kPageSize{GetterShape::Load, 0x58, 8, std::nullopt, std::nullopt, false};
const Getter kIsAllocated{GetterShape::Predicate, 0x48, 1, std::nullopt, 1, false};

TEST(GetterDecoderTest, PlainLoadWithEveryPrologue) {
    EXPECT_EQ(decoded(join({kLoad58, kRet})), kPageSize);
    EXPECT_EQ(decoded(join({kEndbr64, kLoad58, kRet})), kPageSize);
    EXPECT_EQ(decoded(join({kFrame, kLoad58, kPop, kRet})), kPageSize);
    EXPECT_EQ(decoded(join({kEndbr64, kFrame, kSpill, {0x48, 0x8b, 0x40, 0x58}, kPop, kRet})), kPageSize);
}

TEST(GetterDecoderTest, ClangUnoptimizedReservesStackAndLeaves) {
    // sub rsp, 16; mov [rbp-16], rdi; mov rax, [rbp-16]; mov rax, [rax+0x58]; leave; ret
    EXPECT_EQ(
        decoded(join(
            {kFrame,
             {0x48, 0x83, 0xec, 0x10, 0x48, 0x89, 0x7d, 0xf0, 0x48, 0x8b, 0x45, 0xf0, 0x48, 0x8b, 0x40, 0x58, 0xc9},
             kRet}
        )),
        kPageSize
    );
}

TEST(GetterDecoderTest, LoadNarrowerThanTheMember) {
    const Getter address = decoded(join({{0x8b, 0x47, 0x50}, kRet}));  // mov eax, [rdi + 0x50]
    EXPECT_EQ(address.offset, 0x50U);
    EXPECT_EQ(address.width, 4U);
}

TEST(GetterDecoderTest, ComparisonWithConstant) {
    EXPECT_EQ(decoded(join({kCmp48, kSete, kRet})), kIsAllocated);
    EXPECT_EQ(decoded(join({{0x31, 0xc0}, kCmp48, kSete, kRet})), kIsAllocated);  // xor eax, eax first
    // movzx eax, byte [rax+0x48]; cmp eax, 1; sete al; and al, 1; movzx eax, al
    EXPECT_EQ(
        decoded(join(
            {kFrame,
             kSpill,
             {0x0f, 0xb6, 0x40, 0x48, 0x83, 0xf8, 0x01},
             kSete,
             {0x24, 0x01, 0x0f, 0xb6, 0xc0},
             kPop,
             kRet}
        )),
        kIsAllocated
    );
}

TEST(GetterDecoderTest, NegatedComparisonIsToldApart) {
    const Getter getter = decoded(join({kCmp48, {0x0f, 0x95, 0xc0}, kRet}));  // setne al
    EXPECT_TRUE(getter.negated);
    EXPECT_EQ(getter.compared_to, 1);
}

TEST(GetterDecoderTest, MaskAndComparison) {
    const Getter is_dram{GetterShape::Predicate, 0x20, 4, -5, 0, false};
    EXPECT_EQ(
        decoded(join({{0xf7, 0x47, 0x20, 0xfb, 0xff, 0xff, 0xff}, kSete, kRet})), is_dram
    );                                                                                       // test [rdi+0x20], ~4
    EXPECT_EQ(decoded(join({{0x8b, 0x47, 0x20, 0x83, 0xe0, 0xfb}, kSete, kRet})), is_dram);  // mov, and sets the flags
    const Getter is_l1{GetterShape::Predicate, 0x20, 4, -3, 1, false};
    EXPECT_EQ(decoded(join({{0x8b, 0x47, 0x20, 0x83, 0xe0, 0xfd, 0x83, 0xf8, 0x01}, kSete, kRet})), is_l1);
}

TEST(GetterDecoderTest, AddressOfMember) {
    const Getter allocator{GetterShape::AddressOf, 0x1c0, 0, std::nullopt, std::nullopt, false};
    EXPECT_EQ(decoded(join({{0x48, 0x8d, 0x87, 0xc0, 0x01, 0x00, 0x00}, kRet})), allocator);              // lea
    EXPECT_EQ(decoded(join({{0x48, 0x89, 0xf8, 0x48, 0x05, 0xc0, 0x01, 0x00, 0x00}, kRet})), allocator);  // mov, add
}

// Buffer::buffer_distribution_spec() of August 2026: the member is in the object behind.
TEST(GetterDecoderTest, AddressOfMemberBehindAPointer) {
    const Getter behind{GetterShape::AddressOf, 0xa0, 0, std::nullopt, std::nullopt, false, 0x10};
    const std::initializer_list<std::uint8_t> load{0x48, 0x8b, 0x47, 0x10};  // mov rax, [rdi + 0x10]
    const std::initializer_list<std::uint8_t> constant{0xb8, 0xa0, 0x00, 0x00, 0x00};
    EXPECT_EQ(decoded(join({constant, {0x48, 0x03, 0x47, 0x10}, kRet})), behind);                // add rax, [rdi + 0x10]
    EXPECT_EQ(decoded(join({load, {0x48, 0x05, 0xa0, 0x00, 0x00, 0x00}, kRet})), behind);        // add rax, 0xa0
    EXPECT_EQ(decoded(join({load, {0x48, 0x8d, 0x80, 0xa0, 0x00, 0x00, 0x00}, kRet})), behind);  // lea rax, [rax + 0xa0]
    EXPECT_FALSE(decode_getter(join({load, {0x48, 0x03, 0x47, 0x10}, kRet}))) << "no constant";
    EXPECT_FALSE(decode_getter(join({constant, {0x03, 0x47, 0x10}, kRet}))) << "half a pointer";
}

// Buffer::allocator() of February 2026: mov rdi, [rdi + 0x40]; call AllocatorImpl::view; mov rax, [rax]; pop; ret.
TEST(GetterDecoderTest, CallOnTheMember) {
    const Getter handover{GetterShape::Handover, 0x40, 8, std::nullopt, std::nullopt, false};
    const std::initializer_list<std::uint8_t> load{0x48, 0x8b, 0x7f, 0x40};
    const std::initializer_list<std::uint8_t> call{0xe8, 0x10, 0x20, 0x30, 0x00};
    const std::initializer_list<std::uint8_t> jump{0xe9, 0x10, 0x20, 0x30, 0x00};
    EXPECT_EQ(decoded(join({kFrame, load, call, kPop, kRet})), handover);
    EXPECT_EQ(decoded(join({kEndbr64, load, jump})), handover);
    EXPECT_THAT(refused(join({kFrame, call, kPop, kRet})), HasSubstr("it calls a function")) << "on the object itself";
}

constexpr std::initializer_list<std::uint8_t> kDeeper{0x48, 0x8b, 0x40, 0x48};  // mov rax, [rax + 0x48]

// Layout L6: `return pimpl_->page_size_;`, pimpl_ at 16.
TEST(GetterDecoderTest, MemberBehindAPointer) {
    const std::initializer_list<std::uint8_t> impl{0x48, 0x8b, 0x47, 0x10};  // mov rax, [rdi + 0x10]
    const Getter page_size{GetterShape::Load, 0x48, 8, std::nullopt, std::nullopt, false, 0x10};
    EXPECT_EQ(decoded(join({impl, kDeeper, kRet})), page_size);
    EXPECT_EQ(decoded(join({kEndbr64, kFrame, impl, kDeeper, kPop, kRet})), page_size);
    const Getter address = decoded(join({impl, {0x8b, 0x40, 0x40}, kRet}));  // mov eax, [rax + 0x40]
    EXPECT_EQ(address, (Getter{GetterShape::Load, 0x40, 4, std::nullopt, std::nullopt, false, 0x10}));
    const Getter allocated = decoded(join({impl, {0x80, 0x78, 0x38, 0x01}, kSete, kRet}));  // cmp byte [rax + 0x38], 1
    EXPECT_EQ(allocated, (Getter{GetterShape::Predicate, 0x38, 1, std::nullopt, 1, false, 0x10}));
    const Getter dram = decoded(join({impl, {0xf7, 0x40, 0x10, 0xfb, 0xff, 0xff, 0xff}, kSete, kRet}));
    EXPECT_EQ(dram, (Getter{GetterShape::Predicate, 0x10, 4, -5, 0, false, 0x10}));
    // mov rax, [rdi + 0x10]; mov rdi, [rax + 0x30]; jmp AllocatorImpl::view
    const Getter allocator = decoded(join({impl, {0x48, 0x8b, 0x78, 0x30, 0xe9, 0, 0, 0, 0}}));
    EXPECT_EQ(allocator, (Getter{GetterShape::Handover, 0x30, 8, std::nullopt, std::nullopt, false, 0x10}));
}

// `return pimpl_->id();`, virtual: mov rdi, [rdi + 0x18]; mov rax, [rdi]; jmp [rax + 0x18].
TEST(GetterDecoderTest, VirtualCallOnTheImpl) {
    const Getter impl{GetterShape::Handover, 0x18, 8, std::nullopt, std::nullopt, false};
    EXPECT_EQ(decoded(join({{0x48, 0x8b, 0x7f, 0x18, 0x48, 0x8b, 0x07, 0xff, 0x60, 0x18}})), impl);
}

TEST(GetterDecoderTest, OnlyPointersAreFollowed) {
    // mov eax, [rdi + 0x10]; mov rax, [rax + 0x48]
    EXPECT_THAT(refused(join({{0x8b, 0x47, 0x10}, kDeeper, kRet})), HasSubstr("not a member"));
    // mov rax, [rdi + 0x10]; mov rcx, [rax]; ret: reads behind it, but returns the pointer itself
    EXPECT_THAT(refused(join({{0x48, 0x8b, 0x47, 0x10, 0x48, 0x8b, 0x08}, kRet})), HasSubstr("second member"));
    // two members behind the pointer
    EXPECT_THAT(refused(join({{0x48, 0x8b, 0x47, 0x10, 0x48, 0x8b, 0x08}, kDeeper, kRet})), HasSubstr("second member"));
}

// Buffer::address() of February 2026: cmp byte [rdi + 0x48], 0; je throw; mov eax, [rdi + 0x50]; ret.
TEST(GetterDecoderTest, OneCheckBeforeTheLoad) {
    const std::initializer_list<std::uint8_t> check{0x80, 0x7f, 0x48, 0x00, 0x74, 0x20};
    const std::initializer_list<std::uint8_t> load{0x8b, 0x47, 0x50};
    EXPECT_EQ(decoded(join({check, load, kRet})).offset, 0x50U);
    EXPECT_THAT(refused(join({check, check, load, kRet})), HasSubstr("branches")) << "but not two";
    EXPECT_THAT(refused(join({{0x48, 0x85, 0xff, 0x74, 0x20}, load, kRet})), HasSubstr("not the member"))
        << "if (this)";
}

TEST(GetterDecoderTest, FirstCondition) {
    const Getter needed{GetterShape::Predicate, 0x378, 1, std::nullopt, 1, false};
    const Code code = join(
        {kFrame,
         {0x41, 0x57, 0x48, 0x83, 0xec, 0x68},                                // push r15; sub rsp, 0x68
         {0x80, 0xbf, 0x78, 0x03, 0x00, 0x00, 0x01, 0x0f, 0x85, 0, 0, 0, 0}}  // cmp byte [rdi + 0x378], 1; jne
    );
    const auto getter = decode_first_condition(code);
    ASSERT_TRUE(getter) << getter.error().message;
    EXPECT_EQ(*getter, needed);
    EXPECT_FALSE(decode_first_condition(join({kLoad58, kRet})));
    EXPECT_FALSE(decode_first_condition({}));
}

TEST(GetterDecoderTest, ForwardingIsFollowedByItsTarget) {
    const Code jump = join({kEndbr64, {0xe9, 0x10, 0, 0, 0}});
    EXPECT_EQ(forwarded_to(jump, 0x1000), 0x1000U + 4 + 5 + 0x10);
    EXPECT_EQ(forwarded_to(join({{0xff, 0x25, 0, 0, 0, 0}}), 0x1000), std::nullopt) << "through memory";
    EXPECT_EQ(forwarded_to(join({kLoad58, {0xe9, 0, 0, 0, 0}}), 0x1000), std::nullopt);
    EXPECT_EQ(forwarded_to({}, 0), std::nullopt);
}

TEST(GetterDecoderTest, RefusesWhatIsMoreThanOneLoad) {
    EXPECT_THAT(refused(join({{0xe8, 0, 0, 0, 0}, kLoad58, kRet})), HasSubstr("calls a function"));
    EXPECT_THAT(refused(join({kLoad58, {0xeb, 0x10}})), HasSubstr("jumps"));
    EXPECT_THAT(refused(join({kLoad58, {0x48, 0x8b, 0x47, 0x60}, kRet})), HasSubstr("second member"));
    EXPECT_THAT(refused(join({{0x48, 0x8b, 0x47, 0x10}, kDeeper, kDeeper, kRet})), HasSubstr("not a member"))
        << "two pointers on the way";
    EXPECT_THAT(refused(join({{0xc6, 0x47, 0x48, 0x00}, kRet})), HasSubstr("writes to memory"));
    EXPECT_THAT(refused(join({kLoad58, {0x48, 0x01, 0xf8}, kRet})), HasSubstr("computes"));  // add rax, rdi
    EXPECT_THAT(
        refused(join({{0x64, 0x48, 0x8b, 0x04, 0x25, 0x28, 0, 0, 0}, kRet})), HasSubstr("not a member")
    );  // fs:0x28
    EXPECT_THAT(
        refused(join({{0x48, 0x8b, 0x84, 0xf7, 0, 0, 0, 0}, kRet})), HasSubstr("not a member")
    );  // [rdi + rsi*8]
    EXPECT_THAT(refused(join({{0x48, 0x8b, 0x87, 0xf8, 0xff, 0xff, 0xff}, kRet})), HasSubstr("outside"));  // [rdi - 8]
    EXPECT_THAT(
        refused(join({kCmp48, {0x31, 0xc0}, kSete, kRet})), HasSubstr("unknown origin")
    );                                                                                     // xor destroys the flags
    EXPECT_THAT(refused(join({kLoad58, {0x31, 0xc0}, kRet})), HasSubstr("not a member"));  // returns 0
    EXPECT_THAT(refused(join({kRet})), HasSubstr("not a member"));
}

TEST(GetterDecoderTest, RefusesCodeWithoutEnd) {
    EXPECT_THAT(refused({}), HasSubstr("does not end"));
    EXPECT_THAT(refused(join({kLoad58})), HasSubstr("does not end"));
    EXPECT_THAT(refused({0x06, 0x06}), HasSubstr("no instructions"));
    EXPECT_THAT(refused(Code(1000, 0x90)), HasSubstr("too long"));
}

TEST(GetterDecoderTest, AnyBytesAreAnsweredOrRefused) {
    std::mt19937 random(7);
    const Code prefix = join({kFrame, kSpill});
    for (int i = 0; i < 20'000; ++i) {
        Code code = i % 2 == 0 ? Code{} : prefix;
        for (int n = 0; n < 24; ++n) {
            code.push_back(static_cast<std::uint8_t>(random()));
        }
        code.push_back(0xc3);
        (void)decode_getter(code);
    }
}

}  // namespace
}  // namespace tt::alloc_trace
