// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/failures_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "analysis/failures.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kGroupsShown = 5;
constexpr std::size_t kMessageColumns = 400;

// Free and largest block by the message of the runtime, which also knows blocks that belong to no buffer; else by the live set.
struct Shortage {
    std::optional<std::uint64_t> free;
    std::optional<std::uint64_t> largest;
    bool by_message = false;
};

Shortage shortage(const AllocationFailure& failure) {
    if (failure.reported.free && failure.reported.largest_free) {
        return {failure.reported.free, failure.reported.largest_free, true};
    }
    if (failure.tracked.use) {
        return {failure.tracked.use->free, failure.tracked.use->largest_free, false};
    }
    return {};
}

std::string owner_of(const ExplainedFailure& explained) {
    return explained.failure.owner.empty() ? "unknown owner" : explained.failure.owner;
}

std::string per_bank(const std::optional<std::uint64_t>& bytes) { return bytes ? human_bytes(*bytes) : "not known"; }

std::string later_by(const ExplainedFailure& explained) {
    return fmt::format("{:.3f} s later", static_cast<double>(explained.granted->t_ns - explained.place.t_ns) / 1e9);
}

std::string state_sentence(const AllocationFailure& failure) {
    const Shortage state = shortage(failure);
    std::string text = fmt::format("needs {} per bank", per_bank(failure.needed));
    if (state.free && state.largest) {
        text += fmt::format(
            "; {} free there, largest block {}{}",
            human_bytes(*state.free),
            human_bytes(*state.largest),
            state.by_message ? " (by the runtime's message)" : ""
        );
    }
    switch (failure.verdict) {
        case FailureVerdict::Exhausted: return text + fmt::format(": short by {} per bank", human_bytes(*failure.needed - *state.free));
        case FailureVerdict::Fragmented: return text + ": enough is free, but in no one piece";
        case FailureVerdict::Unknown: break;
    }
    const bool fits = failure.needed && state.largest && *state.largest >= *failure.needed;
    return text + (fits ? ": it would fit, so there is another reason; see the message" : ": what was free is not known");
}

std::string help_sentence(const ExplainedFailure& explained) {
    const std::optional<Need>& help = explained.help;
    if (!help) {
        return "what would have helped: cannot be told from the live buffers that are known";
    }
    if (help->verdict == NeedVerdict::Never) {
        return "what would have helped: nothing, it is larger than what a bank has";
    }
    return fmt::format(
        "what would have helped: freeing {} ({} per bank) between {:#x} and {:#x} makes a hole of {}",
        counted(help->buffers, "buffer"),
        human_bytes(help->bytes),
        help->begin,
        help->end,
        human_bytes(help->end - help->begin)
    );
}

// Bytes that the runtime counts as taken and no live buffer accounts for.
std::uint64_t taken_by_no_buffer(const AllocationFailure& failure) {
    const auto& reported = failure.reported.allocated;
    const auto& tracked = failure.tracked.use;
    return reported && tracked && *reported > tracked->used ? *reported - tracked->used : 0;
}

Json failure_json(const ExplainedFailure& explained) {
    const AllocationFailure& failure = explained.failure;
    const Shortage state = shortage(failure);
    Json json;
    json["pid"] = explained.pid;
    json["tid"] = failure.event.header.tid;
    add_stream_place(json, explained.place);
    add_owner(json, explained.owner);
    json["type"] = to_string(failure.event.buffer.type);
    json["size"] = failure.event.buffer.size;
    json["page_size"] = failure.event.buffer.page_size;
    json["needed_bank_bytes"] = number_or_null(failure.needed);
    json["free_bank_bytes"] = number_or_null(state.free);
    json["largest_free_bank_bytes"] = number_or_null(state.largest);
    json["by_message"] = state.by_message;
    json["verdict"] = to_string(failure.verdict);
    json["taken_by_no_buffer_bank_bytes"] = taken_by_no_buffer(failure);
    json["granted"] = nullptr;
    if (explained.granted) {
        json["granted"] = Json::object();
        add_stream_place(json["granted"], *explained.granted);
    }
    json["help"] = explained.help ? need_json(*explained.help, failure.needed.value_or(0)) : Json(nullptr);
    json["state"] = Json::array();
    for (const ExplainedFailure::TypeState& type : explained.types) {
        Json entry;
        entry["type"] = to_string(type.type);
        entry.update(capacity_json(type.capacity));
        json["state"].push_back(std::move(entry));
    }
    json["group_count"] = explained.group_count;
    json["groups"] = Json::array();
    for (const BufferGroup& group : explained.largest) {
        json["groups"].push_back(buffer_group_json(group));
    }
    json["message"] = failure.event.message;
    return json;
}

