// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where things are inside the runtime's objects, as data: what BPF copies and the record decoder reads. All offsets in
// bytes from the start of the object they are in; addresses are ELF addresses of the module (add its load bias).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tt::alloc_trace {

struct Field {
    std::uint32_t offset = 0;
    std::uint32_t width = 0;  // bytes: 1, 2, 4 or 8

    bool operator==(const Field&) const = default;
};

struct BufferLayout {
    Field owner;  // Buffer::device_
    Field size;
    Field type;    // BufferType, int
    Field layout;  // TensorMemoryLayout, int
    Field allocator;
    Field status;
    Field hooked;  // bool
    Field address;
    Field page_size;
    std::uint32_t window_bytes = 0;  // a window of this many bytes from the object's start holds all of them
    std::uint8_t status_requested = 0;
    std::uint8_t status_allocated = 1;
    std::uint8_t status_deallocated = 2;

    bool operator==(const BufferLayout&) const = default;
};

// How to get from a MeshDevice to the chips it covers: mesh + impl -> impl + view -> view + view_impl -> values vector.
struct MeshChipsLayout {
    std::uint32_t view = 0;          // in the mesh's impl: pointer to the view
    std::uint32_t view_impl = 0;     // in the view: pointer to its impl
    std::uint32_t values_begin = 0;  // in the view's impl: pointer to the first element
    std::uint32_t values_end = 0;    // ... one behind the last
    std::uint32_t element_bytes = 0;
    std::uint32_t element_device = 0;  // in an element: IDevice*; order of elements is the mesh's

    bool operator==(const MeshChipsLayout&) const = default;
};

struct OwnerLayout {
    std::uint64_t chip_vptr = 0;  // what Device objects hold at 0, as ELF address; 0 if the module has no such class
    std::uint64_t mesh_vptr = 0;  // what MeshDevice objects hold at 0
    Field chip_id;                // in a Device
    std::optional<std::uint32_t>
        mesh_impl;  // in a MeshDevice: pointer to its impl; none: the id is in the MeshDevice itself
    Field mesh_id;  // in the impl if there is one, else in the MeshDevice
    std::optional<MeshChipsLayout> mesh_chips;  // none: the chips of a mesh are not known in this build

    bool operator==(const OwnerLayout&) const = default;
};

// CoreRangeSet: a vector of CoreRange, each {start x, start y, end x, end y} as 64-bit unsigned numbers.
struct CoreRangeSetLayout {
    std::uint32_t begin = 0;  // pointer to the first range
    std::uint32_t end = 0;    // pointer one behind the last
    std::uint32_t element_bytes = 0;

    bool operator==(const CoreRangeSetLayout&) const = default;
};

struct LayoutProfile {
    std::string name;      // "L5"
    std::string variant;   // "AllocatorImpl, mesh pimpl": the sub-variant, in words
    std::string evidence;  // how it was checked; for ModuleInfo
    BufferLayout buffer;
    OwnerLayout owner;
    CoreRangeSetLayout core_range_set;
};

// The tables of runtime-facts for L5; `owner` without the vtable addresses, mesh id and chips of the pimpl variant.
[[nodiscard]] BufferLayout l5_buffer_layout();
[[nodiscard]] CoreRangeSetLayout l5_core_range_set_layout();
[[nodiscard]] OwnerLayout l5_owner_layout_pimpl();
// `mesh_id_offset`: decoded from MeshDevice::id(), one of kL5InlineMeshIdOffsets.
[[nodiscard]] OwnerLayout l5_owner_layout_inline(std::uint32_t mesh_id_offset);
[[nodiscard]] bool is_l5_inline_mesh_id_offset(std::uint32_t offset);

}  // namespace tt::alloc_trace
