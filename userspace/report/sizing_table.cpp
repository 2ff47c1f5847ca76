// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/sizing_table.hpp"

#include <fmt/format.h>

#include <optional>
#include <string_view>

#include "analysis/phases.hpp"
#include "report/answer_heading.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/human_size.hpp"
#include "report/phase_words.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// The parameter of open_device and open_mesh_device; empty: there is none.
std::string_view parameter_of(BufferType type) {
    switch (type) {
        case BufferType::Trace: return "trace_region_size";
        case BufferType::L1Small: return "l1_small_size";
        case BufferType::L1: return "worker_l1_size";
        default: return "";
    }
}

// Both in the unit of the parameter: for TRACE over all banks, else in one bank; worker_l1_size takes in L1_SMALL.
struct Sizes {
    std::optional<std::uint64_t> opened_with;
    std::optional<std::uint64_t> needed;
    // In one bank, of TRACE: the unit before June 2026. The runtime's own sums are in the unit of its time.
    std::optional<std::uint64_t> bank_opened_with;
    std::optional<std::uint64_t> bank_needed;
};

Sizes sizes_of(const RegionNeed& need) {
    const bool traces = need.type == BufferType::Trace;
    const std::uint64_t banks = traces && need.region ? need.region->banks : 1;
    Sizes sizes;
    if (need.region) {
        sizes.opened_with = need.region->bytes * banks + need.small_bytes;
    }
    if (need.known && (!traces || need.region || need.bank_bytes == 0)) {
        sizes.needed = need.bank_bytes * banks + need.small_bytes;
    }
    if (traces && need.region && !need.asked_in_all) {
        sizes.bank_opened_with = need.region->bytes;
        sizes.bank_needed = need.known ? std::optional(need.bank_bytes) : std::nullopt;
    }
    if (need.asked_in_all) {  // the runtime's own sum
        sizes.needed = need.asked_in_all;
        sizes.opened_with = need.limit_in_all ? need.limit_in_all : sizes.opened_with;
    }
    return sizes;
}

bool passes(const ViewFilter& filter, const RegionNeed& need) {
    return filter.passes_any(places_of(OwnerIdentity{need.owner.kind, need.owner.id, need.owner.chips})) &&
           filter.passes(memory_kind(need.type));
}

std::string bytes_text(const std::optional<std::uint64_t>& bytes) { return bytes ? human_count(*bytes) + " B" : "not known"; }

}  // namespace

void append_sizing(
    std::vector<std::string>& lines,
    const std::vector<RegionNeed>& needs,
    const ViewFilter& filter,
    std::size_t top,
    const ReplayedStream& stream,
    const TextStyle& style
) {
    TextTable table({
        {"PID", Align::Left, 3, false},
        {"OWNER", Align::Left, 0, true},
        {"REGION", Align::Left, 0, false},
        {"PARAMETER", Align::Left, 1, false},
        {"OPENED WITH", Align::Right, 0, false},
        {"NEEDED", Align::Right, 0, false},
        {"AT", Align::Right, 2, false},
        {"PHASE", Align::Left, 1, true},
    });
    std::size_t all = 0;
    for (const RegionNeed& need : needs) {
        if (!passes(filter, need) || (++all > top && top != 0)) {
            continue;
        }
        const Sizes sizes = sizes_of(need);
        const bool short_of = sizes.opened_with && sizes.needed && *sizes.needed > *sizes.opened_with;
        table.add_row({
            {fmt::format("{}", need.pid)},
            {owner_text(need.owner)},
            {std::string(to_string(need.type))},
            {std::string(parameter_of(need.type)), Ink::Dim},
            {bytes_text(sizes.opened_with)},
            {bytes_text(sizes.needed), short_of ? Ink::Bad : Ink::Strong},
            {since_attach(need.place.t_ns, stream.session), Ink::Dim},
            {need.place.event == 0 ? "" : phase_at(stream.tracker.marks, need.place.event)},
        });
        if (sizes.bank_opened_with) {
            table.add_row({{}, {}, {"  in one bank", Ink::Dim}, {}, {bytes_text(sizes.bank_opened_with)}, {bytes_text(sizes.bank_needed)}, {}, {}});
        }
    }
    if (all == 0) {
        return;
    }
    lines.push_back({});
    append_notes(
        lines,
        {{"sizes of regions: what was needed at most, refused requests included", Ink::Strong},
         {"in one bank, L1 with circular buffers and L1_SMALL; TRACE in all banks, as trace_region_size has been since June 2026, and in "
          "one, as it was before",
          Ink::Dim}},
        style
    );
    append_table(lines, table, style);
    append_left_out(lines, all, rows_shown(all, top), "region", style);
}

Json sizing_json(const std::vector<RegionNeed>& needs, const ViewFilter& filter, const std::vector<PhaseMark>& marks) {
    Json all = Json::array();
    for (const RegionNeed& need : needs) {
        if (!passes(filter, need)) {
            continue;
        }
        const Sizes sizes = sizes_of(need);
        Json json;
        json["pid"] = need.pid;
        add_owner(json, need.owner);
        json["type"] = to_string(need.type);
        json["parameter"] = parameter_of(need.type);
        json["opened_with_bytes"] = number_or_null(sizes.opened_with);
        json["needed_bytes"] = number_or_null(sizes.needed);
        json["opened_with_bytes_of_bank"] = number_or_null(sizes.bank_opened_with);
        json["needed_bytes_of_bank"] = number_or_null(sizes.bank_needed);
        json["refused"] = need.refused;
        add_stream_place(json, need.place);
        json["phase"] = need.place.event == 0 ? Json(nullptr) : phase_json(marks, need.place.event);
        all.push_back(std::move(json));
    }
    return all;
}

}  // namespace tt::alloc_trace