class FailuresView final : public View {
public:
    explicit FailuresView(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return &analysis_; }
    std::optional<ReplayWindow> next_window() override {
        const bool all_known = analysis_.explained() || analysis_.count() == 0;
        return all_known ? std::nullopt : std::optional(options_.window);
    }

    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        std::vector<std::string> lines;
        const std::vector<const ExplainedFailure*> failures = shown();
        append_notes(lines, head(stream, failures.size()), uncut(style));
        if (failures.empty()) {
            return joined(lines);
        }
        append_overview(lines, failures, stream.session, style);
        append_latest_of_each(lines, failures, stream.session, style);
        return joined(lines);
    }

    Json json(const ReplayedStream& stream) const override {
        Json json = json_envelope(stream.session, "failures", stream.completeness());
        json["count"] = analysis_.count();
        json["failures"] = Json::array();
        for (const ExplainedFailure* failure : shown()) {
            json["failures"].push_back(failure_json(*failure));
        }
        return json;
    }

private:
    [[nodiscard]] std::vector<const ExplainedFailure*> shown() const {
        std::vector<const ExplainedFailure*> failures;
        for (const ExplainedFailure& failure : analysis_.failures()) {
            const bool place_passes = failure.failure.places.empty() || options_.filter.passes_any(failure.failure.places);
            if (place_passes && options_.filter.passes(memory_kind(failure.failure.event.buffer.type))) {
                failures.push_back(&failure);
            }
        }
        return failures;
    }

    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream, std::size_t kept) const {
        std::vector<Note> notes;
        notes.push_back({fmt::format("failed allocations: {}", human_count(analysis_.count())), Ink::Strong});
        for (Note& note : knowledge_notes(stream, options_.window)) {
            notes.push_back(std::move(note));
        }
        if (analysis_.count() > analysis_.failures().size()) {
            notes.push_back(
                {fmt::format("only the latest {} are explained", human_count(analysis_.failures().size())), Ink::Warning}
            );
        }
        if (analysis_.count() == 0 && stream.tracker.events > 0) {
            notes.push_back(none_note("no failed allocation was seen", stream.complete));
        } else if (kept == 0 && analysis_.count() > 0) {
            notes.push_back({"none of them is of this device or type", Ink::Plain});
        }
        return notes;
    }

    void append_overview(
        std::vector<std::string>& lines,
        const std::vector<const ExplainedFailure*>& failures,
        const SessionInfo& session,
        const TextStyle& style
    ) const {
        TextTable table({
            {"AT", Align::Right, 0, false},
            {"EVENT", Align::Right, 3, false},
            {"PID", Align::Left, 4, false},
            {"OWNER", Align::Left, 0, true},
            {"TYPE", Align::Left, 0, false},
            {"SIZE", Align::Right, 0, false},
            {"PER BANK", Align::Right, 1, false},
            {"VERDICT", Align::Left, 0, false},
            {"THE SAME GRANTED", Align::Left, 0, false},
        });
        const std::size_t rows = rows_shown(failures.size(), options_.top);
        for (std::size_t i = failures.size() - rows; i < failures.size(); ++i) {
            const ExplainedFailure& explained = *failures[i];
            const AllocationFailure& failure = explained.failure;
            table.add_row({
                {human_offset(explained.place.t_ns, session.attached_monotonic_ns)},
                {human_count(explained.place.event), Ink::Dim},
                {fmt::format("{}", explained.pid)},
                {owner_of(explained)},
                {std::string(to_string(failure.event.buffer.type))},
                {human_bytes(failure.event.buffer.size)},
                {per_bank(failure.needed)},
                {std::string(to_string(failure.verdict)), Ink::Strong},
                {explained.granted ? later_by(explained) : "never", explained.granted ? Ink::Good : Ink::Bad},
            });
        }
        lines.push_back({});
        append_table(lines, table, style);
        if (rows < failures.size()) {
            append_notes(
                lines, {{counted(failures.size() - rows, "earlier failure") + " left out: --top 0 shows all", Ink::Dim}}, style
            );
        }
    }

    // A job may ask for the same a thousand times: the latest of each sort is told in full.
    void append_latest_of_each(
        std::vector<std::string>& lines,
        const std::vector<const ExplainedFailure*>& failures,
        const SessionInfo& session,
        const TextStyle& style
    ) const {
        using Sort = std::tuple<std::uint32_t, std::string, BufferType, std::uint64_t, FailureVerdict>;
        std::set<Sort> told;
        for (auto failure = failures.rbegin(); failure != failures.rend(); ++failure) {
            const BufferFields& asked = (*failure)->failure.event.buffer;
            const Sort sort{(*failure)->pid, (*failure)->failure.owner, asked.type, asked.size, (*failure)->failure.verdict};
            const bool room = options_.top == 0 || told.size() < options_.top;
            if (room && told.insert(sort).second) {
                append_failure(lines, **failure, session, style);
            }
        }
    }

    void append_failure(
        std::vector<std::string>& lines, const ExplainedFailure& explained, const SessionInfo& session, const TextStyle& style
    ) const {
        const AllocationFailure& failure = explained.failure;
        const BufferFields& asked = failure.event.buffer;
        std::vector<Note> notes;
        notes.push_back(
            {fmt::format(
                 "{} {} on {} at {} by tid {}: {}",
                 to_string(asked.type),
                 human_bytes(asked.size),
                 owner_of(explained),
                 human_offset(explained.place.t_ns, session.attached_monotonic_ns),
                 failure.event.header.tid,
                 to_string(failure.verdict)
             ),
             Ink::Strong}
        );
        notes.push_back({"  " + state_sentence(failure), Ink::Plain});
        if (const std::uint64_t bytes = taken_by_no_buffer(failure); bytes > 0) {
            notes.push_back({fmt::format("  {} per bank are taken by blocks that belong to no known buffer", human_bytes(bytes)), Ink::Warning});
        }
        notes.push_back({"  " + help_sentence(explained), Ink::Plain});
        notes.push_back(
            {explained.granted ? fmt::format("  the program went on: the same was granted {} (event {})", later_by(explained), human_count(explained.granted->event))
                               : "  the same (size, type, owner) was never granted afterwards",
             Ink::Plain}
        );
        if (!failure.event.message.empty()) {
            notes.push_back({"  message: " + cut_to_width(printable(failure.event.message, style.utf8), kMessageColumns, style.utf8), Ink::Dim});
        }
        lines.push_back({});
        append_notes(lines, notes, uncut(style));
        if (explained.help && !explained.help->examples.empty()) {
            append_notes(lines, {{"to be freed", Ink::Strong}}, style);
            append_buffers(lines, explained.help->examples, explained.help->buffers, options_.top, session, style);
        }
        append_types(lines, explained, style);
        if (!explained.largest.empty()) {
            append_notes(lines, {{fmt::format("largest groups in {} then", to_string(asked.type)), Ink::Strong}}, style);
            const std::size_t most = options_.top == 0 ? kGroupsShown : std::min(kGroupsShown, options_.top);
            append_groups(lines, explained.largest, explained.group_count, most, session, style);
        }
    }

    static void append_types(std::vector<std::string>& lines, const ExplainedFailure& explained, const TextStyle& style) {
        if (explained.types.empty()) {
            return;
        }
        TextTable table({
            {"TYPE", Align::Left, 0, false},
            {"USED", Align::Right, 0, false},
            {"FREE", Align::Right, 0, false},
            {"LARGEST", Align::Right, 0, false},
            {"OF", Align::Right, 0, false},
            {"BANKS", Align::Right, 0, false},
        });
        for (const ExplainedFailure::TypeState& type : explained.types) {
            const std::optional<BankUse>& use = type.capacity.use;
            table.add_row({
                {std::string(to_string(type.type))},
                {use ? human_bytes(use->used) : "not known"},
                {use ? human_bytes(use->free) : "not known"},
                {use ? human_bytes(use->largest_free) : "not known"},
                {human_bytes(type.capacity.bank_bytes)},
                {human_count(type.capacity.banks)},
            });
        }
        append_notes(lines, {{"state of its allocator, by live buffers, in each bank", Ink::Strong}}, style);
        append_table(lines, table, style);
    }

    ViewOptions options_;
    Failures analysis_;
};

}  // namespace

std::unique_ptr<View> make_failures_view(const ViewOptions& options) { return std::make_unique<FailuresView>(options); }

}  // namespace tt::alloc_trace
