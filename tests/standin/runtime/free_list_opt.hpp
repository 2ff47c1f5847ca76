// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Shared with the other eras, therefore without includes of this one. FreeListOpt: one address range cut into blocks, first fit from either end. Block tables are separate arrays at the
// offsets of the imitated library. Free blocks are also kept in size classes, ordered by address, so that first fit
// does not have to walk over them all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace tt::tt_metal {

using DeviceAddr = std::uint64_t;
struct StandinAccess;

// Per bank, as the runtime reports them.
struct Statistics {
    std::size_t total_allocatable_size_bytes = 0;
    std::size_t total_allocated_bytes = 0;
    std::size_t total_free_bytes = 0;
    std::size_t largest_free_block_bytes = 0;
};

namespace allocator {

// "Out of Memory: Cannot allocate at an address below ...", in the way of the runtime that uses the list.
[[noreturn]] void throw_below_limit(DeviceAddr limit, DeviceAddr address);

// All addresses in this interface are absolute; the tables hold them relative to offset_bytes_.
class FreeListOpt {
public:
    FreeListOpt(
        DeviceAddr max_size_bytes, DeviceAddr offset_bytes, DeviceAddr min_allocation_size, DeviceAddr alignment);
    virtual ~FreeListOpt();

    // Throws "Out of Memory: Cannot allocate at an address below ..." when the block that was found lies below the limit,
    // and leaves that block marked as in use, as the imitated library does.
    virtual std::optional<DeviceAddr> allocate(DeviceAddr size_bytes, bool bottom_up, DeviceAddr address_limit);
    virtual std::optional<DeviceAddr> allocate_at_address(DeviceAddr absolute_address, DeviceAddr size_bytes);
    // An address that is not in use is ignored.
    virtual void deallocate(DeviceAddr absolute_address);
    virtual void clear();
    virtual Statistics get_statistics() const;
    // Cuts size_bytes off the bottom; false when they are not free. reset_size gives them back.
    virtual bool shrink_size(DeviceAddr size_bytes);
    virtual void reset_size();

    std::optional<DeviceAddr> lowest_occupied_address() const { return lowest_occupied_address_; }
    std::vector<std::pair<DeviceAddr, DeviceAddr>> allocated_ranges() const;
    DeviceAddr size_of_block(DeviceAddr size_bytes) const;

private:
    friend struct tt::tt_metal::StandinAccess;
    using Index = std::size_t;
    using FreeClass = std::set<std::pair<DeviceAddr, Index>>;
    static constexpr Index kNone = static_cast<Index>(-1);
    static constexpr std::size_t kClasses = 128;

    std::size_t class_of(DeviceAddr size) const;
    Index find_first_fit(DeviceAddr size, bool bottom_up) const;
    Index find_free_block_around(DeviceAddr start, DeviceAddr size) const;
    DeviceAddr take(Index block, DeviceAddr start, DeviceAddr size);
    Index new_block(DeviceAddr start, DeviceAddr size, Index previous, Index next);
    void drop_block(Index block);
    void insert_free(Index block);
    void remove_free(Index block);
    void merge_with_next(Index block);
    void update_lowest();

    DeviceAddr max_size_bytes_;
    DeviceAddr offset_bytes_;
    DeviceAddr min_allocation_size_;
    DeviceAddr alignment_;
    DeviceAddr shrink_size_ = 0;
    std::optional<DeviceAddr> lowest_occupied_address_;
    std::vector<DeviceAddr> block_address_;
    std::vector<DeviceAddr> block_size_;
    std::vector<Index> block_prev_block_;
    std::vector<Index> block_next_block_;
    std::vector<std::uint8_t> block_is_allocated_;
    std::vector<std::uint8_t> meta_block_is_allocated_;

    std::vector<Index> free_meta_blocks_;
    std::array<FreeClass, kClasses> free_classes_;
    std::array<std::uint64_t, kClasses / 64> class_is_used_{};
    std::unordered_map<DeviceAddr, Index> allocated_blocks_;
    Index first_block_ = kNone;
    DeviceAddr allocated_bytes_ = 0;
};

}  // namespace allocator
}  // namespace tt::tt_metal
