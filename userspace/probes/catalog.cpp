// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables: mangled names of tt-metal from before August 2024 on. Those that contain a type of the standard library are
// listed for libstdc++ and libc++.
#include <array>

#include "probes/probe_spec.hpp"
#include "probes/layout/runtime_symbols.hpp"
#include "probes/trace_functions.hpp"

#define TAT_METAL "_ZN2tt8tt_metal"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kBefore2024August = "before August 2024";
constexpr std::string_view kEraA = "August to October 2024";
constexpr std::string_view kEraB = "October 2024 to January 2025";
constexpr std::string_view kEraCv0 = "January to March 2025";
constexpr std::string_view kNoV0 = "March 2025 on";
constexpr std::string_view kLinkTime = "link-time optimized";

constexpr ProbeValues kObject0{.object = argument(0)};
constexpr ProbeValues kObject0AndResult{.object = argument(0), .address = {Register::Rax}};
constexpr ProbeValues kObject1{.object = argument(1)};
constexpr ProbeValues kObject1OfMembers{.object = argument(1), .members = argument(0)};  // BufferImpl is entered with its Buffer
// `this` is the GraphTracker.
constexpr ProbeValues kHookOfBuffer{.object = argument(1), .tracker = argument(0)};
constexpr ProbeValues kHookOfRange{.object = argument(1), .address = argument(2), .size = argument(3)};
constexpr ProbeValues kHookOfRangeWithFlag{
    .object = argument(1), .address = argument(2), .size = argument(3), .flag = argument(4)
};
constexpr ProbeValues kHookOfRangeWithOwner{
    .object = argument(1), .owner = argument(5), .address = argument(2), .size = argument(3), .flag = argument(4)
};
constexpr ProbeValues kProgramAndOwner{.object = argument(0), .owner = argument(1)};

using enum ProbeStrategy;

constexpr std::string_view kAllocateImpl = TAT_METAL "6Buffer13allocate_implEv";
constexpr std::string_view kAllocateImplV0 = TAT_METAL "2v06Buffer13allocate_implEv";
constexpr std::string_view kAllocateImplPimpl = TAT_METAL "10BufferImpl13allocate_implERNS0_6BufferE";
constexpr std::string_view kTrackAllocate = TAT_METAL "12GraphTracker14track_allocateEPKNS0_6BufferE";
constexpr std::string_view kGraphTracker = TAT_METAL "12GraphTracker8instanceEv";
constexpr std::string_view kDeallocateImpl = TAT_METAL "6Buffer15deallocate_implEv";
constexpr std::string_view kDeallocateImplV0 = TAT_METAL "2v06Buffer15deallocate_implEv";
constexpr std::string_view kDeallocateImplPimpl = TAT_METAL "10BufferImpl15deallocate_implERNS0_6BufferE";
constexpr std::string_view kBufferDeallocate = TAT_METAL "6Buffer10deallocateEv";
constexpr std::string_view kBufferDestructor = TAT_METAL "6BufferD1Ev";
constexpr std::string_view kBufferBaseDestructor = TAT_METAL "6BufferD2Ev";
constexpr std::string_view kBufferImplDeallocate = TAT_METAL "10BufferImpl10deallocateERNS0_6BufferE";
constexpr std::string_view kDeallocateBuffer = TAT_METAL "16DeallocateBufferERNS0_6BufferE";
constexpr std::string_view kDetailAllocate = TAT_METAL "6detail14AllocateBufferEPNS0_6BufferEb";
constexpr std::string_view kDetailAllocateV0Bool = TAT_METAL "6detail14AllocateBufferEPNS0_2v06BufferEb";
constexpr std::string_view kDetailAllocateV0ConstBool = TAT_METAL "6detail14AllocateBufferEPKNS0_2v06BufferEb";
constexpr std::string_view kDetailAllocateV0 = TAT_METAL "6detail14AllocateBufferEPNS0_2v06BufferE";
constexpr std::string_view kDetailDeallocate = TAT_METAL "6detail16DeallocateBufferEPNS0_6BufferE";
constexpr std::string_view kDetailDeallocateV0 = TAT_METAL "6detail16DeallocateBufferEPNS0_2v06BufferE";
constexpr std::string_view kAllocatorImplAllocate = TAT_METAL "13AllocatorImpl15allocate_bufferEPNS0_6BufferE";
constexpr std::string_view kAllocatorAllocate = TAT_METAL "9Allocator15allocate_bufferEPNS0_6BufferE";
constexpr std::string_view kAllocatorAllocateV0 = TAT_METAL "9Allocator15allocate_bufferEPNS0_2v06BufferE";
constexpr std::string_view kFreeAllocate = TAT_METAL "9allocator15allocate_bufferERNS0_9AllocatorEPNS0_2v06BufferE";
constexpr std::string_view kFreeAllocateSized = TAT_METAL "9allocator15allocate_bufferERNS0_9AllocatorEmPNS0_2v06BufferE";
constexpr std::string_view kFreeAllocatePages =
    TAT_METAL "9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbSt8optionalIjE";
