// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What programs hold in L1 as ttnn-visualizer finds it: a graph of one operation as the runtime captures it, with a node for each
// circular buffer.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// JSON of all that is resident on `places`, as launched; empty if nothing is. Cores of a mesh's chips are alike: the first chip's.
[[nodiscard]] std::string captured_graph(
    const ProcessState& process, const std::vector<Place>& places, std::int64_t device, std::string_view operation
);

}  // namespace tt::alloc_trace
