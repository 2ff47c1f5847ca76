// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/snapshot_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "report/owner_labels.hpp"

namespace tt::alloc_trace {
namespace {

const WalkedOwner* owner_of(const Walk& walk, std::uint64_t pointer) {
    const auto found =
        std::find_if(walk.owners.begin(), walk.owners.end(), [&](const WalkedOwner& owner) { return owner.owner == pointer; });
    return found == walk.owners.end() ? nullptr : &*found;
}

// By owner: chips, then meshes; the first allocator of an owner is that of the whole device and stays first.
std::vector<const WalkedAllocator*> in_order(const Walk& walk) {
    std::vector<const WalkedAllocator*> allocators;
    for (const WalkedAllocator& allocator : walk.allocators) {
        allocators.push_back(&allocator);
    }
    const auto rank = [&](const WalkedAllocator* allocator) {
        const WalkedOwner* owner = owner_of(walk, allocator->owner);
        const OwnerKind kind = owner == nullptr ? OwnerKind::Unknown : owner->kind;
        return std::tuple(kind == OwnerKind::Unknown, kind, owner == nullptr ? 0 : owner->id);
    };
    std::stable_sort(allocators.begin(), allocators.end(), [&](const auto* a, const auto* b) { return rank(a) < rank(b); });
    return allocators;
}

bool passes(const ViewFilter& filter, const WalkedOwner* owner) {
    if (owner == nullptr || owner->chips.empty()) {
        return true;  // it may be any of them
    }
    return std::any_of(owner->chips.begin(), owner->chips.end(), [&](std::int32_t chip) {
        return filter.passes(Place{OwnerKind::Chip, chip});
    });
}

std::vector<SnapshotView::Row> rows_of(const WalkedAllocator& walked, const ViewFilter& filter) {
    std::vector<SnapshotView::Row> rows;
    for (const MemoryKind kind : kMemoryKinds) {
        SnapshotView::Row row;
        for (const WalkedRegion& region : walked.regions) {
            if (memory_kind(region.region.type) == kind) {
                row.type = region.region.type;
                row.region = region;
                row.capacity_known = true;
            }
        }
        for (const WalkedBuffer& buffer : walked.buffers) {
            if (memory_kind(buffer.fields.type) == kind) {
                row.type = buffer.fields.type;
                ++row.buffers;
                row.bytes += buffer.fields.size;
            }
        }
        if (filter.passes(kind) && (row.buffers != 0 || (row.capacity_known && row.region.region.bytes != 0))) {
            rows.push_back(std::move(row));
        }
    }
    return rows;
}

void add_buffers(SnapshotView& view, const WalkedAllocator& walked, const ViewFilter& filter) {
    const std::size_t allocator = view.allocators.size() - 1;
    const std::size_t first = view.buffers.size();
    for (const WalkedBuffer& buffer : walked.buffers) {
        if (filter.passes(memory_kind(buffer.fields.type))) {
            view.buffers.push_back({allocator, buffer});
            view.bytes += buffer.fields.size;
        }
    }
    const auto key = [](const SnapshotView::Buffer& buffer) {
        return std::pair(buffer.walked.fields.type, buffer.walked.fields.address);
    };
    std::sort(view.buffers.begin() + static_cast<std::ptrdiff_t>(first), view.buffers.end(), [&](const auto& a, const auto& b) {
        return key(a) < key(b);
    });
}

std::vector<SnapshotView::Group> groups_of(const SnapshotView& view) {
    std::map<std::tuple<std::size_t, BufferType, std::uint64_t, std::uint64_t>, std::uint64_t> counts;
    for (const SnapshotView::Buffer& buffer : view.buffers) {
        ++counts[{buffer.allocator, buffer.walked.fields.type, buffer.walked.fields.size, buffer.walked.block_bytes}];
    }
    std::vector<SnapshotView::Group> groups;
    for (const auto& [key, count] : counts) {
        const auto& [allocator, type, size, block_bytes] = key;
        groups.push_back({allocator, type, size, block_bytes, count, size * count});
    }
    std::stable_sort(groups.begin(), groups.end(), [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return groups;
}

}  // namespace

SnapshotView build_snapshot_view(const Walk& walk, const SnapshotContext& context, const ViewFilter& filter) {
    SnapshotView view;
    view.context = context;
    view.complete = walk.complete;
    view.incomplete_reason = walk.incomplete_reason;
    std::map<std::uint64_t, std::size_t> allocators_of_owner;
    for (const WalkedAllocator* walked : in_order(walk)) {
        const WalkedOwner* owner = owner_of(walk, walked->owner);
        const std::size_t number = allocators_of_owner[walked->owner]++;
        if (!passes(filter, owner)) {
            continue;
        }
        SnapshotView::Allocator& allocator = view.allocators.emplace_back();
        allocator.allocator = walked->allocator;
        allocator.label = owner_label(owner == nullptr ? OwnerKind::Unknown : owner->kind, owner == nullptr ? -1 : owner->id);
        if (number != 0) {
            allocator.label += fmt::format(", sub-device allocator {}", number);
        }
        if (owner != nullptr) {
            allocator.chips = owner->chips;
            allocator.remote_chips = owner->remote_chips;
        }
        allocator.complete = walked->complete;
        allocator.incomplete_reason = walked->incomplete_reason;
        allocator.rows = rows_of(*walked, filter);
        add_buffers(view, *walked, filter);
    }
    view.groups = groups_of(view);
    return view;
}

}  // namespace tt::alloc_trace
