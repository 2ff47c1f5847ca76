// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The view `peak`: the highest use per chip and type, and of L1 buffers and circular buffers together; when, and what was live then.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_peak_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
