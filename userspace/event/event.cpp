// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "event/event.hpp"

#include <array>

namespace tt::alloc_trace {

std::string_view to_string(BufferType type) {
    constexpr std::array<std::string_view, kBufferTypeCount> kNames{"DRAM", "L1", "SYSTEM_MEMORY", "L1_SMALL", "TRACE"};
    const auto index = static_cast<std::size_t>(type);
    return index < kNames.size() ? kNames[index] : "UNKNOWN";
}

std::string_view to_string(PlanKind kind) {
    return kind == PlanKind::DataflowBuffers ? "dataflow_buffers" : "circular_buffer";
}

std::string_view to_string(WalkReason reason) {
    switch (reason) {
        case WalkReason::Attach: return "attach";
        case WalkReason::Gap: return "gap";
        case WalkReason::Audit: return "audit";
        case WalkReason::End: return "end";
    }
    return "unknown";
}

std::string_view to_string(AllocatorChange how) {
    switch (how) {
        case AllocatorChange::StateOverridden: return "state_overridden";
        case AllocatorChange::Shrunk: return "shrunk";
        case AllocatorChange::Reset: return "reset";
    }
    return "unknown";
}

std::string_view to_string(TraceCall call) {
    switch (call) {
        case TraceCall::Begin: return "begin";
        case TraceCall::End: return "end";
        case TraceCall::Register: return "register";
        case TraceCall::Replay: return "replay";
        case TraceCall::Release: return "release";
    }
    return "unknown";
}

std::string_view to_string(StackEnd end) {
    switch (end) {
        case StackEnd::Complete: return "complete";
        case StackEnd::TooDeep: return "too_deep";
        case StackEnd::Unreadable: return "unreadable";
        case StackEnd::NoTable: return "no_table";
        case StackEnd::NoRule: return "no_rule";
        case StackEnd::NotMapped: return "not_mapped";
        case StackEnd::NotMatched: return "not_matched";
    }
    return "unknown";
}

}  // namespace tt::alloc_trace
