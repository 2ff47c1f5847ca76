// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

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

std::string process_name(const ProcessState& process) {
    const std::string program = process.command.substr(0, process.command.find(' '));
    const std::string name = program.substr(program.rfind('/') + 1, kMaxProgramBytes);
    return fmt::format("{} ({})", name.empty() ? "process" : name, process.pid);
}

const std::string& OwnerNames::of(const ProcessState& process, const Owner& owner) {
    const auto index = static_cast<std::uint64_t>(&owner - process.owners.data());
    if (by_place_.size() > kMaxNames) {
        by_place_.clear();
    }
    Known& known = by_place_[std::uint64_t{process.number} << 32U | index];
    if (known.text.empty() || known.kind != owner.kind || known.id != owner.id || known.chips != owner.chips) {
        known = {owner.kind, owner.id, owner.chips, to_string(owner)};
    }
    return known.text;
}

}  // namespace tt::alloc_trace
