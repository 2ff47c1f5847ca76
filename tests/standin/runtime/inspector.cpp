// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/inspector.hpp"

namespace tt::tt_metal {

bool Inspector::is_enabled() { return false; }

void Inspector::mesh_device_created(const distributed::MeshDeviceImpl*, std::optional<int>) {
    if (!is_enabled()) {
        return;
    }
}

void Inspector::mesh_device_initialized(const distributed::MeshDeviceImpl*) {
    if (!is_enabled()) {
        return;
    }
}

void Inspector::mesh_device_destroyed(const distributed::MeshDeviceImpl*) {
    if (!is_enabled()) {
        return;
    }
}

}  // namespace tt::tt_metal
