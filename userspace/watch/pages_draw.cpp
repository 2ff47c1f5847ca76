// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "report/human_size.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"
#include "watch/pages.hpp"

namespace tt::alloc_trace::watch {
namespace {

constexpr std::size_t kLeastTitle = 24;  // columns: "chip 12  pid 1234567  py"
constexpr std::size_t kLeastHeightForHeader = 5;
constexpr std::size_t kLeastHeightForStrip = 14;
constexpr std::size_t kLeastHeightForKinds = 8;

constexpr std::array<std::string_view, kChipOrders> kChipOrderNames{"fullest", "id", "change"};
constexpr std::array<std::string_view, kGroupOrders> kGroupOrderNames{"total", "change", "count", "newest"};
constexpr std::array<std::string_view, kBufferOrders> kBufferOrderNames{"size", "newest", "oldest", "address"};
constexpr std::array<std::string_view, kGroupings> kGroupingNames{"owner, size and origin", "origin", "owner", "size"};
constexpr std::array<std::string_view, kFolds> kFoldNames{"to fit", "none", "equal", "by process"};

template <typename Enum, std::size_t N>
std::string_view name(const std::array<std::string_view, N>& names, Enum value) {
    return names[static_cast<std::size_t>(value)];
}

const WatchProcess* shown_process(const WatchModel& model, const ProcessKey& key) {
    const auto found = std::find_if(model.processes.begin(), model.processes.end(), [&key](const WatchProcess& process) {
        return process.key == key;
    });
    return found == model.processes.end() ? nullptr : &*found;
}

const ProcessState* state_of(const TrackerView& view, const ProcessKey& key) {
    for (const auto& process : view.processes) {
        if (process_key(*process) == key) {
            return process.get();
        }
    }
    return nullptr;
}

std::string who(const WatchProcess& process) {
    return fmt::format("pid {}{}  {}", process.pid, ended_text(process.ended, process.health.exit_status), process.command);
}

std::array<Gauge, kMemoryKindCount> gauges_at(const WatchProcess& process, const Place& place) {
    auto row = std::find_if(process.rows.begin(), process.rows.end(), [&place](const WatchRow& one) { return one.place == place; });
    return row == process.rows.end() ? std::array<Gauge, kMemoryKindCount>{} : gauges_of(process, row);
}

MemoryKind fullest(const std::array<Gauge, kMemoryKindCount>& gauges) {
    MemoryKind kind = MemoryKind::Dram;
    for (const MemoryKind one : kMemoryKinds) {
        const Gauge& gauge = gauges[static_cast<std::size_t>(one)];
        const Gauge& best = gauges[static_cast<std::size_t>(kind)];
        if (gauge.there && (!best.there || gauge.fullness() > best.fullness())) {
            kind = one;
        }
    }
    return kind;
}

// What is not well; empty if all is.
std::string trouble(const WatchModel& model) {
    std::string text = model.doubts.none() ? "" : doubt_text(model.doubts);
    std::uint64_t failed = 0;
    std::uint64_t clashes = 0;
    std::uint64_t refused = 0;
    bool unknown_before = false;
    for (const WatchProcess& process : model.processes) {
        failed += process.health.failed_allocations;
        clashes += process.health.clash_count;
        refused += process.health.refusal_count;
        const bool memory = !process.rows.empty() && !process.ended && !process.from_first_event;
        unknown_before = unknown_before || (memory && process.health.known_before != KnownBefore::Full);
    }
    const auto add = [&text](std::uint64_t count, std::string_view noun) {
        if (count > 0) {
            text += (text.empty() ? "" : "; ") + counted(count, noun);
        }
    };
    add(failed, "failed allocation");
    add(clashes, "clash");
    add(refused, "refused request");
    if (unknown_before) {
        text += (text.empty() ? "" : "; ") + std::string("not all that was live before the attach is known");
    }
    return text;
}

std::vector<Line> notes(std::vector<std::string> texts, const Size& size, bool utf8) {
    std::vector<Line> lines;
    for (const std::string& text : texts) {
        for (const std::string& part : wrap_to_width(printable(text, utf8), size.width, 0)) {
            if (lines.size() < size.height) {
                lines.emplace_back(size.width, utf8).add(part);
            }
        }
    }
    return lines;
}

std::vector<Line> help(const Size& size, bool utf8) {
    struct Help {
        std::string_view keys;
        std::string_view what;
    };
    constexpr std::array<Help, 18> kHelp{{
        {"Up Down PgUp PgDn", "move; also j k, Home, End, the wheel"},
        {"Enter, Right", "open: chip, then group, then buffer; also a double click"},
        {"Esc, Left", "back; ends a filter first"},
        {"/", "show only what has a text in it"},
        {"s", "next order of the rows"},
        {"f", "overview: which chips share a row"},
        {"t, Tab", "next type of memory"},
        {"g", "chip: what groups are made by"},
        {"d", "chip: all buffers singly"},
        {"p, space", "pause: what is shown stands still, nothing is lost"},
        {"b", "take a baseline: changes are shown against it"},
        {"r", "reset counters and peaks"},
        {"m", "mark: a phase of this name begins now"},
        {"w", "write what is live to a file, as JSON"},
        {"q", "quit; also Ctrl-C"},
        {"", ""},
        {"bars", "used; | the most there was; : the baseline (+ where memory is used)"},
        {"L1 + CB", "circular buffers first, in another colour, then buffers"},
    }};
    std::vector<Line> lines;
    for (const Help& one : kHelp) {
        if (lines.size() < size.height) {
            lines.emplace_back(size.width, utf8).left(one.keys, 17, Ink::Strong).add(one.what);
        }
    }
    return lines;
}

}  // namespace

Line Pages::header(const Input& input, std::size_t width, bool utf8) const {
    const WatchModel& model = input.model;
    std::string facts;
    const auto add = [&](const std::string& fact) {  // as long as there is room for the title
        if (display_width(printable(facts + fact, utf8)) + kLeastTitle + 2 <= width) {
            facts += (facts.empty() ? "" : "  ") + fact;
        }
    };
    if (input.paused) {
        add("PAUSED");
    }
    if (!position_.empty()) {
        add(position_);
    }
    if (!model.phase.empty()) {
        add("phase " + model.phase);
    }
    if (model.baseline_age_ns) {
        add(fmt::format("baseline {} ago", human_duration(*model.baseline_age_ns)));
    }
    if (model.reset_age_ns) {
        add(fmt::format("reset {} ago", human_duration(*model.reset_age_ns)));
    }
    add(model.now_unix_ns == 0 ? std::string{} : utc_clock_time(model.now_unix_ns));
    std::string title;
    if (page_ != Page::Overview && open_) {
        const WatchProcess* process = shown_process(model, open_->process);
        title = fmt::format("{}  {}", to_string(open_->place), process == nullptr ? "" : who(*process));
    } else {
        title = model.processes.size() == 1 ? who(model.processes.front()) : counted(model.processes.size(), "process");
        if (model.processes.size() > 1) {
            title = fmt::format("{} processes", model.processes.size());
        }
    }
    Line line(width, utf8);
    const std::size_t columns = display_width(printable(facts, utf8)) + 2;
    const std::size_t room = width > columns ? width - columns : width;
    line.add(cut_to_width(printable(title, utf8), room, utf8), Ink::Strong);
    line.at_end(facts, input.paused ? Ink::Warning : Ink::Dim);
    return line;
}

// The most useful ones first.
std::vector<std::string> Pages::keys() const {
    switch (page_) {
        case Page::Overview:
            return {"Enter open", "/ find", fmt::format("s order: {}", name(kChipOrderNames, overview_.order)), fmt::format("f fold: {}", name(kFoldNames, overview_.fold)), "t type"};
        case Page::Groups:
            return {"Enter buffers", "Esc back", "t type", fmt::format("s order: {}", name(kGroupOrderNames, chip_.group_order)), fmt::format("g by: {}", name(kGroupingNames, chip_.grouping)), "/ find"};
        case Page::Buffers:
            return {"Enter all of it", "Esc back", "/ find", fmt::format("s order: {}", name(kBufferOrderNames, chip_.buffer_order))};
        case Page::Buffer: break;
    }
    return {"Esc back"};
}

Line Pages::status(const Input& input, std::size_t width, bool utf8) {
    Line line(width, utf8);
    if (prompt_) {
        const std::string_view what = prompt_->wish == Wish::Mark ? "name of the phase that begins: " : prompt_->wish == Wish::Write ? "write to the new file: " : "find: ";
        return line.add(what, Ink::Strong).add(prompt_->text).add("_");
    }
    if (!message_.empty()) {
        return line.add(message_, Ink::Strong);
    }
    if (!filter().empty() && page_ != Page::Buffer) {
        line.add(fmt::format("find: {} (Esc ends it)  ", filter()), Ink::Strong);
    }
    const std::string_view last = width < 20 ? "? help" : "? help  q quit";
    const std::size_t room = line.room() > last.size() ? line.room() - last.size() : 0;  // before it
    Line before(room, utf8);
    if (const std::string text = trouble(input.model); !text.empty()) {
        before.add("! " + text, Ink::Warning);
    } else {
        for (const std::string& key : keys()) {
            before.add_whole(key + "  ", Ink::Dim);
        }
    }
    return line.add(before.spans()).at_end(last, Ink::Dim);
}

void Pages::append_rows(std::vector<Line>& lines, Line heading, const ListSource& source, std::size_t height) {
    const std::size_t room = height - std::min(height, lines.size());
    const bool titled = room > 2;
    std::vector<Line> rows = list().draw(source, titled ? room - 1 : room);
    if (titled) {
        lines.push_back(std::move(heading));
    }
    if (rows.size() < source.size) {
        position_ = fmt::format("row {} of {}", list().index() + 1, source.size);
    }
    list_line_ = lines.size();
    for (Line& row : rows) {
        lines.push_back(std::move(row));
    }
}

std::vector<Line> Pages::overview_body(const Input& input, const Size& size, bool utf8) {
    drawn_chips_.clear();
    if (input.model.processes.empty()) {
        return notes({"no process seen yet: none of the watched ones used device memory"}, size, utf8);
    }
    const std::vector<ProcessRow> processes = overview(input.model, input.history, overview_, size.height - std::min<std::size_t>(size.height, 1));
    for (const ProcessRow& process : processes) {
        for (const ChipRow& chip : process.chips) {
            const Chip one{chip.process->key, chip.places.front()};
            drawn_chips_.emplace_back(chip_id(one.process, one.place), one);
        }
    }
    std::vector<Line> lines;
    append_rows(lines, overview_heading(processes, overview_, size.width, utf8), overview_list(processes, input.history, overview_, size.width, utf8), size.height);
    if (drawn_chips_.empty() && overview_.filter.empty() && lines.size() < size.height) {
        for (Line& line : notes({"if it should be busy, look at the probes: tt-alloc-trace doctor -p PID"}, {size.width, size.height - lines.size()}, utf8)) {
            lines.push_back(std::move(line));
        }
    }
    return lines;
}

std::vector<Line> Pages::chip_body(const Input& input, const Size& size, bool utf8) {
    const ProcessState* state = state_of(input.tracker, open_->process);
    const WatchProcess* process = shown_process(input.model, open_->process);
    if (state == nullptr || process == nullptr) {
        return notes({"this process ended long ago, and is only counted now (Esc: back)"}, size, utf8);
    }
    const ChipStyle style{size.width, utf8, input.model.now_ns, input.baseline != nullptr};
    if (page_ == Page::Buffer) {
        for (const auto& [key, buffer] : state->live.buffers()) {
            if (buffer_id(key) == *buffer_) {
                const std::vector<Line> facts = buffer_facts(*state, key, buffer, stacks_, sites_, style);
                const ListSource source{facts.size(), [](std::size_t i) { return std::optional(RowId{i, 0, 0, 0}); }, [&facts](std::size_t i) { return facts[i]; }};
                list_line_ = 0;
                return facts_.draw(source, size.height);
            }
        }
        return notes({"this buffer is freed (Esc: back)"}, size, utf8);
    }
    const auto gauges = gauges_at(*process, open_->place);
    if (chip_.kind == MemoryKind::CircularBuffer) {
        chip_.kind = fullest(gauges);
    }
    drawn_kinds_.clear();
    for (const MemoryKind kind : kMemoryKinds) {
        if (gauges[static_cast<std::size_t>(kind)].there) {
            drawn_kinds_.push_back(kind);
        }
    }
    std::vector<Line> lines;
    if (size.height >= kLeastHeightForKinds) {
        lines = kind_lines(gauges, chip_.kind, style);
    }
    if (size.height >= kLeastHeightForStrip) {
        for (Line& line : strip_lines(memory_strip(*state, open_->place, chip_.kind), style)) {
            lines.push_back(std::move(line));
        }
        lines.emplace_back(size.width, utf8);
    }
    lines.resize(std::min(lines.size(), size.height), Line(size.width, utf8));
    if (page_ == Page::Buffers) {
        if (!group_name_.empty() && size.height >= kLeastHeightForKinds) {
            lines.emplace_back(size.width, utf8).add("buffers of: " + group_name_, Ink::Strong);
        }
        const std::vector<BufferRow> rows = chip_buffers(*state, open_->place, chip_, sites_);
        append_rows(lines, buffer_heading(style), buffer_list(rows, sites_, style), size.height);
        return lines;
    }
    const std::vector<Group> groups = chip_groups(*state, open_->place, chip_, input.baseline, sites_);
    drawn_groups_.clear();
    std::uint64_t total = 0;
    for (const Group& group : groups) {
        total += group.sum.bytes;
        const std::string owner = owner_label(group.example.owner_kind, group.example.owner_id);
        drawn_groups_.emplace_back(group.id, fmt::format("{}, {}, {}", owner, human_bytes(group.example.size), group.call_site));
    }
    append_rows(lines, group_heading(chip_, style), group_list(groups, chip_.grouping, total, style), size.height);
    if (groups.empty() && lines.size() < size.height) {
        lines.emplace_back(size.width, utf8).add(chip_.filter.empty() ? "  no buffer is live here" : "  nothing has this text in it");
    }
    if (!input.stacks_taken && lines.size() + 1 < size.height) {
        lines.emplace_back(size.width, utf8);
        lines.emplace_back(size.width, utf8).add("  origins are taken with --stacks all", Ink::Dim);
    }
    return lines;
}

std::vector<Line> Pages::body(const Input& input, const Size& size, bool utf8) {
    if (help_) {
        return help(size, utf8);
    }
    return page_ == Page::Overview ? overview_body(input, size, utf8) : chip_body(input, size, utf8);
}

Screen Pages::draw(const Input& input, const Size& size, bool utf8) {
    Screen screen;
    if (size.height == 0 || size.width == 0) {
        return screen;
    }
    const std::size_t headers = size.height >= kLeastHeightForHeader ? 1 : 0;
    const std::size_t height = size.height - headers - (size.height > 1 ? 1 : 0);
    position_.clear();
    std::vector<Line> lines = body(input, {size.width, height}, utf8);
    list_line_ += headers;
    if (headers > 0) {
        screen.lines.push_back(header(input, size.width, utf8));
    }
    lines.resize(height, Line(size.width, utf8));
    for (Line& line : lines) {
        screen.lines.push_back(std::move(line));
    }
    if (size.height > 1) {
        screen.lines.push_back(status(input, size.width, utf8));
    }
    return screen;
}

}  // namespace tt::alloc_trace::watch
