// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/time_point.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::int64_t kNsPerSecond = 1'000'000'000;

struct Unit {
    std::string_view name;
    double ns;
};
// Longer names first where one begins with another.
constexpr std::array kUnits{
    Unit{"ns", 1}, Unit{"us", 1e3}, Unit{"ms", 1e6}, Unit{"s", 1e9}, Unit{"min", 60e9}, Unit{"m", 60e9}, Unit{"h", 3600e9}, Unit{"d", 86400e9}
};

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// Takes digits and at most one point off the front; nullopt: there are none.
std::optional<double> take_number(std::string_view& text) {
    std::size_t size = 0;
    bool digits = false;
    bool point = false;
    while (size < text.size() && (is_digit(text[size]) || (text[size] == '.' && !point))) {
        digits = digits || is_digit(text[size]);
        point = point || text[size] == '.';
        ++size;
    }
    if (!digits || size > 30) {
        return std::nullopt;
    }
    const double value = std::strtod(std::string(text.substr(0, size)).c_str(), nullptr);
    text.remove_prefix(size);
    return value;
}

// "1h2m3.5s"
std::optional<std::int64_t> parse_duration(std::string_view text) {
    if (text.empty()) {
        return std::nullopt;
    }
    double sum = 0;
    while (!text.empty()) {
        const std::optional<double> value = take_number(text);
        const Unit* unit = nullptr;
        for (const Unit& candidate : kUnits) {
            unit = unit == nullptr && text.starts_with(candidate.name) ? &candidate : unit;
        }
        if (!value || unit == nullptr) {
            return std::nullopt;
        }
        text.remove_prefix(unit->name.size());
        sum += *value * unit->ns;
    }
    constexpr double kTooLong = 9e18;
    return sum < kTooLong ? std::optional(static_cast<std::int64_t>(std::llround(sum))) : std::nullopt;
}

// `pattern`: "dddd-dd-dd" and the like; anything but d stands for itself.
bool looks_like(std::string_view text, std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        if (i >= text.size() || (pattern[i] == 'd' ? !is_digit(text[i]) : text[i] != pattern[i])) {
            return false;
        }
    }
    return true;
}

int number_at(std::string_view text, std::size_t at, std::size_t size) {
    int value = 0;
    for (const char letter : text.substr(at, size)) {
        value = value * 10 + (letter - '0');
    }
    return value;
}

// Digits behind a point, "" for none: nanoseconds of the first and the last moment that begin with them.
struct Fraction {
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

std::optional<Fraction> parse_fraction(std::string_view text) {
    Fraction fraction{0, kNsPerSecond - 1};
    if (text.empty()) {
        return fraction;
    }
    std::int64_t step = kNsPerSecond;
    fraction.last_ns = 0;
    for (const char letter : text.substr(1)) {
        if (!is_digit(letter) || step == 1) {
            return std::nullopt;
        }
        step /= 10;
        fraction.first_ns += step * (letter - '0');
    }
    fraction.last_ns = fraction.first_ns + step - 1;
    return text[0] == '.' && text.size() > 1 ? std::optional(fraction) : std::nullopt;
}

// What a printed moment stands for, as it may be cut: ns since the attach, or since 1970.
struct Moments {
    std::int64_t first_ns = 0;
    std::int64_t last_ns = 0;
};

// "+00:01:30.250": human_offset()'s form.
std::optional<Moments> parse_printed_offset(std::string_view text) {
    const std::size_t colon = text.find(':');
    constexpr std::size_t kMaxHourDigits = 6;
    const bool before = text.starts_with('-');
    if (!(before || text.starts_with('+')) || colon == std::string_view::npos || colon < 2 || colon > 1 + kMaxHourDigits) {
        return std::nullopt;
    }
    const std::string_view hours = text.substr(1, colon - 1);
    const std::string_view rest = text.substr(colon + 1);
    const bool digits = std::all_of(hours.begin(), hours.end(), is_digit) && looks_like(rest, "dd:dd");
    const auto fraction = digits ? parse_fraction(rest.substr(5)) : std::nullopt;
    if (!fraction) {
        return std::nullopt;
    }
    const std::int64_t minutes = std::int64_t{number_at(text, 1, colon - 1)} * 60 + number_at(rest, 0, 2);
    const std::int64_t whole_ns = (minutes * 60 + number_at(rest, 3, 2)) * kNsPerSecond;
    const Moments after{whole_ns + fraction->first_ns, whole_ns + fraction->last_ns};
    return before ? Moments{-after.last_ns, -after.first_ns} : after;
}

// "2026-02-03T12:34:56.5Z", and as utc_date_time() prints it, "2026-02-03 12:34:56Z": that second.
std::optional<Moments> parse_utc(std::string_view text) {
    constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
    const bool printed = looks_like(text, "dddd-dd-dd dd:dd:ddZ");
    if (!(printed || looks_like(text, kPattern)) || text.back() != 'Z') {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{
        std::chrono::year(number_at(text, 0, 4)),
        std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
        std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))
    };
    const int hour = number_at(text, 11, 2);
    const int minute = number_at(text, 14, 2);
    const int second = number_at(text, 17, 2);
    const std::string_view digits = text.substr(kPattern.size(), text.size() - kPattern.size() - 1);
    const auto fraction = parse_fraction(digits);
    const bool in_reach = date.year() >= std::chrono::year(1970) && date.year() < std::chrono::year(2262);
    if (!fraction || !date.ok() || !in_reach || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    const auto days = std::chrono::sys_days(date).time_since_epoch().count();
    const std::int64_t whole_ns = ((std::int64_t{days} * 24 + hour) * 60 + minute) * 60 * kNsPerSecond + second * kNsPerSecond;
    return Moments{whole_ns + fraction->first_ns, whole_ns + (printed ? fraction->last_ns : fraction->first_ns)};
}

// That end of them which lies in the recording, if any of them does.
std::int64_t chosen(const Moments& moments, Edge edge, std::int64_t first, std::int64_t last) {
    return edge == Edge::End ? (moments.first_ns <= last ? std::min(moments.last_ns, last) : moments.last_ns)
                             : (moments.last_ns >= first ? std::max(moments.first_ns, first) : moments.first_ns);
}

std::string range_words(const RecordingTimes& times) {
    std::string words = fmt::format(
        "it tells of {} to {} since the attach",
        human_offset(times.first_t_ns, times.attached_t_ns),
        human_offset(times.last_t_ns, times.attached_t_ns)
    );
    if (times.attached_unix_ns != 0) {
        const auto utc = [&times](std::uint64_t t_ns) { return rfc3339_utc(times.attached_unix_ns + (t_ns - times.attached_t_ns)); };
        words += fmt::format(" ({} to {})", utc(times.first_t_ns), utc(times.last_t_ns));
    }
    return words;
}

}  // namespace

