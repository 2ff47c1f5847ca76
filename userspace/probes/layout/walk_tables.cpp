// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Offsets behind a hash container differ between libstdc++ (56 bytes) and libc++ (40 bytes).
#include "probes/layout/walk_tables.hpp"

#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

using namespace symbol;
using Names = std::vector<std::string_view>;


const Names kMeshImplNames{kMeshImplVtable, kMeshImplClose};
const Names kAllocatorImplNames{kAllocatorImpl, kAllocatorImplClear};
const Names kAllocatorClassNames{kAllocator, kAllocatorV0};
// Names that only exist since a Device has a vtable (January 2025).
const Names kInterfaceNames{kChipVtable, kChipVtableV0, kMeshVtable, kTrackCbV0, kTrackCbGlobal, kTrackCbInTtMetal};

Fingerprint with(Fingerprint fingerprint, bool libcxx) {
    (libcxx ? fingerprint.all : fingerprint.none).push_back(kUsesLibcxx);
    return fingerprint;
}

Names joined(Names left, const Names& right) {
    left.insert(left.end(), right.begin(), right.end());
    return left;
}

TableGroup root_tables() {
    const auto devices = [](std::uint32_t offset) { return table_claims("roots", {{"root.devices", {offset, 8}}}); };
    const Names no_interface = joined(kInterfaceNames, {kAllocatorFunction});
    return {
        "DeviceManager",
        {"root.device_manager", "root.devices"},
        {{"roots",
          "",
          {{kMetalContext, kDeviceManagerClose}, kMeshImplNames, {kDevicePool}},
          table_claims("roots", {{"root.device_manager", {0xbd0, 8}}, {"root.devices", {104, 8}}})},
         {"roots", "", {{kMetalContext, kDeviceManagerClose}, {}, joined(kMeshImplNames, {kDevicePool})}, devices(104)},
         {"roots", "", {{kDevicePool, kTrackAllocate, kProgramImplPlace}, {}, {}}, devices(104)},
         {"roots", "", {{kDevicePool, kTrackAllocate}, kInterfaceNames, {kProgramImplPlace}}, devices(96)},
         {"roots", "", {{kDevicePool, kTrackAllocateV0}, kInterfaceNames, {}}, devices(96)},
         // In its last weeks Device was no interface yet, but the pool had got its new member.
         {"roots", "", {{kDevicePool, kAllocatorFunction, kFreeListVtable}, {}, kInterfaceNames}, devices(96)},
         {"roots", "", {{kDevicePool, kAllocatorFunction}, {}, kInterfaceNames}, devices(88)},
         {"roots", "", {{kDevicePool}, {}, no_interface}, devices(88)}},
        Doubt::BelieveCode
    };
}

TableGroup device_tables() {
    const Names sub_devices{kSubDeviceManager, kSubDeviceTracker};
    return {
        "Device",
        {"device.initialized", "device.allocator", "device.tracker", "device.mesh"},
        {{"device",
          "",
          {{}, {}, joined(joined(kInterfaceNames, sub_devices), {kBufferNextIdV0, kAllocatorV0, kBufferAllocateImplV0})},
          table_claims("device", {{"device.initialized", {16, 1}}, {"device.allocator", {8, 8}}, {"device.tracker", {}}})},
         {"device",
          "",
          {{kSubDeviceTracker}, kInterfaceNames, joined(kMeshImplNames, {kDeviceMesh})},
          table_claims("device", {{"device.initialized", {48, 1}}, {"device.allocator", {}}, {"device.tracker", {40, 8}}})},
         {"device",
          "",
          {{kSubDeviceTracker, kDeviceMesh}, kInterfaceNames, kMeshImplNames},
          table_claims(
              "device",
              {{"device.initialized", {48, 1}},
               {"device.allocator", {}},
               {"device.tracker", {40, 8}},
               {"device.mesh", {88, 8}}}
          )},
         {"device",
          "",
          {{}, kMeshImplNames, {}},
          table_claims(
              "device",
              {{"device.initialized", {0x28, 1}},
               {"device.allocator", {0x1c0, 8}},
               {"device.tracker", {}},
               {"device.mesh", {80, 8}}}
          )}},
        Doubt::BelieveCode
    };
}

