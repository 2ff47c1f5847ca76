// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout_profile.hpp"

#include <algorithm>
#include <array>

namespace tt::alloc_trace {
namespace {

// MeshDevice::mesh_id_ before the pimpl: until 2025-07-23, until 2025-09-05 (api_mutex_ before it), until 2026-01-16.
constexpr std::array<std::uint32_t, 3> kInlineMeshIdOffsets{40, 80, 88};

}  // namespace

BufferLayout l5_buffer_layout() {
    BufferLayout layout;
    layout.owner = {16, 8};
    layout.size = {24, 8};
    layout.type = {32, 4};
    layout.layout = {36, 4};
    layout.allocator = {64, 8};
    layout.status = {72, 1};
    layout.hooked = {73, 1};
    layout.address = {80, 8};
    layout.page_size = {88, 8};
    layout.window_bytes = 96;
    return layout;
}

CoreRangeSetLayout l5_core_range_set_layout() {
    return {0, 8, 32};
}

OwnerLayout l5_owner_layout_pimpl() {
    OwnerLayout layout;
    layout.chip_id = {8, 4};
    layout.mesh_impl = 24;
    layout.mesh_id = {72, 4};
    layout.mesh_chips = MeshChipsLayout{80, 0, 0x178, 0x180, 16, 0};
    return layout;
}

OwnerLayout l5_owner_layout_inline(std::uint32_t mesh_id_offset) {
    OwnerLayout layout;
    layout.chip_id = {8, 4};
    layout.mesh_id = {mesh_id_offset, 4};
    return layout;
}

bool is_l5_inline_mesh_id_offset(std::uint32_t offset) {
    return std::find(kInlineMeshIdOffsets.begin(), kInlineMeshIdOffsets.end(), offset) != kInlineMeshIdOffsets.end();
}

}  // namespace tt::alloc_trace
