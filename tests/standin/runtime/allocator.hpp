// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// AllocatorImpl: the address spaces of one owner (chip, mesh, submesh or sub-device), one per buffer type, and the set
// of Buffers living in them. Allocator is the thin view that users hold since December 2025.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "runtime/allocator_config.hpp"
#include "runtime/buffer_types.hpp"
#include "runtime/free_list_opt.hpp"

namespace tt::tt_metal {

class AllocatorImpl;
class BankManager;
class Buffer;
struct StandinAccess;

class Allocator {
public:
    explicit Allocator(AllocatorImpl* impl) : impl_(impl) {}
    void deallocate_buffers();
    std::unordered_set<Buffer*> get_allocated_buffers() const;

private:
    AllocatorImpl* impl_;
};

class AllocatorImpl {
public:
    explicit AllocatorImpl(const AllocatorConfig& config);
    ~AllocatorImpl();
    AllocatorImpl(const AllocatorImpl&) = delete;
    AllocatorImpl& operator=(const AllocatorImpl&) = delete;

    // Thread-safe. Throws when the type is not supported or there is no room; then nothing has changed.
    DeviceAddr allocate_buffer(Buffer* buffer);
    // Thread-safe. An address that is not in use is ignored.
    void deallocate_buffer(Buffer* buffer);
    // Give back the address ranges of all buffers. The set of Buffers is left as it is, as in the imitated era.
    void deallocate_buffers();
    void clear();
    void override_state(const AllocatorState& state);
    AllocatorState extract_state() const;
    void shrink_allocator_size(const BufferType& buffer_type, DeviceAddr shrink_size, bool bottom_up);
    void reset_allocator_size(const BufferType& buffer_type);
    // While a captured trace lives, allocations may be overwritten by it: legal, only warned of in the original.
    void mark_allocations_unsafe();
    void mark_allocations_safe();

    const AllocatorConfig& get_config() const;
    std::unordered_set<Buffer*> get_allocated_buffers() const;
    std::size_t get_num_allocated_buffers() const;
    std::uint32_t get_alignment(BufferType buffer_type) const;
    std::uint32_t get_num_banks(const BufferType& buffer_type) const;
    Statistics get_statistics(const BufferType& buffer_type) const;
    std::optional<DeviceAddr> get_lowest_occupied_l1_address(std::uint32_t bank_id) const;
    const std::unique_ptr<Allocator>& view() const { return view_; }

private:
    friend struct StandinAccess;
    using BankTable = std::unordered_map<std::uint32_t, std::uint32_t>;

    BankManager& manager_of(BufferType buffer_type) const;
    void init_managers();

    mutable std::mutex mutex_;
    bool allocations_unsafe_ = false;
    std::unique_ptr<BankManager> dram_manager_;
    std::unique_ptr<BankManager> l1_manager_;
    std::unique_ptr<BankManager> l1_small_manager_;
    std::unique_ptr<BankManager> trace_buffer_manager_;
    BankTable bank_id_to_dram_channel_;
    std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> dram_channel_to_bank_ids_;
    BankTable bank_id_to_logical_core_;
    std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> logical_core_to_bank_ids_;
    std::unordered_set<Buffer*> allocated_buffers_;
    std::unique_ptr<AllocatorConfig> config_;
    std::unique_ptr<Allocator> view_;
};

}  // namespace tt::tt_metal
