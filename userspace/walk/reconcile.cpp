// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/reconcile.hpp"

#include <tsl/robin_set.h>

#include <set>
#include <tuple>

namespace tt::alloc_trace {
namespace {

using Seen = tsl::robin_map<PlaceInAllocator, std::uint64_t, PlaceInAllocatorHash>;  // -> Buffer object
using AllocatorsOfWalk = tsl::robin_map<std::uint64_t, const WalkedAllocator*>;

const KnownBuffersOfAllocator kNothingKnown{};

AllocatorsOfWalk by_pointer(const Walk& walk) {
    AllocatorsOfWalk allocators;
    for (const WalkedAllocator& allocator : walk.allocators) {
        allocators.emplace(allocator.allocator, &allocator);
    }
    return allocators;
}

bool free_list_known(const WalkedAllocator& allocator, BufferType type) {
    for (const WalkedRegion& region : allocator.regions) {
        if (region.region.type == type) {
            return region.free_list_known;
        }
    }
    return false;
}

// Emptying an allocator leaves its set of Buffers as it is: then its free list tells which of them hold memory.
bool holds_memory(const WalkedBuffer& buffer, const WalkedAllocator& allocator, const KnownBuffersOfAllocator& known) {
    return free_list_known(allocator, buffer.fields.type) ? buffer.block_bytes != 0 || buffer.fields.per_core : !known.cleared;
}

bool is_known(const WalkedBuffer& buffer, const KnownBuffersOfAllocator& known) {
    const auto live = known.live.find(place_of(buffer.fields));
    return live != known.live.end() && live->second.buffer == buffer.fields.buffer &&
           live->second.size == buffer.fields.size;
}

Seen seen_in(const WalkedAllocator* allocator) {
    Seen seen;
    if (allocator == nullptr) {
        return seen;
    }
    seen.reserve(allocator->buffers.size());
    for (const WalkedBuffer& buffer : allocator->buffers) {
        seen.insert_or_assign(place_of(buffer.fields), buffer.fields.buffer);
    }
    return seen;
}

class Comparison {
public:
    Comparison(const Walk& first, const Walk& second, const KnownBuffers& known)
        : first_(first), second_(second), known_(known), before_(by_pointer(first)), after_(by_pointer(second)) {}

    Reconciliation run() {
        for (const WalkedAllocator& after : second_.allocators) {
            for (const WalkedBuffer& buffer : after.buffers) {
                held_.insert(place_of(buffer.fields));
            }
        }
        for (const WalkedAllocator& after : second_.allocators) {
            const KnownBuffersOfAllocator* known = known_.find(after.allocator);
            compare(after, known == nullptr ? kNothingKnown : *known);
        }
        for (const auto& [pointer, known] : known_.allocators()) {
            if (vanished(pointer) && !known.live.empty() && !known_.emptied(known)) {
                result_.gone_allocators.push_back(pointer);
            }
        }
        return std::move(result_);
    }

private:
    void compare(const WalkedAllocator& after, const KnownBuffersOfAllocator& known) {
        if (known_.emptied(known)) {
            return;
        }
        const auto before = before_.find(after.allocator);
        const WalkedAllocator* former = before == before_.end() ? nullptr : before->second;
        const Seen seen_before = seen_in(former);
        const Seen seen_after = seen_in(&after);
        for (const WalkedBuffer& buffer : after.buffers) {
            const PlaceInAllocator place = place_of(buffer.fields);
            if (!holds_memory(buffer, after, known) || known_.touched(known, place) || is_known(buffer, known)) {
                continue;
            }
            const auto earlier = seen_before.find(place);
            if (earlier != seen_before.end() && earlier->second == buffer.fields.buffer) {
                result_.found.push_back(buffer);
            } else {
                ++result_.open;
            }
        }
        if (former != nullptr) {
            count_strangers(*former, after, known);
        }
        if (former != nullptr && former->complete && after.complete) {
            collect_gone(after, known, seen_before, seen_after);
        }
    }

    void collect_gone(
        const WalkedAllocator& after, const KnownBuffersOfAllocator& known, const Seen& before, const Seen& now
    ) {
        for (const auto& [place, buffer] : known.live) {
            if (before.contains(place) || now.contains(place) || known_.touched(known, place)) {
                continue;
            }
            BufferFields fields;
            fields.buffer = buffer.buffer;
            fields.owner = known.owner;
            fields.allocator = after.allocator;
            fields.address = place.address;
            fields.type = place.type;
            fields.core = place.core;
            result_.gone.push_back(fields);
        }
    }

    // The blocks of another allocator may be in this one's list, too: it took over its state.
    void count_strangers(const WalkedAllocator& before, const WalkedAllocator& after, const KnownBuffersOfAllocator& known) {
        std::set<std::tuple<BufferType, std::uint64_t, std::uint64_t>> earlier;
        for (const WalkedRegion& region : before.regions) {
            for (const Block& block : region.orphans) {
                earlier.emplace(region.region.type, block.address, block.bytes);
            }
        }
        for (const WalkedRegion& region : after.regions) {
            for (const Block& block : region.orphans) {
                const PlaceInAllocator place{block.address, region.region.type, 0};
                const bool stays = earlier.contains({region.region.type, block.address, block.bytes});
                result_.strangers += stays && !held_.contains(place) && !known_.touched(known, place) ? 1 : 0;
            }
        }
    }

    // Both walks know every allocator there is.
    [[nodiscard]] bool vanished(std::uint64_t allocator) const {
        const auto reached = [&](const AllocatorsOfWalk& walked) {
            const auto found = walked.find(allocator);
            return found != walked.end() && found->second->from_globals;
        };
        return first_.complete && second_.complete && !reached(before_) && !reached(after_);
    }

    const Walk& first_;
    const Walk& second_;
    const KnownBuffers& known_;
    AllocatorsOfWalk before_;
    AllocatorsOfWalk after_;
    tsl::robin_set<PlaceInAllocator, PlaceInAllocatorHash> held_;  // by Buffers of the second walk, of whatever allocator
    Reconciliation result_;
};

}  // namespace

Reconciliation reconcile(const Walk& first, const Walk& second, const KnownBuffers& known) {
    return Comparison(first, second, known).run();
}

}  // namespace tt::alloc_trace
