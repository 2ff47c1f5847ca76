// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/shared_memory.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

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
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    return BankRange{key.address, *bytes > kMax - key.address ? kMax : key.address + *bytes};
}

// The most that an allocator of the owner has, by owner.
std::vector<std::uint32_t> most_banks(const ProcessState& process, BufferType type) {
    std::vector<std::uint32_t> most(process.owners.size());
    for (const Allocator& allocator : process.allocators) {
        const Region* region = allocator.region(type);
        if (allocator.alive && region != nullptr) {
            most[allocator.owner] = std::max(most[allocator.owner], region->banks);
        }
    }
    return most;
}

}  // namespace

// Those that hold some of the type, or did and may again.
std::vector<bool> SharedMemory::sharers(const ProcessState& process, BufferType type, const std::vector<bool>& entered) {
    std::vector<bool> sharers(process.owners.size());
    for (std::size_t i = 0; i < std::min(entered.size(), sharers.size()); ++i) {
        const Owner& owner = process.owners[i];
        sharers[i] = entered[i] && owner.current && !owner.closing && owner.allocators > 0;
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == type) {
            sharers[process.allocators[key.allocator].owner] = true;
        }
    }
    return sharers;
}

void SharedMemory::rebuild(ProcessState& process, BufferType type) {
    OfType& of_type = types_[static_cast<std::size_t>(type)];
    of_type.entered = sharers(process, type, of_type.entered);
    of_type.domains.clear();
    of_type.sharers.assign(process.owners.size(), {});
    const std::vector<std::uint32_t> banks = most_banks(process, type);
    std::map<PlaceUsage*, std::vector<std::uint32_t>> owners_of;
    for (std::uint32_t i = 0; i < process.owners.size(); ++i) {
        of_type.sharers[i].banks = banks[i];
        if (of_type.entered[i]) {
            for (PlaceUsage* usage : process.owners[i].usages) {
                owners_of[usage].push_back(i);
            }
        }
    }
    std::map<std::vector<std::uint32_t>, std::vector<PlaceUsage*>> shared;
    for (auto& [place, usage] : process.places) {
        usage.of(type).double_bytes = 0;
        if (const auto found = owners_of.find(&usage); found != owners_of.end()) {
            shared[found->second].push_back(&usage);
        }
    }
    for (auto& [owners, usages] : shared) {
        add_domain(of_type, owners, std::move(usages));
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == type && !of_type.domains.empty()) {
            start(process, key, buffer);
        }
    }
}

void SharedMemory::add_domain(OfType& of_type, std::vector<std::uint32_t> owners, std::vector<PlaceUsage*> usages) {
    std::uint32_t banks = 0;
    for (const std::uint32_t owner : owners) {
        banks = std::max(banks, of_type.sharers[owner].banks);
    }
    std::erase_if(owners, [&](std::uint32_t owner) { return of_type.sharers[owner].banks != banks; });
    if (owners.size() < 2) {
        return;
    }
    for (const std::uint32_t owner : owners) {
        of_type.sharers[owner].domains.push_back(static_cast<std::uint32_t>(of_type.domains.size()));
    }
    of_type.domains.push_back({std::move(owners), std::move(usages)});
}

template <typename Change>
void SharedMemory::change_doubles(
    OfType& of_type, BufferType type, std::uint32_t owner, const BankRange& range, const Change& change
) {
    const Sharer& sharer = of_type.sharers[owner];
    own_.clear();
    sharer.coverage.append_held(range, own_);
    for (const std::uint32_t index : sharer.domains) {
        const Domain& domain = of_type.domains[index];
        held_ = own_;
        for (const std::uint32_t other : domain.owners) {
            if (other != owner) {
                of_type.sharers[other].coverage.append_held(range, held_);
            }
        }
        const std::uint64_t bytes = held_.empty() ? 0 : bytes_in_any(held_) * sharer.banks;
        for (PlaceUsage* usage : domain.usages) {
            change(usage->of(type).double_bytes, bytes);
        }
    }
}

void SharedMemory::start(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OfType& of_type = types_[static_cast<std::size_t>(key.type)];
    const std::uint32_t owner = process.allocators[key.allocator].owner;
    if (owner >= of_type.entered.size() || !of_type.entered[owner]) {
        rebuild(process, key.type);
        return;
    }
    Sharer& sharer = of_type.sharers[owner];
    const auto range = sharer.domains.empty() ? std::nullopt : range_of(process, key, buffer, sharer.banks);
    if (range) {
        change_doubles(of_type, key.type, owner, *range, [](std::uint64_t& sum, std::uint64_t bytes) { sum += bytes; });
        sharer.coverage.add(*range);
    }
}

void SharedMemory::end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OfType& of_type = types_[static_cast<std::size_t>(key.type)];
    const std::uint32_t owner = process.allocators[key.allocator].owner;
    const bool shares = owner < of_type.sharers.size() && !of_type.sharers[owner].domains.empty();
    const auto range = shares ? range_of(process, key, buffer, of_type.sharers[owner].banks) : std::nullopt;
    if (range) {
        of_type.sharers[owner].coverage.remove(*range);
        change_doubles(of_type, key.type, owner, *range, [](std::uint64_t& sum, std::uint64_t bytes) { sum -= bytes; });
    }
}

void SharedMemory::rebuild(ProcessState& process) {
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        const std::vector<bool>& entered = types_[i].entered;
        if (std::find(entered.begin(), entered.end(), true) != entered.end()) {
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
