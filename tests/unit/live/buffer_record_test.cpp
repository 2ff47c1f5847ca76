// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Allocations and frees: fields out of the object's window, and objects that contradict the layout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;

TEST(BufferRecordTest, AllocationAndFreeCarryEveryField) {
    DecoderHarness harness;
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    harness.decode(buffer_record(TAT_EVENT_FREED));
    ASSERT_EQ(harness.events.size(), 2U);
    const auto* allocated = std::get_if<Allocated>(&harness.events[0]);
    const auto* freed = std::get_if<Freed>(&harness.events[1]);
    ASSERT_TRUE(allocated != nullptr && freed != nullptr);
    EXPECT_EQ(allocated->buffer, some_buffer());
    EXPECT_EQ(freed->buffer, some_buffer());
    EXPECT_EQ(allocated->header.t_ns, kTime);
    EXPECT_EQ(allocated->header.pid, kPid);
    EXPECT_EQ(allocated->header.tid, kTid);
    EXPECT_EQ(harness.statistics().records, 2U);
    EXPECT_EQ(harness.statistics().malformed + harness.statistics().implausible, 0U);
}

TEST(BufferRecordTest, EveryTypeOfTheRuntimeIsDecoded) {
    for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
        DecoderHarness harness;
        BufferFields fields = some_buffer();
        fields.type = static_cast<BufferType>(type);
        harness.decode(buffer_record(TAT_EVENT_ALLOCATED, fields));
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_EQ(harness.only<Allocated>()->buffer.type, fields.type);
    }
}

TEST(BufferRecordTest, HookedByFlagOrByMissingAddress) {
    BufferFields flagged = some_buffer();
    flagged.hooked = true;
    BufferFields nowhere = some_buffer();
    nowhere.address = 0;
    nowhere.allocator = 0;
    for (const BufferFields& fields : {flagged, nowhere}) {
        DecoderHarness harness;
        harness.decode(buffer_record(TAT_EVENT_ALLOCATED, fields));
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_TRUE(harness.only<Allocated>()->buffer.hooked);
    }
}

struct Contradiction {
    const char* name;
    std::function<void(tat_buffer_event&)> make;
};

void at(tat_buffer_event& record, std::size_t offset, auto value) {
    store(std::span(record.window), offset - TAT_BUFFER_WINDOW_START, value);
}

std::vector<Contradiction> contradictions() {
    return {
        {"status requested", [](auto& record) { at(record, 72, std::uint8_t{0}); }},
        {"status deallocated", [](auto& record) { at(record, 72, std::uint8_t{2}); }},
        {"status out of range", [](auto& record) { at(record, 72, std::uint8_t{0xff}); }},
        {"type out of range", [](auto& record) { at(record, 32, std::uint32_t{kBufferTypeCount}); }},
        {"type with high bits", [](auto& record) { at(record, 32, std::uint32_t{0x0100'0001}); }},
        {"null owner", [](auto& record) { at(record, 16, std::uint64_t{0}); }},
        {"size 0", [](auto& record) { at(record, 24, std::uint64_t{0}); }},
        {"hooked is no bool", [](auto& record) { at(record, 73, std::uint8_t{2}); }},
        {"null allocator of a placed buffer", [](auto& record) { at(record, 64, std::uint64_t{0}); }},
    };
}

TEST(BufferRecordTest, ObjectsThatContradictTheLayoutCountAsLost) {
    for (const Contradiction& contradiction : contradictions()) {
        DecoderHarness harness;
        auto allocated = buffer_record(TAT_EVENT_ALLOCATED);
        contradiction.make(allocated);
        auto freed = buffer_record(TAT_EVENT_FREED);
        contradiction.make(freed);
        harness.decode(allocated);
        harness.decode(freed);
        ASSERT_EQ(harness.events.size(), 2U) << contradiction.name;
        const auto* first = std::get_if<Lost>(&harness.events[0]);
        const auto* second = std::get_if<Lost>(&harness.events[1]);
        ASSERT_TRUE(first != nullptr && second != nullptr) << contradiction.name;
        EXPECT_EQ(first->allocated, 1U);
        EXPECT_EQ(first->total(), 1U);
        EXPECT_EQ(first->header.t_ns, kTime);
        EXPECT_EQ(first->header.pid, 0U);
        EXPECT_EQ(second->freed, 1U);
        EXPECT_EQ(second->total(), 1U);
        EXPECT_EQ(harness.statistics().implausible, 2U);
        EXPECT_EQ(harness.statistics().malformed, 0U);
    }
}

tat_buffer_event implausible_record() {
    auto record = buffer_record(TAT_EVENT_ALLOCATED);
    at(record, 72, std::uint8_t{9});
    return record;
}

TEST(BufferRecordTest, LayoutThatNeverFitsIsAFailureInWordsAndEndsDecoding) {
    DecoderHarness harness;
    for (std::uint64_t i = 1; i < RecordDecoder::kImplausibleLimit; ++i) {
        harness.decode(implausible_record());
    }
    EXPECT_FALSE(harness.decoder.failure());
    harness.decode(implausible_record());
    ASSERT_TRUE(harness.decoder.failure());
    EXPECT_EQ(harness.decoder.failure()->code, ErrorCode::NotTraceable);
    EXPECT_THAT(harness.decoder.failure()->message, HasSubstr("L5 (by table)"));
    EXPECT_THAT(harness.decoder.failure()->message, HasSubstr("process 4242"));
    EXPECT_THAT(harness.decoder.failure()->hint, HasSubstr("doctor -p 4242"));

    harness.events.clear();
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    EXPECT_TRUE(harness.events.empty());
}

TEST(BufferRecordTest, OnePlausibleObjectProvesTheLayout) {
    DecoderHarness harness;
    for (std::uint64_t i = 1; i < RecordDecoder::kImplausibleLimit; ++i) {
        harness.decode(implausible_record());
    }
    harness.decode(buffer_record(TAT_EVENT_FREED));
    for (int i = 0; i < 1000; ++i) {
        harness.decode(implausible_record());
    }
    EXPECT_FALSE(harness.decoder.failure());
    harness.events.clear();
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    EXPECT_NE(harness.only<Allocated>(), nullptr);
}

TEST(BufferRecordTest, FieldsOutsideTheWindowAreNotRead) {
    for (const Field field : {Field{8, 8}, Field{92, 8}, Field{0xffff'fff8, 8}, Field{88, 16}}) {
        DecoderHarness harness;
        LayoutProfile layout;
        layout.buffer = l5_buffer_layout();
        layout.buffer.page_size = field;
        harness.decoder.set_layout(layout);
        harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_EQ(harness.only<Allocated>()->buffer.page_size, 0U);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
