// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// STACK records to frames with names and stacks of them, each told once, by the stream's numbers.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "event/event.hpp"
#include "event/event_consumer.hpp"
#include "live/event_abi.hpp"
#include "live/python_frames.hpp"
#include "python/merge_frames.hpp"
#include "symbols/process_code.hpp"

namespace tt::alloc_trace {

class StackDecoder {
public:
    // Of the processes it is updated for. Both it and the processes' code are used by one thread.
    [[nodiscard]] ProcessCode& code() { return code_; }

    void add_code(PythonCode code) { python_.add(std::move(code)); }

    // Hands the frames that are new and the stack to `consumer`. A stack that was told is not told again.
    void decode(const tat_stack_event& record, EventConsumer& consumer);

    // StackSeen::number of the stack with this hash; 0: none was told.
    [[nodiscard]] std::uint32_t number_of(std::uint64_t hash) const;

    void forget(std::uint32_t pid);

    // Processes with code that was mapped since they were looked at, as a stack came through it; each page of code once.
    [[nodiscard]] std::set<std::uint32_t> take_changed() { return std::exchange(changed_, {}); }

private:
    [[nodiscard]] std::uint32_t frame_of(const tat_event_header& header, std::uint64_t address, bool innermost, EventConsumer& consumer);
    [[nodiscard]] std::uint32_t frame_of(const tat_event_header& header, const tat_python_frame& frame, EventConsumer& consumer);
    [[nodiscard]] NativeKind kind_of(std::uint32_t pid, std::uint64_t address, bool innermost);
    [[nodiscard]] MergedFrames merged(const tat_stack_event& record);
    [[nodiscard]] const CodeMapping* mapping_of(std::uint32_t pid, std::uint64_t address);
    // Reads what the process has mapped now, once for each page of code; false: it was read for this one, or too often.
    bool look_again(std::uint32_t pid, std::uint64_t address);

    ProcessCode code_;
    PythonFrames python_;
    using FrameKey = std::tuple<const CodeModule*, std::uint64_t, bool>;  // address in it, innermost
    std::map<FrameKey, std::uint32_t> frames_;
    std::unordered_map<std::uint64_t, std::uint32_t> stacks_;  // by hash
    std::map<std::uint32_t, std::set<std::uint64_t>> looked_for_;  // by pid: pages that were not known to be mapped
    std::set<std::uint32_t> changed_;
    std::uint32_t last_frame_ = 0;
    std::uint32_t last_stack_ = 0;
};

}  // namespace tt::alloc_trace
