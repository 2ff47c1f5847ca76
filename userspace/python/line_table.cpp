// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/line_table.hpp"

#include <cstddef>
#include <limits>

namespace tt::alloc_trace {
namespace {

constexpr PythonVersion kLinesByRange{3, 10};
constexpr PythonVersion kLocations{3, 11};

using Bytes = std::span<const std::uint8_t>;

std::optional<std::uint32_t> as_line(std::int64_t line) {
    if (line < 0 || line > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::uint32_t>(line);
}

// Pairs: bytes on, lines on. A line holds until the next pair has moved on beyond the instruction; the last one to the end.
std::optional<std::uint32_t> by_steps(const LineTable& table, std::uint32_t instruction) {
    std::int64_t line = table.first_line;
    std::uint64_t at = 0;
    for (std::size_t i = 0; i + 1 < table.bytes.size(); i += 2) {
        at += table.bytes[i];
        if (at > instruction) {
            return as_line(line);
        }
        line += static_cast<std::int8_t>(table.bytes[i + 1]);
    }
    return table.cut ? std::nullopt : as_line(line);
}

// Pairs: bytes of a range, lines on from the range before; -128: a range without a line.
std::optional<std::uint32_t> by_ranges(const LineTable& table, std::uint32_t instruction) {
    constexpr std::int8_t kNoLine = -128;
    std::int64_t line = table.first_line;
    std::uint64_t end = 0;
    for (std::size_t i = 0; i + 1 < table.bytes.size(); i += 2) {
        const auto step = static_cast<std::int8_t>(table.bytes[i + 1]);
        end += table.bytes[i];
        line += step == kNoLine ? 0 : step;
        if (end > instruction) {
            return step == kNoLine ? std::nullopt : as_line(line);
        }
    }
    return std::nullopt;
}

// Six bits a byte, the lowest first; the next bit says that there are more. The sign is the lowest bit of the number.
std::int64_t signed_number(Bytes bytes) {
    constexpr unsigned kMaxBits = 36;
    std::uint64_t number = 0;
    unsigned shift = 0;
    for (const std::uint8_t byte : bytes) {
        if (shift >= kMaxBits) {
            break;
        }
        number |= static_cast<std::uint64_t>(byte & 0x3fU) << shift;
        shift += 6;
        if ((byte & 0x40U) == 0) {
            break;
        }
    }
    const auto size = static_cast<std::int64_t>(number >> 1U);
    return (number & 1U) != 0 ? -size : size;
}

enum LocationKind : std::uint8_t { kOneLine = 10, kTwoLinesOn = 12, kNoColumns = 13, kLong = 14, kNoLocation = 15 };

std::int64_t lines_on(std::uint8_t kind, Bytes rest) {
    if (kind >= kOneLine && kind <= kTwoLinesOn) {
        return kind - kOneLine;
    }
    return kind == kNoColumns || kind == kLong ? signed_number(rest) : 0;
}

// Entries, told by the high bit of their first byte: kind, and how many units of two bytes of code it is for.
std::optional<std::uint32_t> by_locations(const LineTable& table, std::uint32_t instruction) {
    constexpr std::uint8_t kFirst = 0x80;
    constexpr std::uint64_t kUnit = 2;
    std::int64_t line = table.first_line;
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < table.bytes.size();) {
        const std::uint8_t first = table.bytes[i++];
        const std::size_t rest = i;
        while (i < table.bytes.size() && (table.bytes[i] & kFirst) == 0) {
            ++i;
        }
        if ((first & kFirst) == 0 || (table.cut && i == table.bytes.size())) {
            return std::nullopt;
        }
        const auto kind = static_cast<std::uint8_t>(first >> 3U & 0xfU);
        line += lines_on(kind, table.bytes.subspan(rest, i - rest));
        end += kUnit * ((first & 7U) + 1);
        if (end > instruction) {
            return kind == kNoLocation ? std::nullopt : as_line(line);
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::uint32_t> line_of(const LineTable& table, std::uint32_t instruction) {
    if (instruction == kNotBegun) {
        return as_line(table.first_line);
    }
    if (table.version >= kLocations) {
        return by_locations(table, instruction);
    }
    return table.version == kLinesByRange ? by_ranges(table, instruction) : by_steps(table, instruction);
}

}  // namespace tt::alloc_trace
