// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Names that several formats give to the same things.
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

// "under 4 KiB", "4-64 KiB", ...: few enough to be tracks and levels of a flame graph.
[[nodiscard]] std::string_view size_class(std::uint64_t bytes);

// Quoted and escaped, pure ASCII; invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

// "python3 (4242)": the program's name without its path and arguments.
[[nodiscard]] std::string process_name(const ProcessState& process);

// to_string(Owner) for every event is too slow: remembers the texts.
class OwnerNames {
public:
    // Valid until the next call.
    const std::string& of(const ProcessState& process, const Owner& owner);

private:
    struct Known {
        OwnerKind kind = OwnerKind::Unknown;
        std::int32_t id = -1;
        std::vector<std::int32_t> chips;
        std::string text;
    };

    tsl::robin_map<std::uint64_t, Known> by_place_;  // process number and index of the owner
};

}  // namespace tt::alloc_trace
