// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The frame of a record: sizes, kinds, losses stamped into it, sequence numbers.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "record_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

std::span<const std::byte> bytes_of(const auto& record) { return std::as_bytes(std::span(&record, 1)); }

void expect_malformed(std::span<const std::byte> bytes) {
    DecoderHarness harness;
    EXPECT_FALSE(harness.decode_bytes(bytes));
    EXPECT_TRUE(harness.events.empty());
    EXPECT_EQ(harness.statistics().malformed, 1U);
    EXPECT_EQ(harness.statistics().records, 1U);
}

TEST(RecordFrameTest, TruncatedHeaderIsMalformed) {
    const auto record = pointer_record(TAT_EVENT_OWNER_CLOSING, 1);
    for (std::size_t size = 0; size < sizeof(tat_event_header); ++size) {
        expect_malformed(bytes_of(record).first(size));
    }
}

TEST(RecordFrameTest, TruncatedRecordIsMalformed) {
    const auto record = pointer_record(TAT_EVENT_OWNER_CLOSING, 1);
    for (std::size_t size = sizeof(tat_event_header); size < sizeof(record); ++size) {
        expect_malformed(bytes_of(record).first(size));
    }
}

TEST(RecordFrameTest, LyingSizeIsMalformed) {
    for (const std::uint32_t size : {0U, 1U, 47U, 48U, 63U, 65U, 0xffff'ffffU}) {
        auto record = pointer_record(TAT_EVENT_OWNER_CLOSING, 1);
        record.header.size = size;
        expect_malformed(bytes_of(record));
    }
}

TEST(RecordFrameTest, UnknownKindIsMalformedAndSkipped) {
    for (const std::uint16_t kind : {0, TAT_EVENT_KINDS, 0xffff}) {
        expect_malformed(bytes_of(pointer_record(kind, 1)));
    }
}

TEST(RecordFrameTest, SizeOfAnotherKindIsMalformed) {
    for (std::uint16_t kind = 0; kind < TAT_EVENT_KINDS; ++kind) {
        const bool is_process = (kind >= TAT_EVENT_PROCESS_SEEN && kind <= TAT_EVENT_MODULE_LOADED) || kind == TAT_EVENT_MAIN_THREAD_ENDED;
        is_process ? expect_malformed(bytes_of(pointer_record(kind, 1)))
                   : expect_malformed(bytes_of(record_of<tat_process_event>(kind)));
    }
}

TEST(RecordFrameTest, BytesBehindTheRecordsOwnSizeAreIgnored) {
    struct Rounded {
        tat_pointer_event record;
        std::array<std::uint8_t, 8> padding;
    };
    DecoderHarness harness;
    harness.decode(Rounded{pointer_record(TAT_EVENT_OWNER_CLOSING, 1), {}});
    EXPECT_NE(harness.only<OwnerClosing>(), nullptr);
}

TEST(RecordFrameTest, MalformedRecordDoesNotDisturbTheNext) {
    DecoderHarness harness;
    harness.decode(pointer_record(TAT_EVENT_KINDS, 1));
    harness.decode(pointer_record(TAT_EVENT_OWNER_CLOSING, 1));
    EXPECT_NE(harness.only<OwnerClosing>(), nullptr);
}

tat_pointer_event stamped(std::array<std::uint32_t, TAT_LOSS_CLASSES> lost) {
    auto record = pointer_record(TAT_EVENT_OWNER_CLOSING, 1);
    std::copy(lost.begin(), lost.end(), record.header.lost);
    return record;
}

TEST(RecordFrameTest, LossStandsBeforeTheRecordThatRevealsIt) {
    DecoderHarness harness;
    harness.decode(stamped({1, 2, 3, 4}));
    ASSERT_EQ(harness.events.size(), 2U);
    const auto* loss = std::get_if<Lost>(&harness.events[0]);
    ASSERT_NE(loss, nullptr);
    EXPECT_EQ(loss->allocated, 1U);
    EXPECT_EQ(loss->freed, 2U);
    EXPECT_EQ(loss->circular_buffers, 3U);
    EXPECT_EQ(loss->lifecycle, 4U);
    EXPECT_EQ(loss->header.t_ns, kTime);
    EXPECT_EQ(loss->header.pid, 0U);
    EXPECT_TRUE(std::holds_alternative<OwnerClosing>(harness.events[1]));
    EXPECT_EQ(harness.decoder.losses_seen(), (std::array<std::uint32_t, TAT_LOSS_CLASSES>{1, 2, 3, 4}));
}

TEST(RecordFrameTest, OnlyNewLossesAreTold) {
    DecoderHarness harness;
    harness.decode(stamped({5, 0, 0, 0}));
    harness.events.clear();
    harness.decode(stamped({5, 0, 0, 0}));
    EXPECT_EQ(harness.events.size(), 1U);
    harness.events.clear();
    harness.decode(stamped({7, 1, 0, 0}));
    ASSERT_EQ(harness.events.size(), 2U);
    const auto* loss = std::get_if<Lost>(&harness.events[0]);
    ASSERT_NE(loss, nullptr);
    EXPECT_EQ(loss->allocated, 2U);
    EXPECT_EQ(loss->freed, 1U);
}

TEST(RecordFrameTest, SlightlyOlderStampTellsNothingNew) {
    DecoderHarness harness;
    harness.decode(stamped({5, 0, 0, 0}));
    harness.events.clear();
    harness.decode(stamped({3, 0, 0, 0}));
    harness.decode(stamped({5, 0, 0, 0}));
    EXPECT_EQ(harness.events.size(), 2U) << "two closings, no loss";
    EXPECT_EQ(harness.decoder.losses_seen()[TAT_LOSS_ALLOCATED], 5U);
}

TEST(RecordFrameTest, LossesThatNoRecordRevealsAreToldOnce) {
    DecoderHarness harness;
    harness.decode(stamped({5, 0, 0, 0}));
    harness.events.clear();
    harness.decoder.report_losses({5, 0, 0, 0}, 70, harness);
    EXPECT_TRUE(harness.events.empty());
    harness.decoder.report_losses({7, 1, 0, 0}, 80, harness);
    harness.decode(stamped({7, 1, 0, 0}));
    ASSERT_EQ(harness.events.size(), 2U);
    const auto* loss = std::get_if<Lost>(&harness.events[0]);
    ASSERT_NE(loss, nullptr);
    EXPECT_EQ(loss->header.t_ns, 80U);
    EXPECT_EQ(loss->allocated, 2U);
    EXPECT_EQ(loss->freed, 1U);
}

TEST(RecordFrameTest, OlderStampOfOneClassDoesNotHideTheLossOfAnother) {
    DecoderHarness harness;
    harness.decode(stamped({5, 0, 0, 0}));
    harness.events.clear();
    harness.decode(stamped({4, 1, 0, 0}));
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<Lost>(harness.events[0]).total(), 1U);
}

