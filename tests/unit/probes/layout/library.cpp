// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A library with the classes of one period (switches of mirror.inc), the symbols by which that period is recognised,
// and its getters. Further switches: LIBRARY_NO_GETTERS; LIBRARY_INDIRECT, getters of Buffer call those of BufferImpl;
// LIBRARY_ALLOCATOR_IMPL, of December 2025 or later; LIBRARY_NEWER, the hooks have names nobody knows.
#include "mirror_includes.hpp"

#define MIRROR_OUTER tt::tt_metal
#include "mirror.inc"

using namespace tt::tt_metal;

#define MARK(function, name)             \
    extern "C" int function() asm(name); \
    extern "C" int function() {          \
        return 1;                        \
    }
#define METAL "_ZN2tt8tt_metal"

// --- symbols --------------------------------------------------------------------------------------------------------

#if LIBRARY_NEWER
MARK(hook, METAL "12GraphTracker8instanceEv")
#elif MIRROR_BUFFER < 2 && MIRROR_V0
MARK(hook, METAL "12GraphTracker14track_allocateEPNS0_2v06BufferEb")
#elif MIRROR_BUFFER == 1
MARK(hook, METAL "12GraphTracker14track_allocateEPNS0_6BufferEb")
MARK(detail_allocate, METAL "6detail14AllocateBufferEPNS0_6BufferEb")
#elif MIRROR_BUFFER == 0
MARK(detail_allocate, METAL "6detail14AllocateBufferEPNS0_6BufferEb")
#elif MIRROR_BUFFER == 20
MARK(hook, METAL "12GraphTracker14track_allocateEPKNS0_2v06BufferEb")
#elif MIRROR_V0
MARK(hook, METAL "12GraphTracker14track_allocateEPKNS0_2v06BufferE")
#else
MARK(hook, METAL "12GraphTracker14track_allocateEPKNS0_6BufferE")
#endif
#if MIRROR_BUFFER == 1
#ifdef _LIBCPP_VERSION
MARK(by_address, METAL "9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbNSt3__18optionalIjEE")
#else
MARK(by_address, METAL "9allocator15allocate_bufferERNS0_9AllocatorEmmRKNS0_10BufferTypeEbSt8optionalIjE")
#endif
#endif
#if MIRROR_BUFFER == 0
MARK(by_address, METAL "9allocator15allocate_bufferERNS0_9AllocatorEjjRKNS0_10BufferTypeEbSt8optionalIjE")
#endif
#if MIRROR_BUFFER == 3
MARK(sub_devices, METAL "16SubDeviceManagerD1Ev")
#if !MIRROR_V0
MARK(deleter, METAL "6Buffer7deleterEPS1_")
#endif
#endif
#if MIRROR_BUFFER == 5
MARK(view, METAL "6Buffer4viewERKNS0_12BufferRegionE")
#elif MIRROR_BUFFER == 6
MARK(impl, METAL "10BufferImpl13allocate_implERNS0_6BufferE")
#endif
#if LIBRARY_ALLOCATOR_IMPL
MARK(allocator_impl, METAL "13AllocatorImpl15allocate_bufferEPNS0_6BufferE")
#endif

// --- classes --------------------------------------------------------------------------------------------------------

