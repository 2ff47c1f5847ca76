// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the text of one of the runtime's exceptions (TT_FATAL, TT_THROW) tells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "event/event.hpp"

namespace tt::alloc_trace {

struct ExceptionMessage {
    enum class About : std::uint8_t {
        Other,
        Memory,           // an allocator has no room
        CircularBuffers,  // those of a program, or its dataflow buffers, have none
    };

    About about = About::Other;
    std::string text;        // in one line, printable, without the backtrace
    std::uint64_t size = 0;  // Memory: bytes asked for; 0 if the text does not tell
    BufferType type = BufferType::Dram;  // Memory, with a size
};

// `cut`: the text goes on. Its last word is left out then: half a number is another number.
[[nodiscard]] ExceptionMessage read_message(std::string_view text, bool cut = false);

}  // namespace tt::alloc_trace
