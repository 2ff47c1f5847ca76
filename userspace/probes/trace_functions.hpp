// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The part of the catalog that is about captured traces. Private to catalog.cpp.
#pragma once

#include <array>

#include "probes/probe_spec.hpp"

namespace tt::alloc_trace {

#define TAT_NAMESPACE "_ZN2tt8tt_metal"
#define TAT_TRACE_ID "RKN4ttsl10StrongTypeIjNS1_14MeshTraceIdTagEEE"
#define TAT_MESH TAT_NAMESPACE "11distributed10MeshDevice"

// The number of the trace is given by reference; `this` of what MeshDeviceImpl does is no owner.
inline constexpr ValueLocation kTraceArgument1{Register::Rsi, true, 0};
inline constexpr ValueLocation kTraceArgument2{Register::Rdx, true, 0};
inline constexpr ProbeValues kTrace{.trace = kTraceArgument2};
inline constexpr ProbeValues kTraceOfMesh{.owner = argument(0), .trace = kTraceArgument2};
inline constexpr ProbeValues kReleasedTraceOfMesh{.owner = argument(0), .trace = kTraceArgument1};

inline constexpr ProbeValues kMarkedAllocator{.object = argument(0)};

// MeshDevice makes a number where it is not given one, and passes it to what does the work.
inline constexpr std::string_view kBeginTrace = TAT_MESH "16begin_mesh_traceEh";
inline constexpr std::string_view kBeginTraceOfId = TAT_MESH "16begin_mesh_traceEh" TAT_TRACE_ID;
inline constexpr std::array kTraceBegun{
    ProbeAlternative{
        {TAT_NAMESPACE "11distributed14MeshDeviceImpl16begin_mesh_traceEh" TAT_TRACE_ID},
        ProbeStrategy::Entry,
        kTrace,
        "January 2026 on",
        {kBeginTraceOfId, kBeginTrace}
    },
    ProbeAlternative{{kBeginTraceOfId}, ProbeStrategy::Entry, kTraceOfMesh, "late 2025", {kBeginTrace}}
};

// Only a build that has it has traces with numbers.
inline constexpr std::string_view kEndTrace = TAT_MESH "14end_mesh_traceEh" TAT_TRACE_ID;
inline constexpr std::array kTraceEnded{ProbeAlternative{
    {kEndTrace, TAT_MESH "14end_mesh_traceERNS1_16MeshCommandQueueE" TAT_TRACE_ID},
    ProbeStrategy::Entry,
    kTraceOfMesh,
    "late 2025 on",
    {}
}};

inline constexpr std::array kTraceRegistered{
    ProbeAlternative{
        {TAT_NAMESPACE "13AllocatorImpl21register_active_traceEN4ttsl10StrongTypeImNS0_21SubDeviceManagerIdTagEEERKNS3_IjNS0_"
                   "11distributed14MeshTraceIdTagEEE"},
        ProbeStrategy::Entry,
        kMarkedAllocator,
        "2026, by sub-device manager",
        {}
    },
    ProbeAlternative{{TAT_NAMESPACE "13AllocatorImpl21register_active_traceEj"}, ProbeStrategy::Entry, kMarkedAllocator, "2026", {}},
    ProbeAlternative{
        {TAT_NAMESPACE "13AllocatorImpl23mark_allocations_unsafeEv"}, ProbeStrategy::Entry, kMarkedAllocator, "December 2025 to 2026", {}
    },
    ProbeAlternative{
        {TAT_NAMESPACE "9Allocator23mark_allocations_unsafeEv"}, ProbeStrategy::Entry, kMarkedAllocator, "January to December 2025", {}
    }
};

inline constexpr std::array kTraceReplayed{ProbeAlternative{
    {TAT_MESH "17replay_mesh_traceEh" TAT_TRACE_ID "b", TAT_MESH "17replay_mesh_traceERNS1_16MeshCommandQueueE" TAT_TRACE_ID "b"},
    ProbeStrategy::Entry,
    kTraceOfMesh,
    "late 2025 on",
    {}
}};

inline constexpr std::array kTraceReleased{ProbeAlternative{
    {TAT_MESH "18release_mesh_traceE" TAT_TRACE_ID}, ProbeStrategy::Entry, kReleasedTraceOfMesh, "late 2025 on", {}
}};

#undef TAT_MESH
#undef TAT_TRACE_ID
#undef TAT_NAMESPACE

}  // namespace tt::alloc_trace
