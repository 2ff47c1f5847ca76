// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/owner_identity.hpp"

#include <algorithm>

namespace tt::alloc_trace {

OwnerIdentity identity_of(const Owner& owner) { return {owner.kind, owner.id, owner.chips}; }

std::vector<Place> places_of(const OwnerIdentity& owner) {
    if (owner.kind == OwnerKind::Unknown || owner.chips.empty()) {
        return {Place{owner.kind, owner.id}};
    }
    std::vector<Place> places;
    for (const std::int32_t chip : owner.chips) {
        places.push_back({OwnerKind::Chip, chip});
    }
    return places;
}

const ProcessState* ProcessFinder::operator()(std::uint32_t pid) const {
    const auto found = std::find_if(processes_->rbegin(), processes_->rend(), [pid](const auto& process) {
        return process->pid == pid;
    });
    return found == processes_->rend() ? nullptr : found->get();
}

const Owner* owner_by_pointer(const ProcessState& process, std::uint64_t pointer) {
    const auto found = process.owner_index.find(pointer);
    return found == process.owner_index.end() ? nullptr : &process.owners[found->second];
}

const Owner* owner_by_allocator(const ProcessState& process, std::uint64_t pointer) {
    const auto found = process.allocator_index.find(pointer);
    return found == process.allocator_index.end() ? nullptr : &process.owners[process.allocators[found->second].owner];
}

}  // namespace tt::alloc_trace
