// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The allocator of one owner: one address space per buffer type, banks in lock-step, first fit. Until January 2025 a plain
// structure with free functions, then a class, from December 2025 AllocatorImpl.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/free_list_opt.hpp"
#include "runtime/types.hpp"

namespace tt::tt_metal {

// The members of 2026, in their order, and what is known of their history. Unknown and chosen: where the one alignment of
// until February 2025 was, and the bank size of the storage cores.
struct AllocatorConfig {
    std::size_t num_dram_channels = 12;
    std::size_t dram_bank_size = 64 << 20;
    std::vector<std::size_t> dram_bank_offsets;
    std::uint32_t dram_unreserved_base = 32;
#if ERA_TWO_ALIGNMENTS
    std::uint32_t dram_alignment = 32;
#endif
    std::uint32_t l1_unreserved_base = 100 << 10;
#if ERA_CORE_RANGE_GRIDS
    CoreRangeSet worker_grid = all_cores();
#else
    CoreCoord worker_grid_size{8, 8};
#endif
    std::size_t worker_l1_size = 1464 << 10;
#if ERA_STORAGE_CORES
    std::optional<std::uint32_t> storage_core_bank_size;
#endif
    std::size_t l1_small_size = 64 << 10;
    std::size_t trace_region_size = 16 << 20;
    std::unordered_map<std::uint64_t, std::uint32_t> core_type_from_noc_coord_table;
    std::unordered_map<int, int> worker_log_to_virtual_routing_x;
    std::unordered_map<int, int> worker_log_to_virtual_routing_y;
    std::vector<std::uint32_t> l1_bank_remap;
#if ERA_CORE_RANGE_GRIDS
    CoreRangeSet compute_grid = all_cores();
#else
    CoreCoord compute_grid_size{8, 8};
#endif
#if ERA_TWO_ALIGNMENTS
    std::uint32_t l1_alignment = 16;
#else
    std::uint32_t alignment = 32;
#endif
    bool disable_interleaved = false;

#if ERA_CORE_RANGE_GRIDS
    static CoreRangeSet all_cores();
#endif
};

#if ERA_DETAIL_ALLOCATE
namespace allocator {
#endif

#if ERA_FREE_LIST_OPT
using FreeList = tt::tt_metal::allocator::FreeListOpt;
#else
// One address space, in one bank.
class FreeList {
public:
    FreeList(DeviceAddr begin, DeviceAddr end, DeviceAddr alignment);
    virtual ~FreeList();
    virtual std::optional<DeviceAddr> allocate(DeviceAddr size, bool bottom_up);
    // An address that is not in use is ignored.
    virtual void deallocate(DeviceAddr address);
    virtual void clear();
    std::optional<DeviceAddr> lowest_occupied_address() const;

private:
    std::optional<DeviceAddr> lowest_gap(DeviceAddr size) const;
    std::optional<DeviceAddr> highest_gap(DeviceAddr size) const;

    DeviceAddr begin_;
    DeviceAddr end_;
    DeviceAddr alignment_;
    std::map<DeviceAddr, DeviceAddr> used_;  // address -> size
};
#endif

class BankManager {
public:
    BankManager(BufferType type, std::uint32_t num_banks, DeviceAddr begin, DeviceAddr end, std::uint32_t alignment);
    ~BankManager();
    // Throws when there is no room; then nothing has changed.
    DeviceAddr allocate_buffer(
        DeviceAddr size, DeviceAddr page_size, bool bottom_up, std::optional<std::uint32_t> num_shards);
    void deallocate_buffer(DeviceAddr address);
    void deallocate_all();
    void clear();
    std::uint32_t alignment_bytes() const { return alignment_bytes_; }
    std::optional<DeviceAddr> lowest_occupied_address() const { return free_list().lowest_occupied_address(); }

    BufferType buffer_type_;
#if ERA_DEPENDENT_ALLOCATORS
    FreeList& free_list() const { return *allocators_[0]; }
    std::unordered_set<DeviceAddr>& handed_out() { return allocated_buffers_[0]; }

    std::unordered_map<std::uint32_t, std::int64_t> bank_id_to_bank_offset_;
    DeviceAddr interleaved_address_limit_ = 0;
    std::uint32_t alignment_bytes_;
    // Which allocators may not overlap which; there is one here, which depends on none.
    SmallVector<SmallVector<std::uint32_t>> allocator_dependencies_;
    SmallVector<std::unordered_set<DeviceAddr>> allocated_buffers_;
    SmallVector<std::unique_ptr<FreeList>> allocators_;
#else
    FreeList& free_list() const { return *allocator_; }
    std::unordered_set<DeviceAddr>& handed_out() { return allocated_buffers_; }

    std::unordered_set<DeviceAddr> allocated_buffers_;
    std::unordered_map<std::uint32_t, std::int64_t> bank_id_to_bank_offset_;
    std::unique_ptr<FreeList> allocator_;
    DeviceAddr interleaved_address_limit_ = 0;
    std::uint32_t alignment_bytes_;
#endif

private:
    [[noreturn]] void throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const;
};

#if ERA_DETAIL_ALLOCATE
}  // namespace allocator
using allocator::BankManager;

struct Allocator {
    explicit Allocator(const AllocatorConfig& config_of_device);
    ~Allocator();

