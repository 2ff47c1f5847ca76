// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A filter that nothing passes must not read as a job that did nothing.
#pragma once

#include <optional>
#include <string>

#include "origin/origin_filter.hpp"
#include "report/memory_kind.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace {

// "nothing passes --device, --type: used were chips 0-3 with DRAM and L1"; nullopt: something passes, or nothing was used at all.
[[nodiscard]] std::optional<std::string> nothing_passes(const TrackerView& tracker, const ViewFilter& filter, const OriginFilter& origins = {});

}  // namespace tt::alloc_trace
