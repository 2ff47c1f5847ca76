// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The least that has tt-metal's names and object layout L5: something to read, nothing to run. Switches, 0 or 1 unless
// said:
//   FAKE_IMPL       February 2026 (AllocatorImpl, MeshDevice with impl, CoreRangeSet in tt::tt_metal), else August 2025
//   FAKE_MESH_ID    40, 80 or 88: the offset of MeshDevice::mesh_id_ (without FAKE_IMPL); 84 is a wrong one
//   FAKE_WRONG_PAGE_SIZE   a member more before page_size_: the getter contradicts the table
//   FAKE_INLINED_HOOKS     hooks exported but never called, as link-time optimization leaves them
//   FAKE_INLINED_FREE      ~Buffer does itself what deallocate_impl does, as an optimizer leaves it
//   FAKE_NO_GETTERS, FAKE_NO_MESH_ID, FAKE_NO_VIEW, FAKE_NO_FREE_HOOK, FAKE_BUFFER_IMPL   these symbols missing or
//   there
#pragma once

#ifndef FAKE_MESH_ID
#define FAKE_MESH_ID 80
#endif

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#if !FAKE_IMPL
class CoreRangeSet {
public:
    std::vector<std::uint64_t> ranges;
};
#endif

namespace tt::tt_metal {

#if FAKE_IMPL
class CoreRangeSet {
public:
    std::vector<std::uint64_t> ranges;
};
#endif

enum class BufferType { DRAM = 0, L1 = 1, SYSTEM_MEMORY = 2, L1_SMALL = 3, TRACE = 4 };
enum class AllocationStatus : std::uint8_t { ALLOCATION_REQUESTED, ALLOCATED, DEALLOCATED };
struct BufferRegion {
    std::uint64_t offset, size;
};

class IDevice {
public:
    virtual ~IDevice() = default;
    virtual int id() const = 0;
};

#if FAKE_HIDDEN_ID
#define FAKE_ID_VISIBILITY __attribute__((visibility("hidden")))
#else
#define FAKE_ID_VISIBILITY
#endif
class Device : public IDevice {
public:
    ~Device() override;
    FAKE_ID_VISIBILITY int id() const override;
    bool close();

private:
#if FAKE_HIDDEN_ID
    void* context_[2]{};
#endif
    int id_ = 0;
};

class Buffer;
struct AllocatorState {
    std::uint64_t used;
};

#if FAKE_IMPL
class AllocatorImpl {
#else
class Allocator {
#endif
public:
#if FAKE_IMPL
    ~AllocatorImpl();
#else
    ~Allocator();
#endif
    void deallocate_buffers();
    void clear();
    void override_state(const AllocatorState& state);
    void shrink_allocator_size(const BufferType& type, std::uint64_t size, bool bottom_up);
    void reset_allocator_size(const BufferType& type);

private:
    std::mutex mutex_;
    std::uint64_t used_ = 0;
    std::uint64_t banks_ = 0;
};

#if FAKE_IMPL
using AnyAllocator = AllocatorImpl;
#else
using AnyAllocator = Allocator;
#endif

class Buffer : public std::enable_shared_from_this<Buffer> {
public:
    std::shared_ptr<Buffer> view(const BufferRegion& region);
    ~Buffer();
    void allocate_impl();
    void deallocate();
    [[gnu::noinline]] void deallocate_impl();
    std::uint64_t page_size() const;
    bool is_allocated() const;
    AnyAllocator* allocator() const;
    std::uint32_t address() const;
    bool is_dram() const;
    bool is_l1() const;
    BufferType buffer_type() const { return buffer_type_; }

private:
    IDevice* device_ = nullptr;
    std::uint64_t size_ = 0;
    BufferType buffer_type_ = BufferType::DRAM;
    int buffer_layout_ = 0;
    bool bottom_up_ = false;
    std::optional<std::uint8_t> sub_device_id_;
    bool owns_data_ = false;
    std::optional<std::uint64_t> sub_device_manager_id_;
    AnyAllocator* allocator_ = nullptr;
    AllocationStatus allocation_status_ = AllocationStatus::ALLOCATION_REQUESTED;
    bool hooked_allocation_ = false;
    std::uint64_t address_ = 0;
#if FAKE_WRONG_PAGE_SIZE
    std::uint64_t surprise_ = 0;
#endif
    std::uint64_t page_size_ = 0;
    std::shared_ptr<Buffer> root_buffer_;
};

class GraphTracker {
public:
    void track_allocate(const Buffer* buffer);
    void track_deallocate(Buffer* buffer);
    void track_allocate_cb(
        const CoreRangeSet& cores, std::uint64_t address, std::uint64_t size, bool global, const IDevice* device
    );
    void track_deallocate_cb(const IDevice* device);

private:
    std::vector<std::shared_ptr<int>> processors;
};

namespace detail {
class ProgramImpl {
public:
    ~ProgramImpl();
    void allocate_circular_buffers(const IDevice* device);

private:
    std::vector<int> buffers_;
    CoreRangeSet cores_;
};
}  // namespace detail

namespace distributed {

class MeshDevice;

#if FAKE_IMPL
class MeshDeviceImpl : public IDevice {
public:
    ~MeshDeviceImpl() override;
    int id() const override;
    bool close_impl(MeshDevice* mesh);

private:
    std::mutex api_mutex_;
    bool is_internal_state_initialized = false;
    std::shared_ptr<int> scoped_devices_;
    int mesh_id_ = 0;
};
#endif

class MeshDevice : public IDevice, public std::enable_shared_from_this<MeshDevice> {
public:
    ~MeshDevice() override;
    int id() const override;
    bool close();

private:
#if FAKE_IMPL
    std::unique_ptr<MeshDeviceImpl> pimpl_;
#else
#if FAKE_MESH_ID >= 80
    std::mutex api_mutex_;
#endif
#if FAKE_MESH_ID == 88
    bool is_internal_state_initialized = false;
#endif
    std::shared_ptr<int> scoped_devices_;
#if FAKE_MESH_ID == 84
    int surprise_ = 0;  // a place no build had
#endif
    int mesh_id_ = 0;
#endif
};

}  // namespace distributed

extern GraphTracker tracker;

}  // namespace tt::tt_metal
