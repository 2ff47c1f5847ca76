// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `report FILE phases`: the stretches between marks, what each allocated, what it held at most and what it left.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_phases_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
