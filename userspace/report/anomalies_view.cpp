// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "analysis/anomalies.hpp"
#include "report/answer_heading.hpp"
#include "report/history_views.hpp"
#include "report/buffer_words.hpp"
#include "report/human_size.hpp"
#include "report/launch_words.hpp"
#include "report/origin_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

constexpr std::size_t kHarmlessRows = 3;  // of what harms nobody

struct Meaning {
    AnomalyKind kind;
    std::string_view harm;  // "harmful", "may be harmful", "harmless", "tool": not the job's
    Ink ink;
    std::string_view sentence;
};

constexpr std::array<Meaning, kAnomalyKindCount> kMeanings{{
    {AnomalyKind::LaunchOverlap, "harmful", Ink::Bad,
     "the circular or dataflow buffers of a launch lay over a live L1 buffer, and the runtime let it run: it looks at one allocator only"},
    {AnomalyKind::HeldTwice, "may be harmful", Ink::Warning,
     "two owners hold the same bytes of a chip, as each has an allocator of its own: what one writes, the other loses"},
    {AnomalyKind::Overlap, "harmful", Ink::Bad,
     "two live buffers of one allocator share addresses: one overwrites the other, unless the free of one was lost"},
    {AnomalyKind::ExcessFrees, "harmful", Ink::Bad,
     "an address was freed at least two times more than allocated: the job frees what it does not own, and may free another buffer's memory"},
    {AnomalyKind::DoubleFree, "harmful", Ink::Bad,
     "an address was freed again without an allocation between: ignored by the allocator while nobody has the address, else it frees another "
     "buffer's memory"},
    {AnomalyKind::UnexplainedFree, "tool", Ink::Bad,
     "a free of what was never allocated, in a stream without a loss: this tool missed something, please report it"},
    {AnomalyKind::UnexplainedDifference, "tool", Ink::Bad,
     "the process's own books had another live set than its events tell: this tool missed something, please report it"},
    {AnomalyKind::StateOverridden, "may be harmful", Ink::Warning,
     "an allocator took over the blocks of another: both hand out around them, and neither frees the other's"},
    {AnomalyKind::Cleared, "may be harmful", Ink::Warning,
     "an allocator was emptied while its owner stayed open: buffers still in use then lie in memory that is handed out again"},
    {AnomalyKind::FreeAfterClear, "harmless", Ink::Plain,
     "a buffer was freed after its allocator had been emptied: harmless unless its address was handed out again meanwhile"},
    {AnomalyKind::InferredEnd, "harmless", Ink::Plain,
     "a buffer ended and its free was not seen, mostly as events were lost: the figures may be off, the job is not harmed"},
    {AnomalyKind::FreeAfterClose, "harmless", Ink::Plain,
     "a Buffer object outlived its device and was freed after the close: nothing was left to free"},
    {AnomalyKind::Shrunk, "harmless", Ink::Plain,
     "an allocator gave a part of its memory away, to sub-devices with memory of their own: less is left to the others"},
    {AnomalyKind::Reset, "harmless", Ink::Plain, "an allocator got back what it had given away"},
    {AnomalyKind::Hooked, "harmless", Ink::Plain,
     "graph capture took the allocation: no device memory is behind it, and it is in no figure"},
    {AnomalyKind::AddressReuse, "harmless", Ink::Plain,
     "an address came again with another size, as allocators do: wrong only for tools that know buffers by their address alone"},
}};

std::string words(AnomalyKind kind) {
    std::string text(to_string(kind));
    std::replace(text.begin(), text.end(), '_', ' ');
    return text;
}

// The chips it has stand beside it.
std::string short_name(const OwnerIdentity& owner) {
    Owner of;
    of.kind = owner.kind;
    of.id = owner.id;
    return owner.kind == OwnerKind::Mesh ? fmt::format("mesh {}", owner.id) : to_string(of);
}