TEST(RecordFrameTest, LossCountersMayWrapAround) {
    DecoderHarness harness;
    for (const std::uint32_t count : {0x7fff'ffffU, 0xffff'fff0U}) {
        harness.decode(stamped({count, 0, 0, 0}));
    }
    harness.events.clear();
    harness.decode(stamped({0x10, 0, 0, 0}));
    ASSERT_EQ(harness.events.size(), 2U);
    EXPECT_EQ(std::get<Lost>(harness.events[0]).allocated, 0x20U);
}

std::uint64_t gaps(const std::vector<std::pair<std::uint32_t, std::uint64_t>>& tids_and_sequences) {
    DecoderHarness harness;
    for (const auto& [tid, sequence] : tids_and_sequences) {
        auto record = pointer_record(TAT_EVENT_OWNER_CLOSING, 1);
        record.header.tid = tid;
        record.header.sequence = sequence;
        harness.decode(record);
    }
    return harness.statistics().sequence_gaps;
}

TEST(RecordFrameTest, SequencesCountWhatIsMissingPerThread) {
    EXPECT_EQ(gaps({{1, 1}, {1, 2}, {1, 3}}), 0U);
    EXPECT_EQ(gaps({{1, 1}, {2, 1}, {1, 2}, {2, 2}}), 0U);
    EXPECT_EQ(gaps({{1, 1}, {1, 5}}), 3U);
    EXPECT_EQ(gaps({{1, 1}, {2, 1}, {1, 3}, {2, 4}}), 3U);
    EXPECT_EQ(gaps({{1, 4}}), 3U) << "lost before the first that arrived";
    EXPECT_EQ(gaps({{1, 0}, {1, 0}, {1, 1}}), 0U) << "0 is not counted";
}

