// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Of a stack of calls the one line that its author would name, and the operation it belongs to. By rules on names, not by lists of
// functions.
//
//   call site   of the Python frames the innermost one that is not in the ttnn package or in Python's own library; without Python the
//               innermost native function that is neither the runtime's (tt::, ttnn::) nor the C++ library's. Where all frames are
//               such: the outermost of them.
//   operation   the outermost function of namespace ttnn that is in no namespace detail, where a device operation is below it; plain
//               tensors have none.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "tracker/stack_table.hpp"

namespace tt::alloc_trace {

// "model.py:412 forward", "Engine::load", "libengine.so+0x1234"; as full as a path where asked for.
[[nodiscard]] std::string frame_text(const FrameSeen& frame, bool full = false);

// Its file without the folders; empty: it has none.
[[nodiscard]] std::string file_text(const FrameSeen& frame);

// Its function alone, short; of a native one that has no name where it is in its file.
[[nodiscard]] std::string function_text(const FrameSeen& frame);

class CallSites {
public:
    // The table must outlive this; it may grow.
    explicit CallSites(const StackTable& stacks) : stacks_(stacks) {}

    struct CallSite {
        std::string text;       // frame_text() of `frame`; empty: the stack was not taken
        std::string operation;  // "ttnn::softmax"; empty: none
        std::uint32_t frame = 0;  // FrameSeen::number of the first one with this text
    };

    // Of any number, also of 0 and of ones that are not known.
    [[nodiscard]] const CallSite& of(std::uint32_t stack);

private:
    [[nodiscard]] CallSite find(const StackSeen& stack);

    const StackTable& stacks_;
    std::vector<CallSite> known_;  // by number
    std::unordered_map<std::string, std::uint32_t> frames_;  // by text: a function calls from several places
    CallSite none_;
};

}  // namespace tt::alloc_trace
