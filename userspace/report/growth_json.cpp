// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/growth_json.hpp"

#include <fmt/format.h>

#include <cmath>

#include "report/answer_heading.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

Json known_or_null(bool known, std::uint64_t number) { return known ? Json(number) : Json(nullptr); }

Json bytes_or_null(const std::optional<double>& bytes) { return bytes ? Json(std::llround(*bytes)) : Json(nullptr); }

void add_kind(Json& json, const GrowthLog& log, std::uint32_t owner, BufferType type) {
    add_owner(json, log.owners()[owner]);
    json["type"] = to_string(type);
}

}  // namespace

Json growth_process_json(const GrowthProcess& process) {
    Json json{{"pid", process.pid}, {"allocations", process.marks}, {"groups", process.groups}, {"nearest", Json::array()}};
    for (const GrowthProcess::Size& size : process.nearest) {
        json["nearest"].push_back({{"type", to_string(size.type)}, {"size", size.size}});
    }
    return json;
}

Json iterations_json(const GrowthLog& log, const Iterations& found) {
    Json json;
    json["pid"] = found.pid;
    json["found_by"] = to_string(found.found_by);
    json["certainty"] = to_string(found.certainty);
    json["explained"] = found.explained;
    json["count"] = std::llround(found.count);
    json["period_ns"] = found.period_ns;
    json["allocations_per_period"] = found.marks_per_period;
    json["parts"] = Json::array();
    for (const LoopPart& part : found.parts) {
        json["parts"].push_back({{"count", part.count}, {"allocations", part.length}});
    }
    json["tid"] = known_or_null(found.tids.size() == 1, found.tids.empty() ? 0 : found.tids.front());
    json["tids"] = found.tids;
    json["shapes"] = found.shapes;
    json["over"] = found.over;
    json["first_t_ns"] = found.first_t_ns;
    json["last_t_ns"] = found.last_t_ns;
    json["anchor"] = nullptr;
    if (found.anchor && found.anchor->launch) {
        json["anchor"] = {{"program", fmt::format("{:#x}", found.anchor->size)}, {"per_period", found.anchors_per_period}};
    } else if (found.anchor) {
        Json anchor;
        add_kind(anchor, log, found.anchor->owner, found.anchor->type);
        anchor["size"] = found.anchor->size;
        anchor["per_period"] = found.anchors_per_period;
        json["anchor"] = std::move(anchor);
    }
    return json;
}

Json growing_json(const GrowthLog& log, const GrowthResult& result, const GrowingGroup& group) {
    const Iterations& iterations = result.iterations[group.iterations];
    Json json;
    json["pid"] = iterations.pid;
    add_kind(json, log, group.key.owner, group.key.type);
    json["size"] = known_or_null(!group.wanders(), group.key.size);
    json["sizes"] = group.sizes;
    json["in_turn"] = group.in_turn;
    json["tid"] = known_or_null(group.tid != 0, group.tid);
    json["count"] = group.count;
    json["older"] = group.older;
    json["bytes"] = known_or_null(!group.wanders(), group.count * group.key.size);
    json["footprint_per_bank"] = known_or_null(group.bank_bytes && !group.wanders(), group.bank_bytes.value_or(0) * group.count);
    json["first_t_ns"] = group.first_t_ns;
    json["last_t_ns"] = group.last_t_ns;
    json["stacks"] = group.stacks.stacks();
    json["bytes_per_period"] = std::llround(group.bytes_per_period());
    json["footprint_bytes_per_period"] = bytes_or_null(group.reserved_per_period());
    json["buffers_per_period"] = group.wanders() ? Json(nullptr) : Json(group.slope.per_period);
    json["period_ns"] = iterations.period_ns;
    json["iterations"] = std::llround(group.slope.periods);
    json["grown"] = std::llround(group.slope.grown);
    json["certainty"] = to_string(group.certainty);
    json["found_by"] = to_string(iterations.found_by);
    return json;
}

Json risen_json(const GrowthLog& log, const GrowthResult& result, const RisenGroup& group) {
    Json json;
    json["pid"] = result.iterations[group.iterations].pid;
    add_kind(json, log, group.key.owner, group.key.type);
    json["size"] = group.key.size;
    json["how"] = to_string(group.kind);
    json["from"] = group.from;
    json["to"] = group.to;
    json["buffers_per_period"] = group.kind == RiseKind::Earlier ? Json(group.per_period) : Json(nullptr);
    json["until_t_ns"] = group.until_t_ns;
    return json;
}

Json outlook_json(const GrowthLog& log, const GrowthResult& result, const GrowthOutlook& outlook) {
    Json json;
    json["pid"] = result.iterations[outlook.iterations].pid;
    add_kind(json, log, outlook.owner, outlook.type);
    json["banks"] = outlook.banks;
    json["footprint_per_bank_per_period"] = outlook.bank_bytes_per_period;
    json["peak_footprint_per_bank_per_period"] = outlook.peak_bank_bytes_per_period;
    json["free_per_bank"] = outlook.free_bank_bytes;
    json["iterations_left"] = std::floor(outlook.periods_left);
    return json;
}

}  // namespace tt::alloc_trace
