// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/process_walk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "fake_memory.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint64_t kChipClass = 0x1111'0000;
constexpr std::uint64_t kMeshClass = 0x2222'0000;

struct Core {
    std::uint64_t x = 0;
    std::uint64_t y = 0;

    bool operator==(const Core&) const = default;
};
struct CoreHash {
    std::size_t operator()(const Core& core) const noexcept { return core.x * 31 + core.y; }
};

// A runtime of the test's own, simpler than any real one, with real containers.
struct Buffer {
    std::uint64_t owner = 0;
    std::uint64_t size = 4096;
    std::uint32_t type = 0;
    std::uint32_t layout = 0;
    const void* allocator = nullptr;
    std::uint8_t status = 1;
    std::uint8_t hooked = 0;
    std::uint64_t address = 0x40;
    std::uint64_t page_size = 64;
    bool per_core = false;
    std::unordered_map<Core, std::uint64_t, CoreHash> places;
};
struct Allocator {
    std::unordered_set<Buffer*> buffers;
};
struct Manager {
    std::vector<Allocator*> allocators;
};
struct Tracker {
    const void* device = nullptr;
    Manager* first = nullptr;
};
struct Mesh {
    std::uint64_t vptr = kMeshClass;
    std::int64_t id = 0;
    Tracker* tracker = nullptr;
    std::weak_ptr<Mesh> parent;
    std::vector<std::weak_ptr<Mesh>> submeshes;
};
struct Device {
    std::uint64_t vptr = kChipClass;
    std::int64_t id = 0;
    Allocator* allocator = nullptr;
    std::weak_ptr<Mesh> mesh;
};
struct Pool {
    std::vector<Device*> devices;
};

template <typename Object, typename Member>
Field field(Member Object::*member, std::uint32_t width = 8) {
    const Object object;
    return {static_cast<std::uint32_t>(address_of(object.*member) - address_of(object)), width};
}

class ProcessWalkTest : public testing::Test {
protected:
    ProcessWalkTest() {
        layout_.buffer.owner = field(&Buffer::owner);
        layout_.buffer.size = field(&Buffer::size);
        layout_.buffer.type = field(&Buffer::type, 4);
        layout_.buffer.layout = field(&Buffer::layout, 4);
        layout_.buffer.allocator = field(&Buffer::allocator);
        layout_.buffer.status = field(&Buffer::status, 1);
        layout_.buffer.hooked = field(&Buffer::hooked, 1);
        layout_.buffer.address = field(&Buffer::address);
        layout_.buffer.page_size = field(&Buffer::page_size);
        layout_.buffer.per_core = field(&Buffer::per_core, 1);
        layout_.buffer.core_addresses = field(&Buffer::places);
        layout_.owner.chip_vptr = kChipClass;
        layout_.owner.mesh_vptr = kMeshClass;
        layout_.owner.chip_id = field(&Device::id, 4);
        layout_.owner.mesh_id = field(&Mesh::id, 4);
        WalkLayout& walk = layout_.walk;
        walk.root.device_pool = address_of(instance_);
        walk.root.devices = field(&Pool::devices);
        walk.device.allocator = field(&Device::allocator);
        walk.device.mesh = field(&Device::mesh);
        walk.device.mesh_tracker = field(&Mesh::tracker);
        walk.device.mesh_parent = field(&Mesh::parent);
        walk.device.mesh_submeshes = field(&Mesh::submeshes);
        walk.device.default_manager = field(&Tracker::first);
        walk.device.allocators = field(&Manager::allocators);
        walk.allocator.buffers = field(&Allocator::buffers);
        device_.id = 3;
        device_.allocator = &of_device_;
        pool_.devices = {&device_};
        instance_ = &pool_;
    }

    Buffer& add(Allocator& allocator, std::uint64_t owner, std::uint64_t address) {
        Buffer& buffer = *buffers_.emplace_back(std::make_unique<Buffer>());
        buffer.owner = owner;
        buffer.allocator = &allocator;
        buffer.address = address;
        allocator.buffers.insert(&buffer);
        return buffer;
    }
    Buffer& add(std::uint64_t address) { return add(of_device_, address_of(device_), address); }
    [[nodiscard]] Walk walk(const std::vector<KnownAllocator>& known = {}, const WalkOptions& options = {}) const {
        const std::array modules{WalkModule{layout_, 0}};
        return walk_process(memory_.get(), modules, known, options);
    }

    OwnMemory memory_;
    std::vector<std::unique_ptr<Buffer>> buffers_;
    Allocator of_device_;
    Device device_;
    Pool pool_;
    Pool* instance_ = nullptr;
    LayoutProfile layout_;
};

