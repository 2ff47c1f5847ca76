// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "control/mark_message.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "event/event.hpp"
#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::json;

struct ToJson {
    Json operator()(const AskWho&) const { return {{"ask", "who"}}; }
    Json operator()(const AskMark& ask) const { return {{"ask", "mark"}, {"name", ask.name}}; }
    Json operator()(const RecorderInfo& info) const {
        const auto end = info.pids.begin() + static_cast<std::ptrdiff_t>(std::min(info.pids.size(), kMaxToldPids));
        return {{"pid", info.pid}, {"file", info.file}, {"pids", std::vector<std::uint32_t>(info.pids.begin(), end)}};
    }
    Json operator()(const MarkPlaced& placed) const {
        return {{"event", placed.event}, {"t_ns", placed.t_ns}, {"attached_t_ns", placed.attached_t_ns}};
    }
    Json operator()(const MarkRefused& refused) const { return {{"refused", refused.why}}; }
};

// A path may be no UTF-8.
std::string packet(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::optional<Json> parse(std::string_view packet) {
    Json json = packet.size() > kMaxPacketBytes ? Json() : Json::parse(packet, nullptr, false);
    return json.is_object() ? std::optional(std::move(json)) : std::nullopt;
}

std::string text_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

RecorderInfo info_of(const Json& json) {
    RecorderInfo info{static_cast<std::uint32_t>(number_of(json, "pid")), text_of(json, "file"), {}};
    for (const Json& pid : json.value("pids", Json::array())) {
        if (pid.is_number_unsigned() && info.pids.size() < kMaxToldPids) {
            info.pids.push_back(pid.get<std::uint32_t>());
        }
    }
    return info;
}

}  // namespace

std::string mark_name_problem(std::string_view name) {
    if (name.empty()) {
        return "it is empty";
    }
    if (name.size() > kMaxMarkNameBytes) {
        return "it has " + std::to_string(name.size()) + " bytes, and " + std::to_string(kMaxMarkNameBytes) + " are the most";
    }
    if (without_unprintable(name) != name) {
        return "it has a control character, or is no valid UTF-8";
    }
    return name.front() == ' ' || name.back() == ' ' ? "it begins or ends with a space" : "";
}

std::string encode(const MarkQuestion& question) { return packet(std::visit(ToJson{}, question)); }

std::string encode(const MarkAnswer& answer) { return packet(std::visit(ToJson{}, answer)); }

std::optional<MarkQuestion> decode_question(std::string_view packet) {
    const std::optional<Json> json = parse(packet);
    const std::string ask = json ? text_of(*json, "ask") : std::string();
    if (ask == "who") {
        return AskWho{};
    }
    return ask == "mark" ? std::optional<MarkQuestion>(AskMark{text_of(*json, "name")}) : std::nullopt;
}

std::optional<MarkAnswer> decode_answer(std::string_view packet) {
    const std::optional<Json> json = parse(packet);
    if (!json) {
        return std::nullopt;
    }
    if (json->contains("refused")) {
        return MarkRefused{text_of(*json, "refused")};
    }
    if (json->contains("event")) {
        return MarkPlaced{number_of(*json, "event"), number_of(*json, "t_ns"), number_of(*json, "attached_t_ns")};
    }
    return json->contains("file") ? std::optional<MarkAnswer>(info_of(*json)) : std::nullopt;
}

}  // namespace tt::alloc_trace
