// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device_view.hpp"

namespace tt::tt_metal::distributed {

MeshDeviceViewImpl::MeshDeviceViewImpl(const MeshShape& shape, const std::vector<IDevice*>& devices) :
    shape_(shape), values_(devices.begin(), devices.end()) {}

std::vector<IDevice*> MeshDeviceViewImpl::devices() const {
    std::vector<IDevice*> local;
    for (const MaybeRemoteDevice& value : values_) {
        if (const auto* device = std::get_if<IDevice*>(&value)) {
            local.push_back(*device);
        }
    }
    return local;
}

MeshDeviceView::MeshDeviceView(const MeshShape& shape, const std::vector<IDevice*>& devices) :
    pimpl_(std::make_unique<MeshDeviceViewImpl>(shape, devices)) {}

MeshDeviceView::~MeshDeviceView() = default;

const MeshShape& MeshDeviceView::shape() const { return pimpl_->shape(); }

std::vector<IDevice*> MeshDeviceView::get_devices() const { return pimpl_->devices(); }

}  // namespace tt::tt_metal::distributed
