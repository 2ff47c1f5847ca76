// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/timeline_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "report/human_size.hpp"
#include "report/phase_words.hpp"
#include "report/stream_notes.hpp"
#include "report/text_table.hpp"
#include "report/timeline_model.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLeastColumns = 16;
constexpr std::size_t kUsualColumns = 60;  // where the width is not limited
constexpr std::size_t kMostColumns = 160;

struct KindLetter {
    MarkKind kind;
    char letter;
    Ink ink;
};
// Where several fall into one column, the first of these is shown.
constexpr std::array<KindLetter, kMarkKindCount> kLetters{{
    {MarkKind::FailedAllocation, 'F', Ink::Bad},
    {MarkKind::Clash, 'C', Ink::Bad},
    {MarkKind::Refused, 'R', Ink::Warning},
    {MarkKind::Gap, 'G', Ink::Warning},
    {MarkKind::Named, 'M', Ink::Strong},
    {MarkKind::TraceCapture, 'T', Ink::Plain},
    {MarkKind::ProcessExit, 'E', Ink::Plain},
    {MarkKind::ProcessStart, 'S', Ink::Plain},
    {MarkKind::Close, 'x', Ink::Plain},
    {MarkKind::Walk, 'w', Ink::Dim},
}};

std::string trimmed(std::string text) {
    text.erase(text.find_last_not_of(' ') + 1);
    return text;
}

