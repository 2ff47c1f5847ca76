// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/last_use.hpp"

#include <algorithm>

namespace tt::alloc_trace {

bool uses_memory(const Event& event) {
    const auto* allocated = std::get_if<Allocated>(&event);
    return (allocated != nullptr && !allocated->buffer.hooked) || std::holds_alternative<BufferFound>(event) ||
           std::holds_alternative<AllocationFailed>(event) || std::holds_alternative<CircularBufferClash>(event);
}

bool any_in_use(const std::vector<std::unique_ptr<ProcessState>>& processes) {
    return std::any_of(processes.begin(), processes.end(), [](const auto& process) {
        return process->end == ProcessState::End::Alive && !process->live.buffers().empty();
    });
}

void LastUse::observe(const Event& event, std::uint64_t number, const Tracker& tracker) {
    if (!uses_memory(event)) {
        return;
    }
    const bool holds_itself = std::holds_alternative<Allocated>(event) || std::holds_alternative<BufferFound>(event);
    if (holds_itself || any_in_use(tracker.view().processes)) {
        event_ = number;
    }
}

}  // namespace tt::alloc_trace
