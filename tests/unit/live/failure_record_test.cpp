// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Failed allocations, and the exceptions on the way to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::string_view kOutOfMemory =
    "TT_FATAL @ x.cpp:1: false\ninfo:\nOut of Memory: Not enough space to allocate 4096 B L1 buffer across 8 banks";

DecodedInstance judged_instance() {
    DecodedInstance instance = l5_instance();
    instance.freed_by_status = true;
    return instance;
}

tat_buffer_event failed(std::uint32_t tid = kTid) {
    auto record = buffer_record(TAT_EVENT_ALLOCATION_FAILED);
    store(std::span(record.window), 72 - kWindowStart, std::uint8_t{0});  // requested
    record.header.tid = tid;
    return record;
}

tat_thrown_event thrown(std::string_view text, std::uint32_t tid = kTid, std::uint8_t instance = 1) {
    auto record = record_of<tat_thrown_event>(TAT_EVENT_THROWN);
    record.header.tid = tid;
    record.header.instance = instance;
    record.program = 0x100;
    record.owner = 0x200;
    std::memcpy(record.message, text.data(), std::min<std::size_t>(text.size(), sizeof(record.message) - 1));
    return record;
}

TEST(FailureRecordTest, RequestedBufferIsAFailureWithoutAnAddress) {
    DecoderHarness harness({judged_instance()});
    harness.decode(failed());
    const auto* event = harness.only<AllocationFailed>();
    ASSERT_NE(event, nullptr);
    BufferFields expected = some_buffer();
    expected.address = 0;
    EXPECT_EQ(event->buffer, expected);
    EXPECT_EQ(event->header.tid, kTid);
    EXPECT_EQ(event->message, "");
}

TEST(FailureRecordTest, HookThatThrowsIsNoFailureOfTheAllocator) {
    DecoderHarness harness({judged_instance()});
    auto record = failed();
    store(std::span(record.window), 73 - kWindowStart, std::uint8_t{1});
    harness.decode(record);
    EXPECT_TRUE(harness.events.empty());
    EXPECT_EQ(harness.statistics().implausible + harness.statistics().malformed, 0U);
    EXPECT_EQ(harness.decoder.hits(1, ProbeRole::Freed), 1U);
}

TEST(FailureRecordTest, ObjectThatContradictsTheLayoutIsNoFailure) {
    DecoderHarness harness({judged_instance()});
    auto record = failed();
    store(std::span(record.window), 16 - kWindowStart, std::uint64_t{1});  // owner
    harness.decode(record);
    ASSERT_NE(harness.only<Lost>(), nullptr);
    EXPECT_EQ(harness.only<Lost>()->lifecycle, 1U);
    EXPECT_EQ(harness.statistics().implausible, 1U);
}

TEST(FailureRecordTest, MessageGoesToTheFailureOfItsThread) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: one", 1));
    harness.decode(thrown("TT_FATAL: two", 2));
    EXPECT_TRUE(harness.events.empty());
    for (const std::uint32_t tid : {2U, 1U, 2U}) {
        harness.decode(failed(tid));
    }
    ASSERT_EQ(harness.events.size(), 3U);
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[0]).message, "TT_FATAL: two");
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[1]).message, "TT_FATAL: one");
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[2]).message, "") << "told once";
}

// New to the stream, they come in front of what they led to.
TEST(FailureRecordTest, CallsThatLedToItDoNotStandBetween) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: one"));
    for (const std::uint16_t kind : {TAT_EVENT_CODE, TAT_EVENT_STACK}) {
        auto calls = record_of<tat_stack_event>(kind);
        calls.header.tid = kTid;
        harness.decode(calls);
    }
    harness.decode(failed());
    EXPECT_EQ(std::get<AllocationFailed>(harness.events.back()).message, "TT_FATAL: one");
}

TEST(FailureRecordTest, LastMessageCounts) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: caught"));
    harness.decode(thrown("TT_FATAL: not caught"));
    harness.decode(failed());
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<RequestRefused>(harness.events[0]).message, "TT_FATAL: caught") << "it was of something else";
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[1]).message, "TT_FATAL: not caught");
}

