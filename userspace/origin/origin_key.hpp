// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What of a stack buffers are counted by.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "origin/call_site.hpp"

namespace tt::alloc_trace {

struct OriginKey {
    enum class By : std::uint8_t {
        Line,       // the call site: "model.py:412 forward"
        Function,   // that of the call site: "forward (model.py)"
        File,       // likewise: "model.py"
        Native,     // the native function `depth` calls out from the one that allocates
        Operation,  // "ttnn::softmax"
    };
    By by = By::Line;
    std::uint32_t depth = 0;

    bool operator==(const OriginKey&) const = default;
};

// "line", "function", "file", "operation", "native:3"; nullopt: something else.
[[nodiscard]] std::optional<OriginKey> parse_origin_key(std::string_view text);

[[nodiscard]] std::string to_string(const OriginKey& key);  // the same words

// Empty: the stack is not known, or has no such thing.
[[nodiscard]] std::string origin_of(const OriginKey& key, const StackTable& stacks, std::uint32_t stack, CallSites& sites);

}  // namespace tt::alloc_trace
