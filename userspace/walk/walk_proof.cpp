// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/walk_proof.hpp"

#include <algorithm>
#include <set>

#include "event/footprint.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kEnough = 2;  // one alone may be a thread in the middle

struct Sizes {
    std::size_t compared = 0;
    std::size_t different = 0;
};

Sizes compare_sizes(const WalkedAllocator& walked, const Region& region) {
    Sizes sizes;
    for (const WalkedBuffer& buffer : walked.buffers) {
        const BufferFields& fields = buffer.fields;
        if (fields.type != region.type || fields.sharded || buffer.block_bytes == 0) {
            continue;
        }
        const auto bytes = bank_footprint({fields.size, fields.page_size, false, 0, 0}, &region);
        ++sizes.compared;
        sizes.different += bytes != buffer.block_bytes ? 1 : 0;
    }
    return sizes;
}

std::string of(std::size_t count, std::size_t all, const WalkedRegion& region) {
    return std::to_string(count) + " of " + std::to_string(all) + " " + std::string(to_string(region.region.type)) + " buffers ";
}

}  // namespace

std::string contradiction_in(const WalkedAllocator& walked) {
    for (const WalkedRegion& region : walked.regions) {
        if (region.unmatched >= kEnough && region.unmatched == region.buffers) {
            return of(region.unmatched, region.buffers, region) +
                   "have an address at which their allocator has no block: buffer.address or free_list does not fit";
        }
        const Sizes sizes = compare_sizes(walked, region.region);
        if (sizes.different >= kEnough && 2 * sizes.different > sizes.compared) {
            return of(sizes.different, sizes.compared, region) +
                   "have a block of another size than their pages make: buffer.size, buffer.page_size or bank_manager does not fit";
        }
    }
    return {};
}

bool proves_layout(const WalkedAllocator& walked) {
    Sizes all;
    for (const WalkedRegion& region : walked.regions) {
        const Sizes sizes = compare_sizes(walked, region.region);
        all.compared += sizes.compared;
        all.different += sizes.different;
    }
    return all.compared > 2 * all.different;
}

Error layout_error(std::uint32_t pid, const Walk& walk) {
    return {
        ErrorCode::NotTraceable,
        "the memory of process " + std::to_string(pid) + " contradicts the object layout: " + walk.contradiction +
            ": decoding stopped, no figure shown would be right",
        "see `tt-alloc-trace doctor -p " + std::to_string(pid) + "`; give the right one by --layout FILE",
        0
    };
}

bool has_equal_chips(const WalkedOwner& mesh) {
    const std::set<std::int32_t> ids(mesh.chips.begin(), mesh.chips.end());
    return ids.size() != mesh.chips.size();
}

}  // namespace tt::alloc_trace
