// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Exact answers on small pieces of machine code, and all that must be refused. In them the followed function is the one
// whose call has the displacement 0x11223344; every other call goes elsewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <random>
#include <vector>

#include "probes/code/call_targets.hpp"
#include "probes/code/site_search.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;
using Code = std::vector<std::uint8_t>;
using Bytes = std::initializer_list<std::uint8_t>;

constexpr std::uint64_t kEntry = 0x1000;
constexpr std::uint64_t kDistance = 0x11223344;
constexpr Bytes kCall{0xe8, 0x44, 0x33, 0x22, 0x11};
constexpr Bytes kOther{0xe8, 0x00, 0x00, 0x10, 0x00};
constexpr Bytes kPushRbx{0x53};
constexpr Bytes kKeep{0x48, 0x89, 0xfb};         // mov rbx, rdi
constexpr Bytes kStore{0x48, 0x89, 0x43, 0x40};  // mov [rbx+0x40], rax
constexpr Bytes kReturn{0x5b, 0xc3};             // pop rbx; ret
constexpr Bytes kSkipHook{0x85, 0xf6, 0x74, 0x04};         // test esi, esi; je to the call
constexpr Bytes kZeroAndPastCall{0x31, 0xc0, 0xeb, 0x05};  // xor eax, eax; jmp behind the call
constexpr Bytes kFrame{0x55, 0x48, 0x89, 0xe5};  // push rbp; mov rbp, rsp

Code join(std::initializer_list<Bytes> parts) {
    Code code;
    for (const Bytes& part : parts) {
        code.insert(code.end(), part);
    }
    return code;
}

KnownCalls known_calls() {
    return {
        [](const Instruction& instruction) {
            return instruction.target && *instruction.target - instruction.end() == kDistance;
        },
        [](const Instruction&) { return false; }
    };
}

Result<std::vector<CodeSite>> search(const Code& code, std::uint32_t argument = 0) {
    const auto function = FunctionCode::decode(code, kEntry, {});
    return function ? search_after_calls(*function, known_calls(), argument) : tl::make_unexpected(function.error());
}

CodeSite site_in(const Code& code) {
    const auto sites = search(code);
    EXPECT_TRUE(sites) << sites.error().message;
    EXPECT_EQ(sites ? sites->size() : 1, 1U);
    return sites && !sites->empty() ? sites->front() : CodeSite{};
}

std::string refused(const Code& code) {
    const auto sites = search(code);
    EXPECT_FALSE(sites) << sites->front().reason;
    return sites ? "" : sites.error().message;
}

ValueLocation in_memory(Register reg, std::int32_t displacement) {
    return {reg, true, displacement};
}

TEST(CodeSitesBytesTest, Gcc12Unoptimized) {
    const CodeSite site = site_in(join(
        {kFrame,
         {0x48, 0x83, 0xec, 0x10, 0x48, 0x89, 0x7d, 0xf8},  // sub rsp, 16; mov [rbp-8], rdi
         {0x89, 0x75, 0xf4, 0x48, 0x8b, 0x45, 0xf8, 0x48, 0x89, 0xc7},
         kCall,
         {0x48, 0x8b, 0x55, 0xf8, 0x48, 0x89, 0x42, 0x40, 0x90, 0xc9, 0xc3}}
    ));
    EXPECT_EQ(site.offset, 35U);  // the nop, whose result and argument are what they were
    EXPECT_EQ(site.instruction, "nop");
    EXPECT_EQ(site.cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site.result, ValueLocation{Register::Rax});
    EXPECT_EQ(site.argument, ValueLocation{Register::Rdx});
}

TEST(CodeSitesBytesTest, Gcc12Optimized) {
    const CodeSite site = site_in(join(
        {{0x55, 0x89, 0xf5, 0x53, 0x48, 0x89, 0xfb, 0x48, 0x83, 0xec, 0x08},  // ...; mov rbx, rdi; sub rsp, 8
         kCall,
         {0x40, 0x88, 0x6b, 0x48, 0x48, 0x89, 0x43, 0x40, 0x48, 0x83, 0xc4, 0x08, 0x5b, 0x5d, 0xc3}}
    ));
    EXPECT_EQ(site.offset, 16U);
    EXPECT_EQ(site.instruction, "mov byte ptr [rbx + 0x48], bpl");
    EXPECT_EQ(site.cost, TrapCost::SingleStepped);
    EXPECT_EQ(site.argument, ValueLocation{Register::Rbx});
    EXPECT_EQ(site.reason, "behind the call at +0xb: argument 0 in rbx, result in rax");
}

