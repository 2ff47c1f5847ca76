// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/host_api.hpp"

#include <stdexcept>
#include <string>

#include "internal/seam.hpp"
#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/device.hpp"
#include "runtime/device_pool.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/program.hpp"

namespace standin {

Seam seam;

}  // namespace standin

namespace tt::tt_metal {

void fatal(const char* kind, const char* file, int line, const char* message) {
    throw std::runtime_error(
        kind + std::string(" @ ") + std::string(file) + ":" + std::to_string(line) + ": tt::exception\ninfo:\n" + message);
}

#if ERA_BUFFER_MAP

namespace {

struct AllocBufferMetadata {
    Buffer* buffer;
    bool bottom_up;
};

}  // namespace

void EnqueueAllocateBufferImpl(AllocBufferMetadata metadata) {
    Buffer& buffer = *metadata.buffer;
    buffer.set_address(
        allocator::allocate_buffer(
            *buffer.device()->allocator_,
            static_cast<allocator::SizeArgument>(buffer.size()),
            static_cast<allocator::SizeArgument>(buffer.page_size()),
            buffer.buffer_type(),
            metadata.bottom_up,
            buffer.num_cores()));
}

void EnqueueAllocateBuffer(Buffer* buffer, bool bottom_up) { EnqueueAllocateBufferImpl({buffer, bottom_up}); }

void EnqueueDeallocateBuffer(Allocator& allocator, std::uint64_t address, BufferType type) {
    allocator::deallocate_buffer(allocator, address, type);
}

namespace detail {

BufferMap BUFFER_MAP;

void BufferMap::insert(const Key& key, Buffer* buffer) {
    const std::lock_guard<std::mutex> lock(mutex_);
    map_.insert({key, buffer});
}

void BufferMap::erase(const Key& key) {
    const std::lock_guard<std::mutex> lock(mutex_);
    map_.erase(key);
}

std::map<BufferMap::Key, Buffer*> BufferMap::value() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return map_;
}

void AllocateBuffer(Buffer* buffer, bool bottom_up) {
#if ERA_TRACKER
    if (GraphTracker::instance().hook_allocate(buffer, bottom_up)) {
        GraphTracker::instance().track_allocate(buffer, bottom_up);
        return;
    }
#endif
    EnqueueAllocateBuffer(buffer, bottom_up);
#if ERA_TRACKER
    GraphTracker::instance().track_allocate(buffer, bottom_up);
#endif
}

void DeallocateBuffer(Buffer* buffer) {
#if ERA_TRACKER
    GraphTracker::instance().track_deallocate(buffer);
    if (GraphTracker::instance().hook_deallocate(buffer)) {
        return;
    }
#endif
    EnqueueDeallocateBuffer(*buffer->device()->allocator_, buffer->address(), buffer->buffer_type());
}

}  // namespace detail

#elif ERA_DETAIL_ALLOCATE

namespace detail {

DeviceAddr AllocateBuffer(Buffer* buffer) {
    if (GraphTracker::instance().hook_allocate(buffer)) {
        GraphTracker::instance().track_allocate(buffer);
        return 0;
    }
#if ERA_SUB_DEVICES
    const DeviceAddr address = allocator::allocate_buffer(*buffer->allocator_, buffer);
#else
    const DeviceAddr address = allocator::allocate_buffer(*buffer->device()->allocator(), buffer->size(), buffer);
#endif
    GraphTracker::instance().track_allocate(buffer);
    return address;
}

void DeallocateBuffer(Buffer* buffer) {
    GraphTracker::instance().track_deallocate(buffer);
    if (GraphTracker::instance().hook_deallocate(buffer)) {
        return;
    }
#if ERA_SUB_DEVICES
    allocator::deallocate_buffer(*buffer->allocator_, buffer);
#else
    allocator::deallocate_buffer(*buffer->device()->allocator(), buffer);
#endif
}

}  // namespace detail

#endif

ERA_V0_BEGIN

void DeallocateBuffer(Buffer& buffer) { buffer.deallocate(); }

#if ERA_IMPLS
bool CloseDevice(OwnerDevice* device) {
    const ChipId id = device->id();
    return MetalContext::instance().device_manager().close_device(id);
}
#else
bool CloseDevice(OwnerDevice* device) { return device_pool().close_device(device->id()); }
#endif

void EnqueueProgram(OwnerDevice* device, Program& program) {
    ProgramClass& impl = program_impl(program);
#if TAT_ERA == 202407 || TAT_ERA == 202409
    impl.allocate_circular_buffers();
#else
    impl.allocate_circular_buffers(device);
#endif
    impl.validate_circular_buffer_region(device);
}

ERA_V0_END

}  // namespace tt::tt_metal
