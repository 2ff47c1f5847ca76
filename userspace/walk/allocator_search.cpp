// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/allocator_search.hpp"

#include <tsl/robin_set.h>

#include <algorithm>
#include <array>
#include <optional>

#include "walk/mesh_search.hpp"
#include "walk/pointer_set.hpp"

namespace tt::alloc_trace {
namespace {

// Far beyond any machine; past them the search ends with a reason.
constexpr std::size_t kMaxDevices = 4096;
constexpr std::size_t kMaxContexts = 4096;
constexpr std::size_t kMaxMeshes = 65536;
constexpr std::size_t kMaxManagers = 4096;
constexpr std::size_t kMaxSubDevices = 256;
constexpr std::size_t kMaxAllocators = 65536;
constexpr int kMaxSearches = 8;
constexpr std::uint64_t kUnreadable = 1;    // neither null nor a pointer

class Search {
public:
    Search(const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const WalkOptions& options)
        : reader_(reader), module_(module), walk_(module.layout.walk), owners_(owners), options_(options) {}

    FoundAllocators run();

private:
    using Pointers = std::vector<std::uint64_t>;

    void incomplete(const std::string& reason);
    [[nodiscard]] std::optional<Pointers> contexts() const;
    [[nodiscard]] std::optional<Pointers> device_lists();
    void add_devices(std::uint64_t list);
    void add_device(std::uint64_t device);
    void add_mesh(std::uint64_t mesh);
    void add_tracker(std::uint64_t tracker, std::uint64_t owner);
    [[nodiscard]] std::optional<Pointers> managers_of(std::uint64_t tracker);
    void add_manager(std::uint64_t manager, std::uint64_t owner);
    void add_allocator(std::uint64_t allocator, std::uint64_t owner);
    void add_meshes();
    void search_meshes();
    void meet_mesh(std::uint64_t mesh);
    [[nodiscard]] bool expired(std::uint64_t control_block) const;
    bool meet_weak_mesh(std::uint64_t weak_pointer);

