// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/world.hpp"

#include <algorithm>
#include <numeric>

#include "runtime/allocator.hpp"
#include "runtime/host_api.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::IDevice;
using tt::tt_metal::distributed::MeshDevice;

namespace {

constexpr tt::tt_metal::DeviceAddr kSubDeviceL1Bytes = 256 * 1024;

std::vector<int> ids_of(const std::vector<IDevice*>& devices) {
    std::vector<int> ids;
    for (const IDevice* device : devices) {
        ids.push_back(device->id());
    }
    return ids;
}

void append_mesh(std::vector<AllocatorOfOwner>& all, const MeshDevice& mesh) {
    for (const auto* allocator : mesh.get_all_allocators()) {
        all.push_back({&mesh, allocator, ids_of(mesh.get_devices())});
    }
}

}  // namespace

std::vector<int> mesh_order(std::size_t chips) {
    if (chips == 8) {
        return {4, 0, 2, 6, 5, 1, 3, 7};  // as seen on a real 2x4 mesh
    }
    std::vector<int> order(chips);
    std::iota(order.rbegin(), order.rend(), 0);
    return order;
}

World::World(const Options& options) :
    mesh_size_(options.mesh),
    chip_count_(options.chips),
    remote_chips_(options.remote_chips),
    weights_(options.owners) {}

World::~World() = default;

void World::open() {
    drop_closed();
    if (mesh_size_.rows != 0) {
        open_mesh();
    }
    std::vector<int> rest;
    for (unsigned id = static_cast<unsigned>(mesh_size_.rows * mesh_size_.cols); id < chip_count_; ++id) {
        rest.push_back(static_cast<int>(id));
    }
    own_chips_ = tt::tt_metal::detail::CreateDevices(rest);
    for (const auto& [id, device] : own_chips_) {
        chip_owners_.push_back({device, nullptr, std::nullopt});
    }
    open_ = true;
}

void World::open_mesh() {
    const auto order = mesh_order(mesh_size_.rows * mesh_size_.cols);
    mesh_ = MeshDevice::create({mesh_size_.rows, mesh_size_.cols}, order, remote_chips_);
    mesh_owners_.push_back({mesh_.get(), mesh_.get(), std::nullopt});
    for (IDevice* device : mesh_->get_devices()) {
        chip_owners_.push_back({device, nullptr, std::nullopt});
    }
    if (weights_.submeshes != 0) {
        split_into_submeshes();
    }
    if (weights_.subdevices != 0) {
        make_sub_devices();
    }
}

// Two halves where the shape allows it, else one submesh over the whole mesh.
void World::split_into_submeshes() {
    const std::size_t parts = mesh_size_.cols % 2 == 0 ? 2 : 1;
    const std::size_t width = mesh_size_.cols / parts;
    for (std::size_t part = 0; part < parts; ++part) {
        submeshes_.push_back(mesh_->create_submesh({mesh_size_.rows, width}, {0, part * width}));
        submesh_owners_.push_back({submeshes_.back().get(), submeshes_.back().get(), std::nullopt});
    }
}

void World::make_sub_devices() {
    using tt::tt_metal::CoreRange;
    using tt::tt_metal::CoreRangeSet;
    const auto manager = mesh_->create_sub_device_manager(
        {{CoreRangeSet({CoreRange{{0, 0}, {7, 3}}})}, {CoreRangeSet({CoreRange{{0, 4}, {7, 7}}})}}, kSubDeviceL1Bytes);
    mesh_->load_sub_device_manager(manager);
    for (std::uint8_t id = 0; id < 2; ++id) {
        sub_device_owners_.push_back({mesh_.get(), mesh_.get(), tt::tt_metal::SubDeviceId{id}});
    }
}

void World::close() {
    if (!open_) {
        return;
    }
    open_ = false;
    mesh_owners_.clear();
    chip_owners_.clear();
    submesh_owners_.clear();
    sub_device_owners_.clear();
    not_live_.clear();
    if (mesh_) {
        mesh_->close();
    }
    tt::tt_metal::detail::CloseDevices(own_chips_);
    own_chips_.clear();
}

void World::drop_closed() {
    submeshes_.clear();
    mesh_.reset();
}

void World::abandon() {
    // Deliberately never destroyed: their destructors would close the meshes.
    static auto* abandoned_mesh = new std::shared_ptr<MeshDevice>(std::move(mesh_));
    static auto* abandoned_submeshes = new std::vector<std::shared_ptr<MeshDevice>>(std::move(submeshes_));
    (void)abandoned_mesh;
    (void)abandoned_submeshes;
}

std::vector<AllocatorOfOwner> World::allocators() const {
    std::vector<AllocatorOfOwner> all;
    if (!open_) {
        return all;
    }
    for (const Owner& chip : chip_owners_) {
        all.push_back({chip.device, chip.device->allocator_impl().get(), {chip.device->id()}});
    }
    if (mesh_) {
        append_mesh(all, *mesh_);
    }
    for (const auto& submesh : submeshes_) {
        append_mesh(all, *submesh);
    }
    return all;
}

}  // namespace standin