TEST(CodeSitesBytesTest, Clang14Unoptimized) {
    const CodeSite site = site_in(join(
        {kFrame,
         {0x48, 0x83, 0xec, 0x10, 0x48, 0x89, 0x7d, 0xf8, 0x48, 0x8b, 0x7d, 0xf8},
         kCall,
         {0x48, 0x89, 0xc1, 0x48, 0x8b, 0x45, 0xf8, 0x48, 0x89, 0x48, 0x40, 0x48, 0x83, 0xc4, 0x10, 0x5d, 0xc3}}
    ));
    EXPECT_EQ(site.offset, 21U);
    EXPECT_EQ(site.argument, in_memory(Register::Rbp, -8));
    EXPECT_EQ(to_string(site.argument), "[rbp-0x8]");
}

TEST(CodeSitesBytesTest, Clang19Optimized) {
    const CodeSite site = site_in(join(
        {{0x41, 0x56, 0x53, 0x50, 0x89, 0xf3, 0x49, 0x89, 0xfe},  // push r14; push rbx; push rax; ...; mov r14, rdi
         kCall,
         {0x49, 0x89, 0x46, 0x40, 0x75, 0x04, 0x48, 0x83, 0xc4, 0x08, 0x5b, 0x41, 0x5e, 0xc3}}
    ));
    EXPECT_EQ(site.offset, 18U);
    EXPECT_EQ(site.instruction, "jne 0x1018");
    EXPECT_EQ(site.cost, TrapCost::EmulatedInRegisters);
    EXPECT_EQ(site.argument, ValueLocation{Register::R14});
}

TEST(CodeSitesBytesTest, SlotIsToldByRspAsItIsAtTheSite) {
    // sub rsp, 24; mov [rsp+8], rdi; push rax (alignment); call; pop rcx; nop; add rsp, 24; ret
    const CodeSite site = site_in(join(
        {{0x48, 0x83, 0xec, 0x18, 0x48, 0x89, 0x7c, 0x24, 0x08, 0x50}, kCall, {0x59, 0x90, 0x48, 0x83, 0xc4, 0x18, 0xc3}
        }
    ));
    EXPECT_EQ(site.offset, 16U);
    EXPECT_EQ(site.argument, in_memory(Register::Rsp, 8));
}

TEST(CodeSitesBytesTest, ArgumentInACallerSavedRegisterIsLost) {
    EXPECT_THAT(refused(join({kCall, {0xc3}})), HasSubstr("the argument is lost behind the call at 0x1000"));
    EXPECT_THAT(refused(join({kPushRbx, {0x49, 0x89, 0xf8}, kCall, kReturn})), HasSubstr("lost"));  // mov r8, rdi
}

TEST(CodeSitesBytesTest, PartOfTheArgumentIsNotTheArgument) {
    EXPECT_THAT(refused(join({kPushRbx, {0x89, 0xfb}, kCall, kReturn})), HasSubstr("lost"));  // mov ebx, edi
    EXPECT_THAT(refused(join({kPushRbx, kKeep, {0x48, 0x83, 0xc3, 0x08}, kCall, kReturn})), HasSubstr("lost"));
    EXPECT_THAT(refused(join({kPushRbx, kKeep, {0xb3, 0x01}, kCall, kReturn})), HasSubstr("lost"));  // mov bl, 1
    EXPECT_THAT(refused(join({kPushRbx, kKeep, {0x48, 0x93}, kCall, kReturn})), HasSubstr("lost"));  // xchg rbx, rax
}

