// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/growth_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "report/answer_heading.hpp"
#include "report/human_size.hpp"
#include "report/phase_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kExplainsAll = 0.9;
constexpr double kFarAway = 1e9;  // iterations

std::uint64_t rounded(double count) { return static_cast<std::uint64_t>(std::llround(count)); }

std::string rounded_count(double count) { return human_count(rounded(count)); }

// Of a size as it is read: "an 8.0 KiB", "an 11.0 KiB", "an 18.4 MiB", "an 85 B", "a 110 B".
std::string_view article(std::string_view size) {
    const std::string_view whole = size.substr(0, size.find_first_of(". "));
    return whole.starts_with('8') || whole == "11" || whole == "18" ? "an" : "a";
}

// "12.0 KiB DRAM of mesh 0".
std::string buffers_text(const GrowthLog& log, const GrowthGroup::Key& key) {
    return fmt::format("{} {} of {}", human_bytes(key.size), to_string(key.type), owner_text(log.owners()[key.owner]));
}

std::string anchor_text(const GrowthLog& log, const Iterations& found) {
    if (!found.anchor) {
        return found.shapes == 0 ? fmt::format("as {} says", to_string(found.found_by)) : "recognised by what is allocated in each";
    }
    const bool once = std::abs(found.anchors_per_period - 1) < 0.05;
    const std::string often = once ? "that occurs once in each" : fmt::format("{} in each", per_period_text(found.anchors_per_period));
    if (found.anchor->launch) {
        return fmt::format("recognised by launches of program {:#x}, {}", found.anchor->size, once ? "one in each" : often);
    }
    const std::string size = human_bytes(found.anchor->size);
    const std::string owner = owner_text(log.owners()[found.anchor->owner]);
    return once ? fmt::format("recognised by {} {} {} allocation of {} {}", article(size), size, to_string(found.anchor->type), owner, often)
                : fmt::format("recognised by {} {} allocations of {}, {}", size, to_string(found.anchor->type), owner, often);
}

std::string parts_text(const std::vector<LoopPart>& parts) {
    std::string text;
    for (const LoopPart& part : parts) {
        text += fmt::format("{} {} equal parts of {}", text.empty() ? ", in" : ", each of these in", part.count, rounded_count(part.length));
    }
    return text;
}

// Times the number is less than from the first to the last, where some took much longer: so it is said that it is the median.
std::string period_time_text(const Iterations& found) {
    constexpr double kAlike = 1.25;
    const double each = static_cast<double>(found.last_t_ns - found.first_t_ns) / std::max(found.count, 1.0);
    const double mean = each * static_cast<double>(std::max<std::size_t>(found.tids.size(), 1));
    const bool uneven = found.found_by == FoundBy::Recurrence && mean > kAlike * static_cast<double>(found.period_ns);
    return short_duration(found.period_ns) + (uneven ? " (median)" : "");
}

std::string threads_text(const std::vector<std::uint32_t>& tids, double count) {
    if (tids.size() > 1) {
        return fmt::format(" by {} threads side by side ({} each)", tids.size(), rounded_count(count / static_cast<double>(tids.size())));
    }
    return tids.empty() ? "" : fmt::format(" of thread {}", tids.front());
}

}  // namespace

std::string_view certainty_word(Certainty certainty) {
    switch (certainty) {
        case Certainty::Low: return "not sure";
        case Certainty::Medium: return "fairly sure";
        case Certainty::High: break;
    }
    return "sure";
}

std::string short_duration(std::uint64_t ns) {
    if (ns < 1'000'000) {
        return fmt::format("{:.1f} us", static_cast<double>(ns) / 1e3);
    }
    return ns < 1'000'000'000 ? fmt::format("{:.1f} ms", static_cast<double>(ns) / 1e6) : human_duration(ns);
}

std::string per_period_text(double buffers) {
    return std::abs(buffers - std::round(buffers)) < 0.005 ? fmt::format("{:.0f}", buffers) : fmt::format("{:.2f}", buffers);
}

