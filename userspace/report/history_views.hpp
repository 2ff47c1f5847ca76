// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Views of what happened beside the memory figures: anomalies, who was there, traces, gaps.
#pragma once

#include <memory>

#include "report/view.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::unique_ptr<View> make_anomalies_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_devices_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_callsites_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_ops_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_owners_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_trace_unsafe_view(const ViewOptions& options);
[[nodiscard]] std::unique_ptr<View> make_gaps_view(const ViewOptions& options);

}  // namespace tt::alloc_trace
