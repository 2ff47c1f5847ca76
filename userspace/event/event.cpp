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

}  // namespace tt::alloc_trace
