// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The views that watch and report share, as views of a recording.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_summary_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_live_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
