// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/buffer_facts.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace tt::alloc_trace {
void add_known(std::optional<std::uint64_t>& sum, const std::optional<std::uint64_t>& more) {
    sum = sum && more ? std::optional(*sum + *more) : std::nullopt;
}

OwnerFacts owner_facts(const Owner& owner) { return {owner.kind, owner.id, owner.chips}; }

BufferFacts buffer_facts(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    return {
        owner_facts(process.owner_of(key)),
        key.type,
        process.allocators[key.allocator].pointer,
        key.address,
        buffer.size,
        bank_footprint_of(process, key, buffer),
        buffer.buffer,
        buffer.t_ns,
        buffer.tid,
        buffer.origin(),
        static_cast<std::uint32_t>(buffer.stack)};
}

std::vector<AllocatorGroup> group_live(const ProcessState& process) {
    std::map<std::tuple<std::uint32_t, BufferType, std::uint64_t>, BufferGroup> groups;
    for (const auto& [key, buffer] : process.live.buffers()) {
        BufferGroup& group = groups[{key.allocator, key.type, buffer.size}];
        if (group.count == 0) {
            group.owner = owner_facts(process.owner_of(key));
            group.type = key.type;
            group.size = buffer.size;
            group.first_t_ns = group.last_t_ns = buffer.t_ns;
        }
        ++group.count;
        group.bytes += buffer.size;
        add_known(group.footprint_bytes, footprint_of(process, key, buffer));
        add_known(group.bank_bytes, bank_footprint_of(process, key, buffer));
        group.first_t_ns = std::min(group.first_t_ns, buffer.t_ns);
        group.last_t_ns = std::max(group.last_t_ns, buffer.t_ns);
        group.stacks.add(static_cast<std::uint32_t>(buffer.stack));
    }
    std::vector<AllocatorGroup> all;
    for (auto& [key, group] : groups) {
        all.push_back({std::get<0>(key), std::move(group)});
    }
    return all;
}

void sort_by_bytes(std::vector<BufferGroup>& groups) {
    std::stable_sort(groups.begin(), groups.end(), [](const BufferGroup& a, const BufferGroup& b) {
        return a.footprint_bytes.value_or(a.bytes) > b.footprint_bytes.value_or(b.bytes);
    });
}

}  // namespace tt::alloc_trace
