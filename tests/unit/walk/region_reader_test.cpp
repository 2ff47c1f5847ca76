// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/region_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unordered_map>

#include "fake_memory.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::SizeIs;

// As the runtime's, with vectors of our own.
struct FreeList {
    const void* vptr = nullptr;
    std::uint64_t bytes = 1 << 20;
    std::uint64_t offset = 0x400;
    std::uint64_t granularity = 32;
    std::uint64_t alignment = 32;
    std::uint64_t shrunk = 0;
    std::vector<std::uint64_t> address, size;
    std::vector<std::uint8_t> allocated, in_use;

    void add(std::uint64_t at, std::uint64_t length, bool used, bool live = true) {
        address.push_back(at);
        size.push_back(length);
        allocated.push_back(used ? 1 : 0);
        in_use.push_back(live ? 1 : 0);
    }
};

struct BankManager {
    std::uint32_t type = 1;  // L1
    std::unordered_map<std::uint32_t, std::int64_t> bank_offsets{{0, 0}, {1, 0}, {2, 0}};
    std::uint32_t alignment = 16;
    FreeList* list = nullptr;
};

class RegionReaderTest : public testing::Test {
protected:
    RegionReaderTest() {
        layout_.bank_manager = {field(manager_, manager_.bank_offsets), {field(manager_, manager_.alignment).offset, 4}, field(manager_, manager_.list)};
        layout_.free_list = {field(list_, list_.bytes),   field(list_, list_.offset), field(list_, list_.granularity), field(list_, list_.alignment),
                             field(list_, list_.shrunk),  field(list_, list_.address), field(list_, list_.size),        field(list_, list_.allocated),
                             field(list_, list_.in_use)};
        manager_.list = &list_;
        list_.add(0x800, (1 << 20) - 0x800, false);
        list_.add(0, 0x600, true);
        list_.add(0x77777, 3, true, false);  // no block any more
        list_.add(0x600, 0x200, true);
    }

    template <typename Object, typename Member>
    static Field field(const Object& object, const Member& member) {
        return {static_cast<std::uint32_t>(address_of(member) - address_of(object)), 8};
    }
    [[nodiscard]] std::optional<RegionReading> read() const {
        const TargetReader reader(memory_.get(), nullptr);
        return read_region(reader, layout_, address_of(manager_), BufferType::L1, 1000);
    }

    OwnMemory memory_;
    FreeList list_;
    BankManager manager_;
    WalkLayout layout_;
};

TEST_F(RegionReaderTest, ReadsBanksAndBlocks) {
    const auto reading = read();
    ASSERT_TRUE(reading);
    const WalkedRegion& walked = reading->walked;
    EXPECT_EQ(walked.region, (Region{BufferType::L1, 3, 16, 0x400, 1 << 20, 32}));
    EXPECT_TRUE(walked.free_list_known);
    EXPECT_EQ(walked.used_bytes, 0x800U);
    EXPECT_EQ(walked.free_bytes, (1U << 20U) - 0x800U);
    EXPECT_EQ(walked.largest_free_bytes, walked.free_bytes);
    ASSERT_THAT(reading->used_blocks, SizeIs(2));
    EXPECT_EQ(reading->used_blocks[1].address, 0xa00U);
    EXPECT_EQ(reading->used_blocks[1].bytes, 0x200U);
}

TEST_F(RegionReaderTest, ShrinkingCutsTheBottomOff) {
    list_.shrunk = 0x600;
    list_.in_use[1] = 0;
    auto reading = read();  // the size did not go down with it
    ASSERT_TRUE(reading);
    EXPECT_TRUE(reading->walked.free_list_known);
    EXPECT_EQ(reading->walked.region.base, 0xa00U);
    EXPECT_EQ(reading->walked.region.bytes, (1U << 20U) - 0x600U);
    list_.bytes -= 0x600;
    reading = read();  // it did
    ASSERT_TRUE(reading);
    EXPECT_EQ(reading->walked.region.bytes, (1U << 20U) - 0x600U);
    EXPECT_TRUE(reading->walked.free_list_known);
}

TEST_F(RegionReaderTest, BlocksThatDoNotTileAreNotShown) {
    list_.size[1] = 0x700;
    const auto reading = read();
    ASSERT_TRUE(reading);
    EXPECT_FALSE(reading->walked.free_list_known);
    EXPECT_EQ(reading->walked.used_bytes, 0U);
    EXPECT_EQ(reading->walked.region.bytes, 1U << 20U);
    EXPECT_THAT(reading->used_blocks, SizeIs(0));
}

TEST_F(RegionReaderTest, FindsAListBehindAnArray) {
    FreeList* array[1] = {&list_};
    manager_.list = reinterpret_cast<FreeList*>(array);  // NOLINT
    const auto reading = read();
    ASSERT_TRUE(reading);
    EXPECT_TRUE(reading->walked.free_list_known);
}

TEST_F(RegionReaderTest, NonsenseIsNoRegion) {
    const FreeList good = list_;
    list_.granularity = 33;
    EXPECT_FALSE(read());
    list_ = good;
    list_.bytes = std::uint64_t{1} << 60U;
    EXPECT_FALSE(read());
    list_ = good;
    list_.allocated.pop_back();
    EXPECT_FALSE(read());
    list_ = good;
    manager_.list = nullptr;
    EXPECT_FALSE(read());
    manager_.list = &list_;
    manager_.type = 0;
    EXPECT_FALSE(read()) << "the manager of another type";
    manager_.type = 1;
    EXPECT_TRUE(read());
    manager_.bank_offsets.clear();
    EXPECT_FALSE(read());
}

}  // namespace
}  // namespace tt::alloc_trace::test
