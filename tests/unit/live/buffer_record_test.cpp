// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Allocations and frees: fields out of the object's window, and objects that contradict the layout.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
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
    store(std::span(record.window), offset - kWindowStart, value);
}

std::vector<Contradiction> contradictions() {
    return {
        {"status out of range", [](auto& record) { at(record, 72, std::uint8_t{3}); }},
        {"type out of range", [](auto& record) { at(record, 32, std::uint32_t{kBufferTypeCount}); }},
        {"type with high bits", [](auto& record) { at(record, 32, std::uint32_t{0x0100'0001}); }},
        {"null owner", [](auto& record) { at(record, 16, std::uint64_t{0}); }},
        {"owner is no aligned pointer", [](auto& record) { at(record, 16, std::uint64_t{0x5555'0000'2001}); }},
        {"owner outside the address space", [](auto& record) { at(record, 16, std::uint64_t{0x8000'5555'0000'2000}); }},
        {"address that no bank hands out", [](auto& record) { at(record, 80, std::uint64_t{0x1001}); }},
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

TEST(BufferRecordTest, LayoutThatNeverFitsEndsDecodingOfThatProcessInWords) {
    DecoderHarness harness;
    for (std::uint64_t i = 1; i < RecordDecoder::kImplausibleLimit; ++i) {
        harness.decode(implausible_record());
    }
    EXPECT_THAT(harness.decoder.take_contradictions(), testing::IsEmpty());
    harness.decode(implausible_record());
    const auto refused = harness.decoder.take_contradictions();
    ASSERT_EQ(refused.size(), 1U);
    EXPECT_EQ(refused[0].pid, 4242U);
    EXPECT_EQ(refused[0].why.code, ErrorCode::NotTraceable);
    EXPECT_THAT(refused[0].why.message, HasSubstr("L5 (by table)"));
    EXPECT_THAT(refused[0].why.message, HasSubstr("process 4242"));
    EXPECT_THAT(refused[0].why.hint, HasSubstr("doctor -p 4242"));

    harness.events.clear();
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    EXPECT_TRUE(harness.events.empty());
    auto neighbour = buffer_record(TAT_EVENT_ALLOCATED);
    neighbour.header.pid = 4243;
    harness.decode(neighbour);
    EXPECT_NE(harness.only<Allocated>(), nullptr);

    harness.decoder.forget(4242);  // the number is another process's
    harness.events.clear();
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    EXPECT_NE(harness.only<Allocated>(), nullptr);
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
    EXPECT_THAT(harness.decoder.take_contradictions(), testing::IsEmpty());
    harness.events.clear();
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    EXPECT_NE(harness.only<Allocated>(), nullptr);
}

TEST(BufferRecordTest, FieldsOutsideTheWindowAreNotRead) {
    for (const Field field : {Field{8, 8}, Field{92, 8}, Field{0xffff'fff8, 8}, Field{88, 16}}) {
        DecodedInstance instance = l5_instance();
        instance.layout.buffer.page_size = field;
        DecoderHarness harness({instance});
        harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_EQ(harness.only<Allocated>()->buffer.page_size, 0U);
    }
}

TEST(BufferRecordTest, FarWordHoldsWhatTheWindowDoesNot) {
    DecodedInstance instance = l5_instance();
    instance.layout.buffer.page_size = {172, 4};
    instance.window.far_offset = 168;
    DecoderHarness harness({instance});
    auto record = buffer_record(TAT_EVENT_ALLOCATED);
    record.far_word = 0x1000'0000'0001;
    harness.decode(record);
    ASSERT_NE(harness.only<Allocated>(), nullptr);
    EXPECT_EQ(harness.only<Allocated>()->buffer.page_size, 0x1000U);
    EXPECT_EQ(harness.only<Allocated>()->buffer.size, some_buffer().size);
}

struct Shards {
    std::array<std::uint32_t, 2> shape;
    std::array<std::uint32_t, 2> page;
    std::uint8_t engaged;
    std::uint64_t pages;
};

TEST(BufferRecordTest, ShardedBufferTellsThePagesOfAShard) {
    constexpr std::uint32_t kMost = 0xffff'ffff;
    for (const Shards& shards :
         {Shards{{64, 96}, {32, 32}, 1, 6},
          Shards{{65, 97}, {32, 32}, 1, 12},
          Shards{{1, 1}, {1, 512}, 1, 1},
          Shards{{kMost, kMost}, {1, 1}, 1, std::uint64_t{kMost} * kMost},
          Shards{{64, 96}, {0, 32}, 1, 0},
          Shards{{0, 96}, {32, 32}, 1, 0},
          Shards{{64, 96}, {32, 32}, 0, 0},
          Shards{{64, 96}, {32, 32}, 7, 0}}) {
        DecodedInstance instance = l5_instance();
        instance.layout.buffer.shard_spec = {96, 8};
        instance.layout.buffer.shard_shape = 24;
        instance.layout.buffer.shard_page_shape = 40;
        instance.layout.buffer.shard_engaged = 56;
        DecoderHarness harness({instance});
        tat_sharded_event record{};
        record.buffer = buffer_record(TAT_EVENT_ALLOCATED);
        record.buffer.header.size = sizeof(record);
        at(record.buffer, 36, std::uint32_t{2});
        const std::span window(record.shard);
        store(window, 24, shards.shape);
        store(window, 40, shards.page);
        store(window, 56, shards.engaged);
        harness.decode(record);
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_TRUE(harness.only<Allocated>()->buffer.sharded);
        EXPECT_EQ(harness.only<Allocated>()->buffer.pages_per_shard, shards.pages);

        DecoderHarness unknown;  // offsets not known
        unknown.decode(record);
        ASSERT_NE(unknown.only<Allocated>(), nullptr);
        EXPECT_EQ(unknown.only<Allocated>()->buffer.pages_per_shard, 0U);
        record.buffer.header.kind = TAT_EVENT_FREED;
        unknown.decode(record);
        EXPECT_EQ(unknown.statistics().malformed, 1U) << "frees carry no shards";
    }
}

// Where there is no shard specification it is told how shards are dealt over cores: 4,096 bytes in pages of 64 are 64 pages.
TEST(BufferRecordTest, DealtShardsTellThePagesOfTheFullestCore) {
    constexpr std::uint64_t kMuch = std::uint64_t{1} << 40U;
    for (const auto& [spread, pages] :
         {std::pair(tat_spread{0x1000, 0x1040, 8, 8}, 16U),  // 4 cores
          std::pair(tat_spread{0x1000, 0x1040, 8, 9}, 24U),
          std::pair(tat_spread{0x1000, 0x1100, 8, 8}, 8U),     // more cores than shards
          std::pair(tat_spread{0x1000, 0x1040, 8, 7}, 0U),     // too few for this buffer: left over
          std::pair(tat_spread{0x1000, 0x1000, 8, 8}, 0U), std::pair(tat_spread{0x1040, 0x1000, 8, 8}, 0U),
          std::pair(tat_spread{0x1000, 0x1040, kMuch, kMuch}, 0U), std::pair(tat_spread{}, 0U)}) {
        tat_sharded_event record{};
        record.buffer = buffer_record(TAT_EVENT_ALLOCATED);
        record.buffer.header.size = sizeof(record);
        at(record.buffer, 24, std::uint64_t{4096});
        at(record.buffer, 36, std::uint32_t{2});
        at(record.buffer, 88, std::uint64_t{64});
        record.spread = spread;
        DecoderHarness harness;
        harness.decode(record);
        ASSERT_NE(harness.only<Allocated>(), nullptr);
        EXPECT_EQ(harness.only<Allocated>()->buffer.pages_per_shard, pages);
    }
}

TEST(BufferRecordTest, BufferAllocatedCoreByCoreTellsItsCores) {
    for (const auto& [cores, expected, core] :
         {std::tuple(tat_cores{4, 3, 2, 1, 1}, 4, core_number(3, 2)),
          std::tuple(tat_cores{4, 3, 2, 0, 1}, 4, std::uint8_t{0}),
          std::tuple(tat_cores{4, 16, 2, 1, 1}, 4, std::uint8_t{0}),
          std::tuple(tat_cores{1000, 0, 0, 0, 1}, 0, std::uint8_t{0})}) {
        tat_sharded_event record{};
        record.buffer = buffer_record(TAT_EVENT_ALLOCATED);
        record.buffer.header.size = sizeof(record);
        record.cores = cores;
        DecoderHarness harness;
        harness.decode(record);
        record.buffer.header.kind = TAT_EVENT_FREED;
        harness.decode(record);
        ASSERT_EQ(harness.events.size(), 2U);
        const BufferFields allocated = std::get<Allocated>(harness.events[0]).buffer;
        EXPECT_TRUE(allocated.per_core);
        EXPECT_EQ(allocated.cores, expected);
        EXPECT_EQ(allocated.core, core);
        EXPECT_EQ(std::get<Freed>(harness.events[1]).buffer, allocated);
    }
}

TEST(BufferRecordTest, AddressOfTheRecordReplacesTheObjects) {
    DecoderHarness harness;
    auto record = buffer_record(TAT_EVENT_ALLOCATED);
    record.address = 0x7000;
    harness.decode(record);
    record.header.flags = TAT_FLAG_ADDRESS;
    harness.decode(record);
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<Allocated>(harness.events[0]).buffer.address, some_buffer().address);
    EXPECT_EQ(std::get<Allocated>(harness.events[1]).buffer.address, 0x7000U);
    EXPECT_FALSE(std::get<Allocated>(harness.events[1]).buffer.hooked);
}

TEST(BufferRecordTest, HookOfTheTrackerTakesTheBuffer) {
    DecoderHarness harness;
    auto record = buffer_record(TAT_EVENT_FREED);
    record.header.flags = TAT_FLAG_HOOKED;
    harness.decode(record);
    ASSERT_NE(harness.only<Freed>(), nullptr);
    EXPECT_TRUE(harness.only<Freed>()->buffer.hooked);
}

// August to October 2024: no allocator in the Buffer, no size left when it is freed, and the object may have moved.
DecodedInstance early_instance() {
    DecodedInstance instance = l5_instance();
    instance.layout.buffer.allocator = {};
    instance.layout.buffer.stable_pointer = 0;
    instance.layout.owner = {};
    instance.layout.owner.chip_id = {0, 4};
    instance.layout.owner.chip_allocator = {8, 8};
    return instance;
}

TEST(BufferRecordTest, AllocatorIsTheChipsWhereBuffersDoNotTell) {
    DecoderHarness harness({early_instance()});
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    tat_owner_event owner = owner_record(0);
    owner.owner = some_buffer().owner;
    owner.self.id = 2;
    owner.allocator = 0x5555'0000'7000;
    harness.decode(owner);
    harness.decode(buffer_record(TAT_EVENT_ALLOCATED));
    ASSERT_EQ(harness.events.size(), 3U);
    EXPECT_EQ(std::get<Allocated>(harness.events[0]).buffer.allocator, some_buffer().owner) << "not announced yet";
    EXPECT_EQ(std::get<Allocated>(harness.events[2]).buffer.allocator, 0x5555'0000'7000U);
    EXPECT_EQ(std::get<Allocated>(harness.events[2]).buffer.buffer, 0U) << "the pointer is no identity";
}

TEST(BufferRecordTest, FreeWithoutSizeIsPlausibleOnlyWhereBuffersLoseIt) {
    BufferFields fields = some_buffer();
    fields.size = 0;
    DecoderHarness early({early_instance()});
    early.decode(buffer_record(TAT_EVENT_FREED, fields));
    EXPECT_NE(early.only<Freed>(), nullptr);
    DecoderHarness allocated({early_instance()});
    allocated.decode(buffer_record(TAT_EVENT_ALLOCATED, fields));
    EXPECT_EQ(allocated.only<Allocated>(), nullptr);
}

TEST(BufferRecordTest, HitsAreCountedByInstanceAndRole) {
    DecoderHarness harness({l5_instance(), l5_instance()});
    auto record = buffer_record(TAT_EVENT_FREED);
    harness.decode(record);
    record.header.instance = 2;
    harness.decode(record);
    harness.decode(record);
    EXPECT_EQ(harness.decoder.hits(1, ProbeRole::Freed), 1U);
    EXPECT_EQ(harness.decoder.hits(2, ProbeRole::Freed), 2U);
    EXPECT_EQ(harness.decoder.hits(2, ProbeRole::Allocated), 0U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
