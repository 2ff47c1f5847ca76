// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Owners of groups and the head of an answer about a stretch of time, the same in the views of leaks and growth.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/owner_book.hpp"
#include "report/view.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::string owner_text(const BookedOwner& owner);           // "mesh 0 (chips 0-7)"
void add_owner(nlohmann::ordered_json& json, const BookedOwner& owner);  // owner, owner_chips

// From when on the stream is known, how surely, and what is missing in it.
[[nodiscard]] std::vector<Note> stream_notes(const ReplayedStream& stream, const ReplayWindow& window);

}  // namespace tt::alloc_trace