// One character per level, scaled to the highest; nothing is a dot, and anything more than nothing is more than that.
std::string sparkline(const std::vector<std::uint64_t>& levels, bool utf8) {
    constexpr std::array<std::string_view, 9> kBlocks{"·", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<std::string_view, 9> kAscii{".", "_", "-", "~", "=", "+", "*", "%", "#"};
    const std::uint64_t highest = *std::max_element(levels.begin(), levels.end());
    std::string line;
    for (const std::uint64_t level : levels) {
        const double share = highest == 0 ? 0 : static_cast<double>(level) / static_cast<double>(highest);
        const std::size_t step = level == 0 ? 0 : std::clamp(static_cast<std::size_t>(share * 8 + 0.5), std::size_t{1}, std::size_t{8});
        line += utf8 ? kBlocks[step] : kAscii[step];
    }
    return line;
}

std::string mark_line(const EventMarks& marks, const Timeline& timeline, std::size_t columns) {
    std::string line(columns, ' ');
    const std::uint64_t span = std::max<std::uint64_t>(timeline.end_t_ns - timeline.start_t_ns, 1);
    for (auto letter = kLetters.rbegin(); letter != kLetters.rend(); ++letter) {
        for (const auto& bucket : marks.of(letter->kind)) {
            const std::uint64_t since = std::max(bucket.content.t_ns, timeline.start_t_ns) - timeline.start_t_ns;
            const double share = static_cast<double>(since) / static_cast<double>(span);
            const auto column = static_cast<std::size_t>(share * static_cast<double>(columns));
            line[std::min(column, columns - 1)] = letter->letter;
        }
    }
    return trimmed(std::move(line));
}

constexpr std::size_t kAxisWidth = std::string_view("+00:00:00.000").size();  // of each end: slices are not finer

// "+00:00:00.000" at the left end, the end at the right one.
std::string time_axis(const Timeline& timeline, std::uint64_t attach_ns, std::size_t columns) {
    std::string from = cut_offset(human_offset(timeline.start_t_ns, attach_ns), kAxisWidth);
    const std::string to = cut_offset(human_offset(timeline.end_t_ns, attach_ns), kAxisWidth);
    const std::size_t used = from.size() + to.size();
    return used < columns ? from.append(columns - used, ' ').append(to) : from;
}

class Timelines final : public View {
public:
    explicit Timelines(const ViewOptions& options)
        : filter_(options.filter), top_(options.top), window_(options.window), series_(options.window.since_t_ns) {}

    Observer* observer() override { return &series_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream, const Timeline& timeline) const;
    [[nodiscard]] std::vector<Note> mark_notes(const ReplayedStream& stream) const;
    [[nodiscard]] std::vector<std::string> table(
        const Timeline& timeline, std::uint64_t attach_ns, const TextStyle& style, std::size_t columns
    ) const;
    [[nodiscard]] std::size_t shown(const Timeline& timeline) const {
        return top_ == 0 ? timeline.rows.size() : std::min(top_, timeline.rows.size());
    }

    ViewFilter filter_;
    std::size_t top_;
    ReplayWindow window_;
    UsageSeries series_;
};

std::vector<Note> Timelines::head(const ReplayedStream& stream, const Timeline& timeline) const {
    const SessionInfo& session = stream.session;
    std::string from;
    if (session.attached_unix_ns != 0) {
        from = fmt::format(
            ", attached {}, from {} since the attach",
            utc_date_time(session.attached_unix_ns),
            human_offset(timeline.start_t_ns, session.attached_monotonic_ns)
        );
    }
    std::vector<Note> notes{
        {fmt::format("memory over {}{}", human_duration(timeline.end_t_ns - timeline.start_t_ns), from), Ink::Strong}
    };
    for (Note& note : stream_notes(stream)) {
        notes.push_back(std::move(note));
    }
    if (timeline.rows.empty()) {
        notes.push_back(none_note("no device memory was held by what this shows", stream.all_known(), Ink::Plain));
        return notes;
    }
    notes.push_back({fmt::format("bytes on each chip: {}; each row is drawn against its own peak", timeline.unit()), Ink::Dim});
    if (timeline.rows_left_out) {
        notes.push_back({"there are more places than are kept: some are missing here", Ink::Warning});
    }
    return notes;
}

std::vector<Note> Timelines::mark_notes(const ReplayedStream& stream) const {
    const std::uint64_t attach_ns = stream.session.attached_monotonic_ns;
    std::vector<Note> notes;
    for (const KindLetter& letter : kLetters) {
        const auto& marks = series_.marks().of(letter.kind);
        if (marks.empty()) {
            continue;
        }
        if (letter.kind == MarkKind::Named) {  // each of them
            for (const Note& note : phase_notes(stream.tracker, stream.session, window_)) {
                notes.push_back({fmt::format("{}  {}", letter.letter, note.text), letter.ink});
            }
            continue;
        }
        const auto greatest = std::max_element(marks.begin(), marks.end(), [](const auto& a, const auto& b) {
            return a.content.amount < b.content.amount;
        });
        const std::uint64_t count = series_.marks().count(letter.kind);
        notes.push_back(
            {fmt::format(
                 "{}  {}, {}{} {}",
                 letter.letter,
                 counted(count, mark_noun(letter.kind)),
                 count == 1 ? "" : greatest->content.amount > 0 ? "the greatest " : "the first ",
                 human_offset(greatest->content.t_ns, attach_ns),
                 mark_text(letter.kind, greatest->content)
             ),
             letter.ink == Ink::Bad ? Ink::Warning : letter.ink}
        );
    }
    return notes;
}

std::vector<std::string> Timelines::table(
    const Timeline& timeline, std::uint64_t attach_ns, const TextStyle& style, std::size_t columns
) const {
    TextTable table({
        {"DEVICE", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"END", Align::Right, 2, false},
        {"PEAK", Align::Right, 0, false},
        {"AT", Align::Right, 1, false},
        {time_axis(timeline, attach_ns, columns), Align::Left, 0, false},
    });
    const std::vector<Place>* before = nullptr;
    for (std::size_t i = 0; i < shown(timeline); ++i) {
        const TimelineRow& row = timeline.rows[i];
        const bool same_places = before != nullptr && *before == row.places;
        table.add_row({
            {same_places ? "" : place_list(row.places), Ink::Strong},
            {std::string(to_string(row.kind))},
            {human_bytes(row.end_bytes)},
            {human_bytes(row.peak_bytes)},
            {human_offset(row.peak_t_ns, attach_ns), Ink::Dim},
            {sparkline(highest_levels(row, timeline.slices(), columns), style.utf8)},
        });
        before = &row.places;
    }
    table.add_row({{}, {}, {}, {}, {}, {mark_line(series_.marks(), timeline, columns)}});
    return table.lines(style);
}

std::string Timelines::text(const ReplayedStream& stream, const TextStyle& style) const {
    const Timeline timeline = build_timeline(series_, filter_);
    const std::uint64_t attach_ns = stream.session.attached_monotonic_ns;
    std::vector<std::string> lines;
    append_notes(lines, head(stream, timeline), style);
    if (timeline.rows.empty()) {
        return joined(lines);
    }
    std::size_t columns = kUsualColumns;
    if (style.width != 0) {
        std::size_t beside = 0;  // of the other columns, as wide as they are
        for (const std::string& line : table(timeline, attach_ns, {0, false, style.utf8}, 1)) {
            beside = std::max(beside, display_width(line));
        }
        beside = beside > kAxisWidth ? beside - kAxisWidth : 0;
        columns = std::clamp(style.width > beside ? style.width - beside : 0, kLeastColumns, kMostColumns);
    }
    lines.push_back({});
    for (std::string& line : table(timeline, attach_ns, style, columns)) {
        lines.push_back(std::move(line));
    }
    if (shown(timeline) < timeline.rows.size()) {
        const std::string rest = counted(timeline.rows.size() - shown(timeline), "more row");
        append_notes(lines, {{fmt::format("{} left out: --top 0 shows all", rest), Ink::Dim}}, style);
    }
    append_notes(lines, mark_notes(stream), style);
    return joined(lines);
}

Json row_json(const Timeline& timeline, const TimelineRow& row, const Place& place) {
    Json json;
    add_place(json, place);
    json["type"] = to_string(row.kind);
    json["end_bytes"] = row.end_bytes;
    json["peak_bytes"] = row.peak_bytes;
    json["peak_t_ns"] = row.peak_t_ns;
    json["slices"] = Json::array();
    for (const auto& [index, level] : row.slices) {
        Json slice;
        slice["t_ns"] = timeline.start_t_ns + index * timeline.width_ns;
        slice["bytes"] = level.last;
        slice["min_bytes"] = level.min;
        slice["max_bytes"] = level.max;
        slice["unit"] = level.by_size ? "size" : "footprint";
        json["slices"].push_back(std::move(slice));
    }
    return json;
}

Json mark_json(MarkKind kind, const Mark& mark) {
    Json json;
    json["kind"] = to_string(kind);
    json["t_ns"] = mark.t_ns;
    json["count"] = mark.count;
    json["pid"] = mark.pid;
    json["text"] = mark_text(kind, mark);
    return json;
}

Json Timelines::json(const ReplayedStream& stream) const {
    const Timeline timeline = build_timeline(series_, filter_);
    Json json = json_envelope(stream.session, "timeline", stream.completeness());
    json["from_t_ns"] = timeline.start_t_ns;
    json["to_t_ns"] = timeline.end_t_ns;
    json["slice_ns"] = timeline.width_ns;
    json["rows_left_out"] = timeline.rows_left_out;
    json["timeline"] = Json::array();
    for (const TimelineRow& row : timeline.rows) {
        for (const Place& place : row.places) {
            json["timeline"].push_back(row_json(timeline, row, place));
        }
    }
    json["marks"] = Json::array();
    for (const KindLetter& letter : kLetters) {
        for (const auto& bucket : series_.marks().of(letter.kind)) {
            json["marks"].push_back(mark_json(letter.kind, bucket.content));
        }
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_timeline_view(const ViewOptions& options) { return std::make_unique<Timelines>(options); }

}  // namespace tt::alloc_trace
