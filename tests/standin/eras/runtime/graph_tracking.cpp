// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/graph_tracking.hpp"

#if ERA_TRACKER

namespace tt::tt_metal {

#if ERA_IMPLS
thread_local std::vector<std::shared_ptr<IGraphProcessor>> GraphTracker::processors;
thread_local std::shared_ptr<IGraphHooks> GraphTracker::hook;

GraphTracker& GraphTracker::instance() {
    static GraphTracker tracker;
    return tracker;
}
#endif

bool ProcessorHooks::hook_allocate(ERA_ALLOCATE_PARAMS) {
    static_cast<void>(buffer);
#if TAT_ERA == 202409
    static_cast<void>(bottom_up);
#endif
    return do_block;
}

bool ProcessorHooks::hook_deallocate(Buffer*) { return do_block; }

void ProcessorHooks::set_block(bool block) { do_block = block; }

void GraphTracker::push_processor(const std::shared_ptr<IGraphProcessor>& processor) {
    processors.push_back(processor);
}

bool GraphTracker::add_hook(const std::shared_ptr<IGraphHooks>& new_hook) {
    if (hook) {
        return false;
    }
    hook = new_hook;
    return true;
}

void GraphTracker::track_allocate(ERA_ALLOCATE_PARAMS) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_allocate(ERA_ALLOCATE_ARGS);
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

void GraphTracker::track_allocate_cb(ERA_CB_PARAMS) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_allocate_cb(ERA_CB_ARGS);
    }
}

void GraphTracker::track_deallocate_cb(ERA_CB_FREE_PARAMS) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_deallocate_cb(ERA_CB_FREE_ARGS);
    }
}

void GraphTracker::track_program(ERA_PROGRAM_PARAMS) {
    if (processors.empty()) {
        return;
    }
    for (auto& processor : processors) {
        processor->track_program(ERA_PROGRAM_ARGS);
    }
}

bool GraphTracker::hook_allocate(ERA_ALLOCATE_PARAMS) {
    if (hook == nullptr || !hook->hook_allocate(ERA_ALLOCATE_ARGS)) {
        return false;
    }
#if ERA_HOOKED_FLAG
    const std::lock_guard<std::mutex> lock(hooked_buffers_mutex);
    hooked_buffers.insert(buffer);
#endif
    return true;
}

bool GraphTracker::hook_deallocate(Buffer* buffer) {
    if (hook == nullptr || !hook->hook_deallocate(buffer)) {
        return false;
    }
#if ERA_HOOKED_FLAG
    const std::lock_guard<std::mutex> lock(hooked_buffers_mutex);
    return hooked_buffers.erase(buffer) != 0;
#else
    return true;
#endif
}

#if ERA_IMPLS
namespace {

// Observers of other parts of the runtime; none is ever registered here.
std::vector<void (*)(const Buffer*)> allocation_observers;

}  // namespace

void notify_buffer_allocated(const Buffer* buffer) {
    for (const auto observer : allocation_observers) {
        observer(buffer);
    }
}

void notify_buffer_deallocated(Buffer* buffer) {
    for (const auto observer : allocation_observers) {
        observer(buffer);
    }
}
#endif

}  // namespace tt::tt_metal

#endif  // ERA_TRACKER
