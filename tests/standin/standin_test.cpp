// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Proves the stand-in runtime against what is known of the real one, without any tracer.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "driver/operations.hpp"
#include "runtime/allocator.hpp"
#include "runtime/host_api.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/mesh_device.hpp"
#include "runtime/metal_context.hpp"
#include "test_support.hpp"

namespace standin_test {
namespace {

TEST(StandinSymbolsTest, ExportsTheMangledNamesOfTheImitatedEra) {
    const std::array names{
        "12GraphTracker14track_allocateEPKNS0_6BufferE",
        "12GraphTracker16track_deallocateEPNS0_6BufferE",
        "12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE",
        "12GraphTracker19track_deallocate_cbEPKNS0_7IDeviceE",
        "12GraphTracker13track_programEPNS0_7ProgramEPKNS0_7IDeviceE",
        "12GraphTracker13hook_allocateEPKNS0_6BufferE",
        "12GraphTracker15hook_deallocateEPNS0_6BufferE",
        "12GraphTracker8instanceEv",
        "13AllocatorImpl15allocate_bufferEPNS0_6BufferE",
        "13AllocatorImpl17deallocate_bufferEPNS0_6BufferE",
        "13AllocatorImpl18deallocate_buffersEv",
        "13AllocatorImpl5clearEv",
        "13AllocatorImpl14override_stateERKNS0_14AllocatorStateE",
        "13AllocatorImpl21shrink_allocator_sizeERKNS0_10BufferTypeEmb",
        "13AllocatorImpl20reset_allocator_sizeERKNS0_10BufferTypeE",
        "13AllocatorImplD1Ev",
        "9Allocator18deallocate_buffersEv",
        "6Buffer13allocate_implEv",
        "6Buffer15deallocate_implEv",
        "6Buffer10deallocateEv",
        "6Buffer19mark_as_deallocatedEv",
        "6BufferD1Ev",
        "6Buffer14next_unique_idE",
        "6Buffer4viewERKNS0_12BufferRegionE",
        "16DeallocateBufferERNS0_6BufferE",
        "6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE",
        "6detail11ProgramImpl31validate_circular_buffer_regionEPKNS0_7IDeviceE",
        "6detail11ProgramImplD1Ev",
        "12MetalContext8instanceEv",
        "6Device5closeEv",
        "11distributed10MeshDevice5closeEv",
        "11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE",
        "11distributed10MeshDeviceD1Ev",
        "11CloseDeviceEPNS0_7IDeviceE",
        "6detail12CloseDevicesERKSt3mapIiPNS0_7IDeviceESt4lessIiESaISt4pairIKiS4_EEE",
        "13DeviceManager12close_deviceEi",
        "13DeviceManager13close_devicesERKSt6vectorIPNS0_7IDeviceESaIS4_EEb",
        "16SubDeviceManagerD1Ev",
        "23SubDeviceManagerTrackerD1Ev",
    };
    for (const char* name : names) {
        EXPECT_NE(::dlsym(RTLD_DEFAULT, (std::string("_ZN2tt8tt_metal") + name).c_str()), nullptr) << name;
    }
    const std::array getters{
        "6Buffer9page_sizeEv",
        "6Buffer12is_allocatedEv",
        "6Buffer7is_dramEv",
        "6Buffer5is_l1Ev",
        "6Buffer7addressEv",
        "6Buffer9num_pagesEv",
        "6Buffer9allocatorEv",
        "13AllocatorImpl10get_configEv",
        "13AllocatorImpl21get_allocated_buffersEv",
        "6Device14allocator_implEv",
        "11distributed10MeshDevice2idEv",
        "11distributed14MeshDeviceImpl2idEv",
        "23SubDeviceManagerTracker30get_default_sub_device_managerEv",
    };
    for (const char* name : getters) {
        EXPECT_NE(::dlsym(RTLD_DEFAULT, (std::string("_ZNK2tt8tt_metal") + name).c_str()), nullptr) << name;
    }
}

TEST(StandinSymbolsTest, DoesNotExportWhatIsInlineInTheRealHeaders) {
    for (const char* name : {
             "_ZNK2tt8tt_metal6Buffer4sizeEv",
             "_ZNK2tt8tt_metal6Buffer11buffer_typeEv",
             "_ZNK2tt8tt_metal6Buffer6deviceEv",
             "_ZNK2tt8tt_metal6Device2idEv",
             "_ZNK2tt8tt_metal6Device14is_initializedEv",
         }) {
        EXPECT_EQ(::dlsym(RTLD_DEFAULT, name), nullptr) << name;
    }
}

TEST_F(MeshTest, ObjectsCarryTheExportedVtables) {
    const auto vtable = [](const std::string& name) {
        return static_cast<const char*>(::dlsym(RTLD_DEFAULT, ("_ZTVN2tt8tt_metal" + name).c_str())) + 16;
    };
    EXPECT_EQ(at<const char*>(chip(0), 0), vtable("6DeviceE"));
    EXPECT_EQ(at<const char*>(mesh(), 0), vtable("11distributed10MeshDeviceE"));
    EXPECT_EQ(at<const char*>(at<void*>(mesh(), 24), 0), vtable("11distributed14MeshDeviceImplE"));
}

TEST_F(MeshTest, BufferMembersAreWhereTheGettersSay) {
    const auto buffer = allocate(mesh(), BufferType::L1);
    const void* object = buffer.get();
    EXPECT_EQ(at<IDevice*>(object, 0x10), mesh());
    EXPECT_EQ(at<std::uint64_t>(object, 0x18), buffer->size());
    EXPECT_EQ(at<int>(object, 0x20), 1);
    EXPECT_EQ(at<std::uint8_t>(object, 0x2b), 1) << "owns_data";
    EXPECT_EQ(at<void*>(object, 0x40), buffer->allocator());
    EXPECT_EQ(at<std::uint8_t>(object, 0x48), 1) << "status";
    EXPECT_EQ(at<std::uint8_t>(object, 0x49), 0) << "hooked";
    EXPECT_EQ(at<std::uint64_t>(object, 0x50), buffer->address());
    EXPECT_EQ(at<std::uint64_t>(object, 0x58), buffer->page_size());
    EXPECT_EQ(at<std::uint64_t>(object, 0x1d8), buffer->unique_id());
}

// The way an outsider walks: context -> device manager -> chip -> mesh -> tracker -> default manager -> allocator -> set.
TEST_F(MeshTest, EveryBufferIsReachedFromTheContext) {
    const auto on_mesh = allocate(mesh());
    const auto on_chip = allocate(chip(3));
    const void* manager = at<void*>(&tt::tt_metal::MetalContext::instance(), 0xbd0);
    const auto* begin = at<const void* const*>(manager, 104);
    const auto* end = at<const void* const*>(manager, 112);
    std::set<const void*> found;
    const auto walk = [&](const void* allocator) {
        std::size_t count = 0;
        for (auto* node = at<const void*>(allocator, 0x130 + 16); node != nullptr; node = at<const void*>(node, 0)) {
            found.insert(at<const void*>(node, 8));
            ++count;
        }
        EXPECT_EQ(count, at<std::size_t>(allocator, 0x130 + 24));
    };
    std::set<const void*> meshes;
    for (const auto* chip = begin; chip != end; ++chip) {
        if (at<bool>(*chip, 0x28)) {
            walk(at<const void*>(*chip, 0x1c0));
            meshes.insert(at<const void*>(*chip, 80));
        }
    }
    meshes.insert(mesh());
    for (const void* mesh : meshes) {
        const void* tracker = at<const void*>(at<const void*>(mesh, 24), 0xd0);
        const void* allocators = at<const void*>(at<const void*>(tracker, 72), 96);
        walk(at<const void*>(allocators, 0));
    }
    EXPECT_EQ(found, (std::set<const void*>{on_mesh.get(), on_chip.get()}));
}

TEST_F(MeshTest, ViewListsTheChipsInMeshOrder) {
    const void* impl = at<const void*>(mesh(), 24);
    const void* view = at<const void*>(at<const void*>(impl, 80), 0);
    const auto* begin = at<const char*>(view, 0x178);
    const auto* end = at<const char*>(view, 0x180);
    std::vector<int> ids;
    for (const char* element = begin; element != end; element += 16) {
        ids.push_back(at<int>(at<const void*>(element, 0), 8));
    }
    EXPECT_EQ(ids, (std::vector<int>{4, 0, 2, 6, 5, 1, 3, 7}));
    EXPECT_EQ(at<int>(impl, 72), mesh()->id());
}

TEST_F(MeshTest, MeshBufferIsNineObjectsAndOneEvent) {
    auto buffer = tt::tt_metal::distributed::MeshBuffer::create(world_.mesh().get(), 4096, 2048, BufferType::DRAM);
    EXPECT_EQ(buffer->device_buffers().size(), 8U);
    for (const auto& child : buffer->device_buffers()) {
        EXPECT_EQ(child->address(), buffer->address());
    }
    buffer.reset();
    EXPECT_EQ(seen_->allocs, 1U);
    EXPECT_EQ(seen_->frees, 1U);
}

TEST_F(MeshTest, NonOwningViewAndZeroSizeMakeNoEvent) {
    const auto root = allocate(mesh());
    Buffer::create(mesh(), 4096, 2048, 2048, BufferType::DRAM)->deallocate();
    root->view({2048, 2048});
    Buffer::create(mesh(), 0, 2048, BufferType::DRAM);
    EXPECT_EQ(seen_->allocs, 1U);
    EXPECT_EQ(seen_->frees, 0U);
}

TEST_F(MeshTest, OnlyTheFirstOfSeveralFreesMakesAnEvent) {
    auto buffer = allocate(chip(0));
    tt::tt_metal::DeallocateBuffer(*buffer);
    buffer->deallocate();
    buffer.reset();
    EXPECT_EQ(seen_->frees, 1U);
}

TEST_F(MeshTest, MarkedBufferIsFreedWithoutAnEvent) {
    auto buffer = allocate(chip(0));
    buffer->mark_as_deallocated();
    buffer.reset();
    EXPECT_EQ(seen_->frees, 0U);
}

TEST_F(MeshTest, OutOfMemoryIsThrownWithoutAnEventAndChangesNothing) {
    try {
        Buffer::create(mesh(), DeviceAddr{1} << 40, 2048, BufferType::L1);
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        const std::string expected =
            "Out of Memory: Not enough space to allocate 1099511627776 B L1 buffer across 64 banks";
        EXPECT_NE(std::string(error.what()).find(expected), std::string::npos) << error.what();
    }
    EXPECT_EQ(seen_->allocs + seen_->frees, 0U);
    EXPECT_EQ(mesh()->allocator_impl()->get_num_allocated_buffers(), 0U);
}

TEST_F(MeshTest, SystemMemoryAndInterleavedL1SmallAreRefused) {
    EXPECT_THROW(allocate(mesh(), BufferType::SYSTEM_MEMORY), std::runtime_error);
    EXPECT_THROW(allocate(mesh(), BufferType::L1_SMALL), std::runtime_error);
}

TEST_F(MeshTest, DramGrowsUpwardsAndL1Downwards) {
    EXPECT_EQ(allocate(mesh(), BufferType::DRAM)->address(), 32U);
    EXPECT_EQ(allocate(mesh(), BufferType::L1, 64 * 2048)->address(), 1'499'136U - 2048U);
}

TEST_F(MeshTest, OwnersHaveIndependentAddressSpaces) {
    const auto on_mesh = allocate(mesh());
    const auto on_chip = allocate(chip(0));
    const auto on_submesh = allocate(world_.submeshes().front().device);
    EXPECT_EQ(on_mesh->address(), on_chip->address());
    EXPECT_EQ(on_mesh->address(), on_submesh->address());
    EXPECT_NE(on_mesh->allocator(), on_submesh->allocator());
}

TEST_F(MeshTest, FreedAddressIsUsedAgain) {
    const auto address = allocate(mesh())->address();
    EXPECT_EQ(allocate(mesh())->address(), address);
}

TEST_F(MeshTest, CloseIsSilentAndLaterFreesToo) {
    auto on_mesh = allocate(mesh());
    auto on_chip = allocate(chip(1));
    IDevice* const same_chip = chip(1);
    world_.close();
    on_mesh.reset();
    on_chip.reset();
    EXPECT_EQ(seen_->frees, 0U);
    world_.open();
    EXPECT_EQ(chip(1), same_chip) << "a chip's object survives the close";
    EXPECT_EQ(same_chip->allocator_impl()->get_num_allocated_buffers(), 0U);
}

TEST_F(MeshTest, NewMeshesGetNewIds) {
    const int before = mesh()->id();
    world_.close();
    world_.open();
    EXPECT_GT(mesh()->id(), before);
}

TEST_F(MeshTest, CircularBuffersAreAnnouncedOnlyWhenThePlanIsNew) {
    auto program = standin::make_program(3, 2048);
    tt::tt_metal::distributed::EnqueueProgram(mesh(), program);
    tt::tt_metal::distributed::EnqueueProgram(mesh(), program);
    EXPECT_EQ(seen_->cbs, 3U);
    tt::tt_metal::UpdateCircularBufferTotalSize(program, 0, 4096);
    tt::tt_metal::distributed::EnqueueProgram(mesh(), program);
    EXPECT_EQ(seen_->cbs, 6U);
}

TEST_F(MeshTest, ClashOfCircularBuffersIsThrownOnLaunch) {
    auto program = standin::make_program(1, 2048);
    const auto in_the_way = Buffer::create(mesh(), 2048, 2048, BufferType::L1, {}, /*bottom_up=*/true);
    try {
        tt::tt_metal::distributed::EnqueueProgram(mesh(), program);
        FAIL() << "nothing was thrown";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("clash with L1 buffers on core range"), std::string::npos);
    }
}

}  // namespace
}  // namespace standin_test
