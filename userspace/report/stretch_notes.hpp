// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The head of an answer about a stretch of time, the same in the views of leaks and growth.
#pragma once

#include <vector>

#include "report/view.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

// From when on the stream is known, how surely, and what is missing in it.
[[nodiscard]] std::vector<Note> stretch_notes(const ReplayedStream& stream, const ReplayWindow& window);

}  // namespace tt::alloc_trace
