// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/allocation_table.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "tracker/stack_table.hpp"

namespace tt::alloc_trace {
namespace {

// Denser than the library's default of 0.5: a live buffer must stay below 160 bytes even right after the table has grown.
constexpr float kMaxLoad = 0.85F;
static_assert(sizeof(AllocationKey) + sizeof(LiveBuffer) <= 56);

constexpr std::uint32_t kMaxTid = (1U << 22U) - 1;
constexpr std::uint64_t kMaxPageSize = (std::uint64_t{1} << 40U) - 1;  // more than any bank has
static_assert(StackTable::kMaxStacks < 1U << 24U);
constexpr std::uint32_t kMaxSpreadOfCores = (1U << LiveBuffer::kCoresShift) - 1;

std::uint32_t fitting32(std::uint64_t value) {
    return value > std::numeric_limits<std::uint32_t>::max() ? 0 : static_cast<std::uint32_t>(value);
}

}  // namespace

FootprintShape LiveBuffer::shape() const {
    const std::uint64_t each = per_core != 0 ? spread & kMaxSpreadOfCores : spread;
    const std::uint32_t cores = per_core != 0 ? spread >> kCoresShift : 0;
    return {size, page_size, sharded != 0, has_block != 0 ? 0 : each, has_block != 0 ? each * kBlockUnit : 0, per_core != 0, cores};
}

LiveBuffer live_buffer(const EventHeader& header, const BufferFields& fields) {
    LiveBuffer buffer;
    buffer.buffer = fields.buffer;
    buffer.size = fields.size;
    buffer.page_size = fields.page_size <= kMaxPageSize ? fields.page_size & kMaxPageSize : 0;
    buffer.stack = header.stack <= StackTable::kMaxStacks ? header.stack & 0xffffffU : 0;
    buffer.t_ns = header.t_ns;
    buffer.tid = header.tid <= kMaxTid ? header.tid : 0;
    buffer.sharded = fields.sharded ? 1 : 0;
    buffer.spread = fitting32(fields.pages_per_shard);
    if (fields.per_core) {
        buffer.per_core = 1;
        buffer.spread = buffer.spread > kMaxSpreadOfCores ? 0 : std::uint32_t{fields.cores} << LiveBuffer::kCoresShift | buffer.spread;
    }
    return buffer;
}

LiveBuffer found_buffer(
    const EventHeader& header, const BufferFields& fields, std::uint64_t block_bytes, FoundAs origin
) {
    LiveBuffer buffer = live_buffer(header, fields);
    buffer.tid = 0;  // who allocated it is not known, nor where
    buffer.stack = 0;
    buffer.found_as = static_cast<std::uint32_t>(origin) & 3U;
    const std::uint32_t units = block_bytes % LiveBuffer::kBlockUnit == 0 ? fitting32(block_bytes / LiveBuffer::kBlockUnit) : 0;
    if (units != 0 && !fields.per_core) {
        buffer.has_block = 1;
        buffer.spread = units;
    }
    return buffer;
}

AllocationTable::AllocationTable() { live_.max_load_factor(kMaxLoad); }

const LiveBuffer* AllocationTable::find(const AllocationKey& key) const {
    const auto found = live_.find(key);
    return found == live_.end() ? nullptr : &found->second;
}

bool AllocationTable::insert(const AllocationKey& key, const LiveBuffer& buffer, LiveBuffer& replaced) {
    const auto [place, fresh] = live_.try_emplace(key, buffer);
    if (!fresh) {
        replaced = std::exchange(place.value(), buffer);
    }
    return !fresh;
}

LiveBuffer AllocationTable::erase(const AllocationKey& key, std::uint64_t t_ns, End end) {
    const auto found = live_.find(key);
    const LiveBuffer erased = found->second;
    live_.erase(found);
    remember(key, {end, t_ns});
    return erased;
}

void AllocationTable::update(const AllocationKey& key, const LiveBuffer& buffer) { live_.find(key).value() = buffer; }

void AllocationTable::release_if(
    const std::function<bool(const AllocationKey&)>& matches,
    Past past,
    const std::function<void(const AllocationKey&, const LiveBuffer&)>& released
) {
    std::vector<AllocationKey> keys;
    for (const auto& [key, buffer] : live_) {
        if (matches(key)) {
            keys.push_back(key);
            released(key, buffer);
        }
    }
    for (const AllocationKey& key : keys) {
        live_.erase(key);
        remember(key, past);
    }
}

void AllocationTable::remember(const AllocationKey& key, Past past) {
    if (recent_past_.size() >= kMaxPastKeys / 2) {
        older_past_ = std::exchange(recent_past_, {});
    }
    recent_past_.insert_or_assign(key, past);
}

AllocationTable::Past AllocationTable::past(const AllocationKey& key) const {
    if (const auto found = recent_past_.find(key); found != recent_past_.end()) {
        return found->second;
    }
    const auto found = older_past_.find(key);
    return found == older_past_.end() ? Past{} : found->second;
}

}  // namespace tt::alloc_trace
