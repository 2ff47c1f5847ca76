// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MeshDeviceView: which chip sits where in a mesh. The order is the mesh's, not ascending by chip id.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <variant>
#include <vector>

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {

class IDevice;
struct StandinAccess;

namespace distributed {

struct MeshShape {
    std::size_t rows = 0;
    std::size_t cols = 0;
    std::size_t size() const { return rows * cols; }
};

struct MeshCoordinate {
    std::size_t row = 0;
    std::size_t col = 0;
};

// A chip of this host, or the mark that another host has it. A mesh over several hosts shows each of them its own chips.
struct RemoteDevice {};
using MaybeRemoteDevice = std::variant<IDevice*, RemoteDevice>;

class MeshDeviceViewImpl {
public:
    MeshDeviceViewImpl(const MeshShape& shape, const std::vector<IDevice*>& devices, std::size_t remote_chips);

    // Of this host's part.
    const MeshShape& shape() const { return shape_; }
    std::vector<IDevice*> devices() const;

private:
    friend struct ::tt::tt_metal::StandinAccess;
    MeshShape shape_;
    std::array<std::byte, 0x178 - sizeof(MeshShape)> unused_{};
    std::vector<MaybeRemoteDevice> values_;
};

class MeshDeviceView {
public:
    MeshDeviceView(const MeshShape& shape, const std::vector<IDevice*>& devices, std::size_t remote_chips = 0);
    ~MeshDeviceView();

    const MeshShape& shape() const;
    std::vector<IDevice*> get_devices() const;

private:
    friend struct ::tt::tt_metal::StandinAccess;
    std::unique_ptr<MeshDeviceViewImpl> pimpl_;
};

}  // namespace distributed
}  // namespace tt::tt_metal
