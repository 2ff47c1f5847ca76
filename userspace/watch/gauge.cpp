// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/gauge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "report/human_size.hpp"

namespace tt::alloc_trace::watch {
namespace {

constexpr std::size_t kEighths = 8;
constexpr double kNearlyFull = 0.9;
constexpr double kFull = 0.98;

double share(std::uint64_t part, std::uint64_t of) {
    return of == 0 ? 0.0 : std::min(1.0, static_cast<double>(part) / static_cast<double>(of));
}

// Spans of one ink are joined.
void put(std::vector<Span>& spans, std::string_view text, Ink ink) {
    if (spans.empty() || spans.back().ink != ink) {
        spans.push_back({{}, ink});
    }
    spans.back().text += text;
}

}  // namespace

double Gauge::fullness() const { return capacity ? share(taken(), *capacity) : 0.0; }

Ink ink_of(const Gauge& gauge) {
    const double full = gauge.fullness();
    return full >= kFull ? Ink::Bad : full >= kNearlyFull ? Ink::Warning : Ink::Plain;
}

std::size_t level(std::uint64_t value, std::uint64_t of, std::size_t levels) {
    const auto rounded = static_cast<std::size_t>(std::lround(share(value, of) * static_cast<double>(levels)));
    return value > 0 ? std::max<std::size_t>(rounded, 1) : 0;
}

std::string_view block(std::size_t eighths, bool utf8) {
    constexpr std::array<std::string_view, kEighths + 1> kBlocks{"·", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
    return utf8 ? kBlocks[eighths] : eighths == 0 ? "." : eighths < kEighths / 2 ? "-" : "#";
}

std::string_view level_block(std::size_t eighths, bool utf8) {
    constexpr std::array<std::string_view, kEighths + 1> kBlocks{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr std::array<std::string_view, kEighths + 1> kAscii{" ", "_", ".", ":", "-", "=", "+", "*", "#"};
    return utf8 ? kBlocks[eighths] : kAscii[eighths];
}

std::vector<Span> bar(const Gauge& gauge, std::size_t columns, bool utf8) {
    std::vector<Span> spans;
    if (!gauge.there || !gauge.capacity || columns == 0) {
        put(spans, std::string(columns, ' '), Ink::Dim);
        return spans;
    }
    const std::uint64_t capacity = *gauge.capacity;
    const std::size_t circular = level(gauge.circular, capacity, columns);
    std::size_t taken = level(gauge.taken(), capacity, columns * kEighths);
    if (gauge.taken() < capacity) {
        taken = std::min(taken, columns * kEighths - 1);
    }
    const auto mark = [&](std::uint64_t bytes) {
        const auto cell = static_cast<std::size_t>(share(bytes, capacity) * static_cast<double>(columns));
        return std::min(cell, columns - 1);
    };
    const std::size_t peak = gauge.peak > gauge.used ? mark(gauge.peak + gauge.circular) : columns;
    const std::size_t baseline = gauge.baseline ? mark(*gauge.baseline + gauge.circular) : columns;
    for (std::size_t i = 0; i < columns; ++i) {
        const std::size_t eighths = std::min(kEighths, taken - std::min(taken, i * kEighths));
        if (i == baseline) {
            put(spans, eighths == kEighths ? (utf8 ? "▓" : "+") : (utf8 ? "┆" : ":"), Ink::Strong);
        } else if (i == peak && eighths == 0) {
            put(spans, utf8 ? "│" : "|", Ink::Plain);
        } else {
            put(spans, block(eighths, utf8), eighths == 0 ? Ink::Dim : i < circular ? Ink::Good : ink_of(gauge));
        }
    }
    return spans;
}

std::string percent(const Gauge& gauge) {
    if (!gauge.there) {
        return {};
    }
    if (!gauge.capacity) {
        return human_bytes(gauge.taken());
    }
    const double most = gauge.taken() < *gauge.capacity ? 99 : 100;  // what has room is not called full
    const double least = gauge.taken() > 0 ? 1 : 0;
    const double shown = std::clamp(std::round(gauge.fullness() * 100), least, most);
    const bool below = least > 0 && gauge.fullness() < 0.005;
    return fmt::format("{}{:.0f}%", below ? "<" : "", shown);
}

std::string change_text(std::int64_t bytes) {
    if (bytes == 0) {
        return "=";
    }
    const auto size = static_cast<std::uint64_t>(bytes < 0 ? -bytes : bytes);
    return (bytes < 0 ? "-" : "+") + human_bytes(size);
}

std::string sparkline(const std::vector<std::uint64_t>& values, bool utf8) {
    const std::uint64_t most = values.empty() ? 0 : *std::max_element(values.begin(), values.end());
    std::string line;
    for (const std::uint64_t value : values) {
        line += level_block(level(value, most, kEighths), utf8);
    }
    return line;
}

}  // namespace tt::alloc_trace::watch
