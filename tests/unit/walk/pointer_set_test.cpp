// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/pointer_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <mutex>
#include <random>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "fake_memory.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint32_t kLibstdcxx = 8;
constexpr std::uint32_t kLibcxx = 16;
constexpr std::size_t kMax = std::size_t{1} << 23U;

using Set = std::unordered_set<const void*>;

const void* element(std::uint64_t number) {
    return reinterpret_cast<const void*>(0x7f00'0000'0000 + (number * 0x1f0));  // NOLINT
}

std::uint64_t value(std::uint64_t number) {
    return 0x7f00'0000'0000 + (number * 0x1f0);
}

PointerSetReading read(const TargetMemory& memory, std::uint64_t set, std::uint32_t node_value = kLibstdcxx) {
    const TargetReader reader(memory, nullptr);
    return read_pointer_set(reader, set, node_value, kMax);
}

TEST(PointerSetTest, ReadsRealSetsOfEverySize) {
    const OwnMemory memory;
    Set set;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 3000; ++i) {
        if (i < 30 || i % 97 == 0) {
            const PointerSetReading reading = read(memory.get(), address_of(set));
            ASSERT_TRUE(reading.complete) << reading.incomplete_reason;
            ASSERT_TRUE(reading.quiet);
            ASSERT_EQ(reading.count, i);
            ASSERT_THAT(reading.values, ElementsAreArray(expected));
        }
        set.insert(element(i));
        expected.push_back(value(i));
    }
}

TEST(PointerSetTest, ReadsWhatErasingAndShrinkingLeft) {
    const OwnMemory memory;
    Set set;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        set.insert(element(i));
    }
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 5000; ++i) {
        if (i % 50 != 7) {
            set.erase(element(i));
        } else {
            expected.push_back(value(i));
        }
    }
    EXPECT_THAT(read(memory.get(), address_of(set)).values, ElementsAreArray(expected));
    set.rehash(0);
    EXPECT_THAT(read(memory.get(), address_of(set)).values, ElementsAreArray(expected));
}

TEST(PointerSetTest, ASetWithItsOwnHashIsFollowedAsAList) {
    struct Reversed {
        std::size_t operator()(const void* pointer) const noexcept { return ~reinterpret_cast<std::size_t>(pointer) * 31; }
    };
    const OwnMemory memory;
    std::unordered_set<const void*, Reversed> set;
    std::vector<std::uint64_t> expected;
    for (std::uint64_t i = 0; i < 400; ++i) {
        set.insert(element(i));
        expected.push_back(value(i));
    }
    const PointerSetReading reading = read(memory.get(), address_of(set));
    EXPECT_TRUE(reading.complete) << reading.incomplete_reason;
    EXPECT_THAT(reading.values, ElementsAreArray(expected));
}