// Without impl the three follow the view.
TableVariant inline_mesh_variant(std::uint32_t view) {
    return {
        "mesh",
        "",
        {{kMeshVtable}, {}, kMeshImplNames},
        table_claims(
            "mesh",
            {{"mesh.parent", {view + 8, 8}}, {"mesh.submeshes", {view + 24, 8}}, {"mesh.tracker", {view + 128, 8}}}
        ),
        true
    };
}

TableGroup mesh_walk_tables() {
    return {
        "MeshDevice",
        {"mesh.tracker", "mesh.parent", "mesh.submeshes"},
        {{"mesh",
          "",
          {{}, kMeshImplNames, {}},
          table_claims("mesh", {{"mesh.tracker", {0xd0, 8}}, {"mesh.parent", {88, 8}}, {"mesh.submeshes", {104, 8}}})},
         inline_mesh_variant(48),
         inline_mesh_variant(88),
         inline_mesh_variant(96)},
        Doubt::BelieveCode
    };
}

// A pointer to the device, the map, a pointer to the active manager, one to the default manager.
TableGroup tracker_tables() {
    const auto variant = [](bool libcxx) {
        const std::uint32_t default_manager = libcxx ? 56 : 72;
        return TableVariant{
            "tracker",
            "",
            with({{kSubDeviceTracker}, {}, {}}, libcxx),
            table_claims("tracker", {{"tracker.managers", {8, 8}}, {"tracker.default_manager", {default_manager, 8}}})
        };
    };
    return {
        "SubDeviceManagerTracker",
        {"tracker.managers", "tracker.default_manager"},
        {variant(false), variant(true)},
        Doubt::BelieveCode
    };
}

TableGroup manager_tables() {
    return {
        "SubDeviceManager",
        {"sub_device_manager.allocators"},
        {{"manager", "", {{kSubDeviceTracker}, {}, {}}, table_claims("manager", {{"sub_device_manager.allocators", {96, 8}}})}
        },
        Doubt::BelieveCode
    };
}

TableGroup node_tables() {
    return {
        "hash node",
        {"allocator.node_value"},
        {{"libstdc++", "", {{}, {}, {kUsesLibcxx}}, table_claims("libstdc++", {{"allocator.node_value", {}, 8}})},
         {"libc++", "", {{kUsesLibcxx}, {}, {}}, table_claims("libc++", {{"allocator.node_value", {}, 16}})}},
        Doubt::BelieveCode
    };
}

// A mutex (since July 2025), a flag, four managers, four maps, the set of Buffers, the configuration (a pointer since
// October 2025).
TableVariant allocator_variant(Fingerprint fingerprint, std::uint32_t managers, bool config, bool libcxx) {
    const std::uint32_t container = libcxx ? 40 : 56;
    const std::uint32_t buffers = managers + 4 * 8 + 4 * container;
    return {
        "allocator",
        "",
        with(std::move(fingerprint), libcxx),
        table_claims(
            "allocator",
            {{"allocator.dram", {managers, 8}},
             {"allocator.l1", {managers + 8, 8}},
             {"allocator.l1_small", {managers + 16, 8}},
             {"allocator.trace", {managers + 24, 8}},
             {"allocator.buffers", {buffers, 8}},
             {"allocator.config", config ? Field{buffers + container, 8} : Field{}}}
        )
    };
}