constexpr std::string_view kFreeAllocatePagesLibcxx =
    TAT_METAL "9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbNSt3__18optionalIjEE";

constexpr std::string_view kAllocateCbsProgram_ = TAT_METAL "6detail8Program_25allocate_circular_buffersEPKNS0_7IDeviceE";
constexpr std::string_view kAllocateCbsV0IDevice =
    TAT_METAL "6detail8Program_25allocate_circular_buffersEPKNS0_2v07IDeviceE";
constexpr std::string_view kAllocateCbsV0Device =
    TAT_METAL "6detail8Program_25allocate_circular_buffersEPKNS0_2v06DeviceE";
constexpr std::string_view kAllocateCbsProgramV0 = TAT_METAL "2v07Program25allocate_circular_buffersEPKNS1_6DeviceE";
constexpr std::string_view kAllocateCbsProgram = TAT_METAL "7Program25allocate_circular_buffersEPKNS0_6DeviceE";
constexpr std::string_view kAllocateCbsNoDevice = TAT_METAL "7Program25allocate_circular_buffersEv";
constexpr std::string_view kCompileAndAllocate = TAT_METAL "6detail11ProgramImpl20compile_and_allocateEPNS0_7IDeviceEb";
constexpr std::string_view kRegisterProgram = TAT_METAL "6Device16register_programEPNS0_6detail11ProgramImplE";

// Behind the call of the allocator: a failed allocation throws past it, one that a hook took does not come by, and what the
// call returned is the address.
constexpr std::array kAllocated{
    // Where both the Buffer and its members are at hand: in front of the hook, which is called with the Buffer alone.
    ProbeAlternative{
        {kAllocateImplPimpl}, BeforeCall, kObject1OfMembers, "2026, BufferImpl", {kTrackAllocate, kGraphTracker}
    },
    ProbeAlternative{
        {kTrackAllocate},
        Entry,
        kHookOfBuffer,
        kNoV0,
        {kAllocateImpl, kAllocateImplPimpl}
    },
    ProbeAlternative{{kAllocateImpl}, AfterCall, kObject0, kLinkTime, {kAllocatorImplAllocate, kAllocatorAllocate}},
    ProbeAlternative{{kAllocateImplPimpl}, AfterCall, kObject1, kLinkTime, {kAllocatorImplAllocate, kAllocatorAllocate}},
    // Here the Buffer learns its address only when this has returned: the hook would see 0.
    ProbeAlternative{
        {kDetailAllocateV0}, AfterCall, kObject0, kEraB, {kFreeAllocate, kFreeAllocateSized, kAllocatorAllocateV0}
    },
    ProbeAlternative{
        {kDetailAllocateV0ConstBool},
        AfterCall,
        kObject0,
        "24 and 25 October 2024",
        {kFreeAllocatePages, kFreeAllocatePagesLibcxx, kFreeAllocateSized}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker14track_allocateEPKNS0_2v06BufferE"}, Entry, kHookOfBuffer, kEraCv0, {kAllocateImplV0}
    },
    ProbeAlternative{{kAllocateImplV0}, AfterCall, kObject0, kLinkTime, {kAllocatorAllocateV0}},
    ProbeAlternative{
        {TAT_METAL "12GraphTracker14track_allocateEPNS0_2v06BufferEb"},
        Entry,
        kHookOfBuffer,
        kEraA,
        {kDetailAllocateV0Bool}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker14track_allocateEPNS0_6BufferEb"}, Entry, kHookOfBuffer, kEraA, {kDetailAllocate}
    },
    // Its caller may be inlined into constructors.
    ProbeAlternative{{kDetailAllocate}, Return, kObject0, kBefore2024August, {}},
    ProbeAlternative{
        {TAT_METAL "6Buffer8allocateEv"}, AfterCallWithAddress, kObject0, kBefore2024August, {kDetailAllocate}
    },
    ProbeAlternative{{kDetailAllocateV0}, Return, kObject0AndResult, kEraB, {}},
    ProbeAlternative{{kAllocateImplV0}, Return, kObject0, kLinkTime, {}},
    ProbeAlternative{{kAllocateImpl}, Return, kObject0, kLinkTime, {}},
    ProbeAlternative{{kAllocateImplPimpl}, Return, kObject1, kLinkTime, {}}
};