Result<std::optional<std::uint64_t>> parse_event_number(std::string_view option, std::string_view text) {
    constexpr std::string_view kPrefix = "event:";
    if (!text.starts_with(kPrefix)) {
        return std::nullopt;
    }
    std::string digits(text.substr(kPrefix.size()));
    std::erase(digits, ',');  // as they are printed
    std::uint64_t number = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc{} || stop != end || number == 0) {
        return fail(ErrorCode::Usage, fmt::format("{} '{}' is no event", option, text), "write event:502 for the event numbered 502, from 1");
    }
    return std::optional(number);
}

Result<std::uint64_t> parse_time_point(
    std::string_view option, std::string_view text, const RecordingTimes& times, Edge edge
) {
    constexpr const char* kForms =
        "write 90s or 1h2m3.5s (since the attach), +00:01:30.250 (as printed), -10s (before the last event), 2026-02-03T12:34:56Z (UTC), event:502, mark:NAME or phase:NAME";
    const bool before_end = text.starts_with('-');
    const auto first = static_cast<std::int64_t>(times.first_t_ns - times.attached_t_ns);
    const auto last = static_cast<std::int64_t>(times.last_t_ns - times.attached_t_ns);
    std::optional<std::int64_t> since_attach;
    if (const auto duration = parse_duration(text.substr(before_end ? 1 : 0))) {
        const auto last_event = times.last_event_t_ns == 0 ? last : static_cast<std::int64_t>(times.last_event_t_ns - times.attached_t_ns);
        since_attach = before_end ? last_event - *duration : *duration;
    } else if (const auto printed = parse_printed_offset(text)) {
        since_attach = chosen(*printed, edge, first, last);
    } else if (const auto utc = parse_utc(text)) {
        if (times.attached_unix_ns == 0) {
            return fail(ErrorCode::Usage, fmt::format("{} {}: the recording does not tell the date", option, text), kForms);
        }
        const auto attached = static_cast<std::int64_t>(times.attached_unix_ns);
        since_attach = chosen({utc->first_ns - attached, utc->last_ns - attached}, edge, first, last);
    }
    if (!since_attach) {
        return fail(ErrorCode::Usage, fmt::format("{} '{}' is no time", option, text), kForms);
    }
    if (*since_attach < first || *since_attach > last) {
        const char* where = *since_attach < first ? "before the beginning" : "after the end";
        return fail(ErrorCode::Usage, fmt::format("{} {} is {} of the recording", option, text, where), range_words(times));
    }
    return times.attached_t_ns + static_cast<std::uint64_t>(*since_attach);
}

}  // namespace tt::alloc_trace