    bool disabled_allocation = false;
    BankManager dram_manager;
    BankManager l1_manager;
    BankManager l1_small_manager;
    BankManager trace_buffer_manager;
    std::unordered_map<std::uint32_t, std::uint32_t> bank_id_to_dram_channel;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> dram_channel_to_bank_ids;
#if !ERA_BUFFER_MAP
    std::unordered_set<Buffer*> allocated_buffers;
#endif
    AllocatorConfig config;
    // Not in the original, which relied on its callers; the driver's threads do not coordinate.
    mutable std::mutex standin_mutex;
};

namespace allocator {

#if TAT_ERA == 202407
using SizeArgument = std::uint32_t;
#else
using SizeArgument = DeviceAddr;
#endif
#if ERA_BUFFER_MAP
DeviceAddr allocate_buffer(
    Allocator& allocator,
    SizeArgument size,
    SizeArgument page_size,
    const BufferType& buffer_type,
    bool bottom_up,
    std::optional<std::uint32_t> num_shards = std::nullopt);
void deallocate_buffer(Allocator& allocator, DeviceAddr address, const BufferType& buffer_type);
#else
#if TAT_ERA == 202411
DeviceAddr allocate_buffer(Allocator& allocator, DeviceAddr size, Buffer* buffer);
#else
DeviceAddr allocate_buffer(Allocator& allocator, Buffer* buffer);
#endif
void deallocate_buffer(Allocator& allocator, Buffer* buffer);
const std::unordered_set<Buffer*>& get_allocated_buffers(const Allocator& allocator);
#endif
void deallocate_buffers(Allocator& allocator);
void clear(Allocator& allocator);

}  // namespace allocator

std::optional<DeviceAddr> lowest_occupied_l1_address(const OwnedAllocator& allocator);
const AllocatorConfig& config_of(const OwnedAllocator& allocator);

#else  // class

#if ERA_IMPLS
#define ERA_ALLOCATOR AllocatorImpl
#else
#define ERA_ALLOCATOR Allocator
#endif

#if ERA_IMPLS
class Allocator {
public:
    explicit Allocator(AllocatorImpl* impl) : impl_(impl) {}
    void deallocate_buffers();

private:
    AllocatorImpl* impl_;
};
#endif

class ERA_ALLOCATOR {
public:
    explicit ERA_ALLOCATOR(const AllocatorConfig& config);
#if ERA_IMPLS
    virtual ~ERA_ALLOCATOR();
#else
    ~ERA_ALLOCATOR();
#endif
    // Too large to be inlined in the original.
    [[gnu::noinline]] DeviceAddr allocate_buffer(Buffer* buffer);
    [[gnu::noinline]] void deallocate_buffer(Buffer* buffer);
    // Both give back the ranges of all buffers and leave the set of Buffers as it is.
    void deallocate_buffers();
    void clear();
    const AllocatorConfig& get_config() const;
#if ERA_LOCKED_ALLOCATOR
    std::unordered_set<Buffer*> get_allocated_buffers() const;
#else
    const std::unordered_set<Buffer*>& get_allocated_buffers() const;
#endif
    std::size_t get_num_allocated_buffers() const;
    std::uint32_t get_alignment(BufferType buffer_type) const;
    std::optional<DeviceAddr> get_lowest_occupied_l1_address(std::uint32_t bank_id) const;
    BankManager& manager_of(BufferType buffer_type) const;

#if ERA_LOCKED_ALLOCATOR
    mutable std::mutex mutex_;
#endif
#if !ERA_IMPLS
    bool allocations_unsafe_ = false;
#endif
    std::unique_ptr<BankManager> dram_manager_;
    std::unique_ptr<BankManager> l1_manager_;
    std::unique_ptr<BankManager> l1_small_manager_;
    std::unique_ptr<BankManager> trace_buffer_manager_;
    std::unordered_map<std::uint32_t, std::uint32_t> bank_id_to_dram_channel_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> dram_channel_to_bank_ids_;
    std::unordered_map<std::uint32_t, CoreCoord> bank_id_to_logical_core_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> logical_core_to_bank_ids_;
    std::unordered_set<Buffer*> allocated_buffers_;
#if ERA_IMPLS
    std::unordered_map<int, ERA_ALLOCATOR*> hybrid_device_allocators_;
#endif
#if ERA_LOCKED_ALLOCATOR
    std::unique_ptr<AllocatorConfig> config_;
#else
    AllocatorConfig config_;
    // Not in the original, which relied on its callers; the driver's threads do not coordinate.
    mutable std::mutex mutex_;
#endif
#if ERA_IMPLS
    std::unique_ptr<Allocator> view_;
    bool allocations_unsafe_ = false;
#endif
};

inline std::optional<DeviceAddr> lowest_occupied_l1_address(const OwnedAllocator& allocator) {
    return allocator.get_lowest_occupied_l1_address(0);
}
inline const AllocatorConfig& config_of(const OwnedAllocator& allocator) { return allocator.get_config(); }

#endif

}  // namespace tt::tt_metal
