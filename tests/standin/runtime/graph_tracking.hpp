// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// GraphTracker: the process-wide observer list of the runtime. Every track_* function is really called by the runtime;
// the early exit for "no processors" is inside it.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_set>
#include <vector>

#include "runtime/buffer_types.hpp"
#include "runtime/core_coord.hpp"

namespace tt::tt_metal {

class Buffer;
class IDevice;
class Program;
struct StandinAccess;

class IGraphProcessor {
public:
    virtual ~IGraphProcessor() = default;
    virtual void track_allocate(const Buffer*) {}
    virtual void track_deallocate(Buffer*) {}
    virtual void track_allocate_cb(const CoreRangeSet&, DeviceAddr, DeviceAddr, bool, const IDevice*) {}
    virtual void track_deallocate_cb(const IDevice*) {}
    virtual void track_program(Program*, const IDevice*) {}
};

// Returning true makes the buffer "hooked": it gets address 0 and never reaches the allocator.
class IGraphHooks {
public:
    virtual ~IGraphHooks() = default;
    virtual bool hook_allocate(const Buffer* buffer) = 0;
    virtual bool hook_deallocate(Buffer* buffer) = 0;
};

class GraphTracker {
public:
    static GraphTracker& instance();

    // Processors and hook are changed only while no other thread uses the runtime, as in the original.
    void push_processor(const std::shared_ptr<IGraphProcessor>& processor);
    void pop_processor();
    bool add_hook(const std::shared_ptr<IGraphHooks>& new_hook);
    void clear_hook();

    void track_allocate(const Buffer* buffer);
    void track_deallocate(Buffer* buffer);
    void track_allocate_cb(
        const CoreRangeSet& core_range_set,
        DeviceAddr addr,
        DeviceAddr size,
        bool is_globally_allocated,
        const IDevice* device);
    void track_deallocate_cb(const IDevice* device);
    void track_program(Program* program, const IDevice* device);
    bool hook_allocate(const Buffer* buffer);
    bool hook_deallocate(Buffer* buffer);

private:
    friend struct StandinAccess;
    GraphTracker() = default;
    ~GraphTracker() = default;

    std::vector<std::shared_ptr<IGraphProcessor>> processors;
    std::shared_ptr<IGraphHooks> hook;
    std::mutex hooked_buffers_mutex;
    std::unordered_set<const Buffer*> hooked_buffers;
};

}  // namespace tt::tt_metal
