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
    EXPECT_EQ(site_of({0x90}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0x66, 0x90}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0x0f, 0x1f, 0x44, 0x00, 0x00}).cost, TrapCost::EmulatedNewer);
    EXPECT_EQ(site_of({0x66, 0x0f, 0x1f, 0x44, 0x00, 0x00}).cost, TrapCost::EmulatedNewer);
    EXPECT_EQ(site_of({0xf3, 0x90}).cost, TrapCost::SingleStepped);  // pause
}

TEST(ProbeSiteTest, RelativeJumpsAndCallsAreEmulated) {
    EXPECT_EQ(site_of({0xe9, 0, 0, 0, 0}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0xeb, 0x10}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0xe8, 0, 0, 0, 0}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0x74, 0x10}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0x0f, 0x84, 0, 0, 0, 0}).cost, TrapCost::Emulated);
    EXPECT_EQ(site_of({0xff, 0x25, 0, 0, 0, 0}).cost, TrapCost::SingleStepped);  // jmp [rip]
}

TEST(ProbeSiteTest, OrdinaryInstructionsAreSingleStepped) {
    EXPECT_EQ(site_of({0x48, 0x8d, 0x05, 0, 0, 0, 0}).cost, TrapCost::SingleStepped);  // lea rax, [rip]
    EXPECT_EQ(site_of({0x48, 0x83, 0xec, 0x28}).cost, TrapCost::SingleStepped);        // sub rsp, 40
}

TEST(ProbeSiteTest, BytesThatAreNoInstructionAreRefused) {
    EXPECT_FALSE(choose_entry_site({}));
    EXPECT_FALSE(choose_entry_site(Code{0x06}));
}

}  // namespace
}  // namespace tt::alloc_trace
