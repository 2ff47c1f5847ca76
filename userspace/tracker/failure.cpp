// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/failure.hpp"

#include <algorithm>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {
namespace {

const Owner* find_owner(const ProcessState& process, std::uint64_t pointer) {
    const auto found = process.owner_index.find(pointer);
    return found == process.owner_index.end() ? nullptr : &process.owners[found->second];
}

template <typename Failure>
void name_owner(Failure& failure, const Owner* owner) {
    if (owner != nullptr) {
        failure.owner = to_string(*owner);
        failure.places = owner->places;
    }
}

// The allocator that refused: named by the buffer, else the only one of its owner.
std::optional<std::uint32_t> allocator_of(const ProcessState& process, const BufferFields& buffer) {
    if (const auto found = process.allocator_index.find(buffer.allocator); found != process.allocator_index.end()) {
        return found->second;
    }
    std::optional<std::uint32_t> only;
    for (std::uint32_t i = 0; i < process.allocators.size(); ++i) {
        const Allocator& allocator = process.allocators[i];
        if (allocator.alive && process.owners[allocator.owner].pointer == buffer.owner) {
            if (only) {
                return std::nullopt;
            }
            only = i;
        }
    }
    return only;
}

// The runtime's own count decides where there is one: it knows blocks that belong to no buffer, too.
FailureVerdict judge(const AllocationFailure& failure) {
    if (!failure.needed) {
        return FailureVerdict::Unknown;
    }
    std::optional<BankUse> use = failure.tracked.use;
    if (failure.reported.free && failure.reported.largest_free) {
        use = BankUse{0, *failure.reported.free, *failure.reported.largest_free};
    }
    if (!use || use->largest_free >= *failure.needed) {
        return FailureVerdict::Unknown;
    }
    return use->free >= *failure.needed ? FailureVerdict::Fragmented : FailureVerdict::Exhausted;
}

bool share_a_place(const std::vector<Place>& a, const std::vector<Place>& b) {
    return std::any_of(a.begin(), a.end(), [&b](const Place& place) {
        return std::find(b.begin(), b.end(), place) != b.end();
    });
}

std::optional<ClashFailure::LowestBuffer> lowest_l1_buffer(const ProcessState& process, const std::vector<Place>& places) {
    std::vector<bool> concerned;  // by owner
    for (const Owner& owner : process.owners) {
        concerned.push_back(share_a_place(owner.places, places));
    }
    std::optional<ClashFailure::LowestBuffer> lowest;
    for (const auto& [key, buffer] : process.live.buffers()) {
        const bool lower = !lowest || key.address < lowest->address ||
                           (key.address == lowest->address && buffer.buffer < lowest->buffer);
        if (key.type == BufferType::L1 && lower && concerned[process.allocators[key.allocator].owner]) {
            lowest = ClashFailure::LowestBuffer{
                key.address, buffer.size, buffer.buffer, buffer.t_ns, to_string(process.owner_of(key))
            };
        }
    }
    return lowest;
}

}  // namespace

AllocationFailure explain(const ProcessState& process, const AllocationFailed& event, bool with_state) {
    AllocationFailure failure;
    const BufferFields& asked = event.buffer;
    failure.event = {event.header, asked, event.message.substr(0, kMaxMessageBytes)};
    failure.reported = parse_out_of_memory(event.message);
    const std::optional<std::uint32_t> allocator = allocator_of(process, asked);
    failure.allocator = allocator;
    name_owner(failure, allocator ? &process.owners[process.allocators[*allocator].owner] : find_owner(process, asked.owner));
    if (allocator) {
        const Region* region = process.allocators[*allocator].region(asked.type);
        failure.needed = bank_footprint({asked.size, asked.page_size, asked.sharded, asked.pages_per_shard, 0}, region);
        if (with_state) {
            failure.tracked = allocator_capacity(process, *allocator, asked.type);
        }
    }
    if (!failure.needed) {
        failure.needed = failure.reported.needed;
    }
    failure.verdict = judge(failure);
    return failure;
}

ClashFailure explain(const ProcessState& process, const CircularBufferClash& event, bool with_state) {
    ClashFailure failure;
    failure.event = {event.header, event.program, event.owner, event.message.substr(0, kMaxMessageBytes)};
    failure.reported = parse_clash(event.message);
    name_owner(failure, find_owner(process, event.owner));
    const ClashCause cause = failure.reported.cause;
    if (with_state && (cause == ClashCause::L1Buffers || cause == ClashCause::Unknown)) {
        failure.lowest = lowest_l1_buffer(process, failure.places);
    }
    return failure;
}

}  // namespace tt::alloc_trace
