// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/owner_reader.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxId = 1U << 20U;           // of chips and meshes; mesh ids count up for as long as the process lives
constexpr std::uint64_t kMaxChips = 4096;             // of a mesh
constexpr std::size_t kMaxKnownOwners = 1U << 16U;    // more different pointers than that are no owners
constexpr std::uint32_t kVariantElement = 16;         // {IDevice* or nothing, which}: a chip of this host or another's

}  // namespace

OwnerKind OwnerReader::kind_of(std::uint64_t owner) {
    const auto known = kinds_.find(owner);
    if (known != kinds_.end()) {
        return known->second;
    }
    const OwnerKind kind = kinds_.size() < kMaxKnownOwners ? look_up(owner) : OwnerKind::Unknown;
    kinds_[owner] = kind;
    return kind;
}

OwnerKind OwnerReader::look_up(std::uint64_t owner) const {
    const OwnerLayout& layout = module_.layout.owner;
    if (!is_pointer(owner)) {
        return OwnerKind::Unknown;
    }
    if (layout.chip_vptr == 0) {  // without vtables nothing but a chip can own a Buffer
        const auto id = reader_.field(owner, layout.chip_id);
        return id && *id < kMaxChips ? OwnerKind::Chip : OwnerKind::Unknown;
    }
    const auto vptr = reader_.word(owner);
    if (!vptr) {
        return OwnerKind::Unknown;
    }
    if (*vptr == layout.chip_vptr + module_.bias) {
        return OwnerKind::Chip;
    }
    const bool mesh = layout.mesh_vptr != 0 && *vptr == layout.mesh_vptr + module_.bias;
    return mesh ? OwnerKind::Mesh : OwnerKind::Unknown;
}

std::optional<std::uint64_t> OwnerReader::mesh_impl(std::uint64_t mesh) const {
    const OwnerLayout& layout = module_.layout.owner;
    if (!layout.mesh_impl.exists()) {
        return mesh;
    }
    const auto impl = reader_.field(mesh, layout.mesh_impl);
    return impl && is_pointer(*impl) ? impl : std::nullopt;
}

std::optional<WalkedOwner> OwnerReader::read(std::uint64_t owner) {
    const OwnerLayout& layout = module_.layout.owner;
    WalkedOwner walked;
    walked.owner = owner;
    walked.kind = kind_of(owner);
    if (walked.kind == OwnerKind::Unknown) {
        return std::nullopt;
    }
    const auto object = walked.kind == OwnerKind::Chip ? std::optional(owner) : mesh_impl(owner);
    const auto id = object ? reader_.field(*object, walked.kind == OwnerKind::Chip ? layout.chip_id : layout.mesh_id)
                           : std::nullopt;
    if (!id || *id >= kMaxId) {
        return std::nullopt;
    }
    walked.id = static_cast<std::int32_t>(*id);
    if (walked.kind == OwnerKind::Chip) {
        walked.chips = {walked.id};
    } else {
        read_chips(*object, walked);
    }
    return walked;
}

void OwnerReader::read_chips(std::uint64_t impl, WalkedOwner& mesh) {
    const OwnerLayout& layout = module_.layout.owner;
    const std::size_t element = layout.chips_element;
    auto view = reader_.field(impl, layout.mesh_view);
    if (view && layout.view_impl.exists()) {
        view = reader_.field(*view, layout.view_impl);
    }
    if (!view || !layout.view_chips.exists() || element < sizeof(std::uint64_t) || element % sizeof(std::uint64_t) != 0) {
        return;
    }
    const std::size_t words = element / sizeof(std::uint64_t);
    const auto elements = reader_.vector<std::uint64_t>(*view + layout.view_chips.offset, kMaxChips * words);
    if (!elements || elements->size() % words != 0) {
        return;
    }
    // Which alternative of the variant means "elsewhere" differs by build, and what an empty one holds is left over from
    // before: the alternative of an element that holds no chip tells.
    constexpr std::uint64_t kIndexMask = 0xff;
    std::optional<std::uint64_t> remote;
    for (std::size_t i = 0; element == kVariantElement && i < elements->size(); i += words) {
        if (kind_of((*elements)[i]) != OwnerKind::Chip) {
            remote = (*elements)[i + 1] & kIndexMask;
        }
    }
    for (std::size_t i = 0; i < elements->size(); i += words) {
        const bool elsewhere = remote && ((*elements)[i + 1] & kIndexMask) == *remote;
        const auto chip = elsewhere ? std::nullopt : reader_.field((*elements)[i], layout.chip_id);
        if (elsewhere || kind_of((*elements)[i]) != OwnerKind::Chip || !chip || *chip >= kMaxId) {
            ++mesh.remote_chips;
        } else {
            mesh.chips.push_back(static_cast<std::int32_t>(*chip));
        }
    }
    if (mesh.chips.empty()) {  // every mesh has a chip here: this is no list of them
        mesh.remote_chips = 0;
    }
}

}  // namespace tt::alloc_trace
