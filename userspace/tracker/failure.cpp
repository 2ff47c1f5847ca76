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

// Living allocators that could be the one: of the owner, where that is told; else what they have is what the message tells of.
std::vector<std::uint32_t> candidates(const ProcessState& process, const BufferFields& asked, const OutOfMemoryNumbers& reported) {
    const bool by_text = asked.owner == 0;
    if (by_text && asked.size == 0) {
        return {};  // not even the type is told
    }
    std::vector<std::uint32_t> fitting;
    for (std::uint32_t i = 0; i < process.allocators.size(); ++i) {
        const Allocator& allocator = process.allocators[i];
        const Region* region = allocator.region(asked.type);
        const bool matches = region != nullptr && reported.banks.value_or(region->banks) == region->banks &&
                             reported.bank_size.value_or(region->bytes) == region->bytes;
        const bool of_owner = process.owners[allocator.owner].pointer == asked.owner;
        if (allocator.alive && (by_text ? matches : of_owner)) {
            fitting.push_back(i);
        }
    }
    return fitting;
}

// An allocator that had room, by the live set, or has another amount in use than the message tells, is not the one that refused.
bool may_have_refused(const ProcessState& process, std::uint32_t allocator, BufferType type, const OutOfMemoryNumbers& reported) {
    const Capacity capacity = allocator_capacity(process, allocator, type);
    if (!capacity.use) {
        return true;
    }
    const std::uint64_t most_used = reported.allocated.value_or(capacity.use->used);
    return capacity.use->used <= most_used && (!reported.needed || capacity.use->largest_free < *reported.needed);
}

// The allocator that refused: named by the buffer, else the only one that could be it.
std::optional<std::uint32_t> allocator_of(
    const ProcessState& process, const BufferFields& asked, const OutOfMemoryNumbers& reported, bool with_state
) {
    if (const auto found = process.allocator_index.find(asked.allocator); found != process.allocator_index.end()) {
        return found->second;
    }
    std::vector<std::uint32_t> fitting = candidates(process, asked, reported);
    if (fitting.size() > 1 && asked.owner == 0 && with_state) {
        std::erase_if(fitting, [&](std::uint32_t index) { return !may_have_refused(process, index, asked.type, reported); });
    }
    return fitting.size() == 1 ? std::optional(fitting.front()) : std::nullopt;
}

// The runtime's own count decides where there is one: it knows blocks that belong to no buffer, too.
FailureVerdict judge(const AllocationFailure& failure) {
    if (!failure.event.message.empty() && !tells_out_of_memory(failure.event.message)) {
        return FailureVerdict::Refused;
    }
    if (!failure.needed) {
        return FailureVerdict::Unknown;
    }
    const OutOfMemoryNumbers& reported = failure.reported;
    std::optional<BankUse> use = failure.tracked.use;
    if (reported.placeable.value_or(0) != 0 && reported.largest_placeable) {
        use = BankUse{0, *reported.placeable, *reported.largest_placeable};
    } else if (reported.free && reported.largest_free) {
        use = BankUse{0, *reported.free, *reported.largest_free};
    } else if (reported.bank_size == 0U) {
        use = BankUse{};
    }
    if (!use || (use->largest_free >= *failure.needed && !reported.dependencies)) {
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

const Owner* mesh_of(const ProcessState& process, const std::optional<std::int32_t>& id) {
    const auto found = std::find_if(process.owners.begin(), process.owners.end(), [&id](const Owner& owner) {
        return owner.current && owner.kind == OwnerKind::Mesh && owner.id == id;
    });
    return found == process.owners.end() ? nullptr : &*found;
}

// In the trace regions of `places`; of all if there are none.
RequestRefusal::Traces traces_on(const ProcessState& process, const std::vector<Place>& places) {
    RequestRefusal::Traces traces;
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (key.type == BufferType::Trace && (places.empty() || share_a_place(process.owner_of(key).places, places))) {
            ++traces.count;
            traces.bytes += buffer.size;
        }
    }
    return traces;
}

bool same_reason(std::string_view first, std::string_view again) { return reason_of(first) == reason_of(again); }

}  // namespace

// One that could not be looked at as closely, as there were too many, is taken for another of the first.
bool same_kind(const AllocationFailure& first, const AllocationFailure& again) {
    const BufferFields& a = first.event.buffer;
    const BufferFields& b = again.event.buffer;
    const bool not_looked_at = again.verdict == FailureVerdict::Unknown && !again.tracked.use;
    if (a.size != b.size || a.type != b.type || (first.verdict != again.verdict && !not_looked_at) ||
        (first.owner != again.owner && !(again.owner.empty() && not_looked_at))) {
        return false;
    }
    return first.verdict != FailureVerdict::Refused || same_reason(first.event.message, again.event.message);
}

bool same_kind(const ClashFailure& first, const ClashFailure& again) {
    const bool told = first.reported.cause != ClashCause::Unknown || same_reason(first.event.message, again.event.message);
    return first.owner == again.owner && first.reported == again.reported && told;
}

bool same_kind(const RequestRefusal& first, const RequestRefusal& again) {
    const bool told = first.reported.kind != RefusalKind::Other || same_reason(first.event.message, again.event.message);
    return first.owner == again.owner && first.reported == again.reported && told;
}

AllocationFailure explain(const ProcessState& process, const AllocationFailed& event, bool with_state) {
    AllocationFailure failure;
    const BufferFields& asked = event.buffer;
    failure.event = {event.header, asked, event.message.substr(0, kMaxMessageBytes)};
    failure.reported = parse_out_of_memory(event.message);
    const std::optional<std::uint32_t> allocator = allocator_of(process, asked, failure.reported, with_state);
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

RequestRefusal explain(const ProcessState& process, const RequestRefused& event, bool with_state) {
    RequestRefusal refusal;
    refusal.event = {event.header, event.program, event.owner, event.message.substr(0, kMaxMessageBytes)};
    refusal.reported = parse_refusal(event.message);
    const bool of_launch = refusal.reported.kind == RefusalKind::KernelConfig;
    name_owner(refusal, of_launch ? find_owner(process, event.owner) : mesh_of(process, refusal.reported.mesh));
    if (with_state && refusal.reported.kind == RefusalKind::TraceRegion) {
        refusal.held = traces_on(process, refusal.places);
    }
    return refusal;
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
