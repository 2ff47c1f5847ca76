// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Moments of a recording that have a name and are found by a replay: the peak, the first failure, what was held last. All are numbers
// of events, as ReplayWindow::until_event takes them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/peak.hpp"
#include "base/error.hpp"

namespace tt::alloc_trace {

[[nodiscard]] Result<std::vector<FoundPeak>> find_peaks(const std::string& path, const ReplayWindow& window = {});
// The highest of those that pass; nullptr: none does. By footprint where it is known, as views show it.
[[nodiscard]] const FoundPeak* highest(const std::vector<FoundPeak>& peaks, const std::function<bool(const FoundPeak&)>& passes);
// Of a peak, as views show it.
[[nodiscard]] const PeakMoment& shown_moment(const FoundPeak& peak);

// An allocation failed or a launch was refused. Usage error, beginning with `name`: none did.
[[nodiscard]] Result<std::uint64_t> find_first_failure(const std::string& path, const std::string& name);

// The last event that used memory, before all of it was given back; nullopt: some is held at the end, or none ever was.
[[nodiscard]] Result<std::optional<std::uint64_t>> find_close(const std::string& path);

}  // namespace tt::alloc_trace
