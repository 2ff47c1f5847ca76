// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The opened chips and meshes of the driver's process, and who of them can own buffers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "driver/options.hpp"
#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {
class AllocatorImpl;
class IDevice;
namespace distributed {
class MeshDevice;
}
}  // namespace tt::tt_metal

namespace standin {

struct Owner {
    tt::tt_metal::IDevice* device = nullptr;
    tt::tt_metal::distributed::MeshDevice* mesh = nullptr;  // null for a chip
    std::optional<tt::tt_metal::SubDeviceId> sub_device;
};

// One address space and whom it belongs to.
struct AllocatorOfOwner {
    const tt::tt_metal::IDevice* device = nullptr;
    const tt::tt_metal::AllocatorImpl* allocator = nullptr;
    std::vector<int> chips;
};

class World {
public:
    explicit World(const Options& options);
    ~World();

    void open();
    // Silent: live buffers make no event. The mesh objects live on, since leftover Buffers point at them.
    void close();
    // Destroys closed meshes. No plain Buffer of theirs may be left; MeshBuffers may.
    void drop_closed();
    bool is_open() const { return open_; }
    // For an exit without closing: what is open stays so until the process ends.
    void abandon();

    const std::vector<Owner>& meshes() const { return mesh_owners_; }
    const std::vector<Owner>& chips() const { return chip_owners_; }
    const std::vector<Owner>& submeshes() const { return submesh_owners_; }
    const std::vector<Owner>& sub_devices() const { return sub_device_owners_; }
    const std::shared_ptr<tt::tt_metal::distributed::MeshDevice>& mesh() const { return mesh_; }
    std::vector<AllocatorOfOwner> allocators() const;

    // Buffers (by unique id) whose ranges are gone although the runtime's set still names them: cleared by the user.
    std::set<std::size_t>& not_live() { return not_live_; }
    const std::set<std::size_t>& not_live() const { return not_live_; }

private:
    void open_mesh();
    void split_into_submeshes();
    void make_sub_devices();

    MeshSize mesh_size_;
    unsigned chip_count_;
    std::size_t remote_chips_;
    OwnerWeights weights_;
    bool open_ = false;
    std::shared_ptr<tt::tt_metal::distributed::MeshDevice> mesh_;
    std::vector<std::shared_ptr<tt::tt_metal::distributed::MeshDevice>> submeshes_;
    std::map<int, tt::tt_metal::IDevice*> own_chips_;  // opened by this class, not by the mesh
    std::vector<Owner> mesh_owners_;
    std::vector<Owner> chip_owners_;
    std::vector<Owner> submesh_owners_;
    std::vector<Owner> sub_device_owners_;
    std::set<std::size_t> not_live_;
};

// Chip ids in the order of a mesh, which is not ascending.
std::vector<int> mesh_order(std::size_t chips);

}  // namespace standin
