// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout_profile.hpp"

#include <string_view>

namespace tt::alloc_trace {
namespace {

template <auto Part, auto Member>
LayoutItem field(std::string_view name) {
    return {
        std::string(name),
        [](const LayoutProfile& profile) { return profile.*Part.*Member; },
        [](LayoutProfile& profile, Field value) { profile.*Part.*Member = value; },
        nullptr,
        nullptr
    };
}

template <auto Part, auto Member>
LayoutItem number(std::string_view name) {
    return {
        std::string(name),
        nullptr,
        nullptr,
        [](const LayoutProfile& profile) { return profile.*Part.*Member; },
        [](LayoutProfile& profile, std::uint32_t value) { profile.*Part.*Member = value; }
    };
}

template <auto Part, auto Member>
LayoutItem walk_field(std::string_view name) {
    return {
        std::string(name),
        [](const LayoutProfile& profile) { return profile.walk.*Part.*Member; },
        [](LayoutProfile& profile, Field value) { profile.walk.*Part.*Member = value; },
        nullptr,
        nullptr
    };
}

template <auto Part, auto Member>
LayoutItem walk_number(std::string_view name) {
    return {
        std::string(name),
        nullptr,
        nullptr,
        [](const LayoutProfile& profile) { return profile.walk.*Part.*Member; },
        [](LayoutProfile& profile, std::uint32_t value) { profile.walk.*Part.*Member = value; }
    };
}

// An offset that is never 0: 0 stands for "unknown" wherever items are numbers.
template <auto Part, auto Member>
LayoutItem inner_offset(std::string_view name) {
    return {
        std::string(name),
        nullptr,
        nullptr,
        [](const LayoutProfile& profile) {
            const std::uint32_t offset = profile.*Part.*Member;
            return offset == kUnknownOffset ? 0 : offset;
        },
        [](LayoutProfile& profile, std::uint32_t value) {
            profile.*Part.*Member = value == 0 ? kUnknownOffset : value;
        }
    };
}

std::vector<LayoutItem> make_items() {
    constexpr auto kBuffer = &LayoutProfile::buffer;
    constexpr auto kOwner = &LayoutProfile::owner;
    constexpr auto kCores = &LayoutProfile::core_range_set;
    constexpr auto kProgram = &LayoutProfile::program;
    constexpr auto kHook = &LayoutProfile::hook;
    return {
        field<kBuffer, &BufferLayout::impl>("buffer.impl"),
        field<kBuffer, &BufferLayout::owner>("buffer.owner"),
        field<kBuffer, &BufferLayout::size>("buffer.size"),
        field<kBuffer, &BufferLayout::type>("buffer.type"),
        field<kBuffer, &BufferLayout::layout>("buffer.layout"),
        field<kBuffer, &BufferLayout::allocator>("buffer.allocator"),
        field<kBuffer, &BufferLayout::status>("buffer.status"),
        field<kBuffer, &BufferLayout::hooked>("buffer.hooked"),
        field<kBuffer, &BufferLayout::address>("buffer.address"),
        field<kBuffer, &BufferLayout::page_size>("buffer.page_size"),
        number<kBuffer, &BufferLayout::status_allocated>("buffer.status_allocated"),
        number<kBuffer, &BufferLayout::status_deallocated>("buffer.status_deallocated"),
        number<kBuffer, &BufferLayout::stable_pointer>("buffer.stable_pointer"),
        field<kBuffer, &BufferLayout::per_core>("buffer.per_core"),
        field<kBuffer, &BufferLayout::core_addresses>("buffer.core_addresses"),
        field<kBuffer, &BufferLayout::shard_spec>("buffer.shard_spec"),
        inner_offset<kBuffer, &BufferLayout::shard_shape>("buffer.shard_shape"),
        inner_offset<kBuffer, &BufferLayout::shard_page_shape>("buffer.shard_page_shape"),
        inner_offset<kBuffer, &BufferLayout::shard_engaged>("buffer.shard_engaged"),
        field<kBuffer, &BufferLayout::spread_cores>("buffer.spread_cores"),
        field<kBuffer, &BufferLayout::spread_pages>("buffer.spread_pages"),
        field<kBuffer, &BufferLayout::spread_shards>("buffer.spread_shards"),
        field<kOwner, &OwnerLayout::chip_id>("owner.chip_id"),
        field<kOwner, &OwnerLayout::chip_allocator>("owner.chip_allocator"),
        field<kOwner, &OwnerLayout::mesh_impl>("owner.mesh_impl"),
        field<kOwner, &OwnerLayout::mesh_id>("owner.mesh_id"),
        field<kOwner, &OwnerLayout::mesh_view>("owner.mesh_view"),
        field<kOwner, &OwnerLayout::view_impl>("owner.view_impl"),
        field<kOwner, &OwnerLayout::view_chips>("owner.view_chips"),
        number<kOwner, &OwnerLayout::chips_element>("owner.chips_element"),
        field<kCores, &CoreRangeSetLayout::ranges>("core_range_set.ranges"),
        field<kCores, &CoreRangeSetLayout::tree>("core_range_set.tree"),
        field<kProgram, &ProgramLayout::placing_needed>("program.placing_needed"),
        field<kProgram, &ProgramLayout::allocators>("program.allocators"),
        number<kProgram, &ProgramLayout::allocator_element>("program.allocator_element"),
        field<kProgram, &ProgramLayout::allocator_regions>("program.allocator_regions"),
        field<kProgram, &ProgramLayout::dataflow_placing_needed>("program.dataflow_placing_needed"),
        field<kProgram, &ProgramLayout::dataflow_allocators>("program.dataflow_allocators"),
        field<kHook, &HookLayout::hook>("hook.hook"),
        field<kHook, &HookLayout::blocks>("hook.blocks"),
        walk_field<&WalkLayout::root, &RootLayout::device_manager>("root.device_manager"),
        walk_field<&WalkLayout::root, &RootLayout::devices>("root.devices"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::initialized>("device.initialized"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::allocator>("device.allocator"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::tracker>("device.tracker"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::mesh>("device.mesh"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::mesh_tracker>("mesh.tracker"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::mesh_parent>("mesh.parent"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::mesh_submeshes>("mesh.submeshes"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::managers>("tracker.managers"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::default_manager>("tracker.default_manager"),
        walk_field<&WalkLayout::device, &DeviceWalkLayout::allocators>("sub_device_manager.allocators"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::buffers>("allocator.buffers"),
        walk_number<&WalkLayout::allocator, &AllocatorWalkLayout::node_value>("allocator.node_value"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::dram>("allocator.dram"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::l1>("allocator.l1"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::l1_small>("allocator.l1_small"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::trace>("allocator.trace"),
        walk_field<&WalkLayout::allocator, &AllocatorWalkLayout::config>("allocator.config"),
        walk_field<&WalkLayout::bank_manager, &BankManagerLayout::bank_offsets>("bank_manager.bank_offsets"),
        walk_field<&WalkLayout::bank_manager, &BankManagerLayout::alignment>("bank_manager.alignment"),
        walk_field<&WalkLayout::bank_manager, &BankManagerLayout::free_list>("bank_manager.free_list"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::bytes>("free_list.bytes"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::offset>("free_list.offset"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::granularity>("free_list.granularity"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::alignment>("free_list.alignment"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::shrunk>("free_list.shrunk"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::block_address>("free_list.block_address"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::block_size>("free_list.block_size"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::block_allocated>("free_list.block_allocated"),
        walk_field<&WalkLayout::free_list, &FreeListLayout::block_in_use>("free_list.block_in_use"),
    };
}

}  // namespace

const std::vector<LayoutItem>& layout_items() {
    static const std::vector<LayoutItem> kItems = make_items();
    return kItems;
}

}  // namespace tt::alloc_trace
