// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The view `failures`: each refused allocation explained: what it met, what would have helped, whether it was granted later.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_failures_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