TEST(RecordFrameTest, SequenceThatStartsAnewIsAnotherThreadWithTheSameId) {
    EXPECT_EQ(gaps({{1, 1}, {1, 2}, {1, 3}, {1, 1}, {1, 2}}), 0U);
    EXPECT_EQ(gaps({{1, 1}, {1, 2}, {1, 3}, {1, 3}}), 2U);
}

// The target is hostile input: whatever its bytes are, and the frame's as well.
TEST(RecordFrameTest, RandomBytesNeverDoHarm) {
    constexpr std::array<std::size_t, 7> kSizes{
        sizeof(tat_event_header),
        sizeof(tat_buffer_event),
        sizeof(tat_owner_event),
        sizeof(tat_circular_buffer_event),
        sizeof(tat_pointer_event),
        sizeof(tat_process_event),
        2048};
    std::mt19937_64 random(1);
    for (int round = 0; round < 100; ++round) {  // a decoder may fail for good
        DecoderHarness harness;
        for (int i = 0; i < 500; ++i) {
            // On the heap, so that a sanitizer sees the end.
            std::vector<std::byte> bytes(kSizes[random() % kSizes.size()] - random() % 2);
            for (std::byte& byte : bytes) {
                byte = static_cast<std::byte>(random());
            }
            tat_event_header header{};
            std::memcpy(&header, bytes.data(), std::min(bytes.size(), sizeof(header)));
            if (random() % 8 != 0) {
                header.size = static_cast<std::uint32_t>(bytes.size());
                header.kind = static_cast<std::uint16_t>(random() % (TAT_EVENT_KINDS + 1));
            }
            std::memcpy(bytes.data(), &header, std::min(bytes.size(), sizeof(header)));
            harness.events.clear();
            harness.decode_bytes(bytes);
            ASSERT_LE(harness.events.size(), 3U);  // a loss, and how a process ended
        }
        EXPECT_EQ(harness.statistics().records, 500U);
    }
}

// Right frames with random insides: all of an owner's branches are taken.
TEST(RecordFrameTest, RandomOwnersNeverDoHarm) {
    std::mt19937_64 random(2);
    DecoderHarness harness;
    for (int i = 0; i < 20'000; ++i) {
        std::vector<std::int32_t> chips(random() % (TAT_MAX_MESH_CHIPS + 1));
        tat_owner_event record = random() % 2 == 0 ? mesh_record(static_cast<std::int32_t>(random()), chips)
                                                   : chip_record(static_cast<std::int32_t>(random()));
        auto* bytes = reinterpret_cast<std::uint8_t*>(&record) + sizeof(record.header);
        bytes[random() % (sizeof(record) - sizeof(record.header))] = static_cast<std::uint8_t>(random());
        harness.events.clear();
        harness.decode(record);
        const auto* owner = harness.only<OwnerSeen>();
        ASSERT_NE(owner, nullptr);
        ASSERT_LE(owner->chips.size(), std::size_t{TAT_MAX_MESH_CHIPS});
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
