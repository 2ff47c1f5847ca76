// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/probe_site.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tt::alloc_trace {
namespace {

using Code = std::vector<std::uint8_t>;

ProbeSite site_of(Code code) {
    code.resize(32, 0x90);
    const auto site = choose_entry_site(code);
    EXPECT_TRUE(site) << site.error().message;
    return site.value_or(ProbeSite{});
}

TEST(ProbeSiteTest, PushAtEntryIsEmulated) {
    EXPECT_EQ(site_of({0x55}), (ProbeSite{0, "push rbp", TrapCost::Emulated, "entry"}));
    EXPECT_EQ(site_of({0x41, 0x57}), (ProbeSite{0, "push r15", TrapCost::Emulated, "entry"}));
}

TEST(ProbeSiteTest, PushOfMemoryOrConstantIsSingleStepped) {
    EXPECT_EQ(site_of({0xff, 0x37}).cost, TrapCost::SingleStepped);  // push qword [rdi]
    EXPECT_EQ(site_of({0x6a, 0x01}).cost, TrapCost::SingleStepped);  // push 1
    EXPECT_EQ(site_of({0x48, 0x55}).cost, TrapCost::SingleStepped);  // push rbp with a prefix the kernel does not know
}

TEST(ProbeSiteTest, Endbr64IsSkippedWhenTheNextInstructionIsCheaper) {
    const ProbeSite site = site_of({0xf3, 0x0f, 0x1e, 0xfa, 0x41, 0x56});
    EXPECT_EQ(site.offset, 4U);
    EXPECT_EQ(site.instruction, "push r14");
    EXPECT_EQ(site.cost, TrapCost::Emulated);
}

TEST(ProbeSiteTest, Endbr64IsKeptWhenTheNextInstructionIsNot) {
    const ProbeSite site = site_of({0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x8b, 0x07});  // mov rax, [rdi]
    EXPECT_EQ(site.offset, 0U);
    EXPECT_EQ(site.instruction, "endbr64");
    EXPECT_EQ(site.cost, TrapCost::SingleStepped);
}

TEST(ProbeSiteTest, NopsByLength) {
    EXPECT_EQ(site_of({0x90}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0x66, 0x90}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0x0f, 0x1f, 0x44, 0x00, 0x00}).cost, TrapCost::EmulatedNewer);
    EXPECT_EQ(site_of({0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00}).cost, TrapCost::EmulatedNewer);
    EXPECT_EQ(site_of({0xf3, 0x90}).cost, TrapCost::SingleStepped);  // pause
}

TEST(ProbeSiteTest, ABranchBehindThePushesWritesNoStack) {
    const Code code{0x41, 0x57, 0x53, 0x80, 0x7f, 0x38, 0x01, 0x75, 0x01, 0xc3, 0xc3};  // ...; cmp byte ptr [rdi+0x38], 1; jne
    const auto site = choose_entry_site(code, code);
    ASSERT_TRUE(site) << site.error().message;
    EXPECT_EQ(site->offset, 7U);
    EXPECT_EQ(site->cost, TrapCost::EmulatedInRegisters);
}

TEST(ProbeSiteTest, RelativeJumpsAndCallsAreEmulated) {
    EXPECT_EQ(site_of({0xe9, 0, 0, 0, 0}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0xeb, 0x10}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0xe8, 0, 0, 0, 0}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0x74, 0x10}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0x0f, 0x84, 0, 0, 0, 0}).cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site_of({0xff, 0x25, 0, 0, 0, 0}).cost, TrapCost::SingleStepped);  // jmp [rip]
}

TEST(ProbeSiteTest, OrdinaryInstructionsAreSingleStepped) {
    EXPECT_EQ(site_of({0x48, 0x8d, 0x05, 0, 0, 0, 0}).cost, TrapCost::SingleStepped);  // lea rax, [rip]
    EXPECT_EQ(site_of({0x48, 0x83, 0xec, 0x28}).cost, TrapCost::SingleStepped);        // sub rsp, 40
}

ProbeSite site_of_function(const Code& function) {
    const auto site = choose_entry_site(function, function);
    EXPECT_TRUE(site) << site.error().message;
    return site.value_or(ProbeSite{});
}

