// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/allocator.hpp"

#include <algorithm>
#include <string>

#include "runtime/buffer.hpp"

namespace tt::tt_metal {

namespace {

constexpr std::uint32_t kGranularity = 32;  // of every region
constexpr std::uint32_t kWorkerCores = 64;  // AllocatorConfig has them as 8 x 8

struct Region {
    BufferType type;
    std::uint32_t banks;
    DeviceAddr begin;
    DeviceAddr end;
    std::uint32_t alignment;
};

Region region_of(BufferType type, const AllocatorConfig& config) {
    const DeviceAddr dram_end = config.dram_bank_size - config.trace_region_size;
    const DeviceAddr l1_end = config.worker_l1_size - config.l1_small_size;
    const auto channels = static_cast<std::uint32_t>(config.num_dram_channels);
#if ERA_TWO_ALIGNMENTS
    const std::uint32_t dram_alignment = config.dram_alignment;
    const std::uint32_t l1_alignment = config.l1_alignment;
#else
    const std::uint32_t dram_alignment = config.alignment;
    const std::uint32_t l1_alignment = config.alignment;
#endif
    switch (type) {
        case BufferType::DRAM: return {type, channels, config.dram_unreserved_base, dram_end, dram_alignment};
        case BufferType::TRACE: return {type, channels, dram_end, config.dram_bank_size, dram_alignment};
        case BufferType::L1: return {type, kWorkerCores, config.l1_unreserved_base, l1_end, l1_alignment};
        case BufferType::L1_SMALL: return {type, kWorkerCores, l1_end, config.worker_l1_size, l1_alignment};
        case BufferType::SYSTEM_MEMORY: break;
    }
    ERA_THROW("Unsupported buffer type!");
}

const char* name_of(BufferType type) {
    static constexpr const char* kNames[] = {"DRAM", "L1", "SYSTEM_MEMORY", "L1_SMALL", "TRACE"};
    return kNames[static_cast<int>(type)];
}

#if ERA_DETAIL_ALLOCATE
BankManager make_manager(BufferType type, const AllocatorConfig& config) {
    const Region region = region_of(type, config);
    return BankManager(region.type, region.banks, region.begin, region.end, region.alignment);
}
#else
std::unique_ptr<BankManager> make_manager(BufferType type, const AllocatorConfig& config) {
    const Region region = region_of(type, config);
    return std::make_unique<BankManager>(region.type, region.banks, region.begin, region.end, region.alignment);
}
#endif

}  // namespace

#if ERA_CORE_RANGE_GRIDS
CoreRangeSet AllocatorConfig::all_cores() { return CoreRangeSet(CoreRangeSet::Ranges{{{0, 0}, {7, 7}}}); }
#endif

#if ERA_FREE_LIST_OPT
void allocator::throw_below_limit(DeviceAddr limit, DeviceAddr address) {
    ERA_THROW(
        "Out of Memory: Cannot allocate at an address below " + std::to_string(limit) + ". Allocation at " +
        std::to_string(address));
}
#endif

#if ERA_DETAIL_ALLOCATE
namespace allocator {
#endif

#if !ERA_FREE_LIST_OPT
FreeList::FreeList(DeviceAddr begin, DeviceAddr end, DeviceAddr alignment) :
    begin_((begin + alignment - 1) / alignment * alignment), end_(end), alignment_(alignment) {}

FreeList::~FreeList() = default;

std::optional<DeviceAddr> FreeList::lowest_gap(DeviceAddr size) const {
    DeviceAddr at = begin_;
    for (const auto& [address, length] : used_) {
        if (address - at >= size) {
            return at;
        }
        at = address + length;
    }
    return end_ - at >= size ? std::optional(at) : std::nullopt;
}

std::optional<DeviceAddr> FreeList::highest_gap(DeviceAddr size) const {
    DeviceAddr at = end_;
    for (auto block = used_.rbegin(); block != used_.rend(); ++block) {
        if (at - (block->first + block->second) >= size) {
            return at - size;
        }
        at = block->first;
    }
    return at - begin_ >= size ? std::optional(at - size) : std::nullopt;
}

std::optional<DeviceAddr> FreeList::allocate(DeviceAddr size, bool bottom_up) {
    const DeviceAddr rounded = (size + alignment_ - 1) / alignment_ * alignment_;
    const auto address = bottom_up ? lowest_gap(rounded) : highest_gap(rounded);
    if (address.has_value()) {
        used_.emplace(*address, rounded);
    }
    return address;
}

void FreeList::deallocate(DeviceAddr address) { used_.erase(address); }

void FreeList::clear() { used_.clear(); }

std::optional<DeviceAddr> FreeList::lowest_occupied_address() const {
    return used_.empty() ? std::nullopt : std::optional(used_.begin()->first);
}

#endif  // !ERA_FREE_LIST_OPT

BankManager::BankManager(
    BufferType type, std::uint32_t num_banks, DeviceAddr begin, DeviceAddr end, std::uint32_t alignment) :
    buffer_type_(type), alignment_bytes_(alignment) {
#if ERA_FREE_LIST_OPT
    auto free_list = std::make_unique<FreeList>(end - begin, begin, kGranularity, kGranularity);
#else
    auto free_list = std::make_unique<FreeList>(begin, end, kGranularity);
#endif
#if ERA_DEPENDENT_ALLOCATORS
    allocator_dependencies_.emplace_back();
    allocated_buffers_.emplace_back();
    allocators_.emplace_back(std::move(free_list));
#else
    allocator_ = std::move(free_list);
#endif
    for (std::uint32_t bank = 0; bank < num_banks; ++bank) {
        bank_id_to_bank_offset_[bank] = 0;
    }
}

BankManager::~BankManager() = default;

DeviceAddr BankManager::allocate_buffer(
    DeviceAddr size, DeviceAddr page_size, bool bottom_up, std::optional<std::uint32_t> num_shards) {
    ERA_FATAL(num_shards.has_value() || buffer_type_ != BufferType::L1_SMALL, "Interleaved L1_SMALL is not supported");
    const std::uint32_t banks = num_shards.value_or(static_cast<std::uint32_t>(bank_id_to_bank_offset_.size()));
    const DeviceAddr pages = (size + page_size - 1) / page_size;
    const DeviceAddr per_bank = (pages + banks - 1) / banks * page_size;
#if ERA_FREE_LIST_OPT
    const bool limited = buffer_type_ == BufferType::L1 && !num_shards.has_value();
    const auto address = free_list().allocate(per_bank, bottom_up, limited ? interleaved_address_limit_ : 0);
#else
    const auto address = free_list().allocate(per_bank, bottom_up);
#endif
    if (!address.has_value()) {
        throw_out_of_memory(size, banks, per_bank);
    }
    handed_out().insert(*address);
    return *address;
}

void BankManager::throw_out_of_memory(DeviceAddr size, std::uint32_t banks, DeviceAddr per_bank) const {
    std::string text = "Out of Memory: Not enough space to allocate " + std::to_string(size) + " B " +
                       name_of(buffer_type_) + " buffer across " + std::to_string(banks) +
                       " banks, where each bank needs to store " + std::to_string(per_bank) + " B";
#if ERA_DEPENDENT_ALLOCATORS
    const Statistics statistics = free_list().get_statistics();
    const std::string bytes = std::to_string(statistics.total_allocatable_size_bytes) + " B";
#if ERA_IMPLS
    text += ", but bank size is " + bytes + " (allocated: " + std::to_string(statistics.total_allocated_bytes) +
            " B, free: " + std::to_string(statistics.total_free_bytes) +
            " B, largest free block: " + std::to_string(statistics.largest_free_block_bytes) + " B)";
#else
    text += ", but bank size is only " + bytes;
#endif
    fatal("TT_FATAL", __FILE__, __LINE__, text.c_str());
#else
    ERA_THROW(text);
#endif
}

void BankManager::deallocate_buffer(DeviceAddr address) {
    handed_out().erase(address);
    free_list().deallocate(address);
}

void BankManager::deallocate_all() {
    for (const DeviceAddr address : handed_out()) {
        free_list().deallocate(address);
    }
    handed_out().clear();
}

void BankManager::clear() {
    handed_out().clear();
    free_list().clear();
}

#if ERA_DETAIL_ALLOCATE

}  // namespace allocator

Allocator::Allocator(const AllocatorConfig& config_of_device) :
    dram_manager(make_manager(BufferType::DRAM, config_of_device)),
    l1_manager(make_manager(BufferType::L1, config_of_device)),
    l1_small_manager(make_manager(BufferType::L1_SMALL, config_of_device)),
    trace_buffer_manager(make_manager(BufferType::TRACE, config_of_device)),
    config(config_of_device) {}

Allocator::~Allocator() = default;

std::optional<DeviceAddr> lowest_occupied_l1_address(const OwnedAllocator& allocator) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    return allocator.l1_manager.lowest_occupied_address();
}

