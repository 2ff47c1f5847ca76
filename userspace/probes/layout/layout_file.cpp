// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/layout_file.hpp"

#include <unistd.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "target/module_file.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "tt-alloc-trace/layout";
constexpr int kSchemaVersion = 1;
constexpr int kMaxDepth = 4;  // document, items, item, and one to spare
constexpr std::size_t kMaxShown = 200;
constexpr const char* kHint = "`tt-alloc-trace doctor --dump-layout` writes such a file; docs/layouts.md explains it";

tl::unexpected<Error> refuse(const std::string& path, const std::string& why) {
    return fail(ErrorCode::Usage, "cannot use layout file " + path + ": " + why, kHint);
}

// Deeper nesting than any layout has would make the parser recurse as deep as the file likes.
bool nests_too_deep(std::string_view json) {
    int depth = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        if (quoted) {
            i += json[i] == '\\' ? 1 : 0;
            quoted = i >= json.size() || json[i] != '"';
        } else if (json[i] == '"') {
            quoted = true;
        } else if (json[i] == '{' || json[i] == '[') {
            if (++depth > kMaxDepth) {
                return true;
            }
        } else if (json[i] == '}' || json[i] == ']') {
            --depth;
        }
    }
    return false;
}

Json item_json(const LayoutItem& item, const LayoutProfile& profile) {
    if (item.number != nullptr) {
        return item.number(profile);
    }
    const Field field = item.field(profile);
    if (!field.exists()) {
        return nullptr;
    }
    return Json{{"offset", field.offset}, {"width", field.width}};
}

std::optional<std::uint32_t> number_in(const Json& json) {
    if (!json.is_number_unsigned() || json.get<std::uint64_t>() > kMaxLayoutNumber) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(json.get<std::uint64_t>());
}

std::optional<Field> field_in(const Json& json) {
    if (!json.is_object() || json.size() != 2 || !json.contains("offset") || !json.contains("width")) {
        return std::nullopt;
    }
    const auto offset = number_in(json["offset"]);
    const auto width = number_in(json["width"]);
    if (!offset || !width || (*width != 1 && *width != 2 && *width != 4 && *width != 8)) {
        return std::nullopt;
    }
    return Field{*offset, *width};
}

Result<LayoutClaim> claim_in(const std::string& name, const Json& value, const std::string& path) {
    if (is_field_item(name)) {
        if (value.is_null()) {
            return place_claim(name, {}, path);
        }
        const auto field = field_in(value);
        if (!field) {
            return refuse(
                path,
                name +
                    " must be {\"offset\": bytes, \"width\": 1, 2, 4 or 8}, or null if there is no such member; not " +
                    value.dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, kMaxShown)
            );
        }
        return place_claim(name, *field, path);
    }
    for (const LayoutItem& item : layout_items()) {
        if (item.name == name) {
            const auto number = number_in(value);
            return number ? Result<LayoutClaim>(number_claim(name, *number, path))
                          : refuse(path, name + " must be a number from 0 to " + std::to_string(kMaxLayoutNumber));
        }
    }
    return refuse(
        path, "there is no item " + Json(name.substr(0, kMaxShown)).dump(-1, ' ', true, Json::error_handler_t::replace)
    );
}

// The text under an optional key.
std::string text_in(const Json& json, const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>().substr(0, kMaxShown)
                                                       : std::string();
}

}  // namespace

std::string to_json(const LayoutProfile& profile, std::string_view build_id) {
    Json json;
    json["schema"] = kSchema;
    json["schema_version"] = kSchemaVersion;
    json["tool_version"] = kVersion;
    json["name"] = profile.name;
    json["variant"] = profile.variant;
    json["build_id"] = build_id;
    json["items"] = Json::object();
    for (const LayoutItem& item : layout_items()) {
        json["items"][item.name] = item_json(item, profile);
    }
    json["sources"] = Json::object();
    for (const LayoutEvidence& evidence : profile.evidence) {
        json["sources"][evidence.item] = evidence.source;
    }
    return json.dump(2, ' ', true, Json::error_handler_t::replace) + "\n";
}

Result<LayoutFile> parse_layout(std::string_view json, const std::string& path) {
    if (json.size() > kMaxLayoutFileBytes || nests_too_deep(json)) {
        return refuse(path, "it is too large or nested too deeply to be a layout");
    }
    const Json document = Json::parse(json, nullptr, false);
    if (!document.is_object()) {
        return refuse(path, "it is no JSON object");
    }
    if (text_in(document, "schema") != kSchema) {
        return refuse(path, std::string("its \"schema\" is not \"") + kSchema + "\"");
    }
    if (!document.contains("schema_version") || document["schema_version"] != kSchemaVersion) {
        return refuse(path, "its \"schema_version\" is not " + std::to_string(kSchemaVersion));
    }
    if (!document.contains("items") || !document["items"].is_object()) {
        return refuse(path, "it has no object \"items\"");
    }
    LayoutFile file{text_in(document, "name"), text_in(document, "build_id"), {}};
    for (const auto& [name, value] : document["items"].items()) {
        if (find_claim(file.claims, name) != nullptr) {
            return refuse(path, name + " is there twice");
        }
        auto claim = claim_in(name, value, path);
        if (!claim) {
            return tl::make_unexpected(claim.error());
        }
        file.claims.push_back(*std::move(claim));
    }
    return file;
}

Result<LayoutFile> read_layout_file(const std::string& path) {
    const auto file = open_library_file(path);
    if (!file) {
        return refuse(path, file.error().message);
    }
    std::string text;
    std::array<char, 16384> buffer{};
    while (text.size() <= kMaxLayoutFileBytes) {
        const auto count = ::read(file->fd.get(), buffer.data(), buffer.size());
        if (count < 0) {
            return fail_errno(ErrorCode::RunTime, "cannot read layout file " + path, errno);
        }
        if (count == 0) {
            return parse_layout(text, path);
        }
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return refuse(path, "it is too large to be a layout");
}

}  // namespace tt::alloc_trace