TEST(CodeSitesBytesTest, PathsMustAgree) {
    // test esi, esi; je +3; mov rbx, rdi / rbx as it was
    EXPECT_THAT(refused(join({kPushRbx, {0x85, 0xf6, 0x74, 0x03}, kKeep, kCall, kStore, kReturn})), HasSubstr("lost"));
    // The same register on both: je +5; mov rbx, rdi; jmp +3; mov rbx, rdi
    const CodeSite site =
        site_in(join({kPushRbx, {0x85, 0xf6, 0x74, 0x05}, kKeep, {0xeb, 0x03}, kKeep, kCall, kStore, kReturn}));
    EXPECT_EQ(site.argument, ValueLocation{Register::Rbx});
}

TEST(CodeSitesBytesTest, LoopThatChangesTheRegisterLosesIt) {
    // mov rbx, rdi; head: call; mov [rbx+0x40], rax; mov rbx, [rbx]; test rbx, rbx; jne head
    EXPECT_THAT(
        refused(join({kPushRbx, kKeep, kCall, kStore, {0x48, 0x8b, 0x1b, 0x48, 0x85, 0xdb, 0x75, 0xef}, kReturn})),
        HasSubstr("lost")
    );
}

TEST(CodeSitesBytesTest, SlotWhoseAddressIsTakenIsNotTrusted) {
    const Bytes spill{0x48, 0x83, 0xec, 0x18, 0x48, 0x89, 0x7c, 0x24, 0x08};  // sub rsp, 24; mov [rsp+8], rdi
    const Bytes end{0x48, 0x83, 0xc4, 0x18, 0xc3};
    EXPECT_EQ(site_in(join({spill, kOther, kCall, end})).argument, in_memory(Register::Rsp, 8));
    // lea rdi, [rsp+8]: the callee may write there.
    EXPECT_THAT(refused(join({spill, {0x48, 0x8d, 0x7c, 0x24, 0x08}, kOther, kCall, end})), HasSubstr("lost"));
    // ... even if the address is taken behind the call, in a loop.
    EXPECT_THAT(
        refused(join({spill, kCall, {0x48, 0x8d, 0x7c, 0x24, 0x08}, kOther, {0x75, 0xef}, end})), HasSubstr("lost")
    );
    // A neighbour's address does no harm: lea rdi, [rsp+16].
    EXPECT_EQ(
        site_in(join({spill, {0x48, 0x8d, 0x7c, 0x24, 0x10}, kOther, kCall, end})).argument, in_memory(Register::Rsp, 8)
    );
    // A store over it, also a partial one: mov byte [rsp+11], 0; movups [rsp], xmm0.
    EXPECT_THAT(refused(join({spill, {0xc6, 0x44, 0x24, 0x0b, 0x00}, kCall, end})), HasSubstr("lost"));
    EXPECT_THAT(refused(join({spill, {0x0f, 0x11, 0x04, 0x24}, kCall, end})), HasSubstr("lost"));
    // A store through an unknown pointer cannot mean it: mov [rsi], rax.
    EXPECT_EQ(site_in(join({spill, {0x48, 0x89, 0x06}, kCall, end})).argument, in_memory(Register::Rsp, 8));
}

TEST(CodeSitesBytesTest, PushedArgumentBelongsToTheCallee) {
    // push rdi; call; pop rdi
    EXPECT_THAT(refused(join({{0x57}, kCall, {0x5f, 0xc3}})), HasSubstr("lost"));
}

// What clang makes of a hook inlined in front of the call: the hook's path joins right behind it with 0.
TEST(CodeSitesBytesTest, HookThatTakesTheCallsPlaceJoinsWithZero) {
    const CodeSite site = site_in(join({kPushRbx, kKeep, kSkipHook, kZeroAndPastCall, kCall, kStore, kReturn}));
    EXPECT_EQ(site.offset, 17U);
    EXPECT_EQ(site.argument, ValueLocation{Register::Rbx});
    EXPECT_EQ(site.result, ValueLocation{Register::Rax});
    EXPECT_THAT(site.reason, HasSubstr("0 if the call was left out"));
    // Anything else in rax, even 1: the probe could not tell it from an address.
    EXPECT_THAT(
        refused(join(
            {kPushRbx, kKeep, {0x85, 0xf6, 0x74, 0x07, 0xb8, 0x01, 0x00, 0x00, 0x00, 0xeb, 0x05}, kCall, kStore, kReturn}
        )),
        HasSubstr("jumps to")
    );
    // A loop back to right behind the call would hit again with the same result: test; jne to the store.
    EXPECT_THAT(
        refused(join(
            {kPushRbx, kKeep, kSkipHook, kZeroAndPastCall, kCall, kStore, {0x48, 0x85, 0xc0, 0x75, 0xf7}, kReturn}
        )),
        HasSubstr("jumps to")
    );
}

