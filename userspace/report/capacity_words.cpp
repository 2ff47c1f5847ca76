// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/capacity_words.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/human_size.hpp"
#include "report/json_envelope.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kCapacityBarColumns = 8;
constexpr double kNearlyFull = 0.9;
constexpr double kFull = 0.98;

double share(std::uint64_t used, std::uint64_t of) {
    return of == 0 ? 0.0 : std::min(1.0, static_cast<double>(used) / static_cast<double>(of));
}

}  // namespace

Capacity capacity_of(const CapacityMap& capacities, const Place& place, MemoryKind kind) {
    for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
        const auto type = static_cast<BufferType>(i);
        if (kind != MemoryKind::CircularBuffer && memory_kind(type) == kind) {
            const auto found = capacities.find({place, type});
            return found == capacities.end() ? Capacity{} : found->second;
        }
    }
    return {};
}

std::string usage_bar(std::uint64_t used, std::uint64_t of, std::size_t columns, bool utf8) {
    auto full = static_cast<std::size_t>(std::lround(share(used, of) * static_cast<double>(columns)));
    if (used > 0 && used < of && columns > 1) {
        full = std::clamp<std::size_t>(full, 1, columns - 1);
    }
    std::string bar;
    for (std::size_t i = 0; i < columns; ++i) {
        bar += utf8 ? (i < full ? "█" : "░") : (i < full ? "#" : ".");
    }
    return bar;
}

CapacityText capacity_text(const Capacity& capacity, bool utf8) {
    CapacityText text;
    if (!capacity.known()) {
        return text;
    }
    text.capacity = human_bytes(capacity.of_chip(capacity.bank_bytes));
    if (!capacity.use) {
        text.used = "not known";
        return text;
    }
    const double used = share(capacity.use->used, capacity.bank_bytes);
    const double most = capacity.use->free == 0 ? 100 : 99;  // what has room is not called full
    text.used = fmt::format(
        "{} {:3.0f}%", usage_bar(capacity.use->used, capacity.bank_bytes, kCapacityBarColumns, utf8), std::min(std::round(used * 100), most)
    );
    text.free = human_bytes(capacity.of_chip(capacity.use->free));
    text.largest = human_bytes(capacity.of_chip(capacity.use->largest_free));
    text.ink = used >= kFull ? Ink::Bad : used >= kNearlyFull ? Ink::Warning : Ink::Plain;
    return text;
}

Json number_or_null(const std::optional<std::uint64_t>& number) { return number ? Json(*number) : Json(nullptr); }

Json hex_or_null(const std::optional<std::uint64_t>& number) { return number ? Json(hex(*number)) : Json(nullptr); }

Json capacity_json(const Capacity& capacity) {
    if (!capacity.known()) {
        return nullptr;
    }
    const auto of_chip = [&capacity](std::uint64_t BankUse::*bytes) {
        return capacity.use ? Json(capacity.of_chip((*capacity.use).*bytes)) : Json(nullptr);
    };
    Json json;
    json["banks"] = capacity.banks;
    json["bank_bytes"] = capacity.bank_bytes;
    json["capacity_bytes"] = capacity.of_chip(capacity.bank_bytes);
    json["used_bytes"] = of_chip(&BankUse::used);
    json["free_bytes"] = of_chip(&BankUse::free);
    json["largest_free_bytes"] = of_chip(&BankUse::largest_free);
    json["largest_free_bank_bytes"] = capacity.use ? Json(capacity.use->largest_free) : Json(nullptr);
    json["allocators"] = capacity.allocators;
    return json;
}

}  // namespace tt::alloc_trace
