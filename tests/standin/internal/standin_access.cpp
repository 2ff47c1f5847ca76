// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "internal/standin_access.hpp"

#include "runtime/allocator.hpp"
#include "runtime/bank_manager.hpp"
#include "runtime/buffer.hpp"

namespace tt::tt_metal {

void StandinAccess::set_status(Buffer& buffer, AllocationStatus status) { buffer.allocation_status_ = status; }

bool StandinAccess::is_hooked(const Buffer& buffer) { return buffer.hooked_allocation_; }

StandinAccess::Region StandinAccess::region(const AllocatorImpl& allocator, BufferType type) {
    const BankManager& manager = allocator.manager_of(type);
    return {
        manager.num_banks(), manager.range_.base, manager.range_.size_bytes, manager.allocators_[0]->shrink_size_};
}

void StandinAccess::set_interleaved_limit(AllocatorImpl& allocator, DeviceAddr limit) {
    allocator.l1_manager_->interleaved_address_limit_ = limit;
}

}  // namespace tt::tt_metal