TEST(CodeSitesBytesTest, InstructionOtherCodeJumpsToIsNoSite) {
    // je behind the call; mov rdi, rbx; call; mov [rbx+0x40], rax
    EXPECT_THAT(
        refused(join({kPushRbx, kKeep, {0x85, 0xf6, 0x74, 0x05}, kCall, kStore, kReturn})),
        HasSubstr("other code jumps to right behind the call at 0x1008")
    );
    // Not gone past either: call; mov; target: nop
    const CodeSite site = site_in(join({kPushRbx, kKeep, {0x85, 0xf6, 0x74, 0x09}, kCall, kStore, {0x90}, kReturn}));
    EXPECT_EQ(site.offset, 13U);
    EXPECT_EQ(site.cost, TrapCost::SingleStepped);
}

TEST(CodeSitesBytesTest, CheaperInstructionMayNotLoseTheResult) {
    // call; xor eax, eax; nop
    EXPECT_EQ(site_in(join({kPushRbx, kKeep, kCall, {0x31, 0xc0, 0x90}, kReturn})).offset, 9U);
    // call; mov r12, rax; xor eax, eax; nop: it moved.
    const CodeSite moved = site_in(join({kPushRbx, kKeep, kCall, {0x49, 0x89, 0xc4, 0x31, 0xc0, 0x90}, kReturn}));
    EXPECT_EQ(moved.offset, 14U);
    EXPECT_EQ(moved.result, ValueLocation{Register::R12});
}

TEST(CodeSitesBytesTest, InstructionTheKernelRefusesIsGonePast) {
    // call; lock inc dword [rsi]; mov [rbx+0x40], rax
    const CodeSite site = site_in(join({kPushRbx, kKeep, kCall, {0xf0, 0xff, 0x06}, kStore, kReturn}));
    EXPECT_EQ(site.offset, 12U);
    // call; xchg r8, rax, which the kernel would take for a nop.
    EXPECT_THAT(
        refused(join({kPushRbx, kKeep, kCall, {0x49, 0x90, 0x49, 0x90, 0xf0, 0xff, 0x06}})), HasSubstr("no instruction")
    );
}

TEST(CodeSitesBytesTest, EachCallHasItsSite) {
    const auto sites = search(join({kPushRbx, kKeep, kCall, kStore, {0x48, 0x89, 0xdf}, kCall, kStore, kReturn}));
    ASSERT_TRUE(sites) << sites.error().message;
    ASSERT_EQ(sites->size(), 2U);
    EXPECT_EQ((*sites)[0].offset, 16U);  // the second call itself is emulated, and the result still in rax
    EXPECT_EQ((*sites)[1].offset, 21U);
}

TEST(CodeSitesBytesTest, AnotherArgument) {
    // push rbx; mov rbx, r9; call; ret
    const auto sites = search(join({kPushRbx, {0x4c, 0x89, 0xcb}, kCall, kStore, kReturn}), 5);
    ASSERT_TRUE(sites) << sites.error().message;
    EXPECT_EQ(sites->front().argument, ValueLocation{Register::Rbx});
    EXPECT_FALSE(search(join({kPushRbx, kKeep, kCall, kStore, kReturn}), 5));
    EXPECT_FALSE(search(join({kPushRbx, kKeep, kCall, kStore, kReturn}), 6));
}

