// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/buffer_reader.hpp"

#include <algorithm>
#include <array>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kAddressAlignment = 16;  // of device addresses, at least
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

// Without the pages of a shard: the block in the free list tells the footprint.
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

}  // namespace

bool is_per_core(const TargetReader& reader, const BufferLayout& layout, std::uint64_t buffer) {
    if (!layout.per_core.exists()) {
        return false;
    }
    const auto holder = layout.impl.exists() ? reader.field(buffer, layout.impl) : std::optional(buffer);
    return holder && reader.field(*holder, layout.per_core) == 1U;
}

std::vector<BufferReading> read_buffers(
    const TargetReader& reader,
    const BufferLayout& layout,
    OwnerReader& owners,
    std::span<const std::uint64_t> buffers,
    std::uint64_t allocator
) {
    std::vector<BufferReading> readings(buffers.size());
    const MemberRange range = range_of(layout);
    if (range.begin > range.end || range.end - range.begin > kMaxWindowBytes) {
        return readings;
    }
    std::vector<std::uint64_t> addresses = holders_of(reader, layout, buffers);
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
    return readings;
}

}  // namespace tt::alloc_trace
