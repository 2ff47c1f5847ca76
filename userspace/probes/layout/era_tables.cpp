// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Members before `address_` have the same size in libstdc++ and libc++, so one table serves both.
#include "probes/layout/era_tables.hpp"

#include <algorithm>
#include <array>

#include "probes/layout/runtime_symbols.hpp"
#include "probes/layout/walk_tables.hpp"

namespace tt::alloc_trace {
namespace {

using Names = std::vector<std::string_view>;


// --- Buffer ---------------------------------------------------------------------------------------------------------

const Names kBufferItems{
    "buffer.impl",
    "buffer.owner",
    "buffer.size",
    "buffer.type",
    "buffer.layout",
    "buffer.allocator",
    "buffer.status",
    "buffer.hooked",
    "buffer.address",
    "buffer.page_size",
    "buffer.status_allocated",
    "buffer.status_deallocated",
    "buffer.stable_pointer"
};

const Names kBufferImplNames{symbol::kBufferImplAllocate, symbol::kBufferImplDeallocate, symbol::kBufferImplFree};
// November 2024 on: sub-devices, and a Buffer knows its allocator.
const Names kSubDeviceNames{
    symbol::kSubDeviceManager,
    symbol::kSubDeviceTracker,
    symbol::kBufferNextIdV0,
    symbol::kTrackCbV0,
    symbol::kAllocatorV0,
    symbol::kBufferAllocateImplV0,
};

// Before the Buffer had a status it could be copied and moved.
std::vector<LayoutClaim> movable_buffer(std::string_view table, std::uint32_t vptr) {
    return table_claims(
        table,
        {{"buffer.owner", {vptr, 8}},
         {"buffer.size", {vptr + 8, 8}},
         {"buffer.address", {vptr + 16, 8}},
         {"buffer.page_size", {vptr + 24, 8}},
         {"buffer.type", {vptr + 32, 4}},
         {"buffer.layout", {vptr + 36, 4}},
         {"buffer.status_allocated", {}, 1},
         {"buffer.status_deallocated", {}, 2},
         {"buffer.stable_pointer", {}, 0}}
    );
}

std::vector<LayoutClaim> l2(std::uint32_t status, std::uint32_t allocated) {
    return table_claims(
        "L2",
        {{"buffer.owner", {0, 8}},
         {"buffer.size", {8, 8}},
         {"buffer.type", {16, 4}},
         {"buffer.layout", {20, 4}},
         {"buffer.status", {status, 1}},
         {"buffer.address", {32, 8}},
         {"buffer.page_size", {136, 8}},
         {"buffer.status_allocated", {}, allocated},
         {"buffer.status_deallocated", {}, allocated + 1},
         {"buffer.stable_pointer", {}, 1}}
    );
}

// From L3 on the order of members stays; `first` is where they begin.
std::vector<LayoutClaim> with_allocator(
    std::string_view table,
    std::uint32_t first,
    std::uint32_t page_size,
    std::uint32_t allocated,
    bool hooked,
    Field impl
) {
    return table_claims(
        table,
        {{"buffer.impl", impl},
         {"buffer.owner", {first, 8}},
         {"buffer.size", {first + 8, 8}},
         {"buffer.type", {first + 16, 4}},
         {"buffer.layout", {first + 20, 4}},
         {"buffer.allocator", {first + 48, 8}},
         {"buffer.status", {first + 56, 1}},
         {"buffer.hooked", hooked ? Field{first + 57, 1} : Field{}},
         {"buffer.address", {first + 64, 8}},
         {"buffer.page_size", {page_size, 8}},
         {"buffer.status_allocated", {}, allocated},
         {"buffer.status_deallocated", {}, allocated + 1},
         {"buffer.stable_pointer", {}, 1}}
    );
}

const Names kViewNames{symbol::kBufferView, symbol::kBufferRoot};

TableGroup buffer_tables() {
    using namespace symbol;
    const Fingerprint l4{{kTrackAllocate}, {}, {kBufferDeleter, kBufferView, kBufferRoot, kBufferImplAllocate}};
    const Fingerprint l5{{kTrackAllocate}, kViewNames, kBufferImplNames};
    return {
        "Buffer",
        kBufferItems,
        {{"L0",
          "Buffer without vtable",
          {{},
           {kAllocateBuffer, kAllocatorFunction32, kAllocatorFunction32Libcxx},
           {kBufferVtable, kTrackAllocateBool, kTrackAllocate}},
          movable_buffer("L0", 0)},
         {"L1",
          "Buffer with vtable",
          {{},
           {kTrackAllocateBool, kTrackAllocateV0Bool, kBufferVtable, kBufferVtableV0},
           {kTrackAllocate, kTrackAllocateV0}},
          movable_buffer("L1", 8)},
         {"L2", "first day of it", {{kTrackAllocateV0ConstBool}, {}, kSubDeviceNames}, l2(26, 1)},
         {"L2", "without owns_data_", {{kTrackAllocateV0}, {}, kSubDeviceNames}, l2(25, 1)},
         {"L2", "with owns_data_", {{kTrackAllocateV0}, {}, kSubDeviceNames}, l2(26, 2)},
         {"L3",
          "Buffer in namespace v0",
          {{kTrackAllocateV0}, kSubDeviceNames, {}},
          with_allocator("L3", 0, 168, 2, false, {})},
         {"L3", "", {{kTrackAllocate, kBufferDeleter}, {}, {}}, with_allocator("L3", 0, 168, 2, false, {})},
         {"L4", "without hooked_allocation_", l4, with_allocator("L4", 0, 72, 1, false, {})},
         {"L4", "with hooked_allocation_", l4, with_allocator("L4", 0, 72, 1, true, {})},
         {"L5", "", l5, with_allocator("L5", 16, 88, 1, true, {})},
         {"L6", "BufferImpl", {{kTrackAllocate}, kBufferImplNames, {}}, with_allocator("L6", 0, 72, 1, true, {16, 8})}}
    };
}

// Told by code alone.
TableGroup per_core_tables() {
    return {"Buffer, core by core", {"buffer.per_core", "buffer.core_addresses"}, {}, Doubt::BelieveCode};
}

TableGroup spread_tables() {
    return {"BufferDistributionSpec", {"buffer.spread_cores", "buffer.spread_pages", "buffer.spread_shards"}, {}, Doubt::BelieveCode};
}

// A shard's specification: CoreRangeSet, shape, orientation; from
// November 2024 to September 2025 16 bytes more, of which no use is made here; the page shape and the tensor's shape in pages. The flag stands behind it all.
TableVariant shard_variant(Fingerprint fingerprint, std::uint32_t place, std::uint32_t cores, std::uint32_t spec) {
    return {
        "shard",
        "",
        std::move(fingerprint),
        table_claims(
            "shard",
            {{"buffer.shard_spec", {place, 8}},
             {"buffer.shard_shape", {}, cores},
             {"buffer.shard_page_shape", {}, spec},
             {"buffer.shard_engaged", {}, spec + 16}}
        )
    };
}

TableGroup shard_tables() {
    using namespace symbol;
    constexpr std::uint32_t kVector = 24;  // a CoreRangeSet
    constexpr std::uint32_t kGuarded = 64;
    const Fingerprint l3{{kTrackAllocate, kBufferDeleter}, {}, {}};
    const Fingerprint l5{{kTrackAllocate, kTrackCbGlobal}, kViewNames, kBufferImplNames};
    const Fingerprint late_l5{{kTrackAllocate, kTrackCbInTtMetal}, kViewNames, kBufferImplNames};
    const Fingerprint l6{{kTrackAllocate}, kBufferImplNames, {}};
    return {
        "ShardSpecBuffer",
        {"buffer.shard_spec", "buffer.shard_shape", "buffer.shard_page_shape", "buffer.shard_engaged"},
        {shard_variant({{kTrackAllocateV0}, {}, kSubDeviceNames}, 144, kGuarded, 80),
         shard_variant({{kTrackAllocateV0}, kSubDeviceNames, {}}, 176, kGuarded, 96),
         shard_variant(l3, 176, kGuarded, 96),
         shard_variant(l3, 176, kVector, 56),
         shard_variant(
             {{kTrackAllocate}, {}, {kBufferDeleter, kBufferView, kBufferRoot, kBufferImplAllocate}}, 80, kVector, 56
         ),
         shard_variant(l5, 96, kVector, 56),
         shard_variant(l5, 96, kVector, 40),
         shard_variant(late_l5, 96, kVector, 40),
         shard_variant(l6, 80, kVector, 40)},
        Doubt::AllOrNothing
    };
}

// --- Device, MeshDevice ---------------------------------------------------------------------------------------------

// Names that only exist since a Device has a vtable.
const Names kDeviceInterfaceNames{
    symbol::kChipVtable,
    symbol::kChipVtableV0,
    symbol::kMeshVtable,
    symbol::kTrackCbV0,
    symbol::kTrackCbGlobal,
    symbol::kTrackCbInTtMetal
};

TableGroup chip_tables() {
    Names later = kDeviceInterfaceNames;
    later.insert(later.end(), kSubDeviceNames.begin(), kSubDeviceNames.end());
    return {
        "Device",
        {"owner.chip_id", "owner.chip_allocator"},
        {{"chip",
          "Device owns one allocator",
          {{}, {}, later},
          table_claims("chip", {{"owner.chip_id", {0, 4}}, {"owner.chip_allocator", {8, 8}}})},
         {"chip",
          "Device without vtable",
          {{}, kSubDeviceNames, kDeviceInterfaceNames},
          table_claims("chip", {{"owner.chip_id", {0, 4}}})},
         {"chip", "Device is an IDevice", {{}, kDeviceInterfaceNames, {}}, table_claims("chip", {{"owner.chip_id", {8, 4}}})}}
    };
}

TableGroup mesh_tables() {
    using namespace symbol;
    const Names impl{kMeshImplVtable, kMeshImplClose};
    const Fingerprint late{{kMeshVtable, kTrackAllocate}, {kBufferView, kBufferRoot}, impl};
    const auto inline_id = [](std::uint32_t offset) { return table_claims("mesh", {{"owner.mesh_id", {offset, 4}}}); };
    return {
        "MeshDevice",
        {"owner.mesh_impl", "owner.mesh_id"},
        {{"mesh", "no mesh can own a Buffer", {{}, {}, {kMeshVtable}}, {}},
         {"mesh", "MeshDevice without impl", {{kMeshVtable}, {}, impl}, inline_id(40)},
         {"mesh", "MeshDevice without impl, with mutex", late, inline_id(80)},
         {"mesh", "MeshDevice without impl, with mutex and flag", late, inline_id(88)},
         {"mesh",
          "MeshDevice with impl",
          {{kMeshVtable}, impl, {}},
          table_claims("mesh", {{"owner.mesh_impl", {24, 8}}, {"owner.mesh_id", {72, 4}}})}}
    };
}

// What is found at run time is believed if every element is a chip by its vtable. Without impl the view follows the mesh's
// id, and holds the shape of the mesh and the range of its coordinates before the chips; at first it held only chips.
TableGroup view_tables() {
    using namespace symbol;
    const Names impl{kMeshImplVtable, kMeshImplClose};
    const auto variant = [](Fingerprint fingerprint, std::uint32_t view, std::uint32_t chips, std::uint32_t element) {
        return TableVariant{
            "view",
            "",
            std::move(fingerprint),
            table_claims(
                "view",
                {{"owner.mesh_view", {view, 8}},
                 {"owner.view_chips", {chips, 8}},
                 {"owner.chips_element", {}, element}}
            )
        };
    };
    const Fingerprint first{{kMeshVtable, kTrackAllocateV0}, {}, impl};
    const Fingerprint early{{kMeshVtable, kTrackAllocate}, {}, {kMeshImplVtable, kMeshImplClose, kBufferView}};
    const Fingerprint late{{kMeshVtable, kTrackAllocate, kBufferView}, {}, impl};
    return {
        "MeshDeviceView",
        {"owner.mesh_view", "owner.view_impl", "owner.view_chips", "owner.chips_element"},
        {variant(first, 48, 0, 8),
         variant(first, 48, 232, 8),
         variant(early, 48, 232, 8),
         variant(late, 48, 232, 8),
         variant(late, 88, 376, 16),
         variant(late, 96, 376, 16),
         {"view",
          "",
          {{kMeshVtable}, impl, {}},
          table_claims(
              "view",
              {{"owner.mesh_view", {80, 8}},
               {"owner.view_impl", {0, 8}},
               {"owner.view_chips", {0x178, 8}},
               {"owner.chips_element", {}, 16}}
          )}},
        Doubt::AllOrNothing
    };
}

// --- CoreRangeSet ---------------------------------------------------------------------------------------------------

// Until October 2024 a set, of which libstdc++ keeps the header at 8 and libc++ the first node at 0; a mutex (40 bytes)
// before it since September. Then a vector, whose mutex went in April 2025.
TableGroup core_range_set_tables() {
    using namespace symbol;
    const Names tracked{kTrackAllocateBool, kTrackAllocateV0Bool};
    const Names libcxx{kAllocatorFunctionByAddressLibcxx, kAllocatorFunction32Libcxx};
    const Names not_libcxx_set{kTrackAllocateV0Bool, kTrackAllocateV0ConstBool};
    Names not_first_set = libcxx;
    not_first_set.push_back(kTrackAllocateV0Bool);
    Names not_guarded_set = libcxx;
    not_guarded_set.push_back(kAllocatorFunction32);
    const auto tree = [](std::uint32_t offset) { return table_claims("cores", {{"core_range_set.tree", {offset, 8}}}); };
    const auto ranges = [](std::uint32_t offset) { return table_claims("cores", {{"core_range_set.ranges", {offset, 8}}}); };
    const char* set = "CoreRangeSet is a set";
    const char* guarded_set = "CoreRangeSet is a set behind a mutex";
    const char* guarded_vector = "CoreRangeSet is a vector behind a mutex";
    return {
        "CoreRangeSet",
        {"core_range_set.ranges", "core_range_set.tree"},
        {{"cores", set, {{}, {kTrackAllocateBool, kAllocateBuffer}, not_first_set}, tree(8)},
         {"cores", guarded_set, {{}, tracked, not_guarded_set}, tree(48)},
         {"cores", set, {{}, libcxx, not_libcxx_set}, tree(0)},
         {"cores", guarded_set, {{kAllocatorFunctionByAddressLibcxx}, {}, {kTrackAllocateV0ConstBool}}, tree(40)},
         {"cores", guarded_vector, {{kTrackAllocateV0Bool}, {}, {}}, ranges(40)},
         {"cores", guarded_vector, {{}, {kTrackAllocateV0ConstBool, kTrackAllocateV0, kBufferDeleter}, {}}, ranges(40)},
         {"cores", "CoreRangeSet is a vector", {{kTrackAllocate}, {}, {}}, ranges(0)}}
    };
}

// --- GraphTracker's hook, ProgramImpl --------------------------------------------------------------------------------

TableGroup hook_tables() {
    using namespace symbol;
    return {
        "GraphTracker",
        {"hook.hook", "hook.blocks"},
        {{"hook",
          "",
          {{}, {kTrackAllocateBool, kTrackAllocateV0Bool}, {}},
          table_claims("hook", {{"hook.hook", {24, 8}}, {"hook.blocks", {8, 1}}})},
         {"hook", "", {{}, {}, {kTrackAllocateBool, kTrackAllocateV0Bool}}, {}}}
    };
}

TableGroup program_tables() {
    return {
        "ProgramImpl",
        {"program.placing_needed", "program.allocators", "program.allocator_element", "program.allocator_regions"},
        {{"program",
          "",
          {{symbol::kProgramImplPlace}, {}, {}},
          table_claims(
              "program",
              {{"program.placing_needed", {0x378, 1}},
               {"program.allocators", {0x268, 8}},
               {"program.allocator_element", {}, 56},
               {"program.allocator_regions", {32, 8}}}
          )}},
        Doubt::DropIfUnconfirmed
    };
}

}  // namespace

std::vector<LayoutClaim> table_claims(std::string_view table, std::initializer_list<TableEntry> entries) {
    std::vector<LayoutClaim> all;
    for (const TableEntry& entry : entries) {
        const std::string source = "table " + std::string(table);
        all.push_back(
            is_field_item(entry.item) ? place_claim(entry.item, entry.field, source)
                                      : number_claim(entry.item, entry.number, source)
        );
    }
    return all;
}

bool matches(const Fingerprint& fingerprint, const SymbolMap& symbols) {
    const auto defined = [&](std::string_view name) { return find_symbol(symbols, name) != nullptr; };
    return std::all_of(fingerprint.all.begin(), fingerprint.all.end(), defined) &&
           (fingerprint.any.empty() || std::any_of(fingerprint.any.begin(), fingerprint.any.end(), defined)) &&
           std::none_of(fingerprint.none.begin(), fingerprint.none.end(), defined);
}

const std::vector<TableGroup>& era_tables() {
    static const std::vector<TableGroup> kTables = [] {
        std::vector<TableGroup> tables{
            buffer_tables(),
            per_core_tables(),
            spread_tables(),
            shard_tables(),
            chip_tables(),
            mesh_tables(),
            view_tables(),
            core_range_set_tables(),
            hook_tables(),
            program_tables()
        };
        for (TableGroup& group : walk_tables()) {
            tables.push_back(std::move(group));
        }
        return tables;
    }();
    return kTables;
}

std::vector<std::string_view> era_table_symbols() {
    Names names;
    for (const TableGroup& group : era_tables()) {
        for (const TableVariant& variant : group.variants) {
            for (const Names& part : {variant.fingerprint.all, variant.fingerprint.any, variant.fingerprint.none}) {
                names.insert(names.end(), part.begin(), part.end());
            }
        }
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

}  // namespace tt::alloc_trace