TEST(CodeSitesBytesTest, RefusesWhatCannotBeFollowed) {
    EXPECT_THAT(refused(join({kPushRbx, kKeep, kOther, kReturn})), HasSubstr("no call of it"));
    EXPECT_THAT(
        refused(join({{0x85, 0xf6, 0x74, 0x01, 0xc3}, {0xe9, 0x44, 0x33, 0x22, 0x11}})), HasSubstr("a tail jump")
    );
    EXPECT_THAT(
        refused(join({{0xff, 0xe0}, kCall, {0xc3}})), HasSubstr("a computed jump to where is not known at 0x1000")
    );
    EXPECT_THAT(refused(join({kPushRbx, kKeep, {0xc3}, kCall, kReturn})), HasSubstr("landing pads"));
    EXPECT_THAT(refused(join({kPushRbx, kKeep, kCall, {0x06}})), HasSubstr("no instruction at 0x1009"));
    EXPECT_THAT(refused(join({kPushRbx, kKeep, kCall, {0x48, 0x89}})), HasSubstr("no instruction at 0x1009"));
    EXPECT_THAT(refused(join({{0xeb, 0x01}, kKeep, kCall, {0xc3}})), HasSubstr("leads into an instruction"));
    EXPECT_THAT(refused({}), HasSubstr("no size"));
    EXPECT_THAT(refused(Code(kMaxFunctionBytes + 1, 0x90)), HasSubstr("too large"));
    // A variable amount of stack is no obstacle as long as nothing else is: sub rsp, rax behind push rbp; mov rbp, rsp.
    EXPECT_EQ(
        site_in(join({kFrame, {0x48, 0x83, 0xec, 0x10, 0x48, 0x89, 0x7d, 0xf8, 0x48, 0x29, 0xc4}, kCall, {0xc9, 0xc3}}))
            .argument,
        in_memory(Register::Rbp, -8)
    );
}

TEST(ReturnSitesBytesTest, FindsAllOrRefuses) {
    const auto search_in = [](const Code& code) {
        const auto function = FunctionCode::decode(code, kEntry, {});
        return function ? search_returns(*function, known_calls()) : tl::make_unexpected(function.error());
    };
    const auto two = search_in({0x85, 0xf6, 0x74, 0x01, 0xc3, 0xf3, 0xc3});  // test; je; ret; repz ret
    ASSERT_TRUE(two) << two.error().message;
    ASSERT_EQ(two->size(), 2U);
    EXPECT_EQ((*two)[0].offset, 4U);
    EXPECT_EQ((*two)[1].offset, 5U);
    EXPECT_EQ((*two)[1].result, ValueLocation{Register::Rax});
    EXPECT_FALSE((*two)[1].argument.exists());
    const auto tail = search_in({0x85, 0xf6, 0x74, 0x05, 0xe9, 0x00, 0x10, 0x00, 0x00, 0xc3});
    ASSERT_FALSE(tail);
    EXPECT_THAT(tail.error().message, HasSubstr("a tail jump at 0x1004"));
    EXPECT_FALSE(search_in({0xff, 0xe0, 0xc3}));        // jmp rax
    EXPECT_FALSE(search_in({0xeb, 0xfe}));              // for ever
    EXPECT_FALSE(search_in({0xff, 0x25, 0, 0, 0, 0}));  // jmp [rip]
}

TEST(CodeSitesBytesTest, SwitchIsFollowedThroughItsTable) {
    // cmp esi, 1; ja default; lea rax, [rip+table]; movsxd rcx, [rax+rsi*4]; add rcx, rax; jmp rcx; case 0: mov rbx,
    // rdi; jmp join; case 1: mov rbx, rdi; jmp join; default: mov rbx, rdi; join: call; mov; pop; ret
    const Code code = join(
        {kPushRbx,
         {0x83, 0xfe, 0x01, 0x77, 0x1a},
         {0x48, 0x8d, 0x05, 0xf3, 0x0f, 0x00, 0x00},  // 0x100d + 0xff3 = 0x2000
         {0x48, 0x63, 0x0c, 0xb0, 0x48, 0x01, 0xc1, 0xff, 0xe1},
         kKeep,
         {0xeb, 0x08},
         kKeep,
         {0xeb, 0x03},
         kKeep,
         kCall,
         kStore,
         kReturn}
    );
    const auto answer = [&](std::int32_t first, std::int32_t second) {
        const auto reader = [&](std::uint64_t address, std::size_t size) {
            Code table;
            for (const std::int32_t target : {first, second}) {
                const auto distance = static_cast<std::uint32_t>(target - 0x2000);
                for (unsigned i = 0; i < 4; ++i) {
                    table.push_back(static_cast<std::uint8_t>(distance >> (8 * i)));
                }
            }
            return address == 0x2000 && size == 8 ? table : Code{};
        };
        const auto function = FunctionCode::decode(code, kEntry, reader);
        return function ? search_after_calls(*function, known_calls(), 0) : tl::make_unexpected(function.error());
    };
    const auto sites = answer(0x1016, 0x101b);
    ASSERT_TRUE(sites) << sites.error().message;
    EXPECT_EQ(sites->front().argument, ValueLocation{Register::Rbx});
    const auto past = answer(0x1016, 0x1023);  // a case that goes to the call directly
    ASSERT_FALSE(past);
    EXPECT_THAT(past.error().message, HasSubstr("lost"));
    EXPECT_FALSE(answer(0x1016, 0x1017)) << "into an instruction";
}

