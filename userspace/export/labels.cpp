// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "report/owner_labels.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxProgramBytes = 64;
constexpr std::size_t kMaxNames = 4096;  // owners come and go with every close; past it all are built anew

struct SizeClass {
    std::uint64_t below;
    std::string_view name;
};
constexpr std::array kClasses{
    SizeClass{std::uint64_t{4} << 10U, "under 4 KiB"},
    SizeClass{std::uint64_t{64} << 10U, "4-64 KiB"},
    SizeClass{std::uint64_t{1} << 20U, "64 KiB-1 MiB"},
    SizeClass{std::uint64_t{16} << 20U, "1-16 MiB"},
    SizeClass{std::uint64_t{256} << 20U, "16-256 MiB"},
};

}  // namespace

std::string_view size_class(std::uint64_t bytes) {
    const auto* found =
        std::find_if(kClasses.begin(), kClasses.end(), [bytes](const SizeClass& entry) { return bytes < entry.below; });
    return found == kClasses.end() ? "256 MiB and more" : found->name;
}

std::string json_string(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string clean_text(std::string_view text) {
    const auto plain = [](char c) { return (c >= ' ' && c < 0x7f) || c == '\n' || c == '\t'; };
    std::string clean(text);
    if (std::all_of(text.begin(), text.end(), plain)) {
        return clean;
    }
    const auto control = [](char c) { return (c >= 0 && c < ' ' && c != '\n' && c != '\t') || c == 0x7f; };
    std::replace_if(clean.begin(), clean.end(), control, '\xff');  // no UTF-8 either
    return nlohmann::json::parse(json_string(clean)).get<std::string>();
}

std::string chips_json(std::vector<std::int32_t> chips) {
    std::sort(chips.begin(), chips.end());
    return fmt::format("[{}]", fmt::join(chips, ","));
}

std::string process_name(const ProcessState& process) {
    const std::string program = process.command.substr(0, process.command.find(' '));
    const std::string name = clean_text(program.substr(program.rfind('/') + 1, kMaxProgramBytes));
    return fmt::format("{} ({})", name.empty() ? "process" : name, process.pid);
}

std::string incomplete_words(const ReplayedStream& stream) {
    return stream.warning.empty() ? doubt_text(stream.tracker.doubts()) : stream.warning;
}

const OwnerNames::Known& OwnerNames::known(const ProcessState& process, const Owner& owner) {
    const auto index = static_cast<std::uint64_t>(&owner - process.owners.data());
    if (by_place_.size() > kMaxNames) {
        by_place_.clear();
    }
    Known& known = by_place_[std::uint64_t{process.number} << 32U | index];
    if (known.text.empty() || known.kind != owner.kind || known.id != owner.id || known.chips != owner.chips) {
        known = {owner.kind, owner.id, owner.chips, to_string(owner), owner_label(owner.kind, owner.id), chips_json(owner.chips)};
    }
    return known;
}

}  // namespace tt::alloc_trace
