// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Proves what buffers take of the banks, the tables of the free lists, traces and the view of a mesh over several hosts.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "driver/operations.hpp"
#include "internal/standin_access.hpp"
#include "runtime/allocator.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/mesh_device.hpp"
#include "test_support.hpp"

namespace standin_test {
namespace {

using tt::tt_metal::StandinAccess;
using tt::tt_metal::TensorMemoryLayout;

class MemoryTest : public MeshTest {
protected:
    std::uint64_t used(BufferType type) {
        return mesh()->allocator_impl()->get_statistics(type).total_allocated_bytes;
    }
    // Bytes of each bank that such a buffer takes.
    std::uint64_t footprint(const standin::Request& request) {
        const std::uint64_t before = used(request.type);
        const auto buffer =
            Buffer::create(mesh(), request.size, request.page_size, request.type, request.sharding);
        return used(request.type) - before;
    }
    static standin::Request request(BufferType type, std::uint64_t page_size, std::uint64_t pages) {
        standin::Request request;
        request.type = type;
        request.page_size = page_size;
        request.size = page_size * pages;
        return request;
    }
    const void* manager(std::size_t offset) { return at<const void*>(mesh()->allocator_impl().get(), offset); }
};

constexpr std::size_t kDramManager = 0x30;

TEST_F(MemoryTest, InterleavedBufferTakesTheFullestBankEverywhere) {
    EXPECT_EQ(footprint(request(BufferType::DRAM, 2048, 1)), 2048U);
    EXPECT_EQ(footprint(request(BufferType::DRAM, 2048, 13)), 2 * 2048U);
    EXPECT_EQ(footprint(request(BufferType::DRAM, 100, 13)), 2 * 128U) << "pages are padded to 32 bytes in DRAM";
    EXPECT_EQ(footprint(request(BufferType::L1, 100, 65)), 2 * 112U) << "and to 16 in L1";
    EXPECT_EQ(footprint(request(BufferType::L1, 1040, 1)), 1056U) << "but blocks always have 32";
}

TEST_F(MemoryTest, ShardedBufferTakesAWholeShard) {
    auto height = request(BufferType::L1, 1040, 5);
    standin::shard(height, TensorMemoryLayout::HEIGHT_SHARDED, {3, 1}, 5);
    EXPECT_EQ(height.size, 5 * 1040U);
    EXPECT_EQ(footprint(height), 2 * 1040U);
    auto block = request(BufferType::L1, 2048, 9);
    standin::shard(block, TensorMemoryLayout::BLOCK_SHARDED, {2, 2}, 9);
    EXPECT_EQ(footprint(block), 4 * 2048U);
    auto width = request(BufferType::DRAM, 2048, 30);
    standin::shard(width, TensorMemoryLayout::WIDTH_SHARDED, {12, 1}, 30);
    EXPECT_EQ(footprint(width), 3 * 2048U);
}

TEST_F(MemoryTest, ShardSpecIsInTheBuffer) {
    auto sharded = request(BufferType::L1, 2048, 9);
    standin::shard(sharded, TensorMemoryLayout::BLOCK_SHARDED, {3, 2}, 9);
    const auto buffer =
        Buffer::create(mesh(), sharded.size, sharded.page_size, sharded.type, sharded.sharding);
    const char* spec = reinterpret_cast<const char*>(buffer.get()) + 96;
    const auto* range = at<const std::size_t*>(spec, 0);
    EXPECT_EQ(at<const std::size_t*>(spec, 8) - range, 4) << "one range of two coordinates";
    EXPECT_EQ(std::vector<std::size_t>(range, range + 4), (std::vector<std::size_t>{0, 0, 2, 1}));
    EXPECT_EQ(at<std::uint32_t>(spec, 24), 64U) << "rows of a shard";
    EXPECT_EQ(at<std::uint32_t>(spec, 28), 32U);
    EXPECT_EQ(at<std::uint32_t>(spec, 40), 32U) << "rows of a page";
    EXPECT_EQ(at<std::uint32_t>(spec, 48), 3U) << "rows of the tensor in pages";
    EXPECT_EQ(at<bool>(spec, 56), true) << "the optional is engaged";
}

// As an outsider finds it: the bank manager holds a small vector of free lists, whose tables are read.
TEST_F(MemoryTest, FreeListIsReachedFromTheBankManager) {
    const auto first = allocate(mesh(), BufferType::DRAM, 2048);
    const auto second = allocate(mesh(), BufferType::DRAM, 4096);
    const char* manager_begin = static_cast<const char*>(manager(kDramManager));
    EXPECT_EQ(at<int>(manager_begin, 0), 0) << "buffer type";
    EXPECT_EQ(at<std::size_t>(manager_begin, 8 + 24), 12U) << "banks";
    const auto* vtable = static_cast<const char*>(
        ::dlsym(RTLD_DEFAULT, "_ZTVN2tt8tt_metal9allocator11FreeListOptE"));
    ASSERT_NE(vtable, nullptr);
    // Behind the dependencies and the sets of addresses, each with room for eight inside.
    const std::size_t lists = 80 + (16 + 8 * (16 + 8 * 4)) + (16 + 8 * 56);
    EXPECT_EQ(lists, 0x3b0U);
    EXPECT_EQ(at<std::uint32_t>(manager_begin, lists + 8), 1U);
    const char* list = at<const char*>(at<const void*>(manager_begin, lists), 0);
    ASSERT_EQ(at<const char*>(list, 0), vtable + 16);
    EXPECT_EQ(at<std::uint64_t>(list, 16), 32U) << "offset";
    const auto* address = at<const std::uint64_t*>(list, 64);
    const auto* size = at<const std::uint64_t*>(list, 88);
    const auto* in_use = at<const std::uint8_t*>(list, 160);
    const auto* is_block = at<const std::uint8_t*>(list, 184);
    std::set<std::pair<std::uint64_t, std::uint64_t>> blocks;
    std::uint64_t whole = 0;
    for (std::ptrdiff_t block = 0; block < at<const std::uint64_t*>(list, 72) - address; ++block) {
        if (is_block[block] != 0) {
            whole += size[block];
            if (in_use[block] != 0) {
                blocks.emplace(address[block] + 32, size[block]);
            }
        }
    }
    EXPECT_EQ(whole, at<std::uint64_t>(list, 8));
    EXPECT_EQ(blocks, (std::set<std::pair<std::uint64_t, std::uint64_t>>{{first->address(), 2048}, {second->address(), 2048}}));
}

TEST_F(MemoryTest, LoadedSubDevicesShrinkTheGlobalL1) {
    const auto before = mesh()->allocator_impl()->get_statistics(BufferType::L1);
    const auto cores = CoreRangeSet({tt::tt_metal::CoreRange{{0, 0}, {7, 7}}});
    const auto manager_id = world_.mesh()->create_sub_device_manager({{cores}}, 65'536);
    world_.mesh()->load_sub_device_manager(manager_id);
    const auto region = StandinAccess::region(*mesh()->allocator_impl(), BufferType::L1);
    EXPECT_EQ(region.shrunk, 65'536U);
    EXPECT_EQ(
        mesh()->allocator_impl()->get_statistics(BufferType::L1).total_free_bytes, before.total_free_bytes - 65'536);
    world_.mesh()->clear_loaded_sub_device_manager();
    EXPECT_EQ(mesh()->allocator_impl()->get_statistics(BufferType::L1).total_free_bytes, before.total_free_bytes);
}

TEST_F(MemoryTest, AllocationsAreUnsafeWhileATraceLives) {
    const void* allocator = mesh()->allocator_impl().get();
    world_.mesh()->begin_mesh_trace(3);
    EXPECT_FALSE(at<bool>(allocator, 40));
    EXPECT_EQ(seen_->allocs, 0U);
    world_.mesh()->end_mesh_trace(3, 8192);
    EXPECT_TRUE(at<bool>(allocator, 40));
    EXPECT_EQ(seen_->allocs, 1U) << "the TRACE buffer";
    world_.mesh()->release_mesh_trace(3);
    EXPECT_FALSE(at<bool>(allocator, 40));
    EXPECT_EQ(seen_->frees, 1U);
}

TEST(RemoteChipsTest, ViewMarksTheChipsOfOtherHosts) {
    standin::Options options;
    options.chips = 4;
    options.mesh = {2, 2};
    options.owners = {1, 1, 0, 0};
    options.remote_chips = 5;
    standin::World world(options);
    world.open();
    const void* view = at<const void*>(at<const void*>(at<const void*>(world.mesh().get(), 24), 80), 0);
    std::vector<int> ids;
    for (const auto* element = at<const char*>(view, 0x178); element != at<const char*>(view, 0x180); element += 16) {
        const bool local = at<std::uint8_t>(element, 8) == 0;
        ids.push_back(local ? at<int>(at<const void*>(element, 0), 8) : -1);
    }
    EXPECT_EQ(ids, (std::vector<int>{3, 2, -1, -1, 1, 0, -1, -1, -1}));
    EXPECT_EQ(world.mesh()->get_devices().size(), 4U);
    world.close();
    world.drop_closed();
}

}  // namespace
}  // namespace standin_test