// deallocate_impl is entered by every free, by the destruction of a Buffer whose allocation failed, and for nothing: freed
// already, empty. Before May 2025 worker threads called it and destructors did not.
constexpr std::array kFreed{
    ProbeAlternative{
        {kDeallocateImpl},
        EntryByStatus,
        kObject0,
        "May 2025 on",
        {kBufferDeallocate, kBufferDestructor, kBufferBaseDestructor, kDeallocateBuffer}
    },
    ProbeAlternative{
        {kDeallocateImplPimpl},
        EntryByStatus,
        kObject1OfMembers,
        "2026, BufferImpl",
        {kBufferImplDeallocate, kBufferDestructor, kBufferBaseDestructor, kBufferDeallocate, kDeallocateBuffer}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker16track_deallocateEPNS0_6BufferE"},
        Entry,
        kHookOfBuffer,
        "August to October 2024, March 2025 on",
        {kDeallocateImpl, kDeallocateImplPimpl, kDetailDeallocate}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker16track_deallocateEPNS0_2v06BufferE"},
        Entry,
        kHookOfBuffer,
        "October 2024 to March 2025",
        {kDeallocateImplV0, kDetailDeallocateV0}
    },
    ProbeAlternative{
        {TAT_METAL "13AllocatorImpl17deallocate_bufferEPNS0_6BufferE"},
        Entry,
        kObject1,
        kLinkTime,
        {kDeallocateImpl, kDeallocateImplPimpl}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator17deallocate_bufferEPNS0_6BufferE"}, Entry, kObject1, kLinkTime, {kDeallocateImpl}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator17deallocate_bufferEPNS0_2v06BufferE"}, Entry, kObject1, kLinkTime, {kDeallocateImplV0}
    },
    ProbeAlternative{
        {TAT_METAL "9allocator17deallocate_bufferERNS0_9AllocatorEPNS0_2v06BufferE"},
        Entry,
        kObject1,
        kLinkTime,
        {kDetailDeallocateV0}
    },
    ProbeAlternative{{kDetailDeallocate}, Entry, kObject0, kBefore2024August, {}}
};

constexpr std::array kCircularBufferAllocated{
    ProbeAlternative{
        {TAT_METAL "12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE"},
        Entry,
        kHookOfRangeWithOwner,
        "November 2025 on",
        {symbol::kProgramImplPlace}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_7IDeviceE"},
        Entry,
        kHookOfRangeWithOwner,
        "March to November 2025",
        {symbol::kProgramImplPlace, kAllocateCbsProgram_}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_2v07IDeviceE"},
        Entry,
        kHookOfRangeWithOwner,
        "January to March 2025",
        {kAllocateCbsV0IDevice}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker17track_allocate_cbERK12CoreRangeSetmmb"},
        Entry,
        kHookOfRangeWithFlag,
        "November 2024 to January 2025",
        {kAllocateCbsV0Device, kAllocateCbsV0IDevice}
    },
    ProbeAlternative{
        {TAT_METAL "12GraphTracker17track_allocate_cbERK12CoreRangeSetmm"},
        Entry,
        kHookOfRange,
        "August to November 2024",
        {kAllocateCbsV0Device, kAllocateCbsProgramV0, kAllocateCbsProgram, kAllocateCbsNoDevice}
    }
};