const AllocatorConfig& config_of(const OwnedAllocator& allocator) { return allocator.config; }

namespace allocator {

namespace {

BankManager& manager_of(Allocator& allocator, BufferType buffer_type) {
    switch (buffer_type) {
        case BufferType::DRAM: return allocator.dram_manager;
        case BufferType::L1: return allocator.l1_manager;
        case BufferType::L1_SMALL: return allocator.l1_small_manager;
        case BufferType::TRACE: return allocator.trace_buffer_manager;
        case BufferType::SYSTEM_MEMORY: break;
    }
    ERA_THROW("Unsupported buffer type!");
}

}  // namespace

#if ERA_BUFFER_MAP

DeviceAddr allocate_buffer(
    Allocator& allocator,
    SizeArgument size,
    SizeArgument page_size,
    const BufferType& buffer_type,
    bool bottom_up,
    std::optional<std::uint32_t> num_shards) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    ERA_FATAL(!allocator.disabled_allocation, "Allocation is disabled");
    return manager_of(allocator, buffer_type).allocate_buffer(size, page_size, bottom_up, num_shards);
}

void deallocate_buffer(Allocator& allocator, DeviceAddr address, const BufferType& buffer_type) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    manager_of(allocator, buffer_type).deallocate_buffer(address);
}

