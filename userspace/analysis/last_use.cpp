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

namespace {

bool in_use(const ProcessState& process) { return process.end == ProcessState::End::Alive && !process.live.buffers().empty(); }

}  // namespace

bool any_in_use(const std::vector<std::unique_ptr<ProcessState>>& processes) {
    return std::any_of(processes.begin(), processes.end(), [](const auto& process) { return in_use(*process); });
}

void LastUse::observe(const Event& event, std::uint64_t number, const Tracker& tracker) {
    if (!uses_memory(event)) {
        return;
    }
    const EventHeader& header = header_of(event);
    bool holds_itself = std::holds_alternative<Allocated>(event) || std::holds_alternative<BufferFound>(event);
    bool any_holds = holds_itself;
    if (!holds_itself) {  // a refusal: they are rare
        for (const auto& process : tracker.view().processes) {
            any_holds = any_holds || in_use(*process);
            holds_itself = holds_itself || (process->pid == header.pid && in_use(*process));
        }
    }
    event_ = any_holds ? number : event_;
    if (holds_itself) {
        if (latest_ == nullptr || latest_pid_ != header.pid) {
            latest_pid_ = header.pid;
            latest_ = &by_pid_[header.pid];
        }
        *latest_ = {number, header.t_ns};
    }
}

std::optional<StreamPlace> LastUse::of(const ProcessState& process) const {
    const auto found = by_pid_.find(process.pid);
    const bool its_own = found != by_pid_.end() && found->second.t_ns >= process.first_t_ns && found->second.t_ns <= process.last_t_ns;
    return its_own ? std::optional(found->second) : std::nullopt;
}

}  // namespace tt::alloc_trace
