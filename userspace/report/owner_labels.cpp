// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/owner_labels.hpp"

#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kUnknownOwner = "unknown owner";

}  // namespace

std::string owner_label(OwnerKind kind, std::int32_t id) {
    switch (kind) {
        case OwnerKind::Chip:
            return "chip " + std::to_string(id);
        case OwnerKind::Mesh:
            return "mesh " + std::to_string(id);
        case OwnerKind::Unknown:
            break;
    }
    return std::string(kUnknownOwner);
}

std::string_view OwnerLabels::label(const Process& process, std::uint64_t owner) const {
    const auto found = process.owners.find(owner);
    return found == process.owners.end() ? kUnknownOwner : std::string_view(found->second);
}

std::string_view OwnerLabels::label(Process& process, const BufferFields& buffer) const {
    if (process.latest_allocator != buffer.allocator || process.latest_owner != buffer.owner) {
        process.allocators[buffer.allocator] = buffer.owner;
        process.latest_allocator = buffer.allocator;
        process.latest_owner = buffer.owner;
    }
    return label(process, buffer.owner);
}

std::string_view OwnerLabels::label_of_allocator(const Process& process, std::uint64_t allocator) const {
    const auto found = process.allocators.find(allocator);
    return found == process.allocators.end() ? kUnknownOwner : label(process, found->second);
}

void OwnerLabels::take_over(const TrackerView& view) {
    for (const auto& state : view.processes) {
        if (state->end != ProcessState::End::Alive) {
            continue;
        }
        Process& process = by_pid_[state->pid];
        for (const auto& [pointer, index] : state->owner_index) {
            process.owners[pointer] = owner_label(state->owners[index].kind, state->owners[index].id);
        }
        for (const auto& [pointer, index] : state->allocator_index) {
            process.allocators[pointer] = state->owners[state->allocators[index].owner].pointer;
        }
    }
}

std::string_view OwnerLabels::observe(const Event& event) {
    if (of_no_process(event)) {
        return {};
    }
    const std::uint32_t pid = header_of(event).pid;
    if (std::holds_alternative<ProcessExec>(event) || std::holds_alternative<ProcessExited>(event)) {
        by_pid_.erase(pid);
        return {};
    }
    Process& process = by_pid_[pid];
    if (const auto* allocated = std::get_if<Allocated>(&event)) {
        return label(process, allocated->buffer);
    }
    if (const auto* freed = std::get_if<Freed>(&event)) {
        return label(process, freed->buffer);
    }
    if (const auto* seen = std::get_if<OwnerSeen>(&event)) {
        return process.owners[seen->owner] = owner_label(seen->kind, seen->id);
    }
    if (const auto* cb = std::get_if<CircularBufferAllocated>(&event)) {
        return label(process, cb->owner);
    }
    if (const auto* released = std::get_if<CircularBuffersReleased>(&event)) {
        return label(process, released->owner);
    }
    if (const auto* launched = std::get_if<ProgramLaunched>(&event)) {
        return label(process, launched->owner);
    }
    if (const auto* not_told = std::get_if<ProgramNotTold>(&event)) {
        return label(process, not_told->owner);
    }
    if (const auto* closing = std::get_if<OwnerClosing>(&event)) {
        return label(process, closing->owner);
    }
    if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
        return label_of_allocator(process, released->allocator);
    }
    if (const auto* seen = std::get_if<AllocatorSeen>(&event)) {
        process.allocators[seen->allocator] = seen->owner;
        process.latest_allocator = 0;
        return label(process, seen->owner);
    }
    if (const auto* changed = std::get_if<AllocatorChanged>(&event)) {
        return label_of_allocator(process, changed->allocator);
    }
    if (const auto* found = std::get_if<BufferFound>(&event)) {
        return label(process, found->buffer);
    }
    if (const auto* gone = std::get_if<BufferGone>(&event)) {
        return label_of_allocator(process, gone->buffer.allocator);
    }
    if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
        return label(std::as_const(process), failed->buffer.owner);
    }
    if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        return label(process, clash->owner);
    }
    if (const auto* trace = std::get_if<TraceCalled>(&event)) {
        return trace->call == TraceCall::Register ? label_of_allocator(process, trace->object) : label(process, trace->object);
    }
    if (const auto* refused = std::get_if<RequestRefused>(&event)) {
        return label(process, refused->owner);
    }
    return {};
}

}  // namespace tt::alloc_trace
