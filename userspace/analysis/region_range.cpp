// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/region_range.hpp"

#include <algorithm>

namespace tt::alloc_trace {

RegionRange region_range(const ProcessState& process, const Place& place, BufferType type) {
    RegionRange range;
    for (const Allocator& allocator : process.allocators) {
        const Region* region = allocator.region(type);
        const std::vector<Place>& places = process.owners[allocator.owner].places;
        if (allocator.alive && region != nullptr && region->bytes != 0 && std::find(places.begin(), places.end(), place) != places.end()) {
            range.banks = std::max(range.banks, region->banks);
            range.begin = std::min(range.begin, region->base);
            range.end = std::max(range.end, region->base + region->bytes);
        }
    }
    return range;
}

}  // namespace tt::alloc_trace
