// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/mesh_device_view.hpp"

namespace tt::tt_metal::distributed {

// The other hosts have the columns to the right; where that does not come out even, the last row takes the rest.
MeshDeviceViewImpl::MeshDeviceViewImpl(
    const MeshShape& shape, const std::vector<IDevice*>& devices, std::size_t remote_chips) :
    shape_(shape) {
    const std::size_t remote_columns = remote_chips / shape.rows;
    for (std::size_t row = 0; row < shape.rows; ++row) {
        for (std::size_t col = 0; col < shape.cols; ++col) {
            values_.emplace_back(devices.at(row * shape.cols + col));
        }
        const bool last = row + 1 == shape.rows;
        values_.resize(values_.size() + remote_columns + (last ? remote_chips % shape.rows : 0), RemoteDevice{});
    }
}

std::vector<IDevice*> MeshDeviceViewImpl::devices() const {
    std::vector<IDevice*> local;
    for (const MaybeRemoteDevice& value : values_) {
        if (const auto* device = std::get_if<IDevice*>(&value)) {
            local.push_back(*device);
        }
    }
    return local;
}

MeshDeviceView::MeshDeviceView(
    const MeshShape& shape, const std::vector<IDevice*>& devices, std::size_t remote_chips) :
    pimpl_(std::make_unique<MeshDeviceViewImpl>(shape, devices, remote_chips)) {}

MeshDeviceView::~MeshDeviceView() = default;

const MeshShape& MeshDeviceView::shape() const { return pimpl_->shape(); }

std::vector<IDevice*> MeshDeviceView::get_devices() const { return pimpl_->devices(); }

}  // namespace tt::tt_metal::distributed
