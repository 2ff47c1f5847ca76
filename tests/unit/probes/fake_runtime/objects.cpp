// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "runtime.hpp"

namespace tt::tt_metal {

#if !FAKE_NO_VIEW
std::shared_ptr<Buffer> Buffer::view(const BufferRegion& region) {
    return region.size == size_ ? shared_from_this() : nullptr;
}
#endif

void Buffer::allocate_impl() {
    address_ = size_;
    allocation_status_ = AllocationStatus::ALLOCATED;
#if !FAKE_INLINED_HOOKS
    tracker.track_allocate(this);
#endif
    buffer_layout_ = 1;
}

void Buffer::deallocate_impl() {
#if !FAKE_INLINED_HOOKS && !FAKE_NO_FREE_HOOK
    tracker.track_deallocate(this);
#endif
    allocation_status_ = AllocationStatus::DEALLOCATED;
}

#if !FAKE_NO_FREE_HOOK
void Buffer::deallocate() {
    if (owns_data_) {
        deallocate_impl();
    }
}
#endif

Buffer::~Buffer() {
#if FAKE_INLINED_FREE
    tracker.track_deallocate(this);
    allocation_status_ = AllocationStatus::DEALLOCATED;
#elif !FAKE_NO_FREE_HOOK
    if (allocation_status_ != AllocationStatus::DEALLOCATED) {
        deallocate();
    }
#endif
}

#if !FAKE_NO_GETTERS
std::uint64_t Buffer::page_size() const {
    return page_size_;
}
bool Buffer::is_allocated() const {
    return allocation_status_ == AllocationStatus::ALLOCATED;
}
#if FAKE_IMPL
AnyAllocator* Buffer::allocator() const {
    return allocator_;
}
#endif
std::uint32_t Buffer::address() const {
    return static_cast<std::uint32_t>(address_);
}
bool Buffer::is_dram() const {
    return buffer_type() == BufferType::DRAM || buffer_type() == BufferType::TRACE;
}
bool Buffer::is_l1() const {
    return buffer_type() == BufferType::L1 || buffer_type() == BufferType::L1_SMALL;
}
#endif

#if FAKE_IMPL
AllocatorImpl::~AllocatorImpl() {
    used_ = 1;
}
#define FAKE_ALLOCATOR AllocatorImpl
#else
Allocator::~Allocator() {
    used_ = 1;
}
#define FAKE_ALLOCATOR Allocator
#endif
void FAKE_ALLOCATOR::deallocate_buffers() {
    const std::lock_guard lock(mutex_);
    used_ = 0;
}
void FAKE_ALLOCATOR::clear() {
    const std::lock_guard lock(mutex_);
    used_ = 0;
    banks_ = 0;
}
void FAKE_ALLOCATOR::override_state(const AllocatorState& state) {
    const std::lock_guard lock(mutex_);
    used_ = state.used;
}
void FAKE_ALLOCATOR::shrink_allocator_size(const BufferType& type, std::uint64_t size, bool bottom_up) {
    const std::lock_guard lock(mutex_);
    banks_ -= bottom_up ? size : static_cast<std::uint64_t>(type);
}
void FAKE_ALLOCATOR::reset_allocator_size(const BufferType& type) {
    const std::lock_guard lock(mutex_);
    banks_ = static_cast<std::uint64_t>(type);
}

Device::~Device() = default;
int Device::id() const {
    return id_;
}
bool Device::close() {
    id_ = -1;
    return true;
}

namespace detail {
ProgramImpl::~ProgramImpl() {
    buffers_.clear();
}
void ProgramImpl::allocate_circular_buffers(const IDevice* device) {
    for (const int size : buffers_) {
        tracker.track_allocate_cb(cores_, 0, static_cast<std::uint64_t>(size), false, device);
    }
}
}  // namespace detail

namespace distributed {
MeshDevice::~MeshDevice() = default;
#if FAKE_IMPL
MeshDeviceImpl::~MeshDeviceImpl() = default;
int MeshDeviceImpl::id() const {
    return mesh_id_;
}
bool MeshDeviceImpl::close_impl(MeshDevice* mesh) {
    is_internal_state_initialized = mesh == nullptr;
    return true;
}
int MeshDevice::id() const {
    return pimpl_->id();
}
bool MeshDevice::close() {
    return pimpl_->close_impl(this);
}
#else
#if FAKE_NO_MESH_ID
static int somewhere_else(const MeshDevice*);
int MeshDevice::id() const {
    return somewhere_else(this) + mesh_id_;
}
__attribute__((noinline)) static int somewhere_else(const MeshDevice* mesh) {
    return mesh == nullptr ? 1 : 0;
}
#else
int MeshDevice::id() const {
    return mesh_id_;
}
#endif
bool MeshDevice::close() {
    mesh_id_ = -1;
    return true;
}
#endif
}  // namespace distributed

}  // namespace tt::tt_metal
