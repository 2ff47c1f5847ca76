// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The view `fragmentation`: free memory of each allocator, its holes and who keeps them apart, and whether --need bytes fit.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_fragmentation_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