TEST(CodeSitesBytesTest, AnyBytesAreAnsweredOrRefused) {
    std::mt19937 random(3);
    int answered = 0;
    for (int i = 0; i < 100'000; ++i) {
        Code code = i % 2 == 0 ? Code{} : join({kPushRbx, kKeep});
        const std::size_t size = random() % 24;
        for (std::size_t n = 0; n < size; ++n) {
            code.push_back(static_cast<std::uint8_t>(random()));
        }
        code.insert(code.end(), kCall);
        code.insert(code.end(), kStore);
        code.push_back(0xc3);
        if (const auto function = FunctionCode::decode(code, kEntry, {})) {
            answered += search_after_calls(*function, known_calls(), 0) ? 1 : 0;
            (void)search_returns(*function, known_calls());
        }
    }
    EXPECT_GT(answered, 100);
}

// Bounds hold: functions of the largest size, in cells of 8 bytes, every second one a jump to any other.
TEST(CodeSitesBytesTest, LargeHostileFunctionsEnd) {
    constexpr std::size_t kCell = 8;
    std::mt19937 random(5);
    const std::vector<Code> pieces{
        {0x48, 0x89, 0x7c, 0x24, 0x08},  // mov [rsp+8], rdi
        {0x48, 0x8d, 0x44, 0x24, 0x18},  // lea rax, [rsp+24]
        {0x48, 0x89, 0x7d, 0x08},        // mov [rbp+8], rdi
        {0x48, 0x29, 0xc4},              // sub rsp, rax
        {0x48, 0x83, 0xc4, 0x10},        // add rsp, 16
        {0x53},
        {0x57},
        {0x5b},
        {0xc9},
        {0x48, 0x89, 0xfb},
        {0xe8, 0x44, 0x33, 0x22, 0x11}
    };
    for (int i = 0; i < 4; ++i) {
        Code code;
        while (code.size() + kCell <= kMaxFunctionBytes - kCell) {
            Code cell = pieces[random() % pieces.size()];
            if (code.size() / kCell % 2 == 1) {
                const auto target = static_cast<std::int64_t>(random() % (kMaxFunctionBytes / kCell - 1) * kCell);
                const auto distance = static_cast<std::uint32_t>(target - static_cast<std::int64_t>(code.size() + 6));
                cell = {0x0f, 0x85};
                for (unsigned shift = 0; shift < 32; shift += 8) {
                    cell.push_back(static_cast<std::uint8_t>(distance >> shift));
                }
            }
            cell.resize(kCell, 0x90);
            code.insert(code.end(), cell.begin(), cell.end());
        }
        code.insert(code.end(), kCall);
        EXPECT_FALSE(search(code));
    }
}

constexpr Bytes kKeepBoth{0x53, 0x41, 0x56, 0x48, 0x89, 0xf3, 0x49, 0x89, 0xfe};  // push rbx; push r14; mov rbx, rsi; mov r14, rdi
constexpr Bytes kGetter{0xe8, 0x00, 0x00, 0x20, 0x00};
constexpr Bytes kPass{0x48, 0x89, 0xc7, 0x48, 0x89, 0xde};  // mov rdi, rax; mov rsi, rbx
constexpr Bytes kLeave{0x41, 0x5e, 0x5b};                   // pop r14; pop rbx
constexpr Bytes kTailCall{0xe9, 0x44, 0x33, 0x22, 0x11};
constexpr Bytes kStoreStatus{0x41, 0xc6, 0x46, 0x38, 0x01};  // mov byte ptr [r14+0x38], 1

