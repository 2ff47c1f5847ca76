// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/held_twice.hpp"

#include <algorithm>
#include <iterator>

#include "base/range.hpp"

namespace tt::alloc_trace {
namespace {

using Ranges = std::map<std::uint64_t, std::uint64_t>;

std::uint64_t held_of(const Ranges& ranges, std::uint64_t begin, std::uint64_t end) {
    auto range = ranges.upper_bound(begin);
    range = range == ranges.begin() ? range : std::prev(range);
    std::uint64_t bytes = 0;
    for (; range != ranges.end() && range->first < end; ++range) {
        const std::uint64_t from = std::max(range->first, begin);
        const std::uint64_t to = std::min(range->second, end);
        bytes += to > from ? to - from : 0;
    }
    return bytes;
}

std::vector<Place> common_places(const Owner& a, const Owner& b) {
    std::vector<Place> common;
    std::copy_if(a.places.begin(), a.places.end(), std::back_inserter(common), [&b](const Place& place) {
        return place.kind == OwnerKind::Chip && std::find(b.places.begin(), b.places.end(), place) != b.places.end();
    });
    return common;
}

}  // namespace

void HeldTwice::begin(const TrackerView& view) {
    number_.begin(view);
    find_process_.begin(view);
    for (const auto& process : view.processes) {
        place_all(*process);
    }
}

// What is live and not placed yet.
void HeldTwice::place_all(const ProcessState& process) {
    not_placed_[process.pid] = 0;
    for (const auto& [key, buffer] : process.live.buffers()) {
        const auto space = spaces_.find({process.number, key.type, key.allocator, key.generation});
        if (space == spaces_.end() || !space->second.ranges.contains(key.address)) {
            started(process, key, buffer);
        }
    }
}

void HeldTwice::started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
    if (const auto bytes = bank_footprint_of(process, key, buffer)) {
        hold(process, {process.number, key.type, key.allocator, key.generation}, key.address, end_of(key.address, *bytes));
    } else {
        ++not_placed_[process.pid];
    }
}

void HeldTwice::hold(const ProcessState& process, const SpaceKey& key, std::uint64_t begin, std::uint64_t end) {
    const auto [found, fresh] = spaces_.try_emplace(key);
    Space& space = found->second;
    if (fresh) {
        space.pid = process.pid;
        ++version_;
    }
    for (const Peer& peer : peers(process, key, space)) {
        const std::uint64_t bytes = held_of(peer.space->ranges, begin, end);
        if (bytes == 0) {
            continue;
        }
        HeldTwicePair& pair = *peer.pair;
        pair.first_t_ns = pair.buffers == 0 ? process.last_t_ns : pair.first_t_ns;
        pair.last_t_ns = process.last_t_ns;
        ++pair.buffers;
        pair.now_bytes += bytes;
        if (pair.now_bytes > pair.most_bytes) {
            pair.most_bytes = pair.now_bytes;
            pair.most_place = {number_.current(), process.last_t_ns};
            pair.address = begin;
        }
    }
    space.ranges[begin] = end;
}

void HeldTwice::ended(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind /*kind*/
) {
    const SpaceKey where{process.number, key.type, key.allocator, key.generation};
    const auto space = buffer.per_core != 0 ? spaces_.end() : spaces_.find(where);
    const auto range = space == spaces_.end() ? Ranges::iterator{} : space->second.ranges.find(key.address);
    if (space == spaces_.end() || range == space->second.ranges.end()) {
        return;
    }
    for (const Peer& peer : peers(process, where, space->second)) {
        peer.pair->now_bytes -= std::min(peer.pair->now_bytes, held_of(peer.space->ranges, range->first, range->second));
    }
    space->second.ranges.erase(range);
}

const std::vector<HeldTwice::Peer>& HeldTwice::peers(const ProcessState& process, const SpaceKey& key, Space& space) {
    if (space.peers_of == version_) {
        return space.peers;
    }
    space.peers_of = version_;
    space.peers.clear();
    for (auto other = spaces_.lower_bound({key.process, key.type, 0, 0});
         other != spaces_.end() && other->first.process == key.process && other->first.type == key.type; ++other) {
        HeldTwicePair* pair = other->first.allocator == key.allocator ? nullptr : pair_of(process, key, other->first);
        if (pair != nullptr) {
            space.peers.push_back({&other->second, pair});
        }
    }
    return space.peers;
}

// nullptr: they do not hand out the same memory, as far as can be told. Sub-devices of one owner have cores of their own.
HeldTwicePair* HeldTwice::pair_of(const ProcessState& process, const SpaceKey& a, const SpaceKey& b) {
    const Allocator& first = process.allocators[a.allocator];
    const Allocator& second = process.allocators[b.allocator];
    if (first.generation != a.generation || second.generation != b.generation || first.owner == second.owner) {
        return nullptr;
    }
    const std::pair<SpaceKey, SpaceKey> key = std::minmax(a, b);
    if (const auto known = pairs_.find(key); known != pairs_.end()) {
        return &known->second;
    }
    const Region* region = first.region(a.type);
    const Region* other_region = second.region(a.type);
    const bool same_banks = region == nullptr || other_region == nullptr || region->banks == other_region->banks;
    std::vector<Place> places = common_places(process.owners[first.owner], process.owners[second.owner]);
    if (!same_banks || places.empty() || pairs_.size() >= kMaxPairs) {
        return nullptr;
    }
    const bool larger = process.owners[first.owner].places.size() >= process.owners[second.owner].places.size();
    const Allocator& large = larger ? first : second;
    const Allocator& small = larger ? second : first;
    HeldTwicePair& pair = pairs_[key];
    pair.pid = process.pid;
    pair.type = a.type;
    pair.owner = identity_of(process.owners[large.owner]);
    pair.other = identity_of(process.owners[small.owner]);
    pair.allocator = large.pointer;
    pair.other_allocator = small.pointer;
    pair.places = std::move(places);
    return &pair;
}

void HeldTwice::observe(const Event& event, const Applied& /*applied*/) {
    const std::uint32_t pid = header_of(event).pid;
    if (std::holds_alternative<OwnerSeen>(event)) {
        ++version_;
    } else if (std::holds_alternative<AllocatorSeen>(event)) {
        if (const auto waiting = not_placed_.find(pid); waiting != not_placed_.end() && waiting->second > 0) {
            place_all(*find_process_(pid));
        }
    } else if (std::holds_alternative<ProcessExited>(event)) {
        std::erase_if(spaces_, [pid](const auto& space) { return space.second.pid == pid; });
        not_placed_.erase(pid);
        ++version_;
    } else if (std::holds_alternative<AllocatorReleased>(event)) {
        std::erase_if(spaces_, [pid](const auto& space) { return space.second.pid == pid && space.second.ranges.empty(); });
        ++version_;
    }
    number_.observed();
}

std::vector<HeldTwicePair> HeldTwice::pairs() const {
    std::vector<HeldTwicePair> all;
    for (const auto& [key, pair] : pairs_) {
        if (pair.most_bytes > 0) {
            all.push_back(pair);
        }
    }
    std::stable_sort(all.begin(), all.end(), [](const HeldTwicePair& a, const HeldTwicePair& b) {
        return a.most_bytes > b.most_bytes;
    });
    return all;
}

}  // namespace tt::alloc_trace
