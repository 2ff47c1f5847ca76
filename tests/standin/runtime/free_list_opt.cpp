// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "free_list_opt.hpp"

#include <algorithm>
#include <bit>

namespace tt::tt_metal::allocator {

FreeListOpt::FreeListOpt(
    DeviceAddr max_size_bytes, DeviceAddr offset_bytes, DeviceAddr min_allocation_size, DeviceAddr alignment) :
    max_size_bytes_(max_size_bytes),
    offset_bytes_(offset_bytes),
    min_allocation_size_(min_allocation_size),
    alignment_(alignment) {
    FreeListOpt::clear();
}

FreeListOpt::~FreeListOpt() = default;

void FreeListOpt::clear() {
    block_address_.clear();
    block_size_.clear();
    block_prev_block_.clear();
    block_next_block_.clear();
    block_is_allocated_.clear();
    meta_block_is_allocated_.clear();
    free_meta_blocks_.clear();
    allocated_blocks_.clear();
    for (FreeClass& free_class : free_classes_) {
        free_class.clear();
    }
    class_is_used_.fill(0);
    max_size_bytes_ += shrink_size_;
    shrink_size_ = 0;
    allocated_bytes_ = 0;
    lowest_occupied_address_.reset();
    first_block_ = kNone;
    if (max_size_bytes_ != 0) {
        first_block_ = new_block(0, max_size_bytes_, kNone, kNone);
        insert_free(first_block_);
    }
}

DeviceAddr FreeListOpt::size_of_block(DeviceAddr size_bytes) const {
    const DeviceAddr wanted = std::max(size_bytes, min_allocation_size_);
    return (wanted + alignment_ - 1) / alignment_ * alignment_;
}

std::optional<DeviceAddr> FreeListOpt::allocate(DeviceAddr size_bytes, bool bottom_up, DeviceAddr address_limit) {
    const DeviceAddr size = size_of_block(size_bytes);
    const Index block = find_first_fit(size, bottom_up);
    if (block == kNone) {
        return std::nullopt;
    }
    const DeviceAddr start = bottom_up ? block_address_[block] : block_address_[block] + block_size_[block] - size;
    const DeviceAddr address = take(block, start, size) + offset_bytes_;
    if (address < address_limit) {
        throw_below_limit(address_limit, address);
    }
    return address;
}

std::optional<DeviceAddr> FreeListOpt::allocate_at_address(DeviceAddr absolute_address, DeviceAddr size_bytes) {
    if (absolute_address < offset_bytes_) {
        return std::nullopt;
    }
    const DeviceAddr start = absolute_address - offset_bytes_;
    const DeviceAddr size = size_of_block(size_bytes);
    const Index block = find_free_block_around(start, size);
    if (block == kNone) {
        return std::nullopt;
    }
    return take(block, start, size) + offset_bytes_;
}

void FreeListOpt::deallocate(DeviceAddr absolute_address) {
    const auto found = allocated_blocks_.find(absolute_address - offset_bytes_);
    if (found == allocated_blocks_.end()) {
        return;
    }
    Index block = found->second;
    allocated_blocks_.erase(found);
    allocated_bytes_ -= block_size_[block];
    block_is_allocated_[block] = 0;
    const Index next = block_next_block_[block];
    if (next != kNone && block_is_allocated_[next] == 0) {
        remove_free(next);
        merge_with_next(block);
    }
    const Index previous = block_prev_block_[block];
    if (previous != kNone && block_is_allocated_[previous] == 0) {
        remove_free(previous);
        merge_with_next(previous);
        block = previous;
    }
    insert_free(block);
    update_lowest();
}

Statistics FreeListOpt::get_statistics() const {
    Statistics statistics;
    statistics.total_allocatable_size_bytes = max_size_bytes_;
    statistics.total_allocated_bytes = allocated_bytes_;
    statistics.total_free_bytes = statistics.total_allocatable_size_bytes - allocated_bytes_;
    const auto highest = std::find_if(
        free_classes_.rbegin(), free_classes_.rend(), [](const FreeClass& free_class) { return !free_class.empty(); });
    if (highest != free_classes_.rend()) {
        for (const auto& [address, block] : *highest) {
            statistics.largest_free_block_bytes = std::max(statistics.largest_free_block_bytes, block_size_[block]);
        }
    }
    return statistics;
}

bool FreeListOpt::shrink_size(DeviceAddr size_bytes) {
    if (first_block_ == kNone || block_is_allocated_[first_block_] != 0 || block_size_[first_block_] <= size_bytes) {
        return false;
    }
    remove_free(first_block_);
    block_address_[first_block_] += size_bytes;
    block_size_[first_block_] -= size_bytes;
    insert_free(first_block_);
    max_size_bytes_ -= size_bytes;
    shrink_size_ += size_bytes;
    return true;
}

void FreeListOpt::reset_size() {
    if (shrink_size_ == 0) {
        return;
    }
    const Index returned = new_block(0, shrink_size_, kNone, first_block_);
    const Index old_first = first_block_;
    block_prev_block_[old_first] = returned;
    first_block_ = returned;
    max_size_bytes_ += shrink_size_;
    shrink_size_ = 0;
    if (block_is_allocated_[old_first] == 0) {
        remove_free(old_first);
        merge_with_next(returned);
    }
    insert_free(returned);
}

std::vector<std::pair<DeviceAddr, DeviceAddr>> FreeListOpt::allocated_ranges() const {
    std::vector<std::pair<DeviceAddr, DeviceAddr>> ranges;
    ranges.reserve(allocated_blocks_.size());
    for (const auto& [address, block] : allocated_blocks_) {
        ranges.emplace_back(address + offset_bytes_, block_size_[block]);
    }
    std::sort(ranges.begin(), ranges.end());
    return ranges;
}

// Four classes for each power of two of the size in alignment units. Every block of a higher class is larger than every
// block of a lower one.
std::size_t FreeListOpt::class_of(DeviceAddr size) const {
    const std::uint64_t units = std::max<std::uint64_t>(size / alignment_, 1);
    const auto magnitude = static_cast<std::size_t>(std::bit_width(units) - 1);
    const std::uint64_t quarter = magnitude >= 2 ? (units >> (magnitude - 2)) & 3U : (units << (2 - magnitude)) & 3U;
    return std::min(magnitude * 4 + static_cast<std::size_t>(quarter), kClasses - 1);
}

FreeListOpt::Index FreeListOpt::find_first_fit(DeviceAddr size, bool bottom_up) const {
    const std::size_t exact_class = class_of(size);
    Index best = kNone;
    const auto consider = [&](Index block) {
        const bool better = best == kNone || (bottom_up ? block_address_[block] < block_address_[best]
                                                        : block_address_[block] > block_address_[best]);
        best = better ? block : best;
    };
    const auto fits = [&](const std::pair<DeviceAddr, Index>& entry) { return block_size_[entry.second] >= size; };
    const FreeClass& mixed = free_classes_[exact_class];
    if (bottom_up) {
        if (const auto found = std::find_if(mixed.begin(), mixed.end(), fits); found != mixed.end()) {
            consider(found->second);
        }
    } else if (const auto found = std::find_if(mixed.rbegin(), mixed.rend(), fits); found != mixed.rend()) {
        consider(found->second);
    }
    for (std::size_t word = 0; word < class_is_used_.size(); ++word) {
        for (std::uint64_t bits = class_is_used_[word]; bits != 0; bits &= bits - 1) {
            const std::size_t current = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
            if (current > exact_class) {
                const FreeClass& larger = free_classes_[current];
                consider(bottom_up ? larger.begin()->second : larger.rbegin()->second);
            }
        }
    }
    return best;
}

FreeListOpt::Index FreeListOpt::find_free_block_around(DeviceAddr start, DeviceAddr size) const {
    for (std::size_t current = class_of(size); current < kClasses; ++current) {
        const FreeClass& free_class = free_classes_[current];
        auto behind = free_class.upper_bound({start, kNone});
        if (behind == free_class.begin()) {
            continue;
        }
        const Index block = std::prev(behind)->second;
        if (block_address_[block] + block_size_[block] >= start + size) {
            return block;
        }
    }
    return kNone;
}

// Cuts [start, start + size) out of a free block; what is left on either side stays free.
DeviceAddr FreeListOpt::take(Index block, DeviceAddr start, DeviceAddr size) {
    remove_free(block);
    const DeviceAddr begin = block_address_[block];
    const DeviceAddr end = begin + block_size_[block];
    if (start > begin) {
        const Index below = new_block(begin, start - begin, block_prev_block_[block], block);
        (block_prev_block_[block] == kNone ? first_block_ : block_next_block_[block_prev_block_[block]]) = below;
        block_prev_block_[block] = below;
        insert_free(below);
    }
    if (start + size < end) {
        const Index above = new_block(start + size, end - start - size, block, block_next_block_[block]);
        if (block_next_block_[block] != kNone) {
            block_prev_block_[block_next_block_[block]] = above;
        }
        block_next_block_[block] = above;
        insert_free(above);
    }
    block_address_[block] = start;
    block_size_[block] = size;
    block_is_allocated_[block] = 1;
    allocated_blocks_.emplace(start, block);
    allocated_bytes_ += size;
    update_lowest();
    return start;
}

FreeListOpt::Index FreeListOpt::new_block(DeviceAddr start, DeviceAddr size, Index previous, Index next) {
    Index block = block_address_.size();
    if (free_meta_blocks_.empty()) {
        block_address_.push_back(start);
        block_size_.push_back(size);
        block_prev_block_.push_back(previous);
        block_next_block_.push_back(next);
        block_is_allocated_.push_back(0);
        meta_block_is_allocated_.push_back(1);
        return block;
    }
    block = free_meta_blocks_.back();
    free_meta_blocks_.pop_back();
    block_address_[block] = start;
    block_size_[block] = size;
    block_prev_block_[block] = previous;
    block_next_block_[block] = next;
    block_is_allocated_[block] = 0;
    meta_block_is_allocated_[block] = 1;
    return block;
}

void FreeListOpt::drop_block(Index block) {
    meta_block_is_allocated_[block] = 0;
    free_meta_blocks_.push_back(block);
}

void FreeListOpt::insert_free(Index block) {
    const std::size_t current = class_of(block_size_[block]);
    free_classes_[current].emplace(block_address_[block], block);
    class_is_used_[current / 64] |= std::uint64_t{1} << (current % 64);
}

void FreeListOpt::remove_free(Index block) {
    const std::size_t current = class_of(block_size_[block]);
    free_classes_[current].erase({block_address_[block], block});
    if (free_classes_[current].empty()) {
        class_is_used_[current / 64] &= ~(std::uint64_t{1} << (current % 64));
    }
}

void FreeListOpt::merge_with_next(Index block) {
    const Index next = block_next_block_[block];
    block_size_[block] += block_size_[next];
    block_next_block_[block] = block_next_block_[next];
    if (block_next_block_[block] != kNone) {
        block_prev_block_[block_next_block_[block]] = block;
    }
    drop_block(next);
}

// No two free blocks are neighbours, so the lowest block in use is the first block or the one behind it.
void FreeListOpt::update_lowest() {
    Index block = first_block_;
    if (block != kNone && block_is_allocated_[block] == 0) {
        block = block_next_block_[block];
    }
    if (block == kNone) {
        lowest_occupied_address_.reset();
    } else {
        lowest_occupied_address_ = block_address_[block] + offset_bytes_;
    }
}

}  // namespace tt::tt_metal::allocator
