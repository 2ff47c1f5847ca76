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

// Of the phase that the window begins in, or, if it begins with a mark, of this one.
std::size_t first_within(const std::vector<PhaseMark>& marks, const ReplayWindow& window) {
    const auto within = std::partition_point(marks.begin(), marks.end(), [&window](const PhaseMark& mark) {
        return mark.event < window.since_event || mark.t_ns < window.since_t_ns;
    });
    const bool begins_here = within != marks.end() && (within->event == window.since_event || within->t_ns == window.since_t_ns);
    const auto first = static_cast<std::size_t>(within - marks.begin());
    return first == 0 || begins_here ? first : first - 1;
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

std::string phases_text(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window) {
    const std::vector<PhaseMark>& marks = tracker.marks;
    const std::vector<std::string> all = labels(marks);
    const std::size_t first = first_within(marks, window);
    const std::size_t count = all.size() - first;
    std::string text;
    for (std::size_t i = 0; i < std::min(kMostNamed, count); ++i) {
        const std::string from = human_offset(marks[first + i].t_ns, session.attached_monotonic_ns);
        text += fmt::format("{}{} from {}", i == 0 ? "" : ", ", all[first + i], from);
    }
    return count <= kMostNamed ? text : text + fmt::format(" and {} more: report FILE phases", count - kMostNamed);
}

std::vector<Note> phase_notes(const TrackerView& tracker, const SessionInfo& session, const ReplayWindow& window) {
    const std::string text = phases_text(tracker, session, window);
    if (text.empty()) {
        return {};
    }
    const bool one = tracker.marks.size() - first_within(tracker.marks, window) == 1;
    return {{(one ? "phase: " : "phases: ") + text, Ink::Plain}};
}

nlohmann::ordered_json phase_json(const std::vector<PhaseMark>& marks, std::uint64_t event) {
    const std::string phase = phase_at(marks, event);
    return phase.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(phase);
}

}  // namespace tt::alloc_trace
