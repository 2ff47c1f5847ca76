// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/failures_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "analysis/failures.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/failure_words.hpp"
#include "report/human_size.hpp"
#include "report/origin_words.hpp"
#include "report/refusals_table.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kGroupsShown = 5;

// Free and largest block by the message of the runtime, which also knows blocks that belong to no buffer; else by the live set.
struct Shortage {
    std::optional<std::uint64_t> free;
    std::optional<std::uint64_t> largest;
    bool by_message = false;
};

Shortage shortage(const AllocationFailure& failure) {
    const OutOfMemoryNumbers& said = failure.reported;
    if (said.placeable.value_or(0) != 0 && said.largest_placeable) {
        return {said.placeable, said.largest_placeable, true};
    }
    if (said.free && said.largest_free) {
        return {said.free, said.largest_free, true};
    }
    if (failure.tracked.use) {
        return {failure.tracked.use->free, failure.tracked.use->largest_free, false};
    }
    return {};
}

std::string owner_of(const std::string& owner) { return owner.empty() ? "unknown owner" : owner; }

std::string per_bank(const std::optional<std::uint64_t>& bytes) { return bytes ? human_bytes(*bytes) : "not known"; }

std::string later_by(const ExplainedFailure& explained) {
    return fmt::format("{:.3f} s later", static_cast<double>(explained.granted->t_ns - explained.when.first.t_ns) / 1e9);
}

std::string state_sentence(const AllocationFailure& failure) {
    if (const auto type = missing_region(failure)) {
        return fmt::format("this device has no {} region: it was opened with a size of 0 for it", to_string(*type));
    }
    const Shortage state = shortage(failure);
    std::string text = fmt::format("needs {} per bank", per_bank(failure.needed));
    if (state.free && state.largest) {
        text += fmt::format(
            "; {} free there, largest hole {}{}",
            human_bytes(*state.free),
            human_bytes(*state.largest),
            state.by_message ? " (by the runtime's message)" : ""
        );
    }
    switch (failure.verdict) {
        case FailureVerdict::Exhausted: return text + fmt::format(": short by {} per bank", exact_bytes(*failure.needed - state.free.value_or(0)));
        case FailureVerdict::Fragmented: return text + ": enough is free, but in no one piece";
        case FailureVerdict::Refused: return "not for want of memory: " + std::string(reason_of(failure.event.message));
        case FailureVerdict::Unknown: break;
    }
    const bool fits = failure.needed && state.largest && *state.largest >= *failure.needed;
    return text + (fits ? ": it would fit, so there is another reason; see the message" : ": what was free is not known");
}

// Of a region that was opened with a size of 0: the parameter is of one bank for L1_SMALL, of all of them for TRACE.
std::optional<std::string> region_to_open(const AllocationFailure& failure) {
    const auto type = missing_region(failure);
    const bool trace = type == BufferType::Trace;
    if (!failure.needed || (!trace && type != BufferType::L1Small)) {
        return std::nullopt;
    }
    const std::uint64_t banks = trace ? failure.reported.banks.value_or(failure.tracked.banks) : 1;
    return fmt::format("opening the device with {} of {} B or more", trace ? "a trace_region_size" : "an l1_small_size", human_count(*failure.needed * banks));
}

