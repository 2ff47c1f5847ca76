// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The searches of code_sites.hpp on code that is already decoded, without a file. Pure. Internal to probes/.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/error.hpp"
#include "probes/code/function_code.hpp"
#include "probes/code_sites.hpp"

namespace tt::alloc_trace {

inline constexpr std::uint32_t kIntegerArguments = 6;

// The register of an integer argument; None from kIntegerArguments on.
[[nodiscard]] Register argument_register(std::uint32_t argument);

struct KnownCalls {
    std::function<bool(const Instruction&)> leads_to_callee;  // of calls and jumps
    std::function<bool(const Instruction&)> never_returns;
};

[[nodiscard]] Result<std::vector<CodeSite>> search_after_calls(
    const FunctionCode& code, const KnownCalls& calls, std::uint32_t argument
);
// `calls.leads_to_callee` is asked of the hook, `is_getter` of what may be called on the way to it.
[[nodiscard]] Result<std::vector<CodeSite>> search_before_calls(
    const FunctionCode& code,
    const KnownCalls& calls,
    const std::function<bool(const Instruction&)>& is_getter,
    std::uint32_t first,
    std::uint32_t second
);
[[nodiscard]] Result<std::vector<CodeSite>> search_returns(const FunctionCode& code, const KnownCalls& calls);

}  // namespace tt::alloc_trace
