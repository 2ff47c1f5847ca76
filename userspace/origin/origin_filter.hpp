// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// --call and --op: what was asked for at certain places only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "origin/call_site.hpp"

namespace tt::alloc_trace {

// Texts that names must have in them; a * in one stands for anything. Empty: any.
struct OriginFilter {
    std::string call;       // of one of the calls, as frame_text() has it in full
    std::string operation;  // of the operation

    [[nodiscard]] bool empty() const { return call.empty() && operation.empty(); }
};

class OriginMatcher {
public:
    explicit OriginMatcher(OriginFilter filter) : filter_(std::move(filter)) {}

    // The table must outlive this; it may grow.
    void begin(const StackTable& stacks);
    // Of any number; 0, not known, passes if all do.
    [[nodiscard]] bool passes(std::uint32_t stack);

private:
    [[nodiscard]] bool matches(std::uint32_t stack);

    OriginFilter filter_;
    const StackTable* stacks_ = nullptr;
    std::optional<CallSites> sites_;
    std::vector<std::int8_t> known_;  // by number: 0 not looked at, 1 passes, -1 does not
};

}  // namespace tt::alloc_trace
