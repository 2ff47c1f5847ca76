// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers and moments as people read them. Binary units, one digit after the point: "512 B", "18.5 MiB", "1.0 GiB".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tt::alloc_trace {

[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

// The other way round: "4096", "87.6M", "87.6 MiB", "1GB"; all units are binary, upper and lower case are alike.
[[nodiscard]] std::optional<std::uint64_t> parse_bytes(std::string_view text);

// Of a size as it is printed, with one digit behind the point: how far the real one may be from it.
struct PrintedBytes {
    std::uint64_t bytes = 0;
    std::uint64_t tolerance = 0;
};
[[nodiscard]] std::optional<PrintedBytes> parse_printed_bytes(std::string_view text);

// "18.5 MiB (baseline 14.2, +4.3)": all three in the unit of the larger of the two sizes. A change too small for that
// unit gets its own: "18.5 GiB (baseline 18.5, +4.0 KiB)".
[[nodiscard]] std::string human_bytes_against(std::uint64_t bytes, std::uint64_t baseline_bytes);

[[nodiscard]] std::string human_count(std::uint64_t count);  // "1,234,567"

// "291 (+12)", "291 (=)".
[[nodiscard]] std::string human_count_against(std::uint64_t count, std::uint64_t baseline_count);

[[nodiscard]] std::string human_rate(double per_second);  // "0", "0.4", "12.3", "1,234"

[[nodiscard]] std::string human_duration(std::uint64_t ns);  // "0.8s", "42s", "1m05s", "2h03m", "3d04h"

// Since a fixed start, to the millisecond: "+00:01:05.123", "+27:00:00.000"; "-..." before it.
[[nodiscard]] std::string human_offset(std::uint64_t t_ns, std::uint64_t start_ns);

[[nodiscard]] std::string utc_clock_time(std::uint64_t unix_ns);  // "12:34:56Z"
[[nodiscard]] std::string utc_date_time(std::uint64_t unix_ns);   // "2026-02-03 12:34:56Z"

// RFC 3339, UTC: digits 9 "2026-02-03T12:34:56.123456789Z", digits 3 "2026-02-03T12:34:56.123Z".
[[nodiscard]] std::string rfc3339_utc(std::uint64_t unix_ns, int digits = 9);

}  // namespace tt::alloc_trace
