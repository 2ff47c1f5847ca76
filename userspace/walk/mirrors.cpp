// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/mirrors.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace tt::alloc_trace {
namespace {

using Places = std::set<std::pair<BufferType, std::uint64_t>>;

bool has_per_core(const WalkedAllocator& allocator, BufferType type) {
    return std::any_of(allocator.buffers.begin(), allocator.buffers.end(), [type](const WalkedBuffer& buffer) {
        return buffer.fields.per_core && buffer.fields.type == type;
    });
}

// The list has what its mesh holds, and lacks what single cores do.
void forget_use(WalkedRegion& region) {
    region.free_list_known = false;
    region.used_bytes = region.free_bytes = region.largest_free_bytes = 0;
}

void forget_mirrors(WalkedAllocator& of_chip, const Places& of_meshes) {
    for (WalkedRegion& region : of_chip.regions) {
        const auto marks = std::erase_if(region.orphans, [&](const Block& block) {
            return of_meshes.contains({region.region.type, block.address});
        });
        if (marks != 0 || has_per_core(of_chip, region.region.type)) {
            forget_use(region);
        }
    }
}

bool covers(const WalkedOwner& mesh, const WalkedOwner* chip) {
    return chip == nullptr || mesh.chips.empty() || std::find(mesh.chips.begin(), mesh.chips.end(), chip->id) != mesh.chips.end();
}

}  // namespace

void forget_mirrors(Walk& walk) {
    const auto owner_of = [&walk](const WalkedAllocator& allocator) -> const WalkedOwner* {
        const auto found = std::find_if(walk.owners.begin(), walk.owners.end(), [&](const WalkedOwner& owner) {
            return owner.owner == allocator.owner;
        });
        return found == walk.owners.end() ? nullptr : &*found;
    };
    std::map<const WalkedOwner*, Places> of_meshes;
    for (const WalkedAllocator& allocator : walk.allocators) {
        const WalkedOwner* owner = owner_of(allocator);
        for (const WalkedBuffer& buffer : allocator.buffers) {
            if (owner != nullptr && owner->kind == OwnerKind::Mesh) {
                of_meshes[owner].emplace(buffer.fields.type, buffer.fields.address);
            }
        }
    }
    for (WalkedAllocator& allocator : walk.allocators) {
        const WalkedOwner* chip = owner_of(allocator);
        if (chip != nullptr && chip->kind == OwnerKind::Mesh) {
            continue;
        }
        Places covering;
        for (const auto& [mesh, places] : of_meshes) {
            if (covers(*mesh, chip)) {
                covering.insert(places.begin(), places.end());
            }
        }
        forget_mirrors(allocator, covering);
    }
}

}  // namespace tt::alloc_trace
