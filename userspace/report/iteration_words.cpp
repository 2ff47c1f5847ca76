// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/iteration_words.hpp"

#include <charconv>
#include <cmath>
#include <utility>

#include "report/human_size.hpp"
#include "report/memory_kind.hpp"

namespace tt::alloc_trace {
namespace {

constexpr double kMostValue = 1e18;  // fits 64 bits

struct Quantity {
    double number = 0;
    std::string_view unit;
};

std::optional<Quantity> parse_quantity(std::string_view text) {
    Quantity quantity;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), quantity.number, std::chars_format::fixed);
    if (error != std::errc() || !(quantity.number > 0)) {
        return std::nullopt;
    }
    quantity.unit = text.substr(static_cast<std::size_t>(rest - text.data()));
    return quantity;
}

std::optional<std::uint64_t> whole(double value) {
    return value >= 1 && value < kMostValue ? std::optional(static_cast<std::uint64_t>(std::llround(value))) : std::nullopt;
}

}  // namespace

bool parse_period(std::string_view text, IterationHint& hint) {
    const std::optional<Quantity> quantity = parse_quantity(text);
    if (!quantity) {
        return false;
    }
    if (quantity->unit.empty()) {
        const std::optional<std::uint64_t> marks = whole(quantity->number);
        hint.period_marks = marks.value_or(0);
        return marks.has_value();
    }
    for (const auto& [unit, ns] : {std::pair<std::string_view, double>{"ms", 1e6}, {"s", 1e9}, {"m", 60e9}, {"h", 3600e9}}) {
        if (quantity->unit == unit) {
            const std::optional<std::uint64_t> period = whole(quantity->number * ns);
            hint.period_ns = period.value_or(0);
            return period.has_value();
        }
    }
    return false;
}

bool parse_mark(std::string_view text, IterationHint& hint) {
    if (constexpr std::string_view kNamed = "mark:"; text.starts_with(kNamed)) {
        hint.named = text.substr(kNamed.size());
        return !hint.named.empty();
    }
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) {
        return false;
    }
    const GivenBytes size = parse_given_bytes(text.substr(colon + 1)).value_or(GivenBytes{});
    for (std::size_t i = 0; size.bytes > 0 && i < kBufferTypeCount; ++i) {
        const auto type = static_cast<BufferType>(i);
        if (parse_memory_kind(text.substr(0, colon)) == memory_kind(type)) {
            hint.mark = {type, size.bytes, size.tolerance};
            return true;
        }
    }
    return false;
}

}  // namespace tt::alloc_trace
