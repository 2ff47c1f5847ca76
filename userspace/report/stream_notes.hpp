// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How far a picture of a whole recording can be trusted: of whom it is, what was known at the attach, what was lost, what the
// file says of itself.
#pragma once

#include <vector>

#include "report/view.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

// Processes that never used device memory are only counted, unless there are no others.
[[nodiscard]] std::vector<Note> stream_notes(const ReplayedStream& stream);

}  // namespace tt::alloc_trace
