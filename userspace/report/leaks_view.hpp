// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What remained at the end, by kind of end. What is live in a running process, or went with a close, is told and not called a leak.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_leaks_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
