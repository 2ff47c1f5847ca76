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

struct Range {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// Of the buffer in each bank, if its allocator has all of `banks`.
std::optional<Range> range_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint32_t banks) {
    const Region* region = process.allocators[key.allocator].region(key.type);
    const auto bytes = region == nullptr || region->banks != banks ? std::nullopt : bank_footprint(buffer.shape(), region);
    if (!bytes) {
        return std::nullopt;
    }
    constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
    return Range{key.address, *bytes > kMax - key.address ? kMax : key.address + *bytes};
}

bool contains(const std::vector<std::uint32_t>& ascending, std::uint32_t value) {
    return std::binary_search(ascending.begin(), ascending.end(), value);
}

std::uint32_t most_banks(const ProcessState& process, const std::vector<std::uint32_t>& owners, BufferType type) {
    std::uint32_t banks = 0;
    for (const Allocator& allocator : process.allocators) {
        const Region* region = allocator.region(type);
        if (allocator.alive && region != nullptr && contains(owners, allocator.owner)) {
            banks = std::max(banks, region->banks);
        }
    }
    return banks;
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
    std::map<PlaceUsage*, std::vector<std::uint32_t>> owners_of;
    for (std::uint32_t i = 0; i < process.owners.size(); ++i) {
        if (of_type.entered[i]) {
            for (PlaceUsage* usage : process.owners[i].usages) {
                owners_of[usage].push_back(i);
            }
        }
    }
    std::map<std::vector<std::uint32_t>, std::vector<PlaceUsage*>> shared;
    for (auto& [place, usage] : process.places) {
        usage.of(type).double_bytes = 0;
        if (const auto found = owners_of.find(&usage); found != owners_of.end() && found->second.size() > 1) {
            shared[found->second].push_back(&usage);
        }
    }
    for (auto& [owners, usages] : shared) {
        of_type.domains.push_back({owners, std::move(usages), most_banks(process, owners, type), {}});
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == type && !of_type.domains.empty()) {
            start(process, key, buffer);
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
    for (Domain& domain : of_type.domains) {
        const auto range = contains(domain.owners, owner) ? range_of(process, key, buffer, domain.banks) : std::nullopt;
        const std::uint64_t twice = range ? domain.coverage.add(range->begin, range->end) : 0;
        for (PlaceUsage* usage : domain.usages) {
            usage->of(key.type).double_bytes += twice * domain.banks;
        }
    }
}

void SharedMemory::end(ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    OfType& of_type = types_[static_cast<std::size_t>(key.type)];
    const std::uint32_t owner = process.allocators[key.allocator].owner;
    for (Domain& domain : of_type.domains) {
        const auto range = contains(domain.owners, owner) ? range_of(process, key, buffer, domain.banks) : std::nullopt;
        const std::uint64_t twice = range ? domain.coverage.remove(range->begin, range->end) : 0;
        for (PlaceUsage* usage : domain.usages) {
            usage->of(key.type).double_bytes -= twice * domain.banks;
        }
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
