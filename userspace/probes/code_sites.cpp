// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code_sites.hpp"

#include "probes/code/call_targets.hpp"
#include "probes/code/module_code.hpp"
#include "probes/code/site_search.hpp"

namespace tt::alloc_trace {
namespace {

KnownCalls known_calls(const CallTargets& targets, std::uint64_t callee) {
    return {
        [&targets, callee](const Instruction& instruction) { return targets.leads_to(instruction, callee); },
        [&targets](const Instruction& instruction) { return targets.never_returns(instruction); }
    };
}

}  // namespace

Result<std::vector<CodeSite>> find_after_call_sites(
    const ElfFile& elf, const ElfSymbol& function, const ElfSymbol& callee, std::uint32_t argument
) {
    const auto code = decode_function(elf, function);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    CallTargets targets(elf);
    targets.resolve(code->instructions());
    return search_after_calls(*code, known_calls(targets, callee.address), argument);
}

Result<std::vector<CodeSite>> find_before_call_sites(
    const ElfFile& elf,
    const ElfSymbol& function,
    const ElfSymbol& callee,
    const ElfSymbol* getter,
    std::uint32_t first,
    std::uint32_t second
) {
    const auto code = decode_function(elf, function);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    CallTargets targets(elf);
    targets.resolve(code->instructions());
    const auto is_getter = [&](const Instruction& call) { return getter && targets.leads_to(call, getter->address); };
    return search_before_calls(*code, known_calls(targets, callee.address), is_getter, first, second);
}

Result<std::vector<CodeSite>> find_return_sites(const ElfFile& elf, const ElfSymbol& function) {
    const auto code = decode_function(elf, function);
    if (!code) {
        return tl::make_unexpected(code.error());
    }
    CallTargets targets(elf);
    targets.resolve(code->instructions());
    return search_returns(*code, known_calls(targets, 0));
}

}  // namespace tt::alloc_trace
