// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "analysis/origin_usage.hpp"
#include "report/answer_heading.hpp"
#include "report/buffer_words.hpp"
#include "report/history_views.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kStacksShown = 3;  // of the largest rows, whole

std::string_view to_words(StackEnd end) {
    switch (end) {
        case StackEnd::Complete: return "";
        case StackEnd::TooDeep: return "deeper than stacks are taken";
        case StackEnd::Unreadable: return "the stack's memory could not be read from here on";
        case StackEnd::NoTable: return "the file has no unwind table that can be used";
        case StackEnd::NoRule: return "the file's unwind table has no rule here that can be followed";
        case StackEnd::NotMapped: return "code of no file";
        case StackEnd::NotMatched: return "native and Python frames that do not go together";
    }
    return "";
}

std::string_view to_words(OriginKey::By by) {
    switch (by) {
        case OriginKey::By::Line: return "call site";
        case OriginKey::By::Function: return "function";
        case OriginKey::By::File: return "file";
        case OriginKey::By::Native: return "native function";
        case OriginKey::By::Operation: break;
    }
    return "operation";
}

std::string heading(OriginKey::By by) {
    std::string words(to_words(by));
    std::transform(words.begin(), words.end(), words.begin(), [](char letter) { return 'a' <= letter && letter <= 'z' ? letter - 'a' + 'A' : letter; });
    return words;
}

class Origins final : public View {
public:
    Origins(const ViewOptions& options, OriginKey by) : options_(options), by_(by), usage_(by, life_filter(options.filter), options.origins) {}

    Observer* observer() override { return &usage_; }
    bool shows_live() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    [[nodiscard]] bool by_operation() const { return by_.by == OriginKey::By::Operation; }
    [[nodiscard]] std::string name() const { return by_operation() ? "ops" : "callsites"; }
    [[nodiscard]] std::string name_of(const OriginRecord& record) const;
    [[nodiscard]] std::vector<OriginRecord> sorted(const ReplayedStream& stream) const;
    [[nodiscard]] std::vector<Note> notes(const ReplayedStream& stream, const std::vector<OriginRecord>& records, bool footprint) const;
    [[nodiscard]] TextTable table(const std::vector<OriginRecord>& records, bool footprint) const;
    void append_stack(std::vector<std::string>& lines, const OriginRecord& record, const StackTable& stacks, const TextStyle& style) const;

    ViewOptions options_;
    OriginKey by_;
    OriginUsage usage_;
};

std::string Origins::name_of(const OriginRecord& record) const {
    if (!record.origin.empty()) {
        return record.origin;
    }
    if (by_operation() && !record.stacks.empty()) {
        return "(no operation)";
    }
    return record.before_attach > 0 && record.usage.allocs == 0 ? "(older than the attach)" : "(no stack)";
}

std::vector<OriginRecord> Origins::sorted(const ReplayedStream& stream) const {
    std::vector<OriginRecord> records = stream.last_use == nullptr ? usage_.records() : usage_.records_with_live_of(*stream.last_use);
    const auto order = [](const OriginRecord& record) {
        const OwnerTypeUsage& usage = record.usage;
        return std::tuple(~usage.footprint_bytes, ~usage.bytes, ~usage.peak_bytes);
    };
    std::stable_sort(records.begin(), records.end(), [&](const OriginRecord& a, const OriginRecord& b) { return order(a) < order(b); });
    return records;
}

std::vector<Note> Origins::notes(const ReplayedStream& stream, const std::vector<OriginRecord>& records, bool footprint) const {
    std::vector<Note> notes = before_release_notes(stream.live_moment(), stream.session, "--until TIME");
    if (usage_.no_stacks()) {
        notes.push_back({"no call stacks were recorded: record with --stacks all", Ink::Warning});
    }
    if (!usage_.all_kept()) {
        notes.push_back({fmt::format("more than {} different stacks: allocations of later ones are missing", OriginUsage::kMaxRecords), Ink::Warning});
    }
    if (records.empty()) {
        notes.push_back(none_note("nothing was allocated, or nothing passes the filter", stream.all_known(), Ink::Plain));
    } else {
        const std::string peak = fmt::format("; peak: the most that this {} held", to_words(by_.by));
        notes.push_back(
            {footprint ? "footprint: reserved on each chip of the owner" + peak
                       : "size: logical bytes on each chip of the owner; footprints are not known of all" + peak,
             Ink::Dim}
        );
    }
    return notes;
}

std::string joined_operations(const std::set<std::string>& operations) {
    if (operations.empty()) {
        return {};
    }
    return operations.size() == 1 ? *operations.begin() : fmt::format("{} and {} more", *operations.begin(), operations.size() - 1);
}

