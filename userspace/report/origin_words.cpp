// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/origin_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace tt::alloc_trace {

namespace {

using Json = nlohmann::ordered_json;

void collect_stacks(const Json& json, std::set<std::uint32_t>& numbers) {
    const auto take = [&numbers](const Json& value) {
        if (value.is_number_unsigned()) {
            numbers.insert(value.get<std::uint32_t>());
        }
    };
    if (json.is_object()) {
        for (const auto& [key, value] : json.items()) {
            if (key == "stack") {
                take(value);
            } else if (key == "stacks" && value.is_array()) {
                std::for_each(value.begin(), value.end(), take);
            } else {
                collect_stacks(value, numbers);
            }
        }
    } else if (json.is_array()) {
        for (const Json& value : json) {
            collect_stacks(value, numbers);
        }
    }
}

}  // namespace

std::string call_sites_text(const StackSample& stacks, CallSites& sites) {
    std::set<std::string_view> names;
    for (const std::uint32_t stack : stacks.stacks()) {
        if (const std::string& name = sites.of(stack).text; !name.empty()) {
            names.insert(name);
        }
    }
    if (names.empty()) {
        return {};
    }
    const std::string& first = sites.of(stacks.stacks().front()).text;
    if (stacks.more()) {
        return first + " and more";
    }
    return names.size() == 1 ? first : fmt::format("{} and {} more", first, names.size() - 1);
}

Json stack_json(std::uint32_t stack) { return stack == 0 ? Json() : Json(stack); }

void add_call_stacks(Json& json, const StackTable& table) {
    std::set<std::uint32_t> numbers;
    collect_stacks(json, numbers);
    CallSites sites(table);
    Json all = Json::array();
    for (const std::uint32_t number : numbers) {
        const StackSeen* stack = table.find(number);
        if (stack == nullptr) {
            continue;
        }
        const CallSites::CallSite& site = sites.of(number);
        Json entry;
        entry["number"] = number;
        entry["call_site"] = site.text;
        entry["operation"] = site.operation.empty() ? Json() : Json(site.operation);
        entry["end"] = to_string(stack->end);
        entry["frames"] = Json::array();
        for (const std::uint32_t frame : stack->frames) {
            entry["frames"].push_back(frame_text(table.frame(frame), true));
        }
        all.push_back(std::move(entry));
    }
    if (!all.empty()) {
        json["call_stacks"] = std::move(all);
    }
}

}  // namespace tt::alloc_trace