TEST_F(ProcessWalkTest, BuffersAllocatedCoreByCoreTellTheirCores) {
    const auto add_sharded = [this](std::uint32_t layout, bool per_core) -> Buffer& {
        Buffer& buffer = add(0x40);
        buffer.layout = layout;
        buffer.type = 1;
        buffer.per_core = per_core;
        return buffer;
    };
    add_sharded(2, true).places = {{{0, 0}, 0x40}, {{1, 0}, 0x80}};
    add_sharded(2, true).places = {{{0, 1}, 0x80}, {{1, 1}, 0x80}, {{5, 5}, 0x40}};
    add_sharded(2, true).places = {{{2, 2}, 0x80}};
    add_sharded(2, false).places = {{{3, 3}, 0x40}};
    add_sharded(0, true).places = {{{3, 3}, 0x40}};
    std::vector<std::tuple<bool, int, int>> seen;
    const Walk walked = walk();
    for (const WalkedBuffer& buffer : walked.allocators.at(0).buffers) {
        seen.emplace_back(buffer.fields.per_core, buffer.fields.cores, buffer.fields.core);
    }
    EXPECT_THAT(
        seen,
        testing::UnorderedElementsAre(
            std::tuple(true, 2, core_number(0, 0)),
            std::tuple(true, 3, core_number(5, 5)),
            std::tuple(true, 1, 0),   // it is nowhere at its address
            std::tuple(false, 0, 0),  // not its flag
            std::tuple(false, 0, 0)   // not sharded
        )
    );
}

TEST_F(ProcessWalkTest, NothingIsOpenWithoutAPool) {
    instance_ = nullptr;
    const Walk result = walk();
    EXPECT_TRUE(result.complete) << result.incomplete_reason;
    EXPECT_TRUE(result.roots_known);
    EXPECT_THAT(result.allocators, IsEmpty());
}

TEST_F(ProcessWalkTest, OnlyAllocatedBuffersAreLive) {
    add(0x40);
    add(0x80).status = 0;
    add(0xc0).status = 2;
    add(0x100).hooked = 1;
    add(0x140).layout = 2;
    const Walk result = walk();
    EXPECT_TRUE(result.complete) << result.incomplete_reason;
    ASSERT_THAT(result.allocators, SizeIs(1));
    ASSERT_THAT(result.allocators[0].buffers, SizeIs(2));
    EXPECT_EQ(result.allocators[0].owner, address_of(device_));
    int sharded = 0;
    for (const WalkedBuffer& buffer : result.allocators[0].buffers) {
        sharded += buffer.fields.sharded ? 1 : 0;
        EXPECT_EQ(buffer.fields.size, 4096U);
    }
    EXPECT_EQ(sharded, 1);
    ASSERT_THAT(result.owners, SizeIs(1));
    EXPECT_EQ(result.owners[0].id, 3);
}

TEST_F(ProcessWalkTest, ASubmeshLeadsToItsParentAndSiblings) {
    const auto root = std::make_shared<Mesh>();
    const auto submesh = std::make_shared<Mesh>();
    const auto sibling = std::make_shared<Mesh>();
    std::array<Allocator, 3> allocators;
    std::array<Manager, 3> managers;
    std::array<Tracker, 3> trackers;
    const std::array<Mesh*, 3> meshes{root.get(), submesh.get(), sibling.get()};
    for (std::size_t i = 0; i < 3; ++i) {
        meshes[i]->id = static_cast<std::int64_t>(i);
        meshes[i]->tracker = &trackers[i];
        trackers[i].first = &managers[i];
        managers[i].allocators = {&allocators[i], nullptr};
        add(allocators[i], address_of(*meshes[i]), 0x40);
    }
    submesh->parent = sibling->parent = root;
    root->submeshes = {submesh, sibling};
    device_.mesh = submesh;
    Walk result = walk();
    EXPECT_TRUE(result.complete) << result.incomplete_reason;
    EXPECT_THAT(result.owners, SizeIs(4));
    EXPECT_THAT(result.allocators, SizeIs(4));

    sibling->tracker = nullptr;  // closed
    result = walk();
    EXPECT_TRUE(result.complete) << result.incomplete_reason;
    EXPECT_THAT(result.allocators, SizeIs(3));
}

TEST_F(ProcessWalkTest, AnExpiredMeshIsNotFollowed) {
    auto mesh = std::make_shared<Mesh>();
    mesh->tracker = reinterpret_cast<Tracker*>(0x10);  // NOLINT: would be noticed
    device_.mesh = mesh;
    EXPECT_FALSE(walk().complete);
    mesh.reset();
    add(64);
    EXPECT_TRUE(walk().complete) << "the chip is used by itself";
}

TEST_F(ProcessWalkTest, AMeshThatNothingLeadsToIsFoundInTheHeap) {
    Mesh mesh;
    Allocator allocator;
    Manager manager{{&allocator}};
    Tracker tracker{&mesh, &manager};
    mesh.tracker = &tracker;
    add(allocator, address_of(mesh), 0x40);
    WalkOptions options;
    options.heap = [&] { return std::vector<AddressRange>{{address_of(mesh), address_of(mesh) + sizeof(mesh)}, {0x10, 0x20}}; };
    ASSERT_THAT(walk({}, options).allocators, SizeIs(2));
    EXPECT_THAT(walk({}, options).allocators[1].buffers, SizeIs(1));
    tracker.device = nullptr;  // freed and used again
    EXPECT_THAT(walk({}, options).allocators, SizeIs(1));
    mesh.tracker = nullptr;  // closed
    EXPECT_THAT(walk({}, options).allocators, SizeIs(1));
}