TEST(FailureRecordTest, MessageIsOutOfDateOnceTheThreadAllocates) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: caught"));
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    harness.decode(failed());
    ASSERT_EQ(harness.events.size(), 3U);
    EXPECT_EQ(std::get<RequestRefused>(harness.events[0]).message, "TT_FATAL: caught");
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[2]).message, "");
}

TEST(FailureRecordTest, MessagesThatWaitAreBounded) {
    DecoderHarness harness({judged_instance()});
    for (std::uint32_t tid = 1; tid <= WaitingExceptions::kMost + 1; ++tid) {
        harness.decode(thrown("TT_FATAL: x", tid));
    }
    ASSERT_EQ(harness.events.size(), WaitingExceptions::kMost) << "told as they are, not forgotten";
    harness.events.clear();
    harness.decode(failed(1));
    harness.decode(failed(WaitingExceptions::kMost + 1));
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[0]).message, "");
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[1]).message, "TT_FATAL: x");
}

TEST(FailureRecordTest, WhereNoFailureFollowsTheTextIsAll) {
    DecoderHarness harness;
    harness.decode(thrown("TT_FATAL: something else"));
    ASSERT_NE(harness.only<RequestRefused>(), nullptr);
    EXPECT_EQ(harness.only<RequestRefused>()->message, "TT_FATAL: something else");
    EXPECT_EQ(harness.only<RequestRefused>()->program, 0x100U);
    EXPECT_EQ(harness.only<RequestRefused>()->owner, 0x200U);
    harness.events.clear();
    harness.decode(thrown(kOutOfMemory));
    const auto* failed = harness.only<AllocationFailed>();
    ASSERT_NE(failed, nullptr);
    EXPECT_EQ(failed->buffer.size, 4096U);
    EXPECT_EQ(failed->buffer.type, BufferType::L1);
    EXPECT_EQ(failed->buffer.owner, 0U);
    EXPECT_NE(failed->message.find("Not enough space"), std::string::npos);
    EXPECT_EQ(failed->header.tid, kTid);
}

TEST(FailureRecordTest, TheThreadsBuildDecidesAmongSeveral) {
    DecoderHarness harness({judged_instance(), l5_instance()});
    harness.decode(thrown(kOutOfMemory, 1, 1));
    EXPECT_TRUE(harness.events.empty());
    harness.decode(thrown(kOutOfMemory, 2, 2));
    EXPECT_NE(harness.only<AllocationFailed>(), nullptr);
    harness.decode(thrown(kOutOfMemory, 3, 0));
    EXPECT_EQ(harness.events.size(), 1U) << "a thread's first event may be a failure";
    harness.decode(thrown(kOutOfMemory, 4, 3));
    EXPECT_EQ(harness.statistics().malformed, 1U);
}

TEST(FailureRecordTest, ClashIsToldAtOnce) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_THROW @ x\ninfo:\nStatically allocated circular buffers in program 0 clash with L1 buffers"));
    const auto* clash = harness.only<CircularBufferClash>();
    ASSERT_NE(clash, nullptr);
    EXPECT_EQ(clash->program, 0x100U);
    EXPECT_EQ(clash->owner, 0x200U);
    EXPECT_EQ(clash->message, "TT_THROW @ x info: Statically allocated circular buffers in program 0 clash with L1 buffers");
}

TEST(FailureRecordTest, MessageWithoutATerminatorEndsWithItsField) {
    DecoderHarness harness({judged_instance()});
    auto record = thrown("");
    std::memset(record.message, 'x', sizeof(record.message));
    harness.decode(record);
    harness.decode(failed());
    ASSERT_NE(harness.only<AllocationFailed>(), nullptr);
    EXPECT_EQ(harness.only<AllocationFailed>()->message, std::string(TAT_MESSAGE_SIZE, 'x'));
}

TEST(FailureRecordTest, HalfANumberIsLeftOut) {
    DecoderHarness harness;
    const std::string text = "TT_FATAL @ x info: " + std::string(TAT_MESSAGE_SIZE - 30, 'x') + " free: 12345678 B";
    harness.decode(thrown(text));
    ASSERT_NE(harness.only<RequestRefused>(), nullptr);
    EXPECT_TRUE(harness.only<RequestRefused>()->message.ends_with("x free:")) << harness.only<RequestRefused>()->message;
}

