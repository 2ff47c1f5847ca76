// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The view `clash`: L1 at each launch that was refused for its circular or dataflow buffers, launches that ran over live buffers, and
// L1 where it was tightest, or --at TIME.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_clash_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
