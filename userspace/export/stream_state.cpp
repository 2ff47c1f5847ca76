// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/stream_state.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

struct Subject {
    EventSubject operator()(const Allocated& e) const { return of(e.buffer); }
    EventSubject operator()(const Freed& e) const { return of(e.buffer); }
    EventSubject operator()(const BufferFound& e) const { return of(e.buffer); }
    EventSubject operator()(const BufferGone& e) const { return of(e.buffer); }
    EventSubject operator()(const AllocationFailed& e) const { return of(e.buffer); }
    EventSubject operator()(const CircularBufferAllocated& e) const { return {nullptr, &e, e.owner, 0}; }
    EventSubject operator()(const OwnerSeen& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const CircularBuffersReleased& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const ProgramLaunched& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const ProgramNotTold& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const OwnerClosing& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const CircularBufferClash& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const RequestRefused& e) const { return {nullptr, nullptr, e.owner, 0}; }
    EventSubject operator()(const AllocatorSeen& e) const { return {nullptr, nullptr, e.owner, e.allocator}; }
    EventSubject operator()(const AllocatorReleased& e) const { return {nullptr, nullptr, 0, e.allocator}; }
    EventSubject operator()(const AllocatorChanged& e) const { return {nullptr, nullptr, 0, e.allocator}; }
    template <typename Other>
    EventSubject operator()(const Other&) const {
        return {};
    }

private:
    static EventSubject of(const BufferFields& buffer) { return {&buffer, nullptr, buffer.owner, buffer.allocator}; }
};

}  // namespace

EventSubject subject_of(const Event& event) { return std::visit(Subject{}, event); }

const ProcessState* StreamState::process(std::uint32_t pid) const {
    const auto found = std::find_if(processes_->rbegin(), processes_->rend(), [pid](const auto& process) {
        return process->pid == pid;
    });
    return found == processes_->rend() ? nullptr : found->get();
}

const Owner* StreamState::owner(const Event& event) const {
    const EventSubject subject = subject_of(event);
    const ProcessState* state = subject.owner == 0 && subject.allocator == 0 ? nullptr : process(header_of(event).pid);
    if (state == nullptr) {
        return nullptr;
    }
    if (const auto known = state->owner_index.find(subject.owner); known != state->owner_index.end()) {
        return &state->owners[known->second];
    }
    if (const auto known = state->allocator_index.find(subject.allocator); known != state->allocator_index.end()) {
        return &state->owners[state->allocators[known->second].owner];
    }
    // Destroyed by this very event.
    const auto dead = std::find_if(state->allocators.begin(), state->allocators.end(), [&subject](const Allocator& entry) {
        return !entry.alive && entry.pointer == subject.allocator;
    });
    return subject.allocator == 0 || dead == state->allocators.end() ? nullptr : &state->owners[dead->owner];
}

bool StreamState::passes(const ExportOptions& options, const Event& event) const {
    const EventSubject subject = subject_of(event);
    if (!of_no_process(event) && !options.passes_process(header_of(event).pid)) {
        return false;
    }
    if (subject.buffer != nullptr &&
        (subject.buffer->size < options.min_size || !options.filter.passes(memory_kind(subject.buffer->type)))) {
        return false;
    }
    if (subject.circular_buffer != nullptr && (subject.circular_buffer->size < options.min_size ||
                                               !options.filter.passes(MemoryKind::CircularBuffer))) {
        return false;
    }
    if (options.filter.devices.empty()) {
        return true;
    }
    const Owner* about = owner(event);
    return about == nullptr || options.filter.passes_any(about->places);
}

}  // namespace tt::alloc_trace