// An exception that no failed allocation follows is a refusal of its own: told once its thread shows that it went on.
TEST(FailureRecordTest, WhatNoFailureFollowsIsRefused) {
    DecoderHarness harness({judged_instance()});
    tat_thrown_event first = thrown("TT_FATAL @ x.cpp:1: false\ninfo:\nProgram size (9) too large");
    first.header.time_ns = 1000;
    harness.decode(first);
    auto other = buffer_record(TAT_EVENT_ALLOCATED);
    other.header.tid = kTid + 1;
    harness.decode(other);
    EXPECT_EQ(harness.events.size(), 1U) << "of another thread";
    harness.decode(buffer_record(TAT_EVENT_FREED));
    ASSERT_EQ(harness.events.size(), 3U);
    const auto& refused = std::get<RequestRefused>(harness.events[1]);
    EXPECT_EQ(refused.header.t_ns, 1000U);
    EXPECT_EQ(refused.message, "TT_FATAL @ x.cpp:1: false info: Program size (9) too large");
    EXPECT_TRUE(std::holds_alternative<Freed>(harness.events[2]));
}

TEST(FailureRecordTest, WhoeverThrewAndRestsIsToldInTime) {
    DecoderHarness harness({judged_instance()});
    tat_thrown_event record = thrown("TT_FATAL: one");
    record.header.time_ns = 5'000'000'000;
    harness.decode(record);
    harness.decoder.tell_overdue(5'900'000'000, harness);
    EXPECT_TRUE(harness.events.empty());
    harness.decoder.tell_overdue(6'100'000'000, harness);
    EXPECT_NE(harness.only<RequestRefused>(), nullptr);
    harness.decoder.finish(harness);
    EXPECT_EQ(harness.events.size(), 1U) << "told once";
}

TEST(FailureRecordTest, TheEndOfTheSessionTellsWhatWaits) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: one"));
    harness.decode(thrown(kOutOfMemory, kTid + 1));
    harness.decoder.finish(harness);
    ASSERT_NE(harness.only<RequestRefused>(), nullptr) << "out of memory without its allocation is not told twice";
    EXPECT_EQ(harness.only<RequestRefused>()->message, "TT_FATAL: one");
}

// The owner of the failed allocation may be met for the first time.
TEST(FailureRecordTest, AnOwnerBetweenThemDoesNotPartThem) {
    DecoderHarness harness({judged_instance()});
    harness.decode(thrown("TT_FATAL: one"));
    tat_owner_event owner = mesh_record(3, {4, 5});
    owner.header.tid = kTid;
    harness.decode(owner);
    harness.decode(failed());
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<AllocationFailed>(harness.events[1]).message, "TT_FATAL: one");
}

// A Buffer that outlived its mesh is freed with a pointer to whatever is there by then.
TEST(FailureRecordTest, MeshMetInAFreeMustShowItsChips) {
    DecodedInstance instance = judged_instance();
    instance.sites[TAT_PROGRAM_FREED] = {kProbe};
    DecoderHarness harness({instance});
    tat_owner_event alive = mesh_record(3, {4, 5});
    tat_owner_event dead = mesh_record(7, {});
    alive.program = TAT_PROGRAM_FREED;
    dead.program = TAT_PROGRAM_FREED;
    harness.decode(alive);
    harness.decode(dead);
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<OwnerSeen>(harness.events[0]).kind, OwnerKind::Mesh);
    EXPECT_EQ(std::get<OwnerSeen>(harness.events[0]).id, 3);
    EXPECT_EQ(std::get<OwnerSeen>(harness.events[1]).kind, OwnerKind::Unknown);
    EXPECT_EQ(std::get<OwnerSeen>(harness.events[1]).id, -1);
}

TEST(FailureRecordTest, BufferOverChosenCoresIsSharded) {
    DecoderHarness harness;
    auto record = buffer_record(TAT_EVENT_ALLOCATED);
    store(std::span(record.window), 36 - kWindowStart, std::uint32_t{2});
    harness.decode(record);
    ASSERT_NE(harness.only<Allocated>(), nullptr);
    EXPECT_TRUE(harness.only<Allocated>()->buffer.sharded);
}

}  // namespace
}  // namespace tt::alloc_trace::test