    const TargetReader& reader_;
    const WalkModule& module_;
    const WalkLayout& walk_;
    OwnerReader& owners_;
    const WalkOptions& options_;
    FoundAllocators found_;
    tsl::robin_set<std::uint64_t> seen_allocators_;
    tsl::robin_set<std::uint64_t> seen_owners_;
    std::vector<std::uint64_t> meshes_;  // still to look at
};

void Search::incomplete(const std::string& reason) {
    if (found_.incomplete_reason.empty()) {
        found_.incomplete_reason = reason;
    }
}

// The process's MetalContexts; nullopt: unreadable.
std::optional<Search::Pointers> Search::contexts() const {
    const RootLayout& root = walk_.root;
    if (root.metal_contexts == 0) {
        return Pointers{root.metal_context + module_.bias};
    }
    auto slots = reader_.array<std::uint64_t>(root.metal_contexts + module_.bias, root.metal_context_slots, kMaxContexts);
    if (slots) {
        std::erase(*slots, 0);
    }
    return slots;
}

// The addresses of the vectors of devices, none if nothing was ever opened. nullopt: the globals are not known.
std::optional<Search::Pointers> Search::device_lists() {
    const RootLayout& root = walk_.root;
    const bool in_contexts = (root.metal_context != 0 || root.metal_contexts != 0) && root.device_manager.exists();
    if (!in_contexts && root.device_pool == 0) {
        incomplete("where this build keeps its devices is not known");
        return std::nullopt;
    }
    std::optional<Pointers> holders = Pointers{root.device_pool + module_.bias};
    std::uint32_t offset = 0;
    if (in_contexts) {
        holders = contexts();
        offset = root.device_manager.offset;
    }
    Pointers lists;
    for (std::size_t i = 0; holders && root.devices.exists() && i < holders->size(); ++i) {
        const auto owner = reader_.word((*holders)[i] + offset);
        if (!owner) {
            holders.reset();
        } else if (*owner != 0) {
            lists.push_back(*owner + root.devices.offset);
        }
    }
    if (!holders || !root.devices.exists()) {
        incomplete("the list of the process's devices cannot be read");
        return std::nullopt;
    }
    return lists;
}

void Search::add_devices(std::uint64_t list) {
    const auto devices = reader_.vector<std::uint64_t>(list, kMaxDevices);
    if (!devices) {
        incomplete("the list of the process's devices cannot be read");
    }
    for (std::size_t i = 0; devices && i < devices->size(); ++i) {
        add_device((*devices)[i]);
    }
}

FoundAllocators Search::run() {
    const OwnerLayout& layout = module_.layout.owner;
    const DeviceWalkLayout& device = walk_.device;
    const bool chips_known = device.allocator.exists() || layout.chip_allocator.exists() || device.tracker.exists();
    const bool meshes_known = layout.mesh_vptr == 0 || (device.mesh.exists() && device.mesh_tracker.exists());
    const auto lists = device_lists();
    if (lists && !lists->empty()) {
        for (const std::uint64_t list : *lists) {
            add_devices(list);
        }
        add_meshes();
        if (!found_.meshless.empty() && options_.heap) {
            search_meshes();
        }
        if (!chips_known || !meshes_known) {
            incomplete(chips_known ? "which meshes this build has open cannot be found" : "where this build's devices keep their allocators is not known");
        }
    }
    found_.complete = lists.has_value() && found_.incomplete_reason.empty();
    return std::move(found_);
}

void Search::add_meshes() {
    while (!meshes_.empty()) {
        const std::uint64_t mesh = meshes_.back();
        meshes_.pop_back();
        add_mesh(mesh);
    }
}

// What is found in the heap leads on as any other mesh does; chips that it covers are not without one. Where nothing in the
// heap was overlooked the others are used by none.
void Search::search_meshes() {
    const FoundMeshes found = find_meshes(reader_, module_, owners_, options_.heap, found_.meshless);
    for (const std::uint64_t mesh : found.meshes) {
        meet_mesh(mesh);
    }
    add_meshes();
    if (found.all) {
        found_.meshless.clear();
        return;
    }
    std::vector<std::int32_t> covered;
    for (const std::uint64_t owner : found_.owners) {
        const auto walked = owners_.kind_of(owner) == OwnerKind::Mesh ? owners_.read(owner) : std::nullopt;
        if (walked) {
            covered.insert(covered.end(), walked->chips.begin(), walked->chips.end());
        }
    }
    std::erase_if(found_.meshless, [&](std::uint64_t chip) {
        const auto walked = owners_.read(chip);
        return walked && std::find(covered.begin(), covered.end(), walked->id) != covered.end();
    });
}

void Search::add_device(std::uint64_t device) {
    if (device == 0) {
        return;
    }
    if (owners_.kind_of(device) != OwnerKind::Chip) {
        incomplete("the list of the process's devices holds something else");
        return;
    }
    if (!seen_owners_.insert(device).second) {
        return;
    }
    found_.owners.push_back(device);
    const DeviceWalkLayout& layout = walk_.device;
    if (layout.initialized.exists() && reader_.field(device, layout.initialized).value_or(0) == 0) {
        return;  // closed; the object stays
    }
    const Field& allocator = layout.allocator.exists() ? layout.allocator : module_.layout.owner.chip_allocator;
    if (allocator.exists()) {
        add_allocator(reader_.field(device, allocator).value_or(kUnreadable), device);
    }
    if (layout.tracker.exists()) {
        add_tracker(reader_.field(device, layout.tracker).value_or(kUnreadable), device);
    }
    if (layout.mesh.exists() && !meet_weak_mesh(device + layout.mesh.offset)) {
        found_.meshless.push_back(device);
    }
}

// A weak_ptr outlives what it points at, but knows.
bool Search::expired(std::uint64_t control_block) const {
    constexpr Field kUses{8, 4};  // behind the vtable pointer; libc++ counts from -1
    const auto uses = reader_.field(control_block, kUses);
    return !uses || *uses == (walk_.allocator.node_value == kLibcxxValue ? 0xffff'ffffU : 0U);
}

// False: there is none.
bool Search::meet_weak_mesh(std::uint64_t weak_pointer) {
    const auto words = reader_.array<std::uint64_t>(weak_pointer, 2, 2);
    if (!words) {
        incomplete("the mesh of a device cannot be read");
        return false;
    }
    if ((*words)[0] == 0 || !is_pointer((*words)[1]) || expired((*words)[1])) {
        return false;
    }
    meet_mesh((*words)[0]);
    return true;
}

void Search::meet_mesh(std::uint64_t mesh) {
    if (seen_owners_.contains(mesh)) {
        return;
    }
    if (owners_.kind_of(mesh) != OwnerKind::Mesh) {
        incomplete("what a device or mesh calls its mesh is none");
    } else if (seen_owners_.size() >= kMaxMeshes) {
        incomplete("there are more than " + std::to_string(kMaxMeshes) + " meshes");
    } else {
        seen_owners_.insert(mesh);
        found_.owners.push_back(mesh);
        meshes_.push_back(mesh);
    }
}

void Search::add_mesh(std::uint64_t mesh) {
    const DeviceWalkLayout& layout = walk_.device;
    const auto impl = owners_.mesh_impl(mesh);
    if (!impl) {
        incomplete("a mesh cannot be read");
        return;
    }
    if (layout.mesh_tracker.exists()) {
        add_tracker(reader_.field(*impl, layout.mesh_tracker).value_or(kUnreadable), mesh);
    }
    if (layout.mesh_parent.exists()) {
        meet_weak_mesh(*impl + layout.mesh_parent.offset);
    }
    if (layout.mesh_submeshes.exists()) {
        const auto submeshes = reader_.vector<std::array<std::uint64_t, 2>>(*impl + layout.mesh_submeshes.offset, kMaxMeshes);
        if (!submeshes) {
            incomplete("the submeshes of a mesh cannot be read");
            return;
        }
        for (const auto& [submesh, control_block] : *submeshes) {
            if (submesh != 0 && is_pointer(control_block) && !expired(control_block)) {
                meet_mesh(submesh);
            }
        }
    }
}

void Search::add_tracker(std::uint64_t tracker, std::uint64_t owner) {
    if (tracker == 0) {
        return;  // closed
    }
    const auto managers = is_pointer(tracker) ? managers_of(tracker) : std::nullopt;
    if (!managers) {
        incomplete("the sub-device managers of a device cannot be read");
        return;
    }
    for (const std::uint64_t manager : *managers) {
        add_manager(manager, owner);
    }
}

// The default one first: its first allocator is the one of the whole device.
std::optional<Search::Pointers> Search::managers_of(std::uint64_t tracker) {
    const DeviceWalkLayout& layout = walk_.device;
    const auto first = reader_.field(tracker, layout.default_manager);
    if (!first) {
        return std::nullopt;
    }
    Pointers managers{*first};
    if (layout.managers.exists()) {
        const auto others = read_small_pointer_map(reader_, tracker + layout.managers.offset, walk_.allocator.node_value, kMaxManagers);
        if (!others) {
            return std::nullopt;
        }
        for (const std::uint64_t other : *others) {
            if (other != *first) {
                managers.push_back(other);
            }
        }
    }
    return managers;
}

void Search::add_manager(std::uint64_t manager, std::uint64_t owner) {
    const Field& field = walk_.device.allocators;
    const auto allocators = field.exists() && is_pointer(manager)
                                ? reader_.vector<std::uint64_t>(manager + field.offset, kMaxSubDevices)
                                : std::nullopt;
    if (!allocators) {
        incomplete("the allocators of a sub-device manager cannot be read");
        return;
    }
    for (const std::uint64_t allocator : *allocators) {
        add_allocator(allocator, owner);
    }
}

void Search::add_allocator(std::uint64_t allocator, std::uint64_t owner) {
    if (allocator == 0) {
        return;  // closed, or a sub-device without memory of its own
    }
    if (!is_pointer(allocator) || found_.allocators.size() >= kMaxAllocators) {
        incomplete("an allocator of a device cannot be read");
    } else if (seen_allocators_.insert(allocator).second) {
        found_.allocators.push_back({allocator, owner});
    }
}

}  // namespace

bool FoundAllocators::operator==(const FoundAllocators& other) const {
    const auto same = [](const KnownAllocator& a, const KnownAllocator& b) { return a.allocator == b.allocator && a.owner == b.owner; };
    return complete == other.complete && owners == other.owners && meshless == other.meshless && incomplete_reason == other.incomplete_reason &&
           std::equal(allocators.begin(), allocators.end(), other.allocators.begin(), other.allocators.end(), same);
}

FoundAllocators search_allocators(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const WalkOptions& options
) {
    FoundAllocators found = Search(reader, module, owners, options).run();
    for (int searches = 1; searches < kMaxSearches && !reader.cancelled(); ++searches) {
        FoundAllocators again = Search(reader, module, owners, options).run();
        const bool agree = again == found;
        found = std::move(again);
        if (agree) {
            return found;
        }
    }
    found.complete = false;
    found.incomplete_reason = found.incomplete_reason.empty() ? "devices were opened or closed all the time" : found.incomplete_reason;
    return found;
}

}  // namespace tt::alloc_trace
