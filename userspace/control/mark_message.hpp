// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What `mark` and a recorder tell each other: one packet asks, one answers, each a JSON object of at most kMaxPacketBytes.
// What comes in may be anything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace tt::alloc_trace {

inline constexpr std::size_t kMaxPacketBytes = 32 * 1024;  // the longest path, escaped, fits

// Why this cannot be the name of a mark, in words; empty: it can.
[[nodiscard]] std::string mark_name_problem(std::string_view name);

struct AskWho {};
struct AskMark {
    std::string name;
};
using MarkQuestion = std::variant<AskWho, AskMark>;

// A recorder about itself.
struct RecorderInfo {
    std::uint32_t pid = 0;            // 0: not to be seen from here
    std::string file;                 // absolute; empty: a live table, which shows marks and keeps none
    std::vector<std::uint32_t> pids;  // of what it traces, as it sees them; kMaxToldPids are told at most
};
inline constexpr std::size_t kMaxToldPids = 256;

struct MarkPlaced {
    std::uint64_t event = 0;          // its number in the recording
    std::uint64_t t_ns = 0;           // CLOCK_MONOTONIC
    std::uint64_t attached_t_ns = 0;  // the moment of attaching on that clock
};
struct MarkRefused {
    std::string why;
};
using MarkAnswer = std::variant<RecorderInfo, MarkPlaced, MarkRefused>;

[[nodiscard]] std::string encode(const MarkQuestion& question);
[[nodiscard]] std::string encode(const MarkAnswer& answer);
// nullopt: it is none.
[[nodiscard]] std::optional<MarkQuestion> decode_question(std::string_view packet);
[[nodiscard]] std::optional<MarkAnswer> decode_answer(std::string_view packet);

}  // namespace tt::alloc_trace
