// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/l1_map.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

// Who decides what L1 of a chip looks like.
struct Tenants {
    std::vector<std::uint32_t> allocators;  // that hold L1 buffers there
    std::vector<std::uint64_t> programs;

    auto operator<=>(const Tenants&) const = default;
};

std::map<Tenants, std::vector<Place>> by_tenants(
    const ProcessState& process, const std::map<std::uint32_t, std::vector<BufferFacts>>& buffers, const L1Question& question
) {
    std::map<Place, Tenants> tenants;
    for (const auto& [place, usage] : process.places) {
        const std::vector<Place>& asked = question.places;
        if (asked.empty() || std::find(asked.begin(), asked.end(), place) != asked.end()) {
            const auto& resident = process.programs.resident_programs(place);
            tenants[place].programs = question.program != 0 ? std::vector{question.program} : resident;
        }
    }
    for (const auto& entry : buffers) {
        for (const Place& place : process.owners[process.allocators[entry.first].owner].places) {
            if (const auto found = tenants.find(place); found != tenants.end()) {
                found->second.allocators.push_back(entry.first);
            }
        }
    }
    std::map<Tenants, std::vector<Place>> joined;
    for (auto& [place, of_place] : tenants) {
        joined[of_place].push_back(place);
    }
    return joined;
}

// A buffer that came after the launch lies where the program had laid something out.
bool is_finished(
    const ProcessState& process, std::uint64_t id, const CorePlan& plan, const std::vector<BufferFacts>& buffers, const L1Question& question
) {
    if (question.launches == nullptr || question.program != 0) {
        return false;
    }
    const auto launched = question.launches->t_ns.find({process.number, id});
    return launched != question.launches->t_ns.end() && std::any_of(buffers.begin(), buffers.end(), [&](const BufferFacts& buffer) {
        const std::uint64_t end = end_of(buffer.address, std::max<std::uint64_t>(buffer.bank_bytes.value_or(1), 1));
        return buffer.t_ns > launched->second && std::any_of(plan.ranges.begin(), plan.ranges.end(), [&](const L1Range& range) {
            return range.begin < end && buffer.address < range.end;
        });
    });
}

