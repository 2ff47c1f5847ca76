// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/buffer_reader.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>

#include "probes/layout/buffer_window.hpp"
#include "probes/shard_pages.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kAddressAlignment = 16;  // of device addresses, at least
constexpr std::uint64_t kMaxCores = std::numeric_limits<std::uint8_t>::max();
constexpr std::size_t kMaxWindowBytes = 1024;    // in no build are the members further apart

// The bytes that hold all members of interest.
struct MemberRange {
    std::size_t begin = 0;
    std::size_t end = 0;
};

MemberRange range_of(const BufferLayout& layout) {
    MemberRange range{SIZE_MAX, 0};
    const std::array fields{layout.owner, layout.size, layout.type, layout.layout, layout.allocator,
                            layout.status, layout.hooked, layout.address, layout.page_size};
    for (const Field& field : fields) {
        if (field.exists()) {
            range.begin = std::min<std::size_t>(range.begin, field.offset);
            range.end = std::max<std::size_t>(range.end, std::size_t{field.offset} + field.width);
        }
    }
    return range;
}

struct Members {
    std::span<const std::byte> bytes;
    std::size_t begin = 0;

    [[nodiscard]] std::uint64_t operator[](const Field& field) const {
        return field.exists() ? number_at(bytes, field.offset - begin, field.width) : 0;
    }
};

// Without the pages of a shard: the block in the free list tells the footprint, unless there is none (read_cores).
BufferFields fields_from(const Members& get, const BufferLayout& layout, std::uint64_t buffer) {
    constexpr std::uint64_t kInterleaved = 0;  // TensorMemoryLayout
    BufferFields fields;
    fields.buffer = layout.stable_pointer != 0 ? buffer : 0;
    fields.owner = get[layout.owner];
    fields.allocator = get[layout.allocator];
    fields.address = get[layout.address];
    fields.size = get[layout.size];
    fields.page_size = get[layout.page_size];
    fields.type = static_cast<BufferType>(get[layout.type]);
    fields.sharded = get[layout.layout] != kInterleaved;
    return fields;
}

BufferState judge(const Members& get, const BufferLayout& layout, const BufferFields& fields, std::uint64_t allocator) {
    const std::uint64_t status = get[layout.status];
    const bool own = !layout.allocator.exists() || allocator == 0 || fields.allocator == allocator;
    if (get[layout.type] >= kBufferTypeCount || get[layout.hooked] > 1 || status > layout.status_deallocated ||
        !is_pointer(fields.owner) || !own) {
        return BufferState::Implausible;
    }
    const bool allocated = !layout.status.exists() || status == layout.status_allocated;
    if (!allocated || get[layout.hooked] != 0 || fields.address == 0) {
        return BufferState::InFlight;
    }
    return fields.size == 0 || fields.address % kAddressAlignment != 0 ? BufferState::Implausible : BufferState::Live;
}

// The objects that hold the members; 0 where that cannot be read.
std::vector<std::uint64_t> holders_of(
    const TargetReader& reader, const BufferLayout& layout, std::span<const std::uint64_t> buffers
) {
    if (!layout.impl.exists()) {
        return {buffers.begin(), buffers.end()};
    }
    std::vector<std::uint64_t> addresses;
    for (const std::uint64_t buffer : buffers) {
        addresses.push_back(buffer + layout.impl.offset);
    }
    const Windows impls = reader.windows(addresses, sizeof(std::uint64_t));
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        addresses[i] = impls.read(i) ? number_at(impls[i], 0, sizeof(std::uint64_t)) : 0;
    }
    return addresses;
}

// A node of the map from cores to addresses, behind its pointer to the next.
struct CoreAddress {
    std::uint64_t x = 0;
    std::uint64_t y = 0;
    std::uint64_t address = 0;
};

// Where it lies, and of what size it is on each core.
void read_cores(const TargetReader& reader, const BufferLayout& layout, std::uint32_t node_value, std::uint64_t members, BufferFields& fields) {
    std::array<std::byte, kShardWindowBytes> shard{};
    if (layout.shard_spec.exists() && reader.read(members + layout.shard_spec.offset, shard)) {
        fields.pages_per_shard = pages_per_shard(shard, layout);
    }
    constexpr std::uint64_t kFirst = 16;  // in a hash map of libstdc++ and libc++: the first node, and how many there are
    constexpr std::uint64_t kCount = 24;
    const std::uint64_t map = members + layout.core_addresses.offset;
    const std::uint64_t cores = layout.core_addresses.exists() ? reader.word(map + kCount).value_or(0) : 0;
    if (cores == 0 || cores > kMaxCores) {
        return;
    }
    fields.cores = static_cast<std::uint8_t>(cores);
    std::uint64_t node = reader.word(map + kFirst).value_or(0);
    for (std::uint64_t i = 0; i < cores && node != 0; ++i, node = reader.word(node).value_or(0)) {
        const auto core = reader.array<CoreAddress>(node + node_value, 1, 1);
        if (core && core->front().address == fields.address) {
            fields.core = core_number(core->front().x, core->front().y);
            return;
        }
    }
}

// Those that were allocated core by core; only sharded ones are.
void read_cores(
    const TargetReader& reader, const BufferLayout& layout, std::uint32_t node_value, std::span<const std::uint64_t> holders,
    std::vector<BufferReading>& readings
) {
    std::vector<std::size_t> sharded;
    std::vector<std::uint64_t> flags;
    for (std::size_t i = 0; i < readings.size(); ++i) {
        if (readings[i].state == BufferState::Live && readings[i].fields.sharded) {
            sharded.push_back(i);
            flags.push_back(holders[i] + layout.per_core.offset);
        }
    }
    const Windows windows = reader.windows(flags, 1);
    for (std::size_t i = 0; i < sharded.size(); ++i) {
        BufferFields& fields = readings[sharded[i]].fields;
        fields.per_core = windows.read(i) && windows[i].front() == std::byte{1};
        if (fields.per_core) {
            read_cores(reader, layout, node_value, holders[sharded[i]], fields);
        }
    }
}

}  // namespace

std::vector<BufferReading> read_buffers(
    const TargetReader& reader,
    const BufferLayout& layout,
    std::uint32_t node_value,
    OwnerReader& owners,
    std::span<const std::uint64_t> buffers,
    std::uint64_t allocator
) {
    std::vector<BufferReading> readings(buffers.size());
    const MemberRange range = range_of(layout);
    if (range.begin > range.end || range.end - range.begin > kMaxWindowBytes) {
        return readings;
    }
    const std::vector<std::uint64_t> holders = holders_of(reader, layout, buffers);
    std::vector<std::uint64_t> addresses = holders;
    for (std::uint64_t& address : addresses) {
        address += range.begin;
    }
    const Windows windows = reader.windows(addresses, range.end - range.begin);
    for (std::size_t i = 0; i < windows.size(); ++i) {
        if (!windows.read(i)) {
            continue;
        }
        const Members get{windows[i], range.begin};
        BufferReading& reading = readings[i];
        reading.fields = fields_from(get, layout, buffers[i]);
        reading.state = judge(get, layout, reading.fields, allocator);
        if (reading.state == BufferState::Live && owners.kind_of(reading.fields.owner) == OwnerKind::Unknown) {
            reading.state = BufferState::Implausible;
        }
    }
    if (layout.per_core.exists()) {
        read_cores(reader, layout, node_value, holders, readings);
    }
    return readings;
}

}  // namespace tt::alloc_trace