// Where devices register programs it is called for each program that dies, without saying which: its destructor tells.
constexpr std::array kCircularBuffersReleased{
    ProbeAlternative{{TAT_METAL "12GraphTracker19track_deallocate_cbEPKNS0_7IDeviceE"}, Entry, kObject1, kNoV0, {}},
    ProbeAlternative{
        {TAT_METAL "12GraphTracker19track_deallocate_cbEPKNS0_2v07IDeviceE"}, Entry, kObject1, "January to March 2025", {}
    }
};

// The first is entered at every launch. The others were, until it came; since then at first launches only.
constexpr std::array kProgramLaunched{
    ProbeAlternative{{kCompileAndAllocate}, Entry, kProgramAndOwner, "August 2026 on", {}},
    ProbeAlternative{{symbol::kProgramImplPlace}, Entry, kProgramAndOwner, "April 2025 on", {}},
    ProbeAlternative{{kAllocateCbsProgram_}, Entry, kProgramAndOwner, "March and April 2025", {}},
    ProbeAlternative{{kAllocateCbsV0IDevice}, Entry, kProgramAndOwner, "January to March 2025", {}},
    ProbeAlternative{{kAllocateCbsV0Device}, Entry, kProgramAndOwner, "October 2024 to January 2025", {}},
    ProbeAlternative{{kAllocateCbsProgramV0}, Entry, kProgramAndOwner, "October 2024", {}},
    ProbeAlternative{{kAllocateCbsProgram}, Entry, kProgramAndOwner, "October 2024", {}},
    ProbeAlternative{{kAllocateCbsNoDevice}, Entry, kObject0, "before October 2024", {}}
};

constexpr std::array kProgramPlaced{ProbeAlternative{
    {TAT_METAL "6detail11ProgramImpl31validate_circular_buffer_regionEPKNS0_7IDeviceE"},
    Entry,
    kProgramAndOwner,
    kLinkTime,
    {}
}};

constexpr std::array kDataflowBuffersPlaced{ProbeAlternative{
    {TAT_METAL "6detail11ProgramImpl31validate_dataflow_buffer_regionEPKNS0_7IDeviceE"},
    Entry,
    kProgramAndOwner,
    "2026",
    {}
}};

constexpr std::array kProgramDestroyed{
    ProbeAlternative{
        {TAT_METAL "6detail11ProgramImplD1Ev", TAT_METAL "6detail11ProgramImplD2Ev"}, Entry, kObject0, "April 2025 on", {}
    },
    ProbeAlternative{
        {TAT_METAL "6detail8Program_D1Ev", TAT_METAL "6detail8Program_D2Ev"},
        Entry,
        kObject0,
        "October 2024 to April 2025",
        {}
    }
};

constexpr std::array kChipClosing{
    ProbeAlternative{
        {TAT_METAL "6Device5closeEv"}, Entry, kObject0, "before October 2024, March 2025 on", {}
    },
    ProbeAlternative{{TAT_METAL "2v06Device5closeEv"}, Entry, kObject0, "October 2024 to March 2025", {}}
};

// close_impl sees every close, the destructor's too, and MeshDevice::close calls it.
constexpr std::array kMeshClosing{
    ProbeAlternative{
        {TAT_METAL "11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE"},
        Entry,
        kObject1,
        "January 2026 on",
        {}
    },
    ProbeAlternative{{TAT_METAL "11distributed10MeshDevice5closeEv"}, Entry, kObject0, "January 2025 on", {}}
};

// Since December 2025 `Allocator` is a thin view whose methods jump to AllocatorImpl's, and Buffers point at the
// AllocatorImpl.
constexpr std::array kDeallocateBuffers{
    ProbeAlternative{
        {TAT_METAL "13AllocatorImpl18deallocate_buffersEv"}, Entry, kObject0, "December 2025 on", {}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator18deallocate_buffersEv"}, Entry, kObject0, "January to December 2025", {}
    },
    ProbeAlternative{
        {TAT_METAL "9allocator18deallocate_buffersERNS0_9AllocatorE"}, Entry, kObject0, "before January 2025", {}
    }
};

