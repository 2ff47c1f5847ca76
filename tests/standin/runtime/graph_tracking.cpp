// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/graph_tracking.hpp"

namespace tt::tt_metal {

GraphTracker& GraphTracker::instance() {
    static GraphTracker tracker;
    return tracker;
}

void GraphTracker::push_processor(const std::shared_ptr<IGraphProcessor>& processor) {
    processors.push_back(processor);
}

void GraphTracker::pop_processor() {
    if (!processors.empty()) {
        processors.pop_back();
    }
}

bool GraphTracker::add_hook(const std::shared_ptr<IGraphHooks>& new_hook) {
    if (hook) {
        return false;
    }
    hook = new_hook;
    return true;
}

void GraphTracker::clear_hook() { hook.reset(); }

void GraphTracker::track_allocate(const Buffer* buffer) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_allocate(buffer);
    }
}

void GraphTracker::track_deallocate(Buffer* buffer) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_deallocate(buffer);
    }
}

void GraphTracker::track_allocate_cb(
    const CoreRangeSet& core_range_set,
    DeviceAddr addr,
    DeviceAddr size,
    bool is_globally_allocated,
    const IDevice* device) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_allocate_cb(core_range_set, addr, size, is_globally_allocated, device);
    }
}

// Exported but without a caller inside the runtime, as in the era that is imitated.
void GraphTracker::track_deallocate_cb(const IDevice* device) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_deallocate_cb(device);
    }
}

void GraphTracker::track_program(Program* program, const IDevice* device) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_program(program, device);
    }
}

bool GraphTracker::hook_allocate(const Buffer* buffer) {
    if (hook == nullptr || !hook->hook_allocate(buffer)) {
        return false;
    }
    const std::lock_guard<std::mutex> lock(hooked_buffers_mutex);
    hooked_buffers.insert(buffer);
    return true;
}

// A buffer whose hook has been removed meanwhile is still known as hooked by its own flag; the caller looks at both.
bool GraphTracker::hook_deallocate(Buffer* buffer) {
    if (hook == nullptr) {
        return false;
    }
    if (!hook->hook_deallocate(buffer)) {
        return false;
    }
    const std::lock_guard<std::mutex> lock(hooked_buffers_mutex);
    return hooked_buffers.erase(buffer) != 0;
}

}  // namespace tt::tt_metal
