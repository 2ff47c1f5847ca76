// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/runtime_build.hpp"

#include "probes/probe_spec.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kTrackAllocate = "_ZN2tt8tt_metal12GraphTracker14track_allocateEPKNS0_6BufferE";
constexpr std::string_view kBufferView = "_ZN2tt8tt_metal6Buffer4viewERKNS0_12BufferRegionE";
constexpr std::string_view kBufferRoot = "_ZN2tt8tt_metal6Buffer11root_bufferEv";
constexpr std::string_view kBufferDeleter = "_ZN2tt8tt_metal6Buffer7deleterEPS1_";
constexpr std::string_view kBufferImplAllocate = "_ZN2tt8tt_metal10BufferImpl13allocate_implERNS0_6BufferE";
constexpr std::string_view kBufferImplDeallocate = "_ZN2tt8tt_metal10BufferImpl15deallocate_implERNS0_6BufferE";
constexpr std::string_view kBufferImplFree = "_ZN2tt8tt_metal10BufferImpl10deallocateERNS0_6BufferE";
constexpr std::string_view kAllocatorImpl = "_ZN2tt8tt_metal13AllocatorImpl18deallocate_buffersEv";
constexpr std::string_view kAllocatorImplFree = "_ZN2tt8tt_metal13AllocatorImpl17deallocate_bufferEPNS0_6BufferE";
constexpr std::string_view kMeshImplVtable = "_ZTVN2tt8tt_metal11distributed14MeshDeviceImplE";
constexpr std::string_view kMeshImplClose =
    "_ZN2tt8tt_metal11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE";
constexpr std::string_view kCircularBufferInTtMetal =
    "_ZN2tt8tt_metal12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE";

tl::unexpected<Error> unsupported(const std::string& path, std::string_view period) {
    return fail(
        ErrorCode::NotTraceable,
        path + ": this build of tt-metal is from " + std::string(period) + ", whose object layout is not supported yet",
        "supported are builds from June 2025 to February 2026"
    );
}

}  // namespace

std::vector<std::string_view> fingerprint_symbols() {
    std::vector<std::string_view> names{
        kTrackAllocate,
        kBufferView,
        kBufferRoot,
        kBufferDeleter,
        kBufferImplAllocate,
        kBufferImplDeallocate,
        kBufferImplFree,
        kAllocatorImpl,
        kAllocatorImplFree,
        kMeshImplVtable,
        kMeshImplClose,
        kCircularBufferInTtMetal
    };
    for (const ForeignEra& era : foreign_eras()) {
        names.push_back(era.symbol);
    }
    return names;
}

Result<RuntimeBuild> identify_build(const SymbolMap& symbols, const std::string& path) {
    const auto has = [&](std::string_view name) { return find_symbol(symbols, name) != nullptr; };
    if (!has(kTrackAllocate)) {
        for (const ForeignEra& era : foreign_eras()) {
            if (has(era.symbol)) {
                return unsupported(path, era.period);
            }
        }
        return fail(ErrorCode::NotTraceable, path + " does not contain tt-metal's allocation hooks");
    }
    if (has(kBufferImplAllocate) || has(kBufferImplDeallocate) || has(kBufferImplFree)) {
        return unsupported(path, "after February 2026 (class BufferImpl)");
    }
    if (has(kBufferDeleter)) {
        return unsupported(path, "March or April 2025");
    }
    if (!has(kBufferView) && !has(kBufferRoot)) {
        return unsupported(path, "May or June 2025 (no Buffer::view)");
    }
    RuntimeBuild build;
    build.allocator_impl = has(kAllocatorImpl) || has(kAllocatorImplFree);
    build.mesh_impl = has(kMeshImplVtable) || has(kMeshImplClose);
    build.core_range_set_in_tt_metal = has(kCircularBufferInTtMetal);
    return build;
}

std::string describe(const RuntimeBuild& build) {
    return std::string(build.allocator_impl ? "AllocatorImpl" : "Allocator") + ", CoreRangeSet " +
           (build.core_range_set_in_tt_metal ? "in tt::tt_metal" : "in the global namespace") + ", MeshDevice " +
           (build.mesh_impl ? "with impl" : "without impl");
}

}  // namespace tt::alloc_trace
