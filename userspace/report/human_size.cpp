// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/human_size.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <ctime>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kNsPerSecond = 1'000'000'000;
constexpr std::array<const char*, 7> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

// The largest unit of which there is at least one, after rounding to one digit: 1048575 is "1.0 MiB", not "1024.0 KiB".
std::size_t unit_of(std::uint64_t bytes) {
    double value = static_cast<double>(bytes);
    std::size_t unit = 0;
    while (unit + 1 < kUnits.size() && value >= (unit == 0 ? 1024.0 : 1023.95)) {
        value /= 1024.0;
        ++unit;
    }
    return unit;
}

std::string in_unit(std::uint64_t bytes, std::size_t unit) {
    if (unit == 0) {
        return fmt::format("{}", bytes);
    }
    return fmt::format("{:.1f}", static_cast<double>(bytes) / static_cast<double>(std::uint64_t{1} << (10 * unit)));
}

std::tm utc(std::uint64_t unix_ns) {
    const auto seconds = static_cast<std::time_t>(unix_ns / kNsPerSecond);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    return parts;
}

std::string date(const std::tm& parts) {
    return fmt::format("{:04}-{:02}-{:02}", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday);
}

std::string clock_time(const std::tm& parts) {
    return fmt::format("{:02}:{:02}:{:02}", parts.tm_hour, parts.tm_min, parts.tm_sec);
}

}  // namespace

std::string human_bytes(std::uint64_t bytes) {
    const std::size_t unit = unit_of(bytes);
    return fmt::format("{} {}", in_unit(bytes, unit), kUnits[unit]);
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    double value = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    std::string unit;
    for (const char c : text.substr(static_cast<std::size_t>(rest - text.data()))) {
        unit += c == ' ' ? "" : std::string(1, static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
    }
    if (error != std::errc() || !(value >= 0)) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < kUnits.size(); ++i) {
        const std::string letter = i == 0 ? "" : std::string(1, kUnits[i][0]);
        if (unit == letter || unit == letter + "B" || (i > 0 && unit == letter + "IB")) {
            const double bytes = std::round(std::ldexp(value, 10 * static_cast<int>(i)));
            return bytes < 0x1p64 ? std::optional(static_cast<std::uint64_t>(bytes)) : std::nullopt;
        }
    }
    return std::nullopt;
}

std::optional<PrintedBytes> parse_printed_bytes(std::string_view text) {
    const std::optional<std::uint64_t> bytes = parse_bytes(text);
    double number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    if (!bytes || number <= 0) {
        return bytes ? std::optional(PrintedBytes{*bytes, 0}) : std::nullopt;
    }
    const double unit = static_cast<double>(*bytes) / number;
    return PrintedBytes{*bytes, unit > 1 ? static_cast<std::uint64_t>(std::ceil(0.05 * unit)) : 0};
}

std::string human_bytes_against(std::uint64_t bytes, std::uint64_t baseline_bytes) {
    const std::size_t unit = unit_of(std::max(bytes, baseline_bytes));
    const bool shrunk = bytes < baseline_bytes;
    const std::uint64_t change = shrunk ? baseline_bytes - bytes : bytes - baseline_bytes;
    std::string delta = "=";
    if (change != 0) {
        const std::string amount = in_unit(change, unit);
        delta = fmt::format("{}{}", shrunk ? '-' : '+', amount == "0.0" ? human_bytes(change) : amount);
    }
    return fmt::format(
        "{} {} (baseline {}, {})", in_unit(bytes, unit), kUnits[unit], in_unit(baseline_bytes, unit), delta
    );
}

std::string human_count(std::uint64_t count) {
    const std::string digits = fmt::format("{}", count);
    std::string text;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i > 0 && (digits.size() - i) % 3 == 0) {
            text += ',';
        }
        text += digits[i];
    }
    return text;
}

std::string human_count_against(std::uint64_t count, std::uint64_t baseline_count) {
    std::string delta = "=";
    if (count > baseline_count) {
        delta = fmt::format("+{}", human_count(count - baseline_count));
    } else if (count < baseline_count) {
        delta = fmt::format("-{}", human_count(baseline_count - count));
    }
    return fmt::format("{} ({})", human_count(count), delta);
}

std::string human_rate(double per_second) {
    if (per_second <= 0) {
        return "0";
    }
    if (per_second < 0.05) {
        return "<0.1";
    }
    if (per_second < 99.95) {
        return fmt::format("{:.1f}", per_second);
    }
    return human_count(static_cast<std::uint64_t>(per_second + 0.5));
}

std::string human_duration(std::uint64_t ns) {
    const std::uint64_t seconds = ns / kNsPerSecond;
    if (seconds < 10) {
        return fmt::format("{}.{}s", seconds, ns % kNsPerSecond / 100'000'000);
    }
    if (seconds < 60) {
        return fmt::format("{}s", seconds);
    }
    if (seconds < 3600) {
        return fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
    }
    if (seconds < 86400) {
        return fmt::format("{}h{:02}m", seconds / 3600, seconds / 60 % 60);
    }
    return fmt::format("{}d{:02}h", seconds / 86400, seconds / 3600 % 24);
}

std::string human_offset(std::uint64_t t_ns, std::uint64_t start_ns) {
    const bool before = t_ns < start_ns;
    const std::uint64_t ms = (before ? start_ns - t_ns : t_ns - start_ns) / 1'000'000;
    return fmt::format(
        "{}{:02}:{:02}:{:02}.{:03}", before && ms > 0 ? '-' : '+', ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000
    );
}

std::string utc_clock_time(std::uint64_t unix_ns) {
    return fmt::format("{}Z", clock_time(utc(unix_ns)));
}

std::string utc_date_time(std::uint64_t unix_ns) {
    const std::tm parts = utc(unix_ns);
    return fmt::format("{} {}Z", date(parts), clock_time(parts));
}

std::string rfc3339_utc(std::uint64_t unix_ns, int digits) {
    const std::tm parts = utc(unix_ns);
    const std::string fraction = fmt::format("{:09}", unix_ns % kNsPerSecond);
    const auto kept = static_cast<std::size_t>(std::clamp(digits, 1, 9));
    return fmt::format("{}T{}.{}Z", date(parts), clock_time(parts), fraction.substr(0, kept));
}

}  // namespace tt::alloc_trace