#else

#if TAT_ERA == 202411
DeviceAddr allocate_buffer(Allocator& allocator, DeviceAddr size, Buffer* buffer) {
    const DeviceAddr page_size = buffer->standin_page_size();
#else
DeviceAddr allocate_buffer(Allocator& allocator, Buffer* buffer) {
    const DeviceAddr size = buffer->aligned_size();
    const DeviceAddr page_size = buffer->aligned_page_size();
#endif
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    ERA_FATAL(!allocator.disabled_allocation, "Allocation is disabled");
    const DeviceAddr address =
        manager_of(allocator, buffer->buffer_type())
            .allocate_buffer(size, page_size, buffer->bottom_up(), buffer->num_cores());
    allocator.allocated_buffers.insert(buffer);
    return address;
}

void deallocate_buffer(Allocator& allocator, Buffer* buffer) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    manager_of(allocator, buffer->buffer_type()).deallocate_buffer(buffer->address());
    allocator.allocated_buffers.erase(buffer);
}

const std::unordered_set<Buffer*>& get_allocated_buffers(const Allocator& allocator) {
    return allocator.allocated_buffers;
}

#endif

void deallocate_buffers(Allocator& allocator) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    allocator.dram_manager.deallocate_all();
    allocator.l1_manager.deallocate_all();
    allocator.l1_small_manager.deallocate_all();
    allocator.trace_buffer_manager.deallocate_all();
}

