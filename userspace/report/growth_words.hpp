// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What growth says in sentences. `start`: of the offsets shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/growth.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

[[nodiscard]] std::string_view certainty_word(Certainty certainty);  // "sure", "fairly sure", "not sure"

[[nodiscard]] std::string short_duration(std::uint64_t ns);      // "356.4 us", "5.4 ms", "42s"
[[nodiscard]] std::string per_period_text(double buffers);       // "1", "0.33", "2.5"

// "20 iterations of 5.4 ms, 357 allocations each, in 16 equal parts of 22", how they were recognised, how sure that is.
[[nodiscard]] std::vector<Note> iterations_notes(const GrowthLog& log, const Iterations& found, std::uint64_t start);

// "12.0 KiB DRAM of mesh 0: 1 per iteration while an earlier loop ran, 32 in all".
[[nodiscard]] Note risen_note(const GrowthLog& log, const GrowthResult& result, const RisenGroup& group, std::uint64_t start);

// "DRAM of mesh 0: 96.0 KiB per iteration, 11.2 GiB left at the peak of an iteration: full after about 122,333 more iterations".
[[nodiscard]] Note outlook_note(const GrowthLog& log, const GrowthOutlook& outlook);

// Why iterations that begin with marks of a name cannot be told: there is no such mark, but others. nullopt: none were asked for so.
[[nodiscard]] std::optional<std::string> no_such_mark(const IterationHint& hint, const GrowthObserver& growth);

// The name that most marks have, three at least; empty: there is none.
[[nodiscard]] std::string most_marked(const std::vector<PhaseMark>& marks);

// "DRAM of mesh 0, thread 4243: 26.0 KiB, 27.0 KiB, 28.0 KiB follow each other".
[[nodiscard]] Note wandering_note(const GrowthLog& log, const GrowingGroup& group);

}  // namespace tt::alloc_trace