Json held_twice_json(const std::vector<HeldTwicePair>& pairs) {
    Json all = Json::array();
    for (const HeldTwicePair& pair : pairs) {
        Json json;
        json["pid"] = pair.pid;
        json["type"] = to_string(pair.type);
        add_owner(json, pair.owner);
        json["allocator"] = hex(pair.allocator);
        Json other;
        add_owner(other, pair.other);
        json["other_owner"] = other["owner"];
        json["other_owner_chips"] = other["owner_chips"];
        json["other_allocator"] = hex(pair.other_allocator);
        json["chips"] = Json::array();
        for (const Place& place : pair.places) {
            json["chips"].push_back(place.id);
        }
        json["bytes_per_bank"] = pair.most_bytes;
        json["bytes_per_bank_at_end"] = pair.now_bytes;
        add_stream_place(json, pair.most_place);
        json["buffers"] = pair.buffers;
        json["first_t_ns"] = pair.first_t_ns;
        json["last_t_ns"] = pair.last_t_ns;
        all.push_back(std::move(json));
    }
    return all;
}

class Anomalies final : public View {
public:
    explicit Anomalies(const ViewOptions& options) : options_(options), observer_(life_filter(options.filter)) {}

    Observer* observer() override { return &observer_; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override;
    Json json(const ReplayedStream& stream) const override;

private:
    void append_sums(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) const;
    void append_held_twice(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) const;
    void append_places(
        std::vector<std::string>& lines, const Meaning& meaning, const SessionInfo& session, CallSites& sites, const TextStyle& style
    ) const;

    ViewOptions options_;
    AnomalyObserver observer_;
};

void Anomalies::append_sums(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) const {
    TextTable table({
        {"WHAT", Align::Left, 0, false},
        {"HARM", Align::Left, 0, false},
        {"TIMES", Align::Right, 0, false},
        {"PLACES", Align::Right, 0, false},
        {"SIZE", Align::Right, 3, false},
        {"FIRST", Align::Right, 1, false},
        {"LAST", Align::Right, 2, false},
    });
    for (const Meaning& meaning : kMeanings) {
        const Anomaly anomaly = observer_.result(meaning.kind);
        if (anomaly.count > 0) {
            table.add_row({
                {words(meaning.kind), meaning.ink},
                {std::string(meaning.harm), meaning.ink},
                {human_count(anomaly.count)},
                {human_count(anomaly.places.size()) + (anomaly.exact ? "" : "+")},
                {anomaly.bytes == 0 ? std::string() : human_bytes(anomaly.bytes)},
                {since_attach(anomaly.first_t_ns, session), Ink::Dim},
                {since_attach(anomaly.last_t_ns, session), Ink::Dim},
            });
        }
    }
    if (table.rows() > 0) {
        append_table(lines, {}, table, table.rows(), style);
    }
}

void Anomalies::append_held_twice(std::vector<std::string>& lines, const SessionInfo& session, const TextStyle& style) const {
    TextTable table({
        {"PID", Align::Left, 3, false},
        {"TYPE", Align::Left, 0, false},
        {"OWNER", Align::Left, 0, true},
        {"AND", Align::Left, 0, true},
        {"ON", Align::Left, 0, false},
        {"OF EACH BANK", Align::Right, 0, false},
        {"AT", Align::Right, 0, false},
        {"EVENT", Align::Right, 2, false},
        {"BUFFERS", Align::Right, 1, false},
    });
    const std::vector<HeldTwicePair> pairs = observer_.held_twice();
    for (std::size_t i = 0; i < rows_shown(pairs.size(), options_.top); ++i) {
        const HeldTwicePair& pair = pairs[i];
        table.add_row({
            {fmt::format("{}", pair.pid)},
            {std::string(to_string(pair.type))},
            {short_name(pair.owner)},
            {short_name(pair.other)},
            {place_list(pair.places)},
            {human_count(pair.most_bytes) + " B", Ink::Warning},
            {since_attach(pair.most_place.t_ns, session)},
            {human_count(pair.most_place.event), Ink::Dim},
            {human_count(pair.buffers)},
        });
    }
    append_table(lines, "held twice, at most", table, pairs.size(), style);
}

void Anomalies::append_places(
    std::vector<std::string>& lines, const Meaning& meaning, const SessionInfo& session, CallSites& sites, const TextStyle& style
) const {
    const Anomaly anomaly = observer_.result(meaning.kind);
    if (anomaly.count == 0) {
        return;
    }
    if (meaning.kind == AnomalyKind::HeldTwice || meaning.kind == AnomalyKind::LaunchOverlap) {
        if (meaning.kind == AnomalyKind::HeldTwice) {
            append_held_twice(lines, session, style);
        } else {
            lines.push_back({});
            append_notes(lines, {{words(meaning.kind) + ", at most of each program", Ink::Strong}}, style);
            append_overlaps(lines, observer_.launch_overlaps(), options_.top, session, sites, style);
        }
        append_notes(lines, {{std::string(meaning.harm) + ": " + std::string(meaning.sentence), meaning.ink}}, style);
        return;
    }
    TextTable table({
        {"PID", Align::Left, 6, false},
        {"OWNER", Align::Left, 0, true},
        {"TYPE", Align::Left, 0, false},
        {"ADDRESS", Align::Right, 0, false},
        {"ALLOCATOR", Align::Right, 5, false},
        {meaning.kind == AnomalyKind::ExcessFrees ? "TOO MANY" : "TIMES", Align::Right, 0, false},
        {"SIZE", Align::Right, 0, false},
        {meaning.kind == AnomalyKind::Overlap ? "OTHER" : "BEFORE", Align::Right, 0, false},
        {"TID", Align::Right, 4, false},
        {"FIRST", Align::Right, 3, false},
        {"LAST", Align::Right, 1, false},
        {"CALL SITE", Align::Left, 0, true},
    });
    const std::size_t most = meaning.ink == Ink::Plain ? std::min(options_.top, kHarmlessRows) : options_.top;
    const std::size_t shown = options_.top == 0 ? anomaly.places.size() : std::min(most, anomaly.places.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const AnomalyPlace& place = anomaly.places[i];
        std::string other = place.other_size == 0 ? std::string() : human_bytes(place.other_size);
        if (meaning.kind == AnomalyKind::Overlap) {
            other += " at " + hex(place.other_address);
        }
        table.add_row({
            {fmt::format("{}", place.pid)},
            {owner_text(place.owner)},
            {place.type ? std::string(to_string(*place.type)) : std::string()},
            {place.type ? hex(place.address) : std::string()},
            {hex(place.allocator)},
            {human_count(place.count) + (anomaly.exact ? "" : "+")},
            {place.size == 0 ? std::string() : human_bytes(place.size)},
            {std::move(other)},
            {place.tid == 0 ? std::string() : fmt::format("{}", place.tid)},
            {since_attach(place.first_t_ns, session), Ink::Dim},
            {since_attach(place.last_t_ns, session), Ink::Dim},
            {sites.of(place.stack).text},
        });
    }
    append_table(lines, words(meaning.kind), table, anomaly.places.size(), style);
    append_notes(lines, {{std::string(meaning.harm) + ": " + std::string(meaning.sentence), meaning.ink}}, style);
    if (!anomaly.exact) {
        const std::string more = fmt::format("more than {} places: the least frequent ones were dropped, counts of a place are at least that", AnomalyObserver::kMaxPlaces);
        append_notes(lines, {{more, Ink::Warning}}, style);
    }
}

std::string Anomalies::text(const ReplayedStream& stream, const TextStyle& style) const {
    std::vector<std::string> lines;
    append_notes(lines, answer_heading("anomalies", stream, options_.window), style);
    std::string none;
    for (const Meaning& meaning : kMeanings) {
        if (observer_.result(meaning.kind).count == 0) {
            none += (none.empty() ? "" : ", ") + words(meaning.kind);
        }
    }
    std::vector<Note> notes;
    if (observer_.not_placed() > 0) {
        notes.push_back(
            {fmt::format("{} could not be looked at for overlaps: what they reserve is not known", counted(observer_.not_placed(), "allocation")),
             Ink::Dim}
        );
    }
    const bool nothing = std::all_of(kMeanings.begin(), kMeanings.end(), [this](const Meaning& meaning) {
        return observer_.result(meaning.kind).count == 0;
    });
    if (nothing && stream.tracker.events > 0 && observer_.not_placed() == 0) {
        notes.push_back(none_note("nothing wrong", stream.complete));
    }
    notes.push_back({none.empty() ? "all kinds were seen" : "not seen: " + none, stream.complete ? Ink::Good : Ink::Plain});
    append_notes(lines, notes, style);
    CallSites sites(stream.tracker.stacks);
    append_sums(lines, stream.session, style);
    for (const Meaning& meaning : kMeanings) {
        append_places(lines, meaning, stream.session, sites, style);
    }
    return joined(lines);
}

Json place_json(const AnomalyPlace& place, AnomalyKind kind) {
    Json json;
    json["count"] = place.count;
    json["pid"] = place.pid;
    json["tid"] = place.tid;
    add_owner(json, place.owner);
    json["allocator"] = hex(place.allocator);
    json["type"] = nullptr;
    json["address"] = nullptr;
    json["buffer"] = nullptr;
    if (place.type) {
        json["type"] = to_string(*place.type);
        json["address"] = hex(place.address);
        json["buffer"] = hex(place.buffer);
    }
    json["size"] = place.size;
    json["other_size"] = nullptr;
    json["other_address"] = nullptr;
    if (kind == AnomalyKind::AddressReuse || kind == AnomalyKind::Overlap || kind == AnomalyKind::LaunchOverlap) {
        json["other_size"] = place.other_size;
    }
    if (kind == AnomalyKind::Overlap || kind == AnomalyKind::LaunchOverlap) {
        json["other_address"] = hex(place.other_address);
    }
    json["first_t_ns"] = place.first_t_ns;
    json["last_t_ns"] = place.last_t_ns;
    json["stack"] = stack_json(place.stack);
    return json;
}

Json Anomalies::json(const ReplayedStream& stream) const {
    Json json = answer_envelope("anomalies", stream, options_.window);
    json["overlaps_not_checked"] = observer_.not_placed();
    json["launch_overlaps"] = overlaps_json(observer_.launch_overlaps());
    json["held_twice"] = held_twice_json(observer_.held_twice());
    json["anomalies"] = Json::array();
    for (const Meaning& meaning : kMeanings) {
        const Anomaly anomaly = observer_.result(meaning.kind);
        Json entry;
        entry["kind"] = to_string(meaning.kind);
        entry["harm"] = meaning.harm;
        entry["meaning"] = meaning.sentence;
        entry["count"] = anomaly.count;
        entry["bytes"] = anomaly.bytes;
        entry["first_t_ns"] = time_or_null(anomaly.first_t_ns);
        entry["last_t_ns"] = time_or_null(anomaly.last_t_ns);
        entry["places"] = anomaly.places.size();
        entry["places_exact"] = anomaly.exact;
        entry["worst"] = Json::array();
        const std::size_t shown = options_.top == 0 ? anomaly.places.size() : std::min(options_.top, anomaly.places.size());
        for (std::size_t i = 0; i < shown; ++i) {
            entry["worst"].push_back(place_json(anomaly.places[i], meaning.kind));
        }
        json["anomalies"].push_back(std::move(entry));
    }
    return json;
}

}  // namespace

std::unique_ptr<View> make_anomalies_view(const ViewOptions& options) { return std::make_unique<Anomalies>(options); }

}  // namespace tt::alloc_trace
