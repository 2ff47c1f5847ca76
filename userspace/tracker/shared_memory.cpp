// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/shared_memory.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/range.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {
namespace {

// Of the buffer in each bank, if its allocator has all of `banks`. One that was allocated core by core shares none: a mesh's allocator
// keeps away from it.
std::optional<BankRange> range_of(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t banks
) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    const bool told = region != nullptr && region->banks == banks && buffer.per_core == 0;
    const auto bytes = told ? bank_footprint(buffer.shape(), region) : std::nullopt;
    if (!bytes) {
        return std::nullopt;
    }
    return BankRange{key.address, end_of(key.address, *bytes)};
}

// Those of before that may hold some of the type again.
bool goes_on(const Owner& owner) { return owner.current && !owner.closing && owner.allocators > 0; }

}  // namespace

SharedMemory::Sharer* SharedMemory::OfType::find(std::uint32_t owner) {
    const auto found = std::lower_bound(sharers.begin(), sharers.end(), owner, [](const Sharer& sharer, std::uint32_t wanted) {
        return sharer.owner < wanted;
    });
    return found == sharers.end() || found->owner != owner ? nullptr : &*found;
}

bool SharedMemory::OfType::add_apart(const Owner& owner, std::uint32_t index) {
    const bool last = sharers.empty() || sharers.back().owner < index;  // the others are referred to by their place in the list
    const bool apart = std::none_of(owner.usages.begin(), owner.usages.end(), [this](const PlaceUsage* usage) { return usages.contains(usage); });
    if (!last || !apart) {
        return false;
    }
    sharers.push_back({index, 0, {}, {}, {}});
    usages.insert(owner.usages.begin(), owner.usages.end());
    return true;
}

// Those that hold some of the type, or did and may again.
std::vector<SharedMemory::Sharer> SharedMemory::sharers(
    const ProcessState& process, BufferType type, const std::vector<Sharer>& before
) {
    std::map<std::uint32_t, std::uint32_t> most_banks;  // that an allocator has, by owner
    for (const Sharer& sharer : before) {
        if (goes_on(process.owners[sharer.owner])) {
            most_banks[sharer.owner] = 0;
        }
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == type) {
            most_banks[process.allocators[key.allocator].owner] = 0;
        }
    }
    for (const Allocator& allocator : process.allocators) {
        const Region* region = allocator.alive ? allocator.region(type) : nullptr;
        const auto found = region == nullptr ? most_banks.end() : most_banks.find(allocator.owner);
        if (found != most_banks.end()) {
            found->second = std::max(found->second, region->banks);
        }
    }
    std::vector<Sharer> sharers;
    for (const auto& [owner, banks] : most_banks) {
        sharers.push_back({owner, banks, {}, {}, {}});
    }
    return sharers;
}

void SharedMemory::rebuild(ProcessState& process, BufferType type) {
    OfType& of_type = types_[static_cast<std::size_t>(type)];
    of_type = {sharers(process, type, of_type.sharers), {}, {}};
    std::map<PlaceUsage*, std::vector<std::uint32_t>> members_of;
    for (std::uint32_t i = 0; i < of_type.sharers.size(); ++i) {
        for (PlaceUsage* usage : process.owners[of_type.sharers[i].owner].usages) {
            members_of[usage].push_back(i);
            of_type.usages.insert(usage);
        }
    }
    std::map<std::vector<std::uint32_t>, std::vector<PlaceUsage*>> shared;
    for (auto& [place, usage] : process.places) {
        usage.of(type).double_bytes = 0;
        if (const auto found = members_of.find(&usage); found != members_of.end()) {
            shared[found->second].push_back(&usage);
        }
    }
    for (auto& [members, usages] : shared) {
        add_domain(of_type, members, std::move(usages));
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == type && !of_type.domains.empty()) {
            start(process, key, buffer);
        }
    }
}

void SharedMemory::add_domain(OfType& of_type, std::vector<std::uint32_t> members, std::vector<PlaceUsage*> usages) {
    std::uint32_t banks = 0;
    for (const std::uint32_t member : members) {
        banks = std::max(banks, of_type.sharers[member].banks);
    }
    std::erase_if(members, [&](std::uint32_t member) { return of_type.sharers[member].banks != banks; });
    if (members.size() < 2) {
        return;
    }
    for (const std::uint32_t member : members) {
        of_type.sharers[member].domains.push_back(static_cast<std::uint32_t>(of_type.domains.size()));
    }
    of_type.domains.push_back({std::move(members), std::move(usages)});
}

template <typename Change>
void SharedMemory::change_doubles(
    OfType& of_type, BufferType type, const Sharer& sharer, const BankRange& range, const Change& change
) {
    const std::uint64_t look = ++looks_;
    for (const std::uint32_t index : sharer.domains) {
        const Domain& domain = of_type.domains[index];
        held_.clear();
        for (const std::uint32_t member : domain.members) {
            Sharer& other = of_type.sharers[member];
            if (std::exchange(other.look, look) != look) {
                other.held.clear();
                other.coverage.append_held(range, other.held);
            }
            held_.insert(held_.end(), other.held.begin(), other.held.end());
        }
        if (held_.empty()) {
            continue;
        }
        const std::uint64_t bytes = bytes_in_any(held_) * sharer.banks;
        for (PlaceUsage* usage : domain.usages) {
            change(usage->of(type).double_bytes, bytes);
        }
    }
}

void SharedMemory::start(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OfType& of_type = types_[static_cast<std::size_t>(key.type)];
    const std::uint32_t owner = process.allocators[key.allocator].owner;
    Sharer* sharer = of_type.find(owner);
    if (sharer == nullptr) {
        if (!of_type.add_apart(process.owners[owner], owner)) {
            rebuild(process, key.type);
        }
        return;
    }
    const auto range = sharer->domains.empty() ? std::nullopt : range_of(process, key, buffer, sharer->banks);
    if (range) {
        change_doubles(of_type, key.type, *sharer, *range, [](std::uint64_t& sum, std::uint64_t bytes) { sum += bytes; });
        sharer->coverage.add(*range);
    }
}

void SharedMemory::end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OfType& of_type = types_[static_cast<std::size_t>(key.type)];
    Sharer* sharer = of_type.find(process.allocators[key.allocator].owner);
    const bool shares = sharer != nullptr && !sharer->domains.empty();
    const auto range = shares ? range_of(process, key, buffer, sharer->banks) : std::nullopt;
    if (range) {
        sharer->coverage.remove(*range);
        change_doubles(of_type, key.type, *sharer, *range, [](std::uint64_t& sum, std::uint64_t bytes) { sum -= bytes; });
    }
}

void SharedMemory::rebuild(ProcessState& process) {
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        if (!types_[i].sharers.empty()) {
            rebuild(process, static_cast<BufferType>(i));
        }
    }
}

void SharedMemory::forget(ProcessState& process) {
    types_ = {};
    for (auto& [place, usage] : process.places) {
        for (Usage& type : usage.types) {
            type.double_bytes = 0;
        }
    }
}

}  // namespace tt::alloc_trace