TableGroup allocator_tables() {
    TableGroup group{
        "Allocator",
        {"allocator.buffers",
         "allocator.dram",
         "allocator.l1",
         "allocator.l1_small",
         "allocator.trace",
         "allocator.config"},
        {},
        Doubt::BelieveCode
    };
    const Fingerprint impl{{}, kAllocatorImplNames, {}};
    const Fingerprint guarded{{kBufferView}, {kAllocator}, kAllocatorImplNames};
    const Fingerprint plain{{}, kAllocatorClassNames, kAllocatorImplNames};
    for (const bool libcxx : {false, true}) {
        group.variants.push_back(allocator_variant(impl, 48, true, libcxx));
        group.variants.push_back(allocator_variant(guarded, 48, true, libcxx));
        group.variants.push_back(allocator_variant(guarded, 48, false, libcxx));
        group.variants.push_back(allocator_variant(plain, 8, false, libcxx));
        // 2026: members between the set and the configuration.
        TableVariant hybrid = allocator_variant({{kBufferImplAllocate}, kAllocatorImplNames, {}}, 48, false, libcxx);
        hybrid.claims.pop_back();  // the configuration
        group.variants.push_back(std::move(hybrid));
    }
    return group;
}

TableGroup bank_manager_tables() {
    // From September 2025 on; the constructor may be inlined away, and AllocatorImpl came later.
    const Names several_lists = joined(kAllocatorImplNames, {kBankDependencies});
    const auto variant = [&several_lists](bool libcxx) {
        // The type, a set, the offsets, a pointer to the free list, a limit, the alignment.
        const std::uint32_t container = libcxx ? 40 : 56;
        return TableVariant{
            "banks",
            "",
            with({{}, joined(kAllocatorClassNames, {kAllocatorFunction}), several_lists}, libcxx),
            table_claims(
                "banks",
                {{"bank_manager.bank_offsets", {8 + container, 8}},
                 {"bank_manager.free_list", {8 + 2 * container, 8}},
                 {"bank_manager.alignment", {24 + 2 * container, 4}}}
            )
        };
    };
    return {
        "BankManager",
        {"bank_manager.bank_offsets", "bank_manager.alignment", "bank_manager.free_list"},
        {variant(false),
         variant(true),
         // The type, the offsets, a limit, the alignment; then what several allocators need, which has no known size
         // with libc++.
         {"banks",
          "",
          with({{}, several_lists, {}}, false),
          table_claims(
              "banks",
              {{"bank_manager.bank_offsets", {8, 8}},
               {"bank_manager.alignment", {72, 4}},
               {"bank_manager.free_list", {0x3b0, 8}}}
          )},
         {"banks",
          "",
          with({{}, several_lists, {}}, true),
          table_claims("banks", {{"bank_manager.bank_offsets", {8, 8}}, {"bank_manager.alignment", {56, 4}}})}},
        Doubt::BelieveCode
    };
}

TableGroup free_list_tables() {
    return {
        "FreeListOpt",
        {"free_list.bytes",
         "free_list.offset",
         "free_list.granularity",
         "free_list.alignment",
         "free_list.shrunk",
         "free_list.block_address",
         "free_list.block_size",
         "free_list.block_allocated",
         "free_list.block_in_use"},
        {{"free list",
          "",
          {{kFreeListVtable}, {}, {}},
          table_claims(
              "free list",
              {{"free_list.bytes", {8, 8}},
               {"free_list.offset", {16, 8}},
               {"free_list.granularity", {24, 8}},
               {"free_list.alignment", {32, 8}},
               {"free_list.shrunk", {40, 8}},
               {"free_list.block_address", {64, 8}},
               {"free_list.block_size", {88, 8}},
               {"free_list.block_allocated", {160, 8}},
               {"free_list.block_in_use", {184, 8}}}
          )}},
        Doubt::BelieveCode
    };
}

}  // namespace

std::vector<TableGroup> walk_tables() {
    return {
        root_tables(),
        device_tables(),
        mesh_walk_tables(),
        tracker_tables(),
        manager_tables(),
        node_tables(),
        allocator_tables(),
        bank_manager_tables(),
        free_list_tables()
    };
}

}  // namespace tt::alloc_trace
