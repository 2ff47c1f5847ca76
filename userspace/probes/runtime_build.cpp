// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/runtime_build.hpp"

#include <algorithm>
#include <array>

#include "probes/layout/era_tables.hpp"
#include "probes/layout/runtime_symbols.hpp"

namespace tt::alloc_trace {
namespace {

// Days as yyyymmdd; the first day of a name, and the first day without it.
constexpr int kLongAgo = 0;
constexpr int kStillThere = 99'999'999;

struct DatedSymbol {
    std::string_view symbol;
    std::string_view label;
    int from;
    int until;
};

constexpr std::array kDated{
    DatedSymbol{symbol::kAllocateBuffer, "detail::AllocateBuffer(Buffer*, bool)", kLongAgo, 20241008},
    DatedSymbol{symbol::kAllocateBufferV0Bool, "detail::AllocateBuffer(v0::Buffer*, bool)", 20241008, 20241024},
    DatedSymbol{symbol::kAllocateBufferV0Const, "detail::AllocateBuffer(const v0::Buffer*, bool)", 20241024, 20241025},
    DatedSymbol{symbol::kAllocateBufferV0, "detail::AllocateBuffer(v0::Buffer*)", 20241025, 20250131},
    DatedSymbol{symbol::kBufferMap, "detail::BUFFER_MAP", kLongAgo, 20241025},
    DatedSymbol{symbol::kTrackAllocateBool, "track_allocate(Buffer*, bool)", 20240819, 20241008},
    DatedSymbol{symbol::kTrackAllocateV0Bool, "track_allocate(v0::Buffer*, bool)", 20241008, 20241024},
    DatedSymbol{symbol::kTrackAllocateV0ConstBool, "track_allocate(const v0::Buffer*, bool)", 20241024, 20241025},
    DatedSymbol{symbol::kTrackAllocateV0, "track_allocate(const v0::Buffer*)", 20241025, 20250312},
    DatedSymbol{symbol::kTrackAllocate, "track_allocate(const Buffer*)", 20250312, kStillThere},
    DatedSymbol{symbol::kTrackCb, "track_allocate_cb(CoreRangeSet, address, size)", 20240819, 20241104},
    DatedSymbol{symbol::kTrackCbBool, "track_allocate_cb(..., bool)", 20241104, 20250108},
    DatedSymbol{symbol::kTrackCbV0, "track_allocate_cb(..., const v0::IDevice*)", 20250108, 20250312},
    DatedSymbol{symbol::kTrackCbGlobal, "track_allocate_cb(..., const IDevice*)", 20250312, 20251107},
    DatedSymbol{symbol::kTrackCbInTtMetal, "track_allocate_cb(tt_metal::CoreRangeSet, ...)", 20251107, kStillThere},
    DatedSymbol{symbol::kGraphTrackerInstance, "GraphTracker::instance", 20251126, kStillThere},
    DatedSymbol{symbol::kBufferVtable, "vtable of Buffer", 20240805, 20241008},
    DatedSymbol{symbol::kBufferVtableV0, "vtable of v0::Buffer", 20241008, 20241024},
    DatedSymbol{symbol::kBufferDeleterV0, "v0::Buffer::deleter", 20241024, 20250312},
    DatedSymbol{symbol::kBufferDeleter, "Buffer::deleter", 20250312, 20250501},
    DatedSymbol{symbol::kBufferNextIdV0, "v0::Buffer::next_unique_id", 20241130, 20250312},
    DatedSymbol{symbol::kBufferAllocateImplV0, "v0::Buffer::allocate_impl", 20250131, 20250312},
    DatedSymbol{symbol::kBufferAllocateImpl, "Buffer::allocate_impl", 20250312, kStillThere},
    DatedSymbol{symbol::kBufferView, "Buffer::view", 20250620, kStillThere},
    DatedSymbol{symbol::kBufferRoot, "Buffer::root_buffer", 20250620, kStillThere},
    DatedSymbol{symbol::kAllocatorFunction32, "allocator::allocate_buffer(32-bit sizes)", kLongAgo, 20240909},
    DatedSymbol{symbol::kAllocatorFunction32Libcxx, "allocator::allocate_buffer(32-bit sizes)", kLongAgo, 20240909},
    DatedSymbol{symbol::kAllocatorFunctionByAddress, "allocator::allocate_buffer(size, page size)", 20240909, 20241025},
    DatedSymbol{
        symbol::kAllocatorFunctionByAddressLibcxx, "allocator::allocate_buffer(size, page size)", 20240909, 20241025
    },
    DatedSymbol{symbol::kAllocatorFunctionSized, "allocator::allocate_buffer(size, Buffer*)", 20241025, 20241207},
    DatedSymbol{symbol::kAllocatorFunction, "allocator::allocate_buffer(Buffer*)", 20241207, 20250129},
    DatedSymbol{symbol::kAllocatorV0, "Allocator::allocate_buffer(v0::Buffer*)", 20250129, 20250312},
    DatedSymbol{symbol::kAllocator, "Allocator::allocate_buffer", 20250312, 20251206},
    DatedSymbol{symbol::kAllocatorImpl, "AllocatorImpl", 20251206, kStillThere},
    DatedSymbol{symbol::kSubDeviceManager, "SubDeviceManager", 20241113, kStillThere},
    DatedSymbol{symbol::kSubDeviceTracker, "SubDeviceManagerTracker", 20250114, kStillThere},
    DatedSymbol{symbol::kChipVtableV0, "vtable of v0::Device", 20250108, 20250312},
    DatedSymbol{symbol::kChipVtable, "vtable of Device", 20250312, kStillThere},
    DatedSymbol{symbol::kMeshVtable, "vtable of MeshDevice", 20250114, kStillThere},
    DatedSymbol{symbol::kMeshImplVtable, "MeshDeviceImpl", 20260116, kStillThere},
    DatedSymbol{symbol::kDevicePool, "DevicePool", 20240612, 20251208},
    DatedSymbol{symbol::kDeviceManagerClose, "DeviceManager", 20251208, kStillThere},
    DatedSymbol{symbol::kMetalContext, "MetalContext", 20250416, kStillThere},
    DatedSymbol{symbol::kNotifyAllocated, "notify_buffer_allocated", 20260204, kStillThere},
    DatedSymbol{symbol::kBufferImplAllocate, "BufferImpl", 20260204, kStillThere},
    DatedSymbol{symbol::kBufferImplDeallocate, "BufferImpl", 20260204, kStillThere},
};

// Some periods are told by what is missing, which only the layout's fingerprint asks for.
struct DatedLayout {
    std::string_view name;
    int from;
    int until;
};
constexpr std::array kLayouts{
    DatedLayout{"L0", kLongAgo, 20240805},
    DatedLayout{"L1", 20240805, 20241024},
    DatedLayout{"L2", 20241024, 20241113},
    DatedLayout{"L3", 20241113, 20250501},
    DatedLayout{"L4", 20250501, 20250620},
    DatedLayout{"L5", 20250620, kStillThere},
    DatedLayout{"L6", 20260204, kStillThere}
};

struct Era {
    int until;
    std::string_view name;
};
// By how an allocation is seen: docs/layouts.md.
constexpr std::array kEras{
    Era{20240819, "before August 2024 (before GraphTracker)"},
    Era{20241024, "August to October 2024 (era A)"},
    Era{20250131, "October 2024 to January 2025 (era B)"},
    Era{20250501, "January to May 2025 (era C)"},
    Era{kStillThere, "May 2025 or later (era D)"},
};

constexpr std::array<std::string_view, 12> kMonths{
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December"
};

std::string month_of(int day) {
    return std::string(kMonths.at(static_cast<std::size_t>(day / 100 % 100 - 1))) + " " + std::to_string(day / 10'000);
}

std::string period_text(int from, int until) {
    if (from >= until) {
        return "no period (its symbols are of different ones)";
    }
    if (until == kStillThere) {
        return from == kLongAgo ? "any time" : month_of(from) + " or later";
    }
    if (from == kLongAgo) {
        return "before " + month_of(until);
    }
    return month_of(from) == month_of(until) ? month_of(from) : month_of(from) + " to " + month_of(until);
}

// A build that has GraphTracker by any name, or allocates buffers without one.
constexpr std::array kHooks{
    symbol::kAllocateBuffer,
    symbol::kAllocateBufferV0Bool,
    symbol::kAllocateBufferV0Const,
    symbol::kAllocateBufferV0,
    symbol::kTrackAllocateBool,
    symbol::kTrackAllocateV0Bool,
    symbol::kTrackAllocateV0ConstBool,
    symbol::kTrackAllocateV0,
    symbol::kTrackAllocate,
    symbol::kTrackDeallocate,
    symbol::kGraphTrackerInstance,
    symbol::kBufferAllocateImpl,
    symbol::kBufferAllocateImplV0,
    symbol::kBufferImplAllocate,
    symbol::kAllocatorImpl,
    symbol::kNotifyAllocated,
    symbol::kMetalContext
};

}  // namespace

std::vector<std::string_view> fingerprint_symbols() {
    std::vector<std::string_view> names(kHooks.begin(), kHooks.end());
    for (const DatedSymbol& dated : kDated) {
        names.push_back(dated.symbol);
    }
    for (const std::string_view name : era_table_symbols()) {
        names.push_back(name);
    }
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    return names;
}

Result<RuntimeBuild> identify_build(const SymbolMap& symbols, const std::string& path) {
    const auto defined = [&](std::string_view name) { return find_symbol(symbols, name) != nullptr; };
    if (std::none_of(kHooks.begin(), kHooks.end(), defined)) {
        return fail(ErrorCode::NotTraceable, path + " does not contain tt-metal's allocation hooks");
    }
    RuntimeBuild build;
    int from = kLongAgo;
    int until = kStillThere;
    for (const DatedSymbol& dated : kDated) {
        const std::string label(dated.label);
        if (!defined(dated.symbol)) {
            continue;
        }
        from = std::max(from, dated.from);
        until = std::min(until, dated.until);
        if (std::find(build.fingerprints.begin(), build.fingerprints.end(), label) == build.fingerprints.end()) {
            build.fingerprints.push_back(label);
        }
    }
    for (const TableVariant& variant : era_tables().front().variants) {
        if (build.layout.empty() && matches(variant.fingerprint, symbols)) {
            build.layout = variant.name;
        }
    }
    for (const DatedLayout& layout : kLayouts) {
        if (layout.name == build.layout) {
            from = std::max(from, layout.from);
            until = std::min(until, layout.until);
        }
    }
    build.period = period_text(from, until);
    const auto era = std::find_if(kEras.begin(), kEras.end(), [&](const Era& each) { return from < each.until; });
    build.era = from < until && era != kEras.end() ? std::string(era->name) : "unknown";
    return build;
}

std::string describe(const RuntimeBuild& build) {
    return build.era + ", by its symbols " + build.period +
           (build.layout.empty() ? ", of no known object layout" : ", object layout " + build.layout);
}

}  // namespace tt::alloc_trace
