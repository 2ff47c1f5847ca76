// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "mirrors.hpp"

#include "mirror_includes.hpp"

// Of classes with several kinds of members it is only conditionally supported; these compilers do.
#pragma GCC diagnostic ignored "-Winvalid-offsetof"

#define MIRROR_OUTER mirror_l0
#define MIRROR_BUFFER 0
#define MIRROR_CHIP 0
#define MIRROR_MESH 0
#define MIRROR_CORES 0
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_CORES

#define MIRROR_OUTER mirror_l1
#define MIRROR_BUFFER 1
#define MIRROR_CORES 1
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_CORES

#define MIRROR_CORES 2
#define MIRROR_OUTER mirror_l2_first
#define MIRROR_BUFFER 20
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER

#define MIRROR_OUTER mirror_l2_plain
#define MIRROR_BUFFER 21
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER

#define MIRROR_OUTER mirror_l2_owns
#define MIRROR_BUFFER 22
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_CHIP
#undef MIRROR_MESH

#define MIRROR_CHIP 1
#define MIRROR_MESH 40
#define MIRROR_OUTER mirror_l3
#define MIRROR_BUFFER 3
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_CORES

#define MIRROR_CORES 3
#define MIRROR_OUTER mirror_l4_plain
#define MIRROR_BUFFER 40
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_MESH

#define MIRROR_MESH 80
#define MIRROR_OUTER mirror_l4_hooked
#define MIRROR_BUFFER 41
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_MESH

#define MIRROR_MESH 88
#define MIRROR_OUTER mirror_l5
#define MIRROR_BUFFER 5
#include "mirror.inc"
#undef MIRROR_OUTER
#undef MIRROR_BUFFER
#undef MIRROR_MESH

#define MIRROR_MESH 1
#define MIRROR_OUTER mirror_l6
#define MIRROR_BUFFER 6
#include "mirror.inc"

namespace tt::alloc_trace::testing {
namespace {

#define FIELD(type, member)                          \
    Field {                                          \
        offsetof(type, member), sizeof(type::member) \
    }

template <typename Buffer>
BufferLayout common() {
    BufferLayout layout;
    layout.owner = FIELD(Buffer, device_);
    layout.size = FIELD(Buffer, size_);
    layout.type = FIELD(Buffer, buffer_type_);
    layout.layout = FIELD(Buffer, buffer_layout_);
    layout.address = FIELD(Buffer, address_);
    layout.page_size = FIELD(Buffer, page_size_);
    layout.stable_pointer = 0;
    return layout;
}

template <typename Buffer>
BufferLayout with_status(std::uint32_t allocated) {
    BufferLayout layout = common<Buffer>();
    layout.status = FIELD(Buffer, allocation_status_);
    layout.status_allocated = allocated;
    layout.status_deallocated = allocated + 1;
    layout.stable_pointer = 1;
    return layout;
}

template <typename Buffer>
BufferLayout with_allocator(std::uint32_t allocated) {
    BufferLayout layout = with_status<Buffer>(allocated);
    layout.allocator = FIELD(Buffer, allocator_);
    return layout;
}

template <typename Buffer>
BufferLayout with_hooked() {
    BufferLayout layout = with_allocator<Buffer>(1);
    layout.hooked = FIELD(Buffer, hooked_allocation_);
    return layout;
}

BufferLayout with_impl() {
    BufferLayout layout = with_hooked<mirror_l6::BufferImpl>();
    layout.impl = FIELD(mirror_l6::Buffer, pimpl_);
    return layout;
}

template <typename Mesh>
MirroredMesh inline_mesh() {
    return {0, offsetof(Mesh, mesh_id_), offsetof(Mesh, view_), 0, 0};
}

}  // namespace

const std::map<std::string, BufferLayout>& mirrored_buffers() {
    static const std::map<std::string, BufferLayout> kLayouts{
        {"l0", common<mirror_l0::Buffer>()},
        {"l1", common<mirror_l1::Buffer>()},
        {"l2-first", with_status<mirror_l2_first::Buffer>(1)},
        {"l2-plain", with_status<mirror_l2_plain::Buffer>(1)},
        {"l2-owns", with_status<mirror_l2_owns::Buffer>(2)},
        {"l3", with_allocator<mirror_l3::Buffer>(2)},
        {"l4-plain", with_allocator<mirror_l4_plain::Buffer>(1)},
        {"l4-hooked", with_hooked<mirror_l4_hooked::Buffer>()},
        {"l5", with_hooked<mirror_l5::Buffer>()},
        {"l6", with_impl()}
    };
    return kLayouts;
}

BufferLayout mirrored_buffer(std::string library) {
    for (const auto& [name, layout] : mirrored_buffers()) {
        if (library.find(name) != std::string::npos) {
            return layout;
        }
    }
    return {};
}

MirroredMesh mirrored_mesh(int kind) {
    namespace l6 = mirror_l6::distributed;
    using Container = decltype(l6::MeshDeviceViewImpl::devices_);
    switch (kind) {
        case 40:
            return inline_mesh<mirror_l3::distributed::MeshDevice>();
        case 80:
            return inline_mesh<mirror_l4_hooked::distributed::MeshDevice>();
        case 88:
            return inline_mesh<mirror_l5::distributed::MeshDevice>();
        default:
            return {
                offsetof(l6::MeshDevice, pimpl_),
                offsetof(l6::MeshDeviceImpl, mesh_id_),
                offsetof(l6::MeshDeviceImpl, view_),
                offsetof(l6::MeshDeviceViewImpl, devices_) + offsetof(Container, values_),
                sizeof(l6::MaybeRemote<mirror_l6::IDevice*>)
            };
    }
}

std::uint32_t mirrored_chip_id(bool vtable) {
    return vtable ? offsetof(mirror_l6::Device, id_) : offsetof(mirror_l0::Device, id_);
}

std::uint32_t mirrored_ranges(int kind) {
    switch (kind) {
        case 0:
            return offsetof(mirror_l0::CoreRangeSet, ranges_);
        case 1:
            return offsetof(mirror_l1::CoreRangeSet, ranges_);
        case 2:
            return offsetof(mirror_l3::CoreRangeSet, ranges_);
        default:
            return offsetof(mirror_l6::CoreRangeSet, ranges_);
    }
}

ProgramLayout mirrored_program() {
    using mirror_l6::detail::CircularBufferAllocator;
    using mirror_l6::detail::ProgramImpl;
    ProgramLayout layout;
    layout.placing_needed = FIELD(ProgramImpl, local_circular_buffer_allocation_needed_);
    layout.allocators = {offsetof(ProgramImpl, cb_allocators_), 8};
    layout.allocator_element = sizeof(CircularBufferAllocator);
    layout.allocator_regions = {offsetof(CircularBufferAllocator, l1_regions), 8};
    return layout;
}

}  // namespace tt::alloc_trace::testing