namespace tt::tt_metal {
#if MIRROR_V0
namespace v0 {
#endif

#if MIRROR_CHIP
Device::~Device() = default;
#endif
int Device::id() const {
    return id_;
}
#if MIRROR_BUFFER == 1
Buffer::~Buffer() = default;
#endif

#if !LIBRARY_NO_GETTERS && MIRROR_BUFFER > 1
#if MIRROR_BUFFER == 6
#define HOLDER BufferImpl
#define MEMBER(name) pimpl_->name
#else
#define HOLDER Buffer
#define MEMBER(name) name
#endif

#if MIRROR_BUFFER == 3 || (MIRROR_BUFFER >= 20 && MIRROR_BUFFER < 30)
// The address comes from a worker thread.
#define WAIT                                                                                                        \
    if (device_->id() >= 0) {                                                                                       \
        std::unique_lock lock(allocation_mutex_);                                                                   \
        allocation_cv_.wait(lock, [this] { return allocation_status_ != AllocationStatus::ALLOCATION_REQUESTED; }); \
    }
#else
#define WAIT
#endif

#if MIRROR_BUFFER != 6 || LIBRARY_INDIRECT
std::uint64_t HOLDER::page_size() const {
    WAIT return page_size_;
}
std::uint32_t HOLDER::address() const {
    WAIT return static_cast<std::uint32_t>(address_);
}
bool HOLDER::is_allocated() const {
    return allocation_status_ == AllocationStatus::ALLOCATED;
}
bool HOLDER::is_dram() const {
    return buffer_type_ == BufferType::DRAM || buffer_type_ == BufferType::TRACE;
}
bool HOLDER::is_l1() const {
    return buffer_type_ == BufferType::L1 || buffer_type_ == BufferType::L1_SMALL;
}
#if LIBRARY_ALLOCATOR_IMPL || MIRROR_BUFFER == 6
Allocator* HOLDER::allocator() const {
    return allocator_;
}
#endif
#endif

#if MIRROR_BUFFER == 6
#if LIBRARY_INDIRECT
#define GETTER(type, name, expression) \
    type Buffer::name() const {        \
        return pimpl_->name();         \
    }
#else
#define GETTER(type, name, expression) \
    type Buffer::name() const {        \
        return expression;             \
    }
#endif
GETTER(std::uint64_t, page_size, pimpl_->page_size_)
GETTER(std::uint32_t, address, static_cast<std::uint32_t>(pimpl_->address_))
GETTER(bool, is_allocated, pimpl_->allocation_status_ == AllocationStatus::ALLOCATED)
GETTER(bool, is_dram, pimpl_->buffer_type_ == BufferType::DRAM || pimpl_->buffer_type_ == BufferType::TRACE)
GETTER(bool, is_l1, pimpl_->buffer_type_ == BufferType::L1 || pimpl_->buffer_type_ == BufferType::L1_SMALL)
GETTER(Allocator*, allocator, pimpl_->allocator_)
#endif
#endif

#if MIRROR_V0
}  // namespace v0
#endif

#if MIRROR_MESH
namespace distributed {
MeshDevice::~MeshDevice() = default;
#if MIRROR_MESH == 1
MeshDeviceImpl::~MeshDeviceImpl() = default;
int MeshDeviceImpl::id() const {
    return mesh_id_;
}
int MeshDevice::id() const {
    return pimpl_->id();
}
#else
int MeshDevice::id() const {
    return mesh_id_;
}
#endif
int MeshDeviceView::rows() const {
    return static_cast<int>(pimpl_->devices_.values_.size());
}
}  // namespace distributed
#endif

#if MIRROR_BUFFER == 5 || MIRROR_BUFFER == 6
void detail::ProgramImpl::allocate_circular_buffers(const IDevice* device) {
    if (local_circular_buffer_allocation_needed_) {
        before_[0] = static_cast<std::uint64_t>(device->id()) + cb_allocators_[0].l1_regions.size();
    }
}
#endif
}  // namespace tt::tt_metal

#if !LIBRARY_NO_GETTERS
#if MIRROR_CORES >= 2
const std::vector<CoreRange>& CoreRangeSet::ranges() const {
#else
const std::set<CoreRange>& CoreRangeSet::ranges() const {
#endif
    return ranges_;
}
#endif

// Debug info describes what is used.
void* use_all(Owner* device);
void* use_all(Owner* device) {
    auto* buffer = new Buffer;
#if MIRROR_BUFFER == 6
    buffer->pimpl_ = std::make_unique<BufferImpl>();
    buffer->pimpl_->device_ = device;
#else
    buffer->device_ = device;
#endif
    const static Device kDevice{};
    const static GraphTracker kTracker{};
    const static tt::tt_metal::detail::ProgramImpl kProgram{};
    const static CoreRangeSet kCores{};
#if MIRROR_MESH
    const static tt::tt_metal::distributed::MeshDevice kMesh{};
#endif
    return buffer;
}
