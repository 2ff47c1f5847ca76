// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/memory_strip.hpp"

#include <algorithm>

#include "base/range.hpp"
#include "event/footprint.hpp"
#include "watch/gauge.hpp"

namespace tt::alloc_trace::watch {
namespace {

bool covers(const Owner& owner, const Place& place) {
    return std::find(owner.places.begin(), owner.places.end(), place) != owner.places.end();
}

// Sorted, cut to `within`, overlapping ones joined.
std::vector<AddressRange> joined(std::vector<AddressRange> ranges, const AddressRange& within) {
    std::sort(ranges.begin(), ranges.end(), [](const AddressRange& a, const AddressRange& b) { return a.begin < b.begin; });
    std::vector<AddressRange> apart;
    for (AddressRange range : ranges) {
        range = {std::max(range.begin, within.begin), std::min(range.end, within.end)};
        if (range.begin >= range.end) {
            continue;
        }
        if (!apart.empty() && range.begin <= apart.back().end) {
            apart.back().end = std::max(apart.back().end, range.end);
        } else {
            apart.push_back(range);
        }
    }
    return apart;
}

std::vector<AddressRange> holes_between(const std::vector<AddressRange>& taken, const AddressRange& within) {
    std::vector<AddressRange> holes;
    std::uint64_t from = within.begin;
    for (const AddressRange& range : taken) {
        if (range.begin > from) {
            holes.push_back({from, range.begin});
        }
        from = range.end;
    }
    if (from < within.end) {
        holes.push_back({from, within.end});
    }
    std::stable_sort(holes.begin(), holes.end(), [](const AddressRange& a, const AddressRange& b) { return a.bytes() > b.bytes(); });
    return holes;
}

std::vector<AddressRange> circular_buffers(const ProcessState& process, const Place& place) {
    std::vector<AddressRange> ranges;
    if (!process.places.contains(place)) {
        return ranges;
    }
    for (const std::uint64_t id : process.programs.resident_programs(place)) {
        const auto program = process.programs.programs().find(id);
        if (program == process.programs.programs().end()) {
            continue;
        }
        for (const CircularBuffer& buffer : program->second.circular_buffers) {
            ranges.push_back({buffer.address, end_of(buffer.address, buffer.size)});
        }
    }
    return ranges;
}

// Bytes of the ranges that lie within [begin, end). `from`: where to look first, moved on: columns come in order.
std::uint64_t bytes_within(const std::vector<AddressRange>& ranges, std::size_t& from, std::uint64_t begin, std::uint64_t end) {
    std::uint64_t bytes = 0;
    while (from < ranges.size() && ranges[from].end <= begin) {
        ++from;
    }
    for (std::size_t i = from; i < ranges.size() && ranges[i].begin < end; ++i) {
        bytes += std::min(ranges[i].end, end) - std::max(ranges[i].begin, begin);
    }
    return bytes;
}

}  // namespace

std::optional<MemoryStrip> memory_strip(const ProcessState& process, const Place& place, MemoryKind kind) {
    MemoryStrip strip;
    std::vector<const Region*> regions(process.allocators.size() * kBufferTypeCount, nullptr);  // of allocators there
    strip.range = {~std::uint64_t{0}, 0};
    for (std::size_t i = 0; i < process.allocators.size(); ++i) {
        const Allocator& allocator = process.allocators[i];
        if (!allocator.alive || !covers(process.owners[allocator.owner], place)) {
            continue;
        }
        for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
            const Region* region = allocator.region(static_cast<BufferType>(type));
            if (region != nullptr && memory_kind(static_cast<BufferType>(type)) == kind) {
                regions[i * kBufferTypeCount + type] = region;
                strip.range.begin = std::min(strip.range.begin, region->base);
                strip.range.end = std::max(strip.range.end, end_of(region->base, region->bytes));
                strip.banks = std::max(strip.banks, region->banks);
            }
        }
    }
    if (strip.range.begin >= strip.range.end) {
        return std::nullopt;
    }
    std::vector<AddressRange> taken;
    for (const auto& [key, buffer] : process.live.buffers()) {
        if (memory_kind(key.type) != kind || !covers(process.owner_of(key), place)) {
            continue;
        }
        const Region* region = regions[key.allocator * kBufferTypeCount + static_cast<std::size_t>(key.type)];
        if (const auto bytes = bank_footprint(buffer.shape(), region)) {
            taken.push_back({key.address, end_of(key.address, *bytes)});
        } else {
            ++strip.not_placed;
        }
    }
    strip.taken = joined(std::move(taken), strip.range);
    strip.holes = holes_between(strip.taken, strip.range);
    if (kind == MemoryKind::L1) {
        strip.circular = joined(circular_buffers(process, place), strip.range);
    }
    return strip;
}

std::vector<Span> draw_strip(const MemoryStrip& strip, std::size_t columns, bool utf8) {
    constexpr std::size_t kEighths = 8;
    std::vector<Span> spans;
    std::size_t taken_from = 0;
    std::size_t circular_from = 0;
    const double step = static_cast<double>(strip.range.bytes()) / static_cast<double>(columns);
    const auto edge = [&](std::size_t column) {
        return column == columns ? strip.range.end : strip.range.begin + static_cast<std::uint64_t>(step * static_cast<double>(column));
    };
    for (std::size_t i = 0; i < columns; ++i) {
        const std::uint64_t begin = edge(i);
        const std::uint64_t end = std::max(edge(i + 1), begin + 1);
        const std::uint64_t taken = bytes_within(strip.taken, taken_from, begin, end);
        const std::uint64_t circular = bytes_within(strip.circular, circular_from, begin, end);
        std::size_t high = std::min(kEighths, level(taken + circular, end - begin, kEighths));
        if (high == kEighths && taken + circular < end - begin) {
            --high;  // what has room is not called full
        }
        const Ink ink = high == 0 ? Ink::Dim : circular > taken ? Ink::Good : Ink::Plain;
        if (spans.empty() || spans.back().ink != ink) {
            spans.push_back({{}, ink});
        }
        spans.back().text += high == 0 ? block(0, utf8) : level_block(high, utf8);
    }
    return spans;
}

}  // namespace tt::alloc_trace::watch