constexpr std::array kClear{
    ProbeAlternative{{TAT_METAL "13AllocatorImpl5clearEv"}, Entry, kObject0, "December 2025 on", {}},
    ProbeAlternative{{TAT_METAL "9Allocator5clearEv"}, Entry, kObject0, "January to December 2025", {}},
    ProbeAlternative{{TAT_METAL "9allocator5clearERNS0_9AllocatorE"}, Entry, kObject0, "before January 2025", {}}
};

// Subclasses end in the base destructor (D2); unless the compiler made one function of both, D1 is another place.
constexpr std::array kAllocatorDestroyed{
    ProbeAlternative{
        {TAT_METAL "13AllocatorImplD1Ev", TAT_METAL "13AllocatorImplD2Ev"}, Entry, kObject0, "December 2025 on", {}
    },
    ProbeAlternative{
        {TAT_METAL "9AllocatorD1Ev", TAT_METAL "9AllocatorD2Ev"}, Entry, kObject0, "January to December 2025", {}
    }
};

constexpr std::array kOverridden{
    ProbeAlternative{
        {TAT_METAL "13AllocatorImpl14override_stateERKNS0_14AllocatorStateE"}, Entry, kObject0, "December 2025 on", {}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator14override_stateERKNS0_14AllocatorStateE"},
        Entry,
        kObject0,
        "September to December 2025",
        {}
    }
};

constexpr std::array kShrunk{
    ProbeAlternative{
        {TAT_METAL "13AllocatorImpl21shrink_allocator_sizeERKNS0_10BufferTypeEmb"},
        Entry,
        kObject0,
        "December 2025 on",
        {}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator21shrink_allocator_sizeERKNS0_10BufferTypeEmb"},
        Entry,
        kObject0,
        "January to December 2025",
        {}
    }
};

constexpr std::array kReset{
    ProbeAlternative{
        {TAT_METAL "13AllocatorImpl20reset_allocator_sizeERKNS0_10BufferTypeE"},
        Entry,
        kObject0,
        "December 2025 on",
        {}
    },
    ProbeAlternative{
        {TAT_METAL "9Allocator20reset_allocator_sizeERKNS0_10BufferTypeE"},
        Entry,
        kObject0,
        "January to December 2025",
        {}
    }
};

constexpr ProbeSpec spec(
    ProbeRole role,
    bool required,
    std::string_view what,
    std::string_view cost_of_absence,
    std::span<const ProbeAlternative> alternatives
) {
    return {role, required, what, cost_of_absence, alternatives, role};
}

