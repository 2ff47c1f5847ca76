// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// GraphTracker: the process-wide observers of the runtime. Each track_* is entered for every event, whether anybody observes
// or not; hooks take an allocation away from the allocator.
#pragma once

#include "runtime/types.hpp"

#if ERA_TRACKER

#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

// The parameters of the era.
#if TAT_ERA == 202409
#define ERA_ALLOCATE_PARAMS Buffer *buffer, bool bottom_up
#define ERA_ALLOCATE_ARGS buffer, bottom_up
#else
#define ERA_ALLOCATE_PARAMS const Buffer* buffer
#define ERA_ALLOCATE_ARGS buffer
#endif
#if ERA_IDEVICE
#define ERA_CB_PARAMS \
    const CoreRangeSet &cores, DeviceAddr address, DeviceAddr size, bool is_globally_allocated, const IDevice *device
#define ERA_CB_ARGS cores, address, size, is_globally_allocated, device
#define ERA_CB_FREE_PARAMS const IDevice* device
#define ERA_CB_FREE_ARGS device
#define ERA_PROGRAM_PARAMS Program *program, const IDevice *device
#define ERA_PROGRAM_ARGS program, device
#else
#if TAT_ERA == 202409
#define ERA_CB_PARAMS const CoreRangeSet &cores, DeviceAddr address, DeviceAddr size
#define ERA_CB_ARGS cores, address, size
#else
#define ERA_CB_PARAMS const CoreRangeSet &cores, DeviceAddr address, DeviceAddr size, bool is_globally_allocated
#define ERA_CB_ARGS cores, address, size, is_globally_allocated
#endif
#define ERA_CB_FREE_PARAMS
#define ERA_CB_FREE_ARGS
#define ERA_PROGRAM_PARAMS Program* program
#define ERA_PROGRAM_ARGS program
#endif

namespace tt::tt_metal {

class IGraphProcessor {
public:
    virtual ~IGraphProcessor() = default;
    virtual void track_allocate(ERA_ALLOCATE_PARAMS) = 0;
    virtual void track_deallocate(Buffer* buffer) = 0;
    virtual void track_allocate_cb(ERA_CB_PARAMS) = 0;
    virtual void track_deallocate_cb(ERA_CB_FREE_PARAMS) = 0;
    virtual void track_program(ERA_PROGRAM_PARAMS) = 0;
};

class IGraphHooks {
public:
    virtual ~IGraphHooks() = default;
    virtual bool hook_allocate(ERA_ALLOCATE_PARAMS) = 0;
    virtual bool hook_deallocate(Buffer* buffer) = 0;
};

// The hook of a capture without dispatch: {vptr, do_block@8}.
class ProcessorHooks final : public IGraphHooks {
public:
    bool hook_allocate(ERA_ALLOCATE_PARAMS) override;
    bool hook_deallocate(Buffer* buffer) override;
    void set_block(bool block);

    bool do_block = false;
};

class GraphTracker {
public:
#if ERA_IMPLS
    static GraphTracker& instance();
#else
    static GraphTracker& instance() {
        static GraphTracker tracker;
        return tracker;
    }
#endif
    // Called only while nothing else uses the runtime, or for the calling thread where observers are per thread.
    void push_processor(const std::shared_ptr<IGraphProcessor>& processor);
    bool add_hook(const std::shared_ptr<IGraphHooks>& new_hook);

    void track_allocate(ERA_ALLOCATE_PARAMS);
    void track_deallocate(Buffer* buffer);
    void track_allocate_cb(ERA_CB_PARAMS);
    void track_deallocate_cb(ERA_CB_FREE_PARAMS);
    void track_program(ERA_PROGRAM_PARAMS);
    bool hook_allocate(ERA_ALLOCATE_PARAMS);
    bool hook_deallocate(Buffer* buffer);

#if ERA_IMPLS
    static thread_local std::vector<std::shared_ptr<IGraphProcessor>> processors;
    static thread_local std::shared_ptr<IGraphHooks> hook;
#else
    std::vector<std::shared_ptr<IGraphProcessor>> processors;
    std::shared_ptr<IGraphHooks> hook;
#endif
#if ERA_HOOKED_FLAG
    std::mutex hooked_buffers_mutex;
    std::unordered_set<const Buffer*> hooked_buffers;
#endif
};

#if ERA_IMPLS
// Behind every track_allocate and track_deallocate.
void notify_buffer_allocated(const Buffer* buffer);
void notify_buffer_deallocated(Buffer* buffer);
#endif

}  // namespace tt::tt_metal

#endif  // ERA_TRACKER
