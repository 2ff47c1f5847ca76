// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Names that several formats give to the same things.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "report/view.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// "under 4 KiB", "4-64 KiB", ...: few enough to be tracks and levels of a flame graph.
[[nodiscard]] std::string_view size_class(std::uint64_t bytes);

// Quoted and escaped, pure ASCII; invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

// Valid UTF-8 without control characters other than newlines and tabs: those and what is no UTF-8 become U+FFFD.
[[nodiscard]] std::string clean_text(std::string_view text);

// "python3 (4242)", clean: the program's name without its path and arguments.
[[nodiscard]] std::string process_name(const ProcessState& process);

// What is missing in an incomplete stream.
[[nodiscard]] std::string incomplete_words(const ReplayedStream& stream);

// "[0,1]", sorted: a list for JSON, DuckDB, ClickHouse.
[[nodiscard]] std::string chips_json(std::vector<std::int32_t> chips);

// Texts of an owner are too slow to make for every event: remembers them.
class OwnerNames {
public:
    struct Known {
        OwnerKind kind = OwnerKind::Unknown;
        std::int32_t id = -1;
        std::vector<std::int32_t> chips;
        std::string text;        // to_string(Owner)
        std::string label;       // owner_label()
        std::string chips_text;  // chips_json()
    };

    // Valid until the next call.
    const Known& known(const ProcessState& process, const Owner& owner);
    const std::string& of(const ProcessState& process, const Owner& owner) { return known(process, owner).text; }

private:

    tsl::robin_map<std::uint64_t, Known> by_place_;  // process number and index of the owner
};

}  // namespace tt::alloc_trace
