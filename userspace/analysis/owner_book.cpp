// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/owner_book.hpp"

namespace tt::alloc_trace {

OwnerBook::OwnerBook() {
    owners_.push_back({OwnerIdentity{}, {Place{}}});
    numbers_.emplace(OwnerIdentity{}, 0);
}

std::uint32_t OwnerBook::number(const ProcessState& process, const AllocationKey& key) {
    Answer& answer = answers_[(process.number + key.allocator) % answers_.size()];
    if (answer.process == process.number && answer.allocator == key.allocator && answer.generation == key.generation) {
        return answer.number;
    }
    const Owner& owner = process.owner_of(key);
    const OwnerIdentity identity = identity_of(owner);
    std::uint32_t number = 0;
    if (const auto found = numbers_.find(identity); found != numbers_.end()) {
        number = found->second;
    } else if (owners_.size() < kMaxOwners) {
        number = static_cast<std::uint32_t>(owners_.size());
        owners_.push_back({identity, owner.places});
        numbers_.emplace(identity, number);
    }
    if (owner.kind != OwnerKind::Unknown) {  // it may be announced yet
        answer = {process.number, key.allocator, key.generation, number};
    }
    return number;
}

}  // namespace tt::alloc_trace
