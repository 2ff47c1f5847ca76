// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// CODE records, and the Python frames of stacks by what they told.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "event/event.hpp"
#include "live/event_abi.hpp"
#include "python/code_record.hpp"

namespace tt::alloc_trace {

class PythonFrames {
public:
    void add(PythonCode code);

    // As far as it is known; number and time are the caller's.
    [[nodiscard]] FrameSeen frame(const tat_python_frame& frame) const;

    // The number under which a frame like this was told; else `next`, which it has from now on.
    [[nodiscard]] std::uint32_t number_of(const tat_python_frame& frame, const FrameSeen& seen, std::uint32_t next);

    // 0: not told yet.
    [[nodiscard]] std::uint32_t known(const tat_python_frame& frame) const;

private:
    std::unordered_map<std::uint64_t, PythonCode> codes_;  // by id
    std::size_t table_bytes_ = 0;
    std::map<std::pair<std::uint64_t, std::uint32_t>, std::uint32_t> by_code_;  // id and instruction to number
    // Processes that run the same code have code objects of their own.
    std::map<std::tuple<std::string, std::string, std::uint32_t, std::uint64_t>, std::uint32_t> by_place_;
};

}  // namespace tt::alloc_trace
