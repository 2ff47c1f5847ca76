// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which buffers of a group are those that grew: allocated since a loop began, and live at the last allocation of the process.
#pragma once

#include <cstdint>
#include <vector>

#include "analysis/growth_stretch.hpp"

namespace tt::alloc_trace {

struct KeptBuffers {
    std::uint64_t count = 0;
    std::uint64_t first_t_ns = 0;  // of these; to the bin where the latest marks do not reach back
};
[[nodiscard]] KeptBuffers kept_since(const GrowthTrack& track, const GrowthGroup& group, const GrowthStretch& stretch);

// By number of group: the thread that allocated most of it lately; 0: nothing of it is among the latest marks.
[[nodiscard]] std::vector<std::uint32_t> threads_of_groups(const GrowthLog& log, const GrowthTrack& track);

}  // namespace tt::alloc_trace