Result<std::vector<CodeSite>> search_in_front(const Code& code) {
    const auto function = FunctionCode::decode(code, kEntry, {});
    const auto is_getter = [](const Instruction& call) { return call.target && *call.target - call.end() == 0x200000; };
    return function ? search_before_calls(*function, known_calls(), is_getter, 1, 0)
                    : tl::make_unexpected(function.error());
}

// As clang 20 compiles BufferImpl::allocate_impl of 0.81: at the jump its own argument is gone.
TEST(BeforeCallTest, TheGettersCallHasBothArguments) {
    const auto sites = search_in_front(join({kKeepBoth, kOther, kStoreStatus, kGetter, kPass, kLeave, kTailCall}));
    ASSERT_TRUE(sites) << sites.error().message;
    ASSERT_EQ(sites->size(), 1U);
    EXPECT_EQ(sites->front().offset, 19U);
    EXPECT_EQ(sites->front().cost, TrapCost::Emulated);
    EXPECT_EQ(sites->front().argument, ValueLocation{Register::Rbx});
    EXPECT_EQ(sites->front().second, ValueLocation{Register::R14});
    EXPECT_EQ(sites->front().reason, "in front of the call: argument 1 in rbx, argument 0 in r14");
}

TEST(BeforeCallTest, EachCallHasAPlaceOfItsOwn) {
    const Bytes branch{0x75, 0x0b};  // jne to the second call
    const auto sites = search_in_front(join({kKeepBoth, branch, kPass, kCall, kPass, kCall, kLeave, {0xc3}}));
    ASSERT_TRUE(sites) << sites.error().message;
    ASSERT_EQ(sites->size(), 2U);
    EXPECT_EQ(sites->front().offset, 17U);  // the first call itself: others reach the second without it
    EXPECT_EQ(sites->back().offset, 28U);
}

TEST(BeforeCallTest, NothingIsProbedBeforeWhatIsNotTheCallYet) {
    // A call of something else, a store to the object, a jump that ends in between: each is passed first, or by others.
    EXPECT_FALSE(search_in_front(join({kKeepBoth, kOther, kPass, kLeave, kTailCall})));
    EXPECT_FALSE(search_in_front(join({kKeepBoth, kGetter, kStoreStatus, kPass, kLeave, kTailCall})));
    EXPECT_FALSE(search_in_front(join({kKeepBoth, {0x75, 0x05}, kGetter, kPass, kLeave, kTailCall})));
    EXPECT_FALSE(search_in_front(join({kKeepBoth, kGetter, kPass, kLeave, {0xc3}})));  // there is no call of it
    EXPECT_FALSE(search_in_front(join({{0x53}, kOther, kGetter, kPass, {0x5b}, kTailCall})));  // the arguments are lost
}

TEST(CallTargetsTest, NamesThatNeverReturn) {
    EXPECT_TRUE(is_noreturn_name("__cxa_throw"));
    EXPECT_TRUE(is_noreturn_name("_ZSt20__throw_length_errorPKc"));
    EXPECT_TRUE(is_noreturn_name("_ZNSt3__120__throw_system_errorEiPKc"));
    EXPECT_TRUE(is_noreturn_name("_ZN2tt6assert6detail8tt_throwIJEEEvPKci"));
    EXPECT_FALSE(is_noreturn_name(""));
    EXPECT_FALSE(is_noreturn_name("__cxa_begin_catch"));
    EXPECT_FALSE(is_noreturn_name("_ZN3foo9__throw_xEv"));
}

TEST(ValueLocationTest, InWords) {
    EXPECT_EQ(to_string(ValueLocation{}), "nowhere");
    EXPECT_EQ(to_string(ValueLocation{Register::R15}), "r15");
    EXPECT_EQ(to_string(in_memory(Register::Rsp, 0)), "[rsp]");
    EXPECT_EQ(to_string(in_memory(Register::Rsp, 24)), "[rsp+0x18]");
    EXPECT_EQ(to_string(in_memory(Register::Rbp, INT32_MIN)), "[rbp-0x80000000]");
}

}  // namespace
}  // namespace tt::alloc_trace
