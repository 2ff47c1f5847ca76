// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/phase_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analysis/phases.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMostNamed = 8;

// By place in the list.
std::vector<std::string> labels(const std::vector<PhaseMark>& marks) {
    std::map<std::string_view, std::uint64_t> counts;
    std::vector<std::string> all;
    for (const PhaseMark& mark : marks) {
        all.push_back(phase_label(mark.name, ++counts[mark.name]));
    }
    return all;
}

}  // namespace

std::string marks_there_are(const std::vector<PhaseMark>& marks) {
    if (marks.empty()) {
        return "it has no marks: tt-alloc-trace mark NAME makes one while it is recorded";
    }
    std::string text = "its marks: ";
    const std::vector<std::string> all = labels(marks);
    for (std::size_t i = 0; i < std::min(kMostNamed, all.size()); ++i) {
        text += (i == 0 ? "" : ", ") + all[i];
    }
    return all.size() <= kMostNamed ? text : text + fmt::format(" and {} more: report FILE phases --top 0", all.size() - kMostNamed);
}

std::vector<Note> phase_notes(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window) {
    const std::vector<std::string> all = labels(tracker.marks);
    std::string text;
    std::size_t count = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const PhaseMark& mark = tracker.marks[i];
        const bool is_before = mark.event < window.since_event || mark.t_ns < window.since_t_ns;
        const bool is_last_before = is_before && (i + 1 == all.size() || tracker.marks[i + 1].event > window.since_event);
        if (is_before && !is_last_before) {
            continue;
        }
        if (++count <= kMostNamed) {
            text += fmt::format("{}{} from {}", count == 1 ? "" : ", ", all[i], human_offset(mark.t_ns, session.attached_monotonic_ns));
        }
    }
    if (count == 0) {
        return {};
    }
    text += count > kMostNamed ? fmt::format(" and {} more: report FILE phases", count - kMostNamed) : "";
    return {{fmt::format("{}: {}", count == 1 ? "phase" : "phases", text), Ink::Plain}};
}

nlohmann::ordered_json phase_json(const std::vector<PhaseMark>& marks, std::uint64_t event) {
    const std::string phase = phase_at(marks, event);
    return phase.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(phase);
}

}  // namespace tt::alloc_trace
