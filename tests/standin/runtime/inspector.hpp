// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Inspector: told of the life cycle of meshes. Disabled here; the calls are made all the same.
#pragma once

#include <optional>

namespace tt::tt_metal {

namespace distributed {
class MeshDeviceImpl;
}

class Inspector {
public:
    static bool is_enabled();
    static void mesh_device_created(const distributed::MeshDeviceImpl* mesh_device, std::optional<int> parent_mesh_id);
    static void mesh_device_initialized(const distributed::MeshDeviceImpl* mesh_device);
    static void mesh_device_destroyed(const distributed::MeshDeviceImpl* mesh_device);
};

}  // namespace tt::tt_metal