// What libc++ makes of `hashes.size()` elements (value(i), hashes[i]) in `bucket_count` buckets.
void write_libcxx_set(FakeMemory& memory, std::uint64_t set, std::uint64_t bucket_count, const std::vector<std::uint64_t>& hashes) {
    constexpr std::uint64_t kBuckets = 0x10'0000;
    constexpr std::uint64_t kNodes = 0x20'0000;
    const bool power = (bucket_count & (bucket_count - 1)) == 0;
    const auto bucket = [&](std::uint64_t i) { return power ? hashes[i] & (bucket_count - 1) : hashes[i] % bucket_count; };
    std::vector<std::uint64_t> order(hashes.size());
    for (std::uint64_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    std::stable_sort(order.begin(), order.end(), [&](std::uint64_t a, std::uint64_t b) { return bucket(a) < bucket(b); });
    for (std::uint64_t b = 0; b < bucket_count; ++b) {
        memory.write(kBuckets + (b * 8), 0);
    }
    std::uint64_t before = set + 16;
    std::uint64_t last_bucket = bucket_count;
    for (const std::uint64_t i : order) {
        const std::uint64_t node = kNodes + (i * 48);
        memory.write(before, node);
        memory.write(node, {0, hashes[i], value(i)});
        if (bucket(i) != last_bucket) {
            last_bucket = bucket(i);
            memory.write(kBuckets + (last_bucket * 8), before);
        }
        before = node;
    }
    memory.write(set, {kBuckets, bucket_count});
    memory.write(set + 24, {hashes.size(), 0});
}

TEST(PointerSetTest, ReadsSetsOfLibcxx) {
    for (const std::uint64_t bucket_count : {std::uint64_t{1}, std::uint64_t{64}, std::uint64_t{97}}) {
        std::mt19937_64 random(bucket_count);
        FakeMemory memory;
        std::vector<std::uint64_t> hashes;
        std::vector<std::uint64_t> expected;
        for (std::uint64_t i = 0; i < 90; ++i) {
            hashes.push_back(random());
            expected.push_back(value(i));
        }
        write_libcxx_set(memory, 0x5000, bucket_count, hashes);
        const PointerSetReading reading = read(memory, 0x5000, kLibcxx);
        EXPECT_TRUE(reading.complete) << reading.incomplete_reason;
        EXPECT_THAT(reading.values, ElementsAreArray(expected));
    }
}

TEST(PointerSetTest, AnEmptySetOfLibcxxHasNoBuckets) {
    FakeMemory memory;
    memory.write(0x5000, {0, 0, 0, 0});
    const PointerSetReading reading = read(memory, 0x5000, kLibcxx);
    EXPECT_TRUE(reading.complete) << reading.incomplete_reason;
    EXPECT_THAT(reading.values, IsEmpty());
}

TEST(PointerSetTest, CyclesEnd) {
    FakeMemory memory;
    memory.write(0x5000, {0x6000, 1, 0x7000, 1'000'000});
    memory.write(0x6000, 0x5010);
    memory.write(0x7000, {0x7040, value(1)});
    memory.write(0x7040, {0x7000, value(2)});
    const PointerSetReading reading = read(memory, 0x5000);
    EXPECT_FALSE(reading.complete);
    EXPECT_THAT(reading.incomplete_reason, HasSubstr("torn, cyclic"));
    EXPECT_LT(memory.reads(), 100'000U);
}

TEST(PointerSetTest, AbsurdCountsAreRefusedUnread) {
    FakeMemory memory;
    memory.write(0x5000, {0x6000, 13, 0x7000, std::uint64_t{1} << 60U});
    EXPECT_THAT(read(memory, 0x5000).incomplete_reason, HasSubstr("claims to hold 1152921504606846976"));
    memory.write(0x5000, {0x6000, std::uint64_t{1} << 60U, 0x7000, 3});
    EXPECT_THAT(read(memory, 0x5000).incomplete_reason, HasSubstr("buckets"));
    EXPECT_LT(memory.reads(), 1000U);
}

TEST(PointerSetTest, PointersIntoNowhereAreNoElements) {
    FakeMemory memory;
    memory.write(0x5000, {0x6000, 13, 0x7000, 3});
    for (std::uint64_t bucket = 0; bucket < 13; ++bucket) {
        memory.write(0x6000 + (bucket * 8), bucket % 2 == 0 ? 0xffff'ffff'ffff'fff0 : 0xdead'0000);
    }
    const PointerSetReading reading = read(memory, 0x5000);
    EXPECT_FALSE(reading.complete);
    EXPECT_THAT(reading.values, IsEmpty());
    EXPECT_FALSE(read(memory, 0xdead'0000).complete);
}

TEST(PointerSetTest, ASetThatCountsMoreThanItHoldsIsIncomplete) {
    const OwnMemory memory;
    Set set{element(1), element(2)};
    std::array<std::uint64_t, 7> copy{};
    std::memcpy(copy.data(), &set, sizeof(copy));
    // The first bucket's entry points into the real set, the count is ours.
    copy[3] = 5;
    const PointerSetReading reading = read(memory.get(), address_of(copy));
    EXPECT_FALSE(reading.complete);
    EXPECT_THAT(reading.incomplete_reason, HasSubstr("counts 5"));
}

TEST(PointerSetTest, ACancelledReadingSaysSo) {
    const OwnMemory memory;
    const Set set{element(1)};
    const std::atomic<bool> cancel{true};
    const TargetReader reader(memory.get(), &cancel);
    EXPECT_THAT(read_pointer_set(reader, address_of(set), kLibstdcxx, kMax).incomplete_reason, HasSubstr("cancelled"));
}

// Inserts and erases as fast as they can, under the lock a runtime's allocator has.
class Churn {
public:
    Churn(Set& set, std::uint64_t first, std::uint64_t count) {
        for (int thread = 0; thread < 3; ++thread) {
            threads_.emplace_back([this, &set, first, count, thread] { run(set, first, count, thread); });
        }
    }
    ~Churn() {
        stop_ = true;
        for (std::thread& thread : threads_) {
            thread.join();
        }
    }
    Churn(const Churn&) = delete;
    Churn& operator=(const Churn&) = delete;

private:
    void run(Set& set, std::uint64_t first, std::uint64_t count, int seed) {
        std::minstd_rand random(static_cast<unsigned>(seed) + 1);
        while (!stop_) {
            const void* chosen = element(first + (random() % count));
            const std::lock_guard<std::mutex> lock(mutex_);
            if (set.erase(chosen) == 0) {
                set.insert(chosen);
            }
        }
    }

    std::mutex mutex_;
    std::atomic<bool> stop_{false};
    std::vector<std::thread> threads_;
};

TEST(PointerSetTest, WhatNobodyTouchesIsFoundWhileOthersComeAndGo) {
    constexpr std::uint64_t kStable = 300;
    constexpr std::uint64_t kChurning = 200;
    constexpr int kWalks = 1000;
    const OwnMemory memory;
    Set set;
    for (std::uint64_t i = 0; i < kStable; ++i) {
        set.insert(element(i));
    }
    int complete = 0;
    const Churn churn(set, kStable, kChurning);
    for (int walk = 0; walk < kWalks; ++walk) {
        const PointerSetReading reading = read(memory.get(), address_of(set));
        complete += reading.complete ? 1 : 0;
        std::uint64_t stable = 0;
        for (const std::uint64_t found : reading.values) {
            const std::uint64_t number = (found - value(0)) / 0x1f0;
            ASSERT_EQ(value(number), found) << "garbage in walk " << walk;
            ASSERT_LT(number, kStable + kChurning) << "garbage in walk " << walk;
            stable += number < kStable ? 1 : 0;
        }
        if (reading.complete) {
            ASSERT_EQ(stable, kStable) << "in walk " << walk;
        }
    }
    EXPECT_GT(complete, kWalks / 2);
}

// This process's memory, in which something happens before certain reads.
class EventfulMemory : public TargetMemory {
public:
    using Happening = std::function<void(std::size_t read)>;  // number of the read, from 0

    explicit EventfulMemory(Happening happening) : happening_(std::move(happening)) {}
    void read(std::span<MemoryPiece> pieces) const override {
        happening_(reads_++);
        own_.get().read(pieces);
    }
    [[nodiscard]] std::size_t reads() const { return reads_; }

private:
    OwnMemory own_;
    Happening happening_;
    mutable std::size_t reads_ = 0;
};

TEST(PointerSetTest, ARehashInTheMiddleIsNoticed) {
    constexpr std::uint64_t kElements = 500;
    std::vector<std::uint64_t> expected;
    Set set;
    for (std::uint64_t i = 0; i < kElements; ++i) {
        set.insert(element(i));
        expected.push_back(value(i));
    }
    std::size_t moment = 0;
    for (bool reached = true; reached; ++moment) {
        reached = false;
        const EventfulMemory memory([&](std::size_t read) {
            if (read == moment) {
                set.rehash(moment % 2 == 0 ? 60'000 : 600);
                reached = true;
            }
        });
        const PointerSetReading reading = read(memory, address_of(set));
        ASSERT_TRUE(reading.complete) << reading.incomplete_reason << ", rehash before read " << moment;
        ASSERT_THAT(reading.values, ElementsAreArray(expected)) << "rehash before read " << moment;
    }
    EXPECT_GT(moment, 8U);
}

TEST(PointerSetTest, ASetThatIsAlwaysRehashedIsReadInFullOrSaidNotToBe) {
    Set set;
    for (std::uint64_t i = 0; i < 500; ++i) {
        set.insert(element(i));
    }
    for (std::size_t start = 0; start < 100; ++start) {
        const EventfulMemory memory([&](std::size_t read) { set.rehash(600 + (((start + read) * 61) % 60'000)); });
        const PointerSetReading reading = read(memory, address_of(set));
        EXPECT_TRUE(reading.complete ? reading.values.size() == 500 : !reading.incomplete_reason.empty());
        EXPECT_LT(memory.reads(), 10'000U);
    }
}

TEST(SmallPointerMapTest, ReadsTheValuesOfAMap) {
    const OwnMemory memory;
    const TargetReader reader(memory.get(), nullptr);
    std::unordered_map<std::uint64_t, const void*> map{{7, element(1)}, {8, element(2)}, {400, element(3)}};
    auto values = read_small_pointer_map(reader, address_of(map), kLibstdcxx, 10);
    ASSERT_TRUE(values);
    std::sort(values->begin(), values->end());
    EXPECT_THAT(*values, ElementsAreArray({value(1), value(2), value(3)}));
    EXPECT_FALSE(read_small_pointer_map(reader, address_of(map), kLibstdcxx, 2));
}

}  // namespace
}  // namespace tt::alloc_trace::test