std::string help_sentence(const ExplainedFailure& explained) {
    if (const auto opening = region_to_open(explained.failure)) {
        return "what would have helped: " + *opening;
    }
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

// "... 176.3 MiB (184,915,840 B) of each bank lie idle in the TRACE region: ...".
std::string idle_sentence(const ExplainedFailure::IdleRegion& idle) {
    std::string text = fmt::format("{} of each bank lie idle in the {} region", exact_bytes(idle.bytes), to_string(idle.type));
    if (idle.wanted <= idle.bytes) {
        return text + fmt::format(": smaller by {}, it would have left enough", exact_bytes(idle.wanted));
    }
    return text + fmt::format(": not enough to help, {} more are missing", exact_bytes(idle.wanted - idle.bytes));
}

// Bytes that the runtime counts as taken and no live buffer accounts for.
std::uint64_t taken_by_no_buffer(const AllocationFailure& failure) {
    const auto& reported = failure.reported.allocated;
    const auto& tracked = failure.tracked.use;
    return reported && tracked && *reported > tracked->used ? *reported - tracked->used : 0;
}

Json place_json(const StreamPlace& place) {
    Json json = Json::object();
    add_stream_place(json, place);
    return json;
}

void add_recurrence(Json& json, const Recurrence& when) {
    add_stream_place(json, when.first);
    json["count"] = when.count;
    json["last"] = place_json(when.last);
}

Json idle_json(const std::optional<ExplainedFailure::IdleRegion>& idle) {
    if (!idle) {
        return nullptr;
    }
    Json json;
    json["type"] = to_string(idle->type);
    json["bank_bytes"] = idle->bytes;
    json["region_bank_bytes"] = idle->region_bytes;
    json["wanted_bank_bytes"] = idle->wanted;
    return json;
}

Json failure_json(const ExplainedFailure& explained) {
    const AllocationFailure& failure = explained.failure;
    const Shortage state = shortage(failure);
    Json json;
    json["pid"] = explained.when.pid;
    json["tid"] = failure.event.header.tid;
    json["stack"] = stack_json(failure.event.header.stack);
    add_recurrence(json, explained.when);
    add_owner(json, explained.owner);
    json["type"] = to_string(failure.event.buffer.type);
    json["size"] = failure.event.buffer.size;
    json["page_size"] = failure.event.buffer.page_size;
    json["needed_bank_bytes"] = number_or_null(failure.needed);
    json["free_bank_bytes"] = number_or_null(state.free);
    json["largest_free_bank_bytes"] = number_or_null(state.largest);
    json["by_message"] = state.by_message;
    json["verdict"] = to_string(failure.verdict);
    json["missing_region"] = missing_region(failure).has_value();
    json["taken_by_no_buffer_bank_bytes"] = taken_by_no_buffer(failure);
    json["granted"] = explained.granted ? place_json(*explained.granted) : Json(nullptr);
    json["help"] = explained.help ? need_json(*explained.help, failure.needed.value_or(0)) : Json(nullptr);
    json["idle_region"] = idle_json(explained.idle);
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
    json["reason"] = reason_of(failure.event.message);
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
        const std::vector<const OtherRefusal*> others = other_refusals();
        append_notes(lines, head(stream, failures.size()), style);
        if (!failures.empty()) {
            append_overview(lines, failures, stream.session, style);
        }
        append_other_refusals(lines, others, analysis_.refusal_count(), options_.top, stream.session, style);
        const std::size_t told = rows_shown(failures.size(), options_.top);
        for (std::size_t i = 0; i < told; ++i) {
            append_failure(lines, *failures[i], stream, style);
        }
        return joined(lines);
    }

    Json json(const ReplayedStream& stream) const override {
        Json json = json_envelope(stream.session, "failures", stream.completeness());
        json["count"] = analysis_.count();
        json["failures"] = Json::array();
        for (const ExplainedFailure* failure : shown()) {
            json["failures"].push_back(failure_json(*failure));
        }
        json["refused_count"] = analysis_.refusal_count();
        json["refused"] = Json::array();
        for (const OtherRefusal* refusal : other_refusals()) {
            json["refused"].push_back(other_refusal_json(*refusal));
        }
        return json;
    }

private:
    [[nodiscard]] bool passes(const std::vector<Place>& places) const { return places.empty() || options_.filter.passes_any(places); }

    [[nodiscard]] std::vector<const ExplainedFailure*> shown() const {
        std::vector<const ExplainedFailure*> failures;
        for (const ExplainedFailure& failure : analysis_.failures()) {
            if (passes(failure.failure.places) && options_.filter.passes(memory_kind(failure.failure.event.buffer.type))) {
                failures.push_back(&failure);
            }
        }
        return failures;
    }

    [[nodiscard]] std::vector<const OtherRefusal*> other_refusals() const {
        std::vector<const OtherRefusal*> refusals;
        for (const OtherRefusal& refusal : analysis_.refusals()) {
            if (passes(std::visit([](const auto& what) { return what.places; }, refusal.what))) {
                refusals.push_back(&refusal);
            }
        }
        return refusals;
    }

    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream, std::size_t kept) const {
        std::vector<Note> notes;
        const std::size_t kinds = analysis_.failures().size();
        notes.push_back({"failed allocations: " + count_text(analysis_.count(), kinds), Ink::Strong});
        for (Note& note : knowledge_notes(stream, options_.window)) {
            notes.push_back(std::move(note));
        }
        if (kinds == Failures::kKept) {
            notes.push_back({fmt::format("only the first {} kinds are told apart", human_count(kinds)), Ink::Warning});
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
        const bool again = std::any_of(failures.begin(), failures.end(), [](const auto* kind) { return kind->when.count > 1; });
        TextTable table({
            {"FIRST", Align::Right, 0, false},
            {"EVENT", Align::Right, 4, false},
            {"COUNT", Align::Right, 0, false},
            {"LAST", Align::Right, 2, false},
            {"PID", Align::Left, 5, false},
            {"OWNER", Align::Left, 3, true},
            {"TYPE", Align::Left, 0, false},
            {"SIZE", Align::Right, 0, false},
            {"PER BANK", Align::Right, 1, false},
            {"VERDICT", Align::Left, 0, false},
            {"RETRY", Align::Left, 0, false},
        });
        const std::size_t rows = rows_shown(failures.size(), options_.top);
        for (std::size_t i = 0; i < rows; ++i) {
            const ExplainedFailure& explained = *failures[i];
            const AllocationFailure& failure = explained.failure;
            table.add_row({
                {human_offset(explained.when.first.t_ns, session.attached_monotonic_ns)},
                {human_count(explained.when.first.event), Ink::Dim},
                {again ? human_count(explained.when.count) : std::string()},
                {again ? human_offset(explained.when.last.t_ns, session.attached_monotonic_ns) : std::string()},
                {fmt::format("{}", explained.when.pid)},
                {owner_of(failure.owner)},
                {std::string(to_string(failure.event.buffer.type))},
                {human_bytes(failure.event.buffer.size)},
                {failure.verdict == FailureVerdict::Refused ? std::string() : per_bank(failure.needed)},
                {std::string(to_string(failure.verdict)), Ink::Strong},
                {explained.granted ? later_by(explained) : "never succeeded", explained.granted ? Ink::Good : Ink::Bad},
            });
        }
        lines.push_back({});
        append_table(lines, table, style);
        append_left_out(lines, failures.size(), rows, "kind", style);
    }

    [[nodiscard]] static std::vector<Note> sentences(const ExplainedFailure& explained, const SessionInfo& session, const TextStyle& style) {
        const AllocationFailure& failure = explained.failure;
        const BufferFields& asked = failure.event.buffer;
        std::vector<Note> notes;
        notes.push_back(
            {fmt::format(
                 "{} {} on {} at {}, event {}, by tid {}: {}{}",
                 to_string(asked.type),
                 human_bytes(asked.size),
                 owner_of(failure.owner),
                 human_offset(explained.when.first.t_ns, session.attached_monotonic_ns),
                 explained.when.first.event,
                 failure.event.header.tid,
                 to_string(failure.verdict),
                 times_text(explained.when.count, human_offset(explained.when.last.t_ns, session.attached_monotonic_ns))
             ),
             Ink::Strong}
        );
        notes.push_back({"  " + printable(state_sentence(failure), style.utf8), Ink::Plain});
        if (const std::uint64_t bytes = taken_by_no_buffer(failure); bytes > 0) {
            notes.push_back({fmt::format("  {} per bank are taken by blocks that belong to no known buffer", human_bytes(bytes)), Ink::Warning});
        }
        if (failure.verdict != FailureVerdict::Refused) {
            notes.push_back({"  " + help_sentence(explained), Ink::Plain});
        }
        if (explained.idle) {
            notes.push_back({"  " + idle_sentence(*explained.idle), Ink::Plain});
        }
        notes.push_back(
            {explained.granted ? fmt::format("  retry: the same was granted {} (event {})", later_by(explained), human_count(explained.granted->event))
                               : "  retry: the same (size, type, owner) never succeeded",
             Ink::Plain}
        );
        if (!failure.event.message.empty()) {
            notes.push_back({"  message: " + message_text(failure.event.message, style.utf8), Ink::Dim});
        }
        return notes;
    }

    void append_failure(
        std::vector<std::string>& lines, const ExplainedFailure& explained, const ReplayedStream& stream, const TextStyle& style
    ) const {
        lines.push_back({});
        append_notes(lines, sentences(explained, stream.session, style), style);
        CallSites sites(stream.tracker.stacks);
        if (const CallSites::CallSite& site = sites.of(explained.failure.event.header.stack); !site.text.empty()) {
            const std::string operation = site.operation.empty() ? "" : ", in " + site.operation;
            append_notes(lines, {{fmt::format("  asked for by {}{}", site.text, operation), Ink::Plain}}, style);
        }
        if (explained.help && !explained.help->examples.empty()) {
            append_notes(lines, {{"would have to be freed", Ink::Strong}}, style);
            append_buffers(lines, explained.help->examples, explained.help->buffers, options_.top, stream, style);
        }
        append_types(lines, explained, style);
        if (!explained.largest.empty()) {
            const std::string_view type = to_string(explained.failure.event.buffer.type);
            append_notes(lines, {{fmt::format("what held {} then: the largest groups", type), Ink::Strong}}, style);
            const std::size_t most = options_.top == 0 ? kGroupsShown : std::min(kGroupsShown, options_.top);
            append_groups(lines, explained.largest, explained.group_count, most, stream, style);
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
            {"LARGEST HOLE", Align::Right, 0, false},
            {"TOTAL", Align::Right, 0, false},
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
