// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables. Mangled names of tt-metal from June 2025 to February 2026; they contain no standard library type, so
// libc++ and libstdc++ builds agree on them.
#include <array>

#include "probes/probe_spec.hpp"

#define TAT_METAL "_ZN2tt8tt_metal"

namespace tt::alloc_trace {
namespace {

using enum Argument;

constexpr std::string_view kL5Period = "March 2025 on";
constexpr std::string_view kAllocatorImplPeriod = "December 2025 on";
constexpr std::string_view kAllocatorPeriod = "January to December 2025";

constexpr Arguments kThisIsOwner{Owner};
constexpr Arguments kThisIsAllocator{Allocator};
constexpr Arguments kThisIsProgram{Program};
constexpr Arguments kHookOfBuffer{None, Buffer};  // `this` is the GraphTracker
constexpr Arguments kHookOfCircularBuffer{None, CoreRangeSet, Address, Size, Flag, Owner};

constexpr std::array kAllocated{
    ProbeSpelling{{TAT_METAL "12GraphTracker14track_allocateEPKNS0_6BufferE"}, kHookOfBuffer, kL5Period}
};

constexpr std::array kFreed{
    ProbeSpelling{{TAT_METAL "12GraphTracker16track_deallocateEPNS0_6BufferE"}, kHookOfBuffer, kL5Period}
};

constexpr std::array kCircularBufferAllocated{
    ProbeSpelling{
        {TAT_METAL "12GraphTracker17track_allocate_cbERKNS0_12CoreRangeSetEmmbPKNS0_7IDeviceE"},
        kHookOfCircularBuffer,
        "November 2025 on"
    },
    ProbeSpelling{
        {TAT_METAL "12GraphTracker17track_allocate_cbERK12CoreRangeSetmmbPKNS0_7IDeviceE"},
        kHookOfCircularBuffer,
        "March to November 2025"
    }
};

constexpr std::array kCircularBuffersReleased{
    ProbeSpelling{{TAT_METAL "12GraphTracker19track_deallocate_cbEPKNS0_7IDeviceE"}, Arguments{None, Owner}, kL5Period}
};

constexpr std::array kProgramLaunched{ProbeSpelling{
    {TAT_METAL "6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE"},
    Arguments{Program, Owner},
    "April 2025 on"
}};

constexpr std::array kProgramDestroyed{ProbeSpelling{
    {TAT_METAL "6detail11ProgramImplD1Ev", TAT_METAL "6detail11ProgramImplD2Ev"}, kThisIsProgram, "April 2025 on"
}};

constexpr std::array kChipClosing{ProbeSpelling{{TAT_METAL "6Device5closeEv"}, kThisIsOwner, kL5Period}};

// close_impl sees every close, the destructor's too, and MeshDevice::close calls it.
constexpr std::array kMeshClosing{
    ProbeSpelling{
        {TAT_METAL "11distributed14MeshDeviceImpl10close_implEPNS1_10MeshDeviceE"},
        Arguments{None, Owner},
        "January 2026 on"
    },
    ProbeSpelling{{TAT_METAL "11distributed10MeshDevice5closeEv"}, kThisIsOwner, "January 2025 on"}
};

// Since December 2025 `Allocator` is a thin view whose methods jump to AllocatorImpl's, and Buffers point at the
// AllocatorImpl.
constexpr std::array kDeallocateBuffers{
    ProbeSpelling{{TAT_METAL "13AllocatorImpl18deallocate_buffersEv"}, kThisIsAllocator, kAllocatorImplPeriod},
    ProbeSpelling{{TAT_METAL "9Allocator18deallocate_buffersEv"}, kThisIsAllocator, kAllocatorPeriod}
};

constexpr std::array kClear{
    ProbeSpelling{{TAT_METAL "13AllocatorImpl5clearEv"}, kThisIsAllocator, kAllocatorImplPeriod},
    ProbeSpelling{{TAT_METAL "9Allocator5clearEv"}, kThisIsAllocator, kAllocatorPeriod}
};

// Subclasses end in the base destructor (D2); unless the compiler made one function of both, D1 is another place.
constexpr std::array kAllocatorDestroyed{
    ProbeSpelling{
        {TAT_METAL "13AllocatorImplD1Ev", TAT_METAL "13AllocatorImplD2Ev"}, kThisIsAllocator, kAllocatorImplPeriod
    },
    ProbeSpelling{{TAT_METAL "9AllocatorD1Ev", TAT_METAL "9AllocatorD2Ev"}, kThisIsAllocator, kAllocatorPeriod}
};

constexpr std::array kCatalog{
    ProbeSpec{
        ProbeRole::Allocated,
        true,
        "GraphTracker::track_allocate",
        "nothing could be traced",
        TAT_METAL "6Buffer13allocate_implEv",
        kAllocated
    },
    ProbeSpec{
        ProbeRole::Freed,
        true,
        "GraphTracker::track_deallocate",
        "every buffer would look like a leak",
        TAT_METAL "6Buffer15deallocate_implEv",
        kFreed
    },
    ProbeSpec{
        ProbeRole::CircularBufferAllocated,
        false,
        "GraphTracker::track_allocate_cb",
        "circular buffers are not shown",
        TAT_METAL "6detail11ProgramImpl25allocate_circular_buffersEPKNS0_7IDeviceE",
        kCircularBufferAllocated
    },
    ProbeSpec{
        ProbeRole::CircularBuffersReleased,
        false,
        "GraphTracker::track_deallocate_cb",
        "circular buffers stay shown until their program or device goes",
        "",
        kCircularBuffersReleased
    },
    ProbeSpec{
        ProbeRole::ProgramLaunched,
        false,
        "ProgramImpl::allocate_circular_buffers",
        "which program's circular buffers are resident is not known",
        "",
        kProgramLaunched
    },
    ProbeSpec{
        ProbeRole::ProgramDestroyed,
        false,
        "ProgramImpl::~ProgramImpl",
        "circular buffers of destroyed programs stay shown",
        "",
        kProgramDestroyed
    },
    ProbeSpec{
        ProbeRole::OwnerClosing, false, "Device::close", "closing of chips is not shown by name", "", kChipClosing
    },
    ProbeSpec{
        ProbeRole::OwnerClosing, false, "MeshDevice close", "closing of meshes is not shown by name", "", kMeshClosing
    },
    ProbeSpec{
        ProbeRole::AllocatorDeallocateBuffers,
        false,
        "Allocator::deallocate_buffers",
        "buffers that live when a device closes are released only when its allocator dies",
        "",
        kDeallocateBuffers
    },
    ProbeSpec{
        ProbeRole::AllocatorClear,
        false,
        "Allocator::clear",
        "buffers of a cleared allocator stay shown until it dies",
        "",
        kClear
    },
    // Required: since August 2025 a closing device frees its buffers without any other event.
    ProbeSpec{
        ProbeRole::AllocatorDestroyed,
        true,
        "Allocator::~Allocator",
        "buffers that live when a device closes would look like leaks",
        "",
        kAllocatorDestroyed
    }
};

constexpr std::string_view kV0Period = "October 2024 to March 2025 (namespace v0)";
constexpr std::string_view kEarlyHookPeriod = "August to October 2024";
constexpr std::string_view kNoHookPeriod = "before August 2024 (no allocation hooks)";

constexpr std::array kForeignEras{
    ForeignEra{TAT_METAL "12GraphTracker14track_allocateEPNS0_6BufferEb", kEarlyHookPeriod},
    ForeignEra{TAT_METAL "12GraphTracker14track_allocateEPNS0_2v06BufferEb", kV0Period},
    ForeignEra{TAT_METAL "12GraphTracker14track_allocateEPKNS0_2v06BufferEb", kV0Period},
    ForeignEra{TAT_METAL "12GraphTracker14track_allocateEPKNS0_2v06BufferE", kV0Period},
    ForeignEra{TAT_METAL "6detail14AllocateBufferEPNS0_6BufferEb", kNoHookPeriod}
};

constexpr std::array<std::string_view, kProbeRoleCount> kRoleNames{
    "allocated",
    "freed",
    "circular_buffer_allocated",
    "circular_buffers_released",
    "program_launched",
    "program_destroyed",
    "owner_closing",
    "allocator_deallocate_buffers",
    "allocator_clear",
    "allocator_destroyed"
};

}  // namespace

std::string_view to_string(ProbeRole role) {
    const auto index = static_cast<std::size_t>(role);
    return index < kRoleNames.size() ? kRoleNames[index] : "unknown";
}

std::span<const ProbeSpec> probe_catalog() {
    return kCatalog;
}

std::span<const ForeignEra> foreign_eras() {
    return kForeignEras;
}

}  // namespace tt::alloc_trace

#undef TAT_METAL