TextTable Origins::table(const std::vector<OriginRecord>& records, bool footprint) const {
        TextTable table({
        {heading(by_.by), Align::Left, 0, true},
        {"OWNER", Align::Left, 3, true},
        {"TYPE", Align::Left, 0, false},
        {"ALLOCS", Align::Right, 0, false},
        {"FOUND", Align::Right, 4, false},
        {"LIVE", Align::Right, 0, false},
        {footprint ? "FOOTPRINT" : "SIZE", Align::Right, 0, false},
        {"PEAK", Align::Right, 0, false},
        {"OPERATION", Align::Left, 2, true},
    });
    for (std::size_t i = 0; i < rows_shown(records.size(), options_.top); ++i) {
        const OriginRecord& record = records[i];
        const OwnerTypeUsage& usage = record.usage;
        table.add_row({
            {name_of(record), record.origin.empty() ? Ink::Dim : Ink::Strong},
            {owner_text(record.owner)},
            {std::string(to_string(record.type))},
            {human_count(usage.allocs)},
            {usage.found == 0 ? std::string() : human_count(usage.found)},
            {human_count(usage.live)},
            {human_bytes(footprint ? usage.footprint_bytes : usage.bytes)},
            {human_bytes(footprint ? usage.peak_footprint_bytes : usage.peak_bytes)},
            {joined_operations(record.operations), Ink::Dim},
        });
    }
    return table;
}

void Origins::append_stack(
    std::vector<std::string>& lines, const OriginRecord& record, const StackTable& stacks, const TextStyle& style
) const {
    if (record.stacks.empty()) {
        return;
    }
    const StackSeen& stack = *stacks.find(*record.stacks.begin());
    if (stack.frames.empty()) {  // of Python alone, where none runs
        return;
    }
    const std::string which = record.more_stacks || record.stacks.size() > 1
                                  ? fmt::format(", one of {}{} stacks", record.more_stacks ? "more than " : "", record.stacks.size())
                                  : "";
    lines.emplace_back();
    append_notes(lines, {{fmt::format("{} {}{}", name_of(record), to_string(record.type), which), Ink::Strong}}, style);
    std::vector<Note> frames;
    for (const std::uint32_t number : stack.frames) {
        frames.push_back({"  " + frame_text(stacks.frame(number)), Ink::Plain, 4});
    }
    if (stack.end != StackEnd::Complete) {
        frames.push_back({fmt::format("  ... ({})", to_words(stack.end)), Ink::Dim, 4});
    }
    append_notes(lines, frames, style);
}

std::string Origins::text(const ReplayedStream& stream, const TextStyle& style) const {
    const std::vector<OriginRecord> records = sorted(stream);
    const bool footprint = std::all_of(records.begin(), records.end(), [](const OriginRecord& record) {
        return record.usage.footprint() && record.usage.peak_footprint();
    });
    std::vector<std::string> lines;
    append_notes(lines, answer_heading(name(), stream, options_.window), style);
    append_notes(lines, notes(stream, records, footprint), style);
    if (records.empty()) {
        return joined(lines);
    }
    append_table(lines, {}, table(records, footprint), 0, style);
    append_left_out(lines, records.size(), rows_shown(records.size(), options_.top), "row", style);
    for (std::size_t i = 0; i < std::min(kStacksShown, rows_shown(records.size(), options_.top)); ++i) {
        append_stack(lines, records[i], stream.tracker.stacks, style);
    }
    return joined(lines);
}

Json Origins::json(const ReplayedStream& stream) const {
    Json json = answer_envelope(name(), stream, options_.window);
    json["stacks_recorded"] = !usage_.no_stacks();
    if (!by_operation()) {
        json["counted_by"] = to_string(by_);
    }
    json["all_shown"] = usage_.all_kept();
    add_live_at(json, stream.live_moment());
    Json& rows = json[name()] = Json::array();
    for (const OriginRecord& record : sorted(stream)) {
        Json entry;
        entry[by_operation() ? "operation" : "call_site"] = record.origin.empty() ? Json() : Json(record.origin);
        if (!by_operation()) {
            entry["operations"] = record.operations;
        }
        add_owner(entry, record.owner);
        entry["type"] = to_string(record.type);
        add_usage(entry, record.usage);
        entry["more_stacks"] = record.more_stacks;
        entry["stacks"] = record.stacks;
        rows.push_back(std::move(entry));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_callsites_view(const ViewOptions& options) { return std::make_unique<Origins>(options, options.by); }

std::unique_ptr<View> make_ops_view(const ViewOptions& options) { return std::make_unique<Origins>(options, OriginKey{OriginKey::By::Operation}); }

}  // namespace tt::alloc_trace