constexpr std::array kCatalog{
    spec(ProbeRole::Allocated, true, "the allocation of a Buffer", "nothing could be traced", kAllocated),
    spec(ProbeRole::Freed, true, "the free of a Buffer", "every buffer would look like a leak", kFreed),
    spec(
        ProbeRole::CircularBufferAllocated,
        false,
        "GraphTracker::track_allocate_cb",
        "circular buffers are not shown one by one",
        kCircularBufferAllocated
    ),
    ProbeSpec{
        ProbeRole::CircularBuffersReleased,
        false,
        "GraphTracker::track_deallocate_cb",
        "circular buffers stay shown until their program or device goes",
        kCircularBuffersReleased,
        ProbeRole::CircularBuffersReleased,
        "",
        kRegisterProgram
    },
    spec(
        ProbeRole::ProgramLaunched,
        false,
        "allocate_circular_buffers",
        "which program's circular buffers are resident is not known",
        kProgramLaunched
    ),
    ProbeSpec{
        ProbeRole::ProgramPlaced,
        false,
        "ProgramImpl::validate_circular_buffer_region",
        "circular buffers are not shown",
        kProgramPlaced,
        ProbeRole::CircularBufferAllocated
    },
    spec(
        ProbeRole::ProgramDestroyed,
        false,
        "the destructor of a program",
        "circular buffers of destroyed programs stay shown",
        kProgramDestroyed
    ),
    spec(ProbeRole::OwnerClosing, false, "Device::close", "closing of chips is not shown by name", kChipClosing),
    spec(ProbeRole::OwnerClosing, false, "MeshDevice close", "closing of meshes is not shown by name", kMeshClosing),
    spec(
        ProbeRole::AllocatorDeallocateBuffers,
        true,
        "the allocator's deallocate_buffers",
        "buffers that live when a device closes would look like leaks",
        kDeallocateBuffers
    ),
    spec(
        ProbeRole::AllocatorClear,
        false,
        "the allocator's clear",
        "buffers of a cleared allocator stay shown until it dies",
        kClear
    ),
    spec(
        ProbeRole::AllocatorDestroyed,
        false,
        "the allocator's destructor",
        "buffers of an allocator that dies without deallocate_buffers stay shown until the process ends",
        kAllocatorDestroyed
    ),
    spec(
        ProbeRole::AllocatorOverridden,
        false,
        "the allocator's override_state",
        "blocks taken over from another allocator go unnoticed",
        kOverridden
    ),
    spec(
        ProbeRole::AllocatorShrunk,
        false,
        "the allocator's shrink_allocator_size",
        "a change of capacity goes unnoticed until the allocator is read again",
        kShrunk
    ),
    spec(
        ProbeRole::AllocatorReset,
        false,
        "the allocator's reset_allocator_size",
        "a change of capacity goes unnoticed until the allocator is read again",
        kReset
    ),
    ProbeSpec{
        ProbeRole::DataflowBuffersPlaced,
        false,
        "ProgramImpl::validate_dataflow_buffer_region",
        "dataflow buffers are not shown",
        kDataflowBuffersPlaced,
        ProbeRole::DataflowBuffersPlaced,
        symbol::kProgramImplPlaceDataflow
    },
    ProbeSpec{
        ProbeRole::TraceBegun,
        false,
        "MeshDevice::begin_mesh_trace",
        "which memory the capture of a trace used is not known",
        kTraceBegun,
        ProbeRole::TraceBegun,
        kEndTrace
    },
    ProbeSpec{
        ProbeRole::TraceEnded,
        false,
        "MeshDevice::end_mesh_trace",
        "captured traces are known by buffers of type TRACE only",
        kTraceEnded,
        ProbeRole::TraceEnded,
        kEndTrace
    },
    ProbeSpec{
        ProbeRole::TraceRegistered,
        false,
        "the allocator's register_active_trace",
        "a capture that failed may look like a captured trace",
        kTraceRegistered,
        ProbeRole::TraceRegistered,
        kEndTrace
    },
    ProbeSpec{
        ProbeRole::TraceReplayed,
        false,
        "MeshDevice::replay_mesh_trace",
        "replays of traces are not seen",
        kTraceReplayed,
        ProbeRole::TraceReplayed,
        kEndTrace
    },
    ProbeSpec{
        ProbeRole::TraceReleased,
        false,
        "MeshDevice::release_mesh_trace",
        "a trace is released when its storage is freed",
        kTraceReleased,
        ProbeRole::TraceReleased,
        kEndTrace
    }
};

constexpr std::array<std::string_view, kProbeRoleCount> kRoleNames{
    "allocated",
    "freed",
    "circular_buffer_allocated",
    "circular_buffers_released",
    "program_launched",
    "program_placed",
    "program_destroyed",
    "owner_closing",
    "allocator_deallocate_buffers",
    "allocator_clear",
    "allocator_destroyed",
    "allocation_entered",
    "allocator_overridden",
    "allocator_shrunk",
    "allocator_reset",
    "dataflow_buffers_placed",
    "trace_begun",
    "trace_ended",
    "trace_registered",
    "trace_replayed",
    "trace_released"
};

}  // namespace

std::string_view to_string(ProbeRole role) {
    const auto index = static_cast<std::size_t>(role);
    return index < kRoleNames.size() ? kRoleNames[index] : "unknown";
}

std::span<const ProbeSpec> probe_catalog() { return kCatalog; }

}  // namespace tt::alloc_trace

#undef TAT_METAL
