// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_devices.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "export/labels.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::int64_t kFirstSubstituteId = 1000;  // for owners whose own id is taken or not known

struct Grid {
    std::int64_t columns = 0;
    std::int64_t rows = 0;
};

// Cores that programs may use, by their number: each has one bank of L1. Wormhole has 8 columns of 7 to 10 rows, Blackhole 10 rows of
// 11 to 14 columns.
Grid grid_of(std::int64_t banks) {
    if (banks % 8 == 0 && banks >= 56 && banks <= 80) {
        return {8, banks / 8};
    }
    return banks % 10 == 0 && banks >= 110 && banks <= 140 ? Grid{banks / 10, 10} : Grid{};
}

std::int64_t end_of(const Region& region) { return static_cast<std::int64_t>(region.base + region.bytes); }

}  // namespace

VisualizerOwner& VisualizerDevices::of(const ProcessState& process, const Owner& owner) {
    const auto [entry, added] = numbers_.try_emplace({process.number, {owner.kind, owner.id}}, 0);
    if (added) {
        const bool own = owner.id >= 0 && owner.id < kFirstSubstituteId && !devices_.contains(owner.id);
        entry->second = own ? owner.id : kFirstSubstituteId + static_cast<std::int64_t>(numbers_.size());
        devices_[entry->second].row.id = entry->second;
    }
    VisualizerOwner& device = devices_.at(entry->second);
    if (device.label.empty() || !owner.chips.empty()) {
        device.label = fmt::format("{} of {}", to_string(owner), process_name(process));
        device.process = process.number;
        device.places = owner.places;
    }
    return device;
}

std::int64_t VisualizerDevices::launched_on(const ProcessState& process, const Owner& owner) {
    const auto holds = [&](const auto& entry) {
        const VisualizerOwner& device = entry.second;
        const auto is_there = [&device](const Place& place) {
            return std::find(device.places.begin(), device.places.end(), place) != device.places.end();
        };
        return device.process == process.number && device.row.l1_banks > 0 && std::all_of(owner.places.begin(), owner.places.end(), is_there);
    };
    const auto own = numbers_.find({process.number, {owner.kind, owner.id}});
    const auto found = own == numbers_.end() ? std::find_if(devices_.begin(), devices_.end(), holds) : devices_.find(own->second);
    return found == devices_.end() ? of(process, owner).row.id : found->first;
}

void VisualizerDevices::learn(const ProcessState& process, const Allocator& allocator) {
    VisualizerDevice& device = of(process, process.owners[allocator.owner]).row;
    const Region* l1 = allocator.region(BufferType::L1);
    if (l1 == nullptr || static_cast<std::int64_t>(l1->bytes) < device.l1_bank_bytes) {
        return;
    }
    device.l1_banks = l1->banks;
    device.l1_base = static_cast<std::int64_t>(l1->base);
    device.l1_bank_bytes = static_cast<std::int64_t>(l1->bytes);
    const Region* small = allocator.region(BufferType::L1Small);
    device.l1_end = std::max(end_of(*l1), small == nullptr ? 0 : end_of(*small));
    const Grid grid = grid_of(device.l1_banks);
    device.columns = grid.columns;
    device.rows = grid.rows;
}

}  // namespace tt::alloc_trace