void add_circular_buffers(
    L1Map& map, const ProcessState& process, const std::vector<std::uint64_t>& programs, const L1Question& question
) {
    for (const std::uint64_t id : programs) {
        const auto program = process.programs.programs().find(id);
        if (program == process.programs.programs().end()) {
            continue;
        }
        const CorePlan plan = core_plan(program->second);
        const bool finished = is_finished(process, id, plan, map.buffers, question);
        if (!finished && !plan.ranges.empty()) {
            map.circular_buffer_end = std::max(map.circular_buffer_end.value_or(0), plan.end());
            map.parts.insert(map.parts.end(), plan.parts.begin(), plan.parts.end());
        }
        for (const CircularBuffer& cb : program->second.circular_buffers) {
            if (map.circular_buffers.size() < L1Map::kMaxCircularBuffers) {
                map.circular_buffers.push_back(
                    {id, cb.address, end_of(cb.address, cb.size), cb.cores, cb.cores_complete, cb.kind, finished}
                );
            }
        }
    }
    std::stable_sort(map.parts.begin(), map.parts.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    std::stable_sort(
        map.circular_buffers.begin(), map.circular_buffers.end(), [](const auto& a, const auto& b) { return a.begin < b.begin; }
    );
}

// The range of all allocators of these chips.
void add_range(L1Map& map, const ProcessState& process) {
    for (const Allocator& allocator : process.allocators) {
        const Region* region = allocator.region(BufferType::L1);
        const std::vector<Place>& places = process.owners[allocator.owner].places;
        if (allocator.alive && region != nullptr && std::find(places.begin(), places.end(), map.places.front()) != places.end()) {
            map.cores = std::max(map.cores, region->banks);
            map.begin = std::min(map.begin.value_or(region->base), region->base);
            map.end = std::max(map.end.value_or(0), end_of(region->base, region->bytes));
        }
    }
}

std::optional<std::uint64_t> bytes_by_address(const std::vector<BufferFacts>& ascending) {
    std::uint64_t bytes = 0;
    std::uint64_t counted_to = 0;
    for (const BufferFacts& buffer : ascending) {
        if (!buffer.bank_bytes) {
            return std::nullopt;
        }
        const std::uint64_t begin = std::max(buffer.address, counted_to);
        const std::uint64_t end = end_of(buffer.address, *buffer.bank_bytes);
        bytes += end > begin ? end - begin : 0;
        counted_to = std::max(counted_to, end);
    }
    return bytes;
}

// `uneven`: allocators that hold buffers on some cores only, at an address of their own on each.
void add_buffers(
    L1Map& map, const std::map<std::uint32_t, std::vector<BufferFacts>>& buffers, const std::vector<std::uint32_t>& holders,
    const std::set<std::uint32_t>& uneven
) {
    for (const std::uint32_t holder : holders) {
        const std::vector<BufferFacts>& held = buffers.at(holder);
        map.buffers.insert(map.buffers.end(), held.begin(), held.end());
    }
    std::stable_sort(map.buffers.begin(), map.buffers.end(), [](const BufferFacts& a, const BufferFacts& b) {
        return a.address < b.address;
    });
    map.buffer_count = map.buffers.size();
    const bool even = std::none_of(holders.begin(), holders.end(), [&](std::uint32_t holder) { return uneven.contains(holder); });
    map.buffer_bytes = even ? bytes_by_address(map.buffers) : std::nullopt;
}

void count_in_the_way(L1Map& map) {
    if (map.circular_buffer_end) {
        map.in_the_way = static_cast<std::uint64_t>(std::count_if(map.buffers.begin(), map.buffers.end(), [&map](const auto& buffer) {
            return buffer.address < *map.circular_buffer_end;
        }));
    }
    map.buffers.resize(std::min(map.buffers.size(), L1Map::kMaxBuffers));
}

}  // namespace

std::optional<std::uint64_t> L1Map::lowest() const {
    return buffers.empty() ? std::nullopt : std::optional(buffers.front().address);
}

std::optional<std::int64_t> L1Map::gap() const {
    const std::optional<std::uint64_t> above = lowest();
    if (!above || !circular_buffer_end) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(*above - *circular_buffer_end);
}

std::optional<std::uint64_t> L1Map::room() const {
    const std::optional<std::uint64_t> until = buffers.empty() ? end : lowest();
    const std::optional<std::uint64_t> from =
        begin || circular_buffers.empty() ? begin : std::optional(circular_buffers.front().begin);
    return from && until ? std::optional(*until - std::min(*from, *until)) : std::nullopt;
}

std::vector<L1Map> l1_maps(const ProcessState& process, const L1Question& question) {
    std::map<std::uint32_t, std::vector<BufferFacts>> buffers;  // by allocator
    std::set<std::uint32_t> uneven;
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == BufferType::L1) {
            buffers[key.allocator].push_back(buffer_facts(process, key, buffer));
            if (buffer.per_core != 0) {
                uneven.insert(key.allocator);
            }
        }
    }
    std::vector<L1Map> maps;
    for (auto& [tenants, places] : by_tenants(process, buffers, question)) {
        L1Map map;
        map.pid = process.pid;
        map.places = places;
        add_range(map, process);
        add_buffers(map, buffers, tenants.allocators, uneven);
        add_circular_buffers(map, process, tenants.programs, question);
        if (question.circular_buffer_end) {
            map.circular_buffer_end = question.circular_buffer_end;
        }
        count_in_the_way(map);
        if (map.buffer_count > 0 || !map.circular_buffers.empty() || map.circular_buffer_end) {
            maps.push_back(std::move(map));
        }
    }
    return maps;
}

}  // namespace tt::alloc_trace
