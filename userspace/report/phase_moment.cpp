// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/phase_moment.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "analysis/phases.hpp"
#include "report/phase_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kMark = "mark:";
constexpr std::string_view kPhase = "phase:";
constexpr std::string_view kStart = "start";

using Marks = std::vector<PhaseMark>;

// Places in the list of the marks so named.
std::vector<std::size_t> all_named(const Marks& marks, std::string_view name) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i].name == name) {
            found.push_back(i);
        }
    }
    return found;
}

// "decode#2": the second one.
std::optional<std::size_t> numbered(const Marks& marks, std::string_view text) {
    const std::size_t hash = text.rfind('#');
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    if (hash == std::string_view::npos || std::from_chars(text.data() + hash + 1, end, number).ptr != end) {
        return std::nullopt;
    }
    const std::vector<std::size_t> found = all_named(marks, text.substr(0, hash));
    return number >= 1 && number <= found.size() ? std::optional(found[number - 1]) : std::nullopt;
}

struct Chosen {
    std::size_t mark = 0;
    std::size_t number = 0;  // of `count` of this name
    std::size_t count = 1;
};

std::optional<Chosen> choose(const Marks& marks, std::string_view name, MomentUse use) {
    const std::vector<std::size_t> found = all_named(marks, name);
    if (!found.empty()) {
        const bool first = use == MomentUse::Since;
        return Chosen{first ? found.front() : found.back(), first ? 1 : found.size(), found.size()};
    }
    const std::optional<std::size_t> one = numbered(marks, name);
    return one ? std::optional(Chosen{*one}) : std::nullopt;
}

std::string which(std::string_view option, std::string_view name, const Chosen& chosen) {
    if (chosen.count == 1) {
        return {};
    }
    return fmt::format(
        "{} marks are named {}: {} takes the {}; {}#{} names one of them", chosen.count, name, option, chosen.number == 1 ? "first" : "last",
        name, chosen.number == 1 ? chosen.count : 1
    );
}

// The last event before a mark, or of all.
MarkedMoment end_before(const RecordingMarks& recording, std::size_t mark) {
    if (mark >= recording.marks.size()) {
        return {recording.last_event, recording.last_t_ns, {}};
    }
    return {recording.marks[mark].event - 1, recording.marks[mark].t_ns, {}};
}

MarkedMoment moment_of(const RecordingMarks& recording, std::size_t mark, bool stretch, MomentUse use) {
    if (use != MomentUse::Since && stretch) {
        return end_before(recording, mark + 1);
    }
    return use == MomentUse::Until ? end_before(recording, mark)
                                   : MarkedMoment{recording.marks[mark].event, recording.marks[mark].t_ns, {}};
}

}  // namespace

bool names_mark(std::string_view text) { return text.starts_with(kMark) || text.starts_with(kPhase); }

Result<MarkedMoment> find_mark(std::string_view option, std::string_view text, MomentUse use, const RecordingMarks& recording) {
    const bool stretch = text.starts_with(kPhase);
    const std::string_view name = text.substr(stretch ? kPhase.size() : kMark.size());
    const std::optional<Chosen> chosen = choose(recording.marks, name, use);
    const bool start = !chosen && stretch && name == kStart;
    if (!chosen && !start) {
        return fail(ErrorCode::Usage, fmt::format("{} {}: there is no such mark", option, text), marks_there_are(recording.marks));
    }
    MarkedMoment moment;
    if (start) {
        moment = use == MomentUse::Since ? MarkedMoment{recording.first_event, 0, {}} : end_before(recording, 0);
    } else {
        moment = moment_of(recording, chosen->mark, stretch, use);
        moment.note = which(option, name, *chosen);
    }
    const bool reaches_in = stretch && use == MomentUse::Since && end_before(recording, start ? 0 : chosen->mark + 1).event >= recording.first_event;
    if (moment.event < recording.first_event && reaches_in) {
        return MarkedMoment{recording.first_event, 0, moment.note};
    }
    if (moment.event + 1 < recording.first_event) {
        return fail(
            ErrorCode::Usage, fmt::format("{} {} is before the beginning: the recording begins with event:{}", option, text, recording.first_event),
            "an older part of it may have it"
        );
    }
    return moment;
}

}  // namespace tt::alloc_trace
