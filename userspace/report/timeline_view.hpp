// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `report FILE timeline`: memory over time, per place and type, with what happened meanwhile.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_timeline_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