std::vector<Note> iterations_notes(const GrowthLog& log, const Iterations& found, std::uint64_t start) {
    std::vector<Note> notes;
    notes.push_back({fmt::format(
        "pid {}: {}{}{} of {}, {} each{}",
        found.pid,
        found.over ? "before that " : "",
        counted(rounded(found.count), found.found_by == FoundBy::Runs ? "run" : "iteration"),
        threads_text(found.tids, found.count),
        period_time_text(found),
        counted(rounded(found.marks_per_period), "allocation"),
        parts_text(found.parts)
    )});
    notes.push_back({fmt::format(
        "  from {} to {}; {}; {}",
        human_offset(found.first_t_ns, start),
        human_offset(found.last_t_ns, start),
        anchor_text(log, found),
        certainty_word(found.certainty)
    )});
    if (found.explained < kExplainsAll) {
        notes.push_back({fmt::format("  only {:.0f} % of the allocations since then come again in each iteration", 100 * found.explained), Ink::Warning});
    }
    return notes;
}

Note risen_note(const GrowthLog& log, const GrowthResult& result, const RisenGroup& group, std::uint64_t start) {
    const std::string what = buffers_text(log, group.key);
    const std::string rise = fmt::format("from {} to {}", counted(static_cast<std::uint64_t>(std::max<std::int64_t>(group.from, 0)), "buffer"), group.to);
    switch (group.kind) {
        case RiseKind::Earlier:
            return {fmt::format(
                "{}: {} per iteration in the {} iterations that were over at {}",
                what,
                per_period_text(group.per_period),
                rounded_count(result.iterations[group.iterations].count),
                human_offset(group.until_t_ns, start)
            )};
        case RiseKind::Stopped: return {fmt::format("{}: {}, no more since {}", what, rise, human_offset(group.until_t_ns, start))};
        case RiseKind::Uneven: break;
    }
    return {fmt::format("{}: {}, not the same in each iteration", what, rise)};
}

Note outlook_note(const GrowthLog& log, const GrowthOutlook& outlook) {
    const auto of_chip = [&outlook](double bank_bytes) {
        return human_bytes(static_cast<std::uint64_t>(std::llround(bank_bytes * outlook.banks)));
    };
    const bool steeper = outlook.peak_bank_bytes_per_period > outlook.bank_bytes_per_period;
    return {
        fmt::format(
            "{} of {}: {} per iteration{}, {} left at the peak of an iteration: {}",
            to_string(outlook.type),
            owner_text(log.owners()[outlook.owner]),
            of_chip(outlook.bank_bytes_per_period),
            !steeper ? ""
                     : fmt::format(
                           " ({} {})",
                           of_chip(outlook.peak_bank_bytes_per_period),
                           outlook.others ? "with what other owners take of the same chip" : "at its peak, with old and new at once"
                       ),
            of_chip(static_cast<double>(outlook.free_bank_bytes)),
            outlook.periods_left < 1          ? "full in the next iteration"
            : outlook.periods_left < kFarAway ? fmt::format("full after about {}", counted(static_cast<std::uint64_t>(outlook.periods_left), "more iteration"))
                                              : "full never in practice"
        ),
        Ink::Warning};
}

std::optional<std::string> no_such_mark(const IterationHint& hint, const GrowthObserver& growth) {
    if (hint.named.empty() || !growth.log().named().empty()) {
        return std::nullopt;
    }
    const std::vector<PhaseMark>& marks = growth.marks();
    const bool elsewhere = std::any_of(marks.begin(), marks.end(), [&hint](const PhaseMark& mark) { return mark.name == hint.named; });
    return fmt::format("--mark mark:{}: there is no such mark{}; {}", hint.named, elsewhere ? " in this time" : "", marks_there_are(marks));
}

std::string most_marked(const std::vector<PhaseMark>& marks) {
    constexpr std::uint64_t kLeast = 3;
    std::map<std::string_view, std::uint64_t> counts;
    for (const PhaseMark& mark : marks) {
        ++counts[mark.name];
    }
    const auto most = std::max_element(counts.begin(), counts.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    return most != counts.end() && most->second >= kLeast ? std::string(most->first) : std::string();
}

Note wandering_note(const GrowthLog& log, const GrowingGroup& group) {
    std::string sizes;
    for (const std::uint64_t size : group.sizes) {
        sizes += (sizes.empty() ? "" : ", ") + human_bytes(size);
    }
    return {fmt::format(
        "{} of {}{}, sizes that change: {} {}",
        to_string(group.key.type),
        owner_text(log.owners()[group.key.owner]),
        group.tid == 0 ? "" : fmt::format(" by thread {}", group.tid),
        sizes,
        group.in_turn ? "in turn, none in each iteration" : "follow each other"
    )};
}

}  // namespace tt::alloc_trace