TEST(ProbeSiteTest, LaterPrologueInstructionIsTakenWhenItIsCheaper) {
    // sub rsp, 40; mov rbx, rdi; mov [rsp+8], rsi; push r12; ret
    const ProbeSite site =
        site_of_function({0x48, 0x83, 0xec, 0x28, 0x48, 0x89, 0xfb, 0x48, 0x89, 0x74, 0x24, 0x08, 0x41, 0x54, 0xc3});
    EXPECT_EQ(
        site, (ProbeSite{12, "push r12", TrapCost::Emulated, "cheaper than the entry, with the arguments intact"})
    );
    // cmp byte [rdi+0x48], 1; jne +0; ret: a jump is emulated, too.
    EXPECT_EQ(site_of_function({0x80, 0x7f, 0x48, 0x01, 0x75, 0x00, 0xc3}).offset, 4U);
    // endbr64; sub rsp, 8; call
    EXPECT_EQ(site_of_function({0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec, 0x08, 0xe8, 0, 0, 0, 0, 0xc3}).offset, 8U);
}

TEST(ProbeSiteTest, WithoutTheWholeFunctionNothingButEndbr64IsGonePast) {
    EXPECT_EQ(site_of({0x48, 0x83, 0xec, 0x28, 0x53}).offset, 0U);
}

TEST(ProbeSiteTest, NothingIsGonePastThatChangesAnArgumentOrTheObject) {
    EXPECT_EQ(site_of_function({0x48, 0x8b, 0x3f, 0x53, 0xc3}).offset, 0U);        // mov rdi, [rdi]
    EXPECT_EQ(site_of_function({0x31, 0xd2, 0x53, 0xc3}).offset, 0U);              // xor edx, edx
    EXPECT_EQ(site_of_function({0x41, 0xb1, 0x00, 0x53, 0xc3}).offset, 0U);        // mov r9b, 0
    EXPECT_EQ(site_of_function({0x48, 0x87, 0xc6, 0x53, 0xc3}).offset, 0U);        // xchg rsi, rax
    EXPECT_EQ(site_of_function({0xf3, 0xa4, 0x53, 0xc3}).offset, 0U);              // rep movsb
    EXPECT_EQ(site_of_function({0x48, 0xf7, 0xe3, 0x53, 0xc3}).offset, 0U);        // mul rbx: rdx
    EXPECT_EQ(site_of_function({0xc6, 0x47, 0x48, 0x02, 0x53, 0xc3}).offset, 0U);  // mov byte [rdi+0x48], 2
    EXPECT_EQ(site_of_function({0x48, 0x89, 0xf8, 0x53, 0xc3}).offset, 3U);        // mov rax, rdi is harmless
}

TEST(ProbeSiteTest, NothingIsGonePastThatOtherCodeJumpsTo) {
    // sub rsp, 8; head: push rbx; jmp head
    EXPECT_EQ(site_of_function({0x48, 0x83, 0xec, 0x08, 0x53, 0xeb, 0xfd}).offset, 0U);
    // The same with a jump to behind the push.
    EXPECT_EQ(site_of_function({0x48, 0x83, 0xec, 0x08, 0x53, 0xeb, 0xfe}).offset, 4U);
    // Not readable to its end: anything could jump there.
    EXPECT_EQ(site_of_function({0x48, 0x83, 0xec, 0x08, 0x53, 0xc3, 0x06}).offset, 0U);
}

TEST(ProbeSiteTest, InstructionsThatMustNotBeProbedAreRefused) {
    EXPECT_FALSE(choose_entry_site(Code{0xf0, 0xff, 0x07}));              // lock inc dword [rdi]
    EXPECT_FALSE(choose_entry_site(Code{0x66, 0xe8, 0, 0, 0, 0}));        // data16 call
    EXPECT_FALSE(choose_entry_site(Code{0xc5, 0xf9, 0xeb, 0xc1}));        // vpor, which passes for a short jump
    EXPECT_FALSE(choose_entry_site(Code{0xc5, 0xf9, 0x7f, 0x07}));        // vmovdqa store, for a conditional one
    EXPECT_FALSE(choose_entry_site(Code{0x49, 0x90}));                    // xchg r8, rax, for a nop
    EXPECT_FALSE(choose_entry_site(Code{0xcc}));                          // int3
    EXPECT_FALSE(choose_entry_site(Code{0x2e, 0x0f, 0x1f, 0x44, 0, 0}));  // cs nop
    // With more of the function, the next one is taken.
    EXPECT_EQ(site_of_function({0xc5, 0xf9, 0xeb, 0xc1, 0x53, 0xc3}).offset, 4U);
}

TEST(ProbeSiteTest, BytesThatAreNoInstructionAreRefused) {
    EXPECT_FALSE(choose_entry_site({}));
    EXPECT_FALSE(choose_entry_site(Code{0x06}));
}

}  // namespace
}  // namespace tt::alloc_trace