TEST_F(ProcessWalkTest, AnOpenChipWithNeitherMeshNorBuffersIsADoubt) {
    const Walk result = walk();
    EXPECT_FALSE(result.complete);
    EXPECT_FALSE(result.roots_known) << "so that the first event of the mesh leads to what it holds";
    EXPECT_THAT(result.incomplete_reason, HasSubstr("chip 3 is open, but nothing leads to the mesh"));
}

TEST_F(ProcessWalkTest, AnOpenChipIsUsedByNoneWhereTheWholeHeapHoldsNoMeshOfIt) {
    const AddressRange heap{address_of(device_), address_of(device_) + sizeof(device_)};
    const AddressRange unreadable{0x10, 0x20};
    const std::vector<std::pair<std::vector<std::vector<AddressRange>>, bool>> cases{
        {{{heap}}, true},
        {{{heap, unreadable}}, false},
        {{{heap, unreadable}, {heap}}, true},         // it was taken out of the process meanwhile
        {{{heap, unreadable}, {{0x18, 0x28}}}, false},  // only a part of it was
        {{{}}, false},                                // objects are elsewhere
    };
    for (const auto& [answers, all] : cases) {
        std::size_t asked = 0;
        WalkOptions options;
        options.heap = [&asked, &answers = answers] { return answers[asked++ % answers.size()]; };
        EXPECT_EQ(walk({}, options).complete, all);
    }
}

TEST_F(ProcessWalkTest, ManyBuffersThatMakeNoSenseAreRefused) {
    for (std::uint64_t i = 1; i <= 100; ++i) {
        add(i * 64).size = i % 10 == 0 ? 0 : 64;
    }
    const Walk result = walk();
    EXPECT_FALSE(result.complete);
    EXPECT_THAT(result.incomplete_reason, HasSubstr("10 of 100 Buffers make no sense: the object layout does not fit"));
    EXPECT_THAT(result.allocators[0].buffers, IsEmpty());
}

TEST_F(ProcessWalkTest, OneThatMakesNoSenseIsSaid) {
    for (std::uint64_t i = 1; i <= 100; ++i) {
        add(i * 64).owner = i == 50 ? address_of(pool_) : address_of(device_);
    }
    const Walk result = walk();
    EXPECT_FALSE(result.complete);
    EXPECT_THAT(result.incomplete_reason, HasSubstr("1 of 100 Buffers make no sense"));
    EXPECT_THAT(result.allocators[0].buffers, SizeIs(99));
}

TEST_F(ProcessWalkTest, AKnownAllocatorIsWalkedWhereTheGlobalsAreNotKnown) {
    add(0x40);
    layout_.walk.root = {};
    EXPECT_THAT(walk().allocators, IsEmpty());
    const Walk result = walk({{address_of(of_device_), address_of(device_)}});
    EXPECT_FALSE(result.roots_known);
    EXPECT_FALSE(result.complete);
    EXPECT_THAT(result.incomplete_reason, HasSubstr("where this build keeps its devices is not known"));
    ASSERT_THAT(result.allocators, SizeIs(1));
    EXPECT_TRUE(result.allocators[0].complete);
    EXPECT_THAT(result.allocators[0].buffers, SizeIs(1));
}

TEST_F(ProcessWalkTest, AKnownAllocatorThatDiedDoesNotSpoilTheRest) {
    add(0x40);
    std::array<std::uint64_t, 8> debris{};
    debris.fill(0x4141'4141'4141'4141);
    const Walk result = walk({{address_of(debris), address_of(device_)}, {0x10, 0x20}, {~std::uint64_t{0}, 8}});
    EXPECT_TRUE(result.complete) << result.incomplete_reason;
    EXPECT_THAT(result.allocators, SizeIs(1));
}

TEST_F(ProcessWalkTest, TooManyBuffersEndTheWalkInWords) {
    for (std::uint64_t i = 1; i <= 100; ++i) {
        add(i * 64);
    }
    WalkOptions options;
    options.max_buffers = 99;
    EXPECT_THAT(walk({}, options).incomplete_reason, HasSubstr("claims to hold 100"));
}

TEST_F(ProcessWalkTest, ACancelledWalkSaysSo) {
    const std::atomic<bool> cancel{true};
    WalkOptions options;
    options.cancel = &cancel;
    const Walk result = walk({}, options);
    EXPECT_FALSE(result.complete);
}

}  // namespace
}  // namespace tt::alloc_trace::test