void clear(Allocator& allocator) {
    const std::lock_guard<std::mutex> lock(allocator.standin_mutex);
    allocator.dram_manager.clear();
    allocator.l1_manager.clear();
    allocator.l1_small_manager.clear();
    allocator.trace_buffer_manager.clear();
}

}  // namespace allocator

#else  // class

ERA_ALLOCATOR::ERA_ALLOCATOR(const AllocatorConfig& config) :
    dram_manager_(make_manager(BufferType::DRAM, config)),
    l1_manager_(make_manager(BufferType::L1, config)),
    l1_small_manager_(make_manager(BufferType::L1_SMALL, config)),
    trace_buffer_manager_(make_manager(BufferType::TRACE, config)),
#if ERA_LOCKED_ALLOCATOR
    config_(std::make_unique<AllocatorConfig>(config))
#else
    config_(config)
#endif
{
#if ERA_IMPLS
    view_ = std::make_unique<Allocator>(this);
#endif
}

ERA_ALLOCATOR::~ERA_ALLOCATOR() = default;

DeviceAddr ERA_ALLOCATOR::allocate_buffer(Buffer* buffer) {
    const DeviceAddr size = buffer->aligned_size();
    const DeviceAddr page_size = buffer->aligned_page_size();
    const std::lock_guard<std::mutex> lock(mutex_);
    const DeviceAddr address =
        manager_of(buffer->buffer_type())
            .allocate_buffer(size, page_size, buffer->bottom_up(), buffer->num_cores());
    allocated_buffers_.insert(buffer);
    return address;
}

void ERA_ALLOCATOR::deallocate_buffer(Buffer* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    manager_of(buffer->buffer_type()).deallocate_buffer(buffer->address());
    allocated_buffers_.erase(buffer);
}

void ERA_ALLOCATOR::deallocate_buffers() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (BankManager* manager :
         {dram_manager_.get(), l1_manager_.get(), l1_small_manager_.get(), trace_buffer_manager_.get()}) {
        manager->deallocate_all();
    }
}

void ERA_ALLOCATOR::clear() {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (BankManager* manager :
         {dram_manager_.get(), l1_manager_.get(), l1_small_manager_.get(), trace_buffer_manager_.get()}) {
        manager->clear();
    }
}

#if ERA_LOCKED_ALLOCATOR
const AllocatorConfig& ERA_ALLOCATOR::get_config() const { return *config_; }

std::unordered_set<Buffer*> ERA_ALLOCATOR::get_allocated_buffers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return allocated_buffers_;
}
#else
const AllocatorConfig& ERA_ALLOCATOR::get_config() const { return config_; }

const std::unordered_set<Buffer*>& ERA_ALLOCATOR::get_allocated_buffers() const { return allocated_buffers_; }
#endif

std::size_t ERA_ALLOCATOR::get_num_allocated_buffers() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return allocated_buffers_.size();
}

std::uint32_t ERA_ALLOCATOR::get_alignment(BufferType buffer_type) const {
    return manager_of(buffer_type).alignment_bytes();
}

std::optional<DeviceAddr> ERA_ALLOCATOR::get_lowest_occupied_l1_address(std::uint32_t) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return l1_manager_->lowest_occupied_address();
}

BankManager& ERA_ALLOCATOR::manager_of(BufferType buffer_type) const {
    switch (buffer_type) {
        case BufferType::DRAM: return *dram_manager_;
        case BufferType::L1: return *l1_manager_;
        case BufferType::L1_SMALL: return *l1_small_manager_;
        case BufferType::TRACE: return *trace_buffer_manager_;
        case BufferType::SYSTEM_MEMORY: break;
    }
    ERA_THROW("Unsupported buffer type!");
}

#if ERA_IMPLS
void Allocator::deallocate_buffers() { impl_->deallocate_buffers(); }
#endif

#endif  // class

}  // namespace tt::tt_metal
