// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a function and what surrounds it. The first two bytes choose where it begins and ends, and which
// argument is followed; a call to the function's own entry counts as the one that is looked for.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "probes/code/site_search.hpp"
#include "probes/program_decoder.hpp"

namespace {

using namespace tt::alloc_trace;

constexpr std::uint64_t kAddress = 0x1000;

void check(const FunctionCode& code, const Result<std::vector<CodeSite>>& sites, bool wants_argument) {
    if (!sites) {
        if (sites.error().message.empty()) {
            std::abort();
        }
        return;
    }
    for (const CodeSite& site : *sites) {
        const bool complete =
            !site.instruction.empty() && site.result.exists() && site.argument.exists() == wants_argument;
        if (!complete || code.at(code.entry() + site.offset) == nullptr) {
            std::abort();
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::vector<std::uint8_t> all(data + 2, data + size);
    const std::size_t begin = std::min<std::size_t>(data[0] >> 4U, all.size());
    const std::size_t end = all.size() - std::min<std::size_t>(data[0] & 15U, all.size() - begin);
    const std::vector<std::uint8_t> function(
        all.begin() + static_cast<std::ptrdiff_t>(begin), all.begin() + static_cast<std::ptrdiff_t>(end)
    );
    const auto reader = [&](std::uint64_t address, std::size_t wanted) -> std::vector<std::uint8_t> {
        const std::uint64_t offset = address - kAddress;
        if (offset >= all.size()) {
            return {};
        }
        const auto first = all.begin() + static_cast<std::ptrdiff_t>(offset);
        return {first, first + static_cast<std::ptrdiff_t>(std::min<std::size_t>(wanted, all.size() - offset))};
    };
    const auto code = FunctionCode::decode(function, kAddress + begin, reader);
    if (code) {
        const KnownCalls calls{
            [&](const Instruction& instruction) { return instruction.target == code->entry(); },
            [](const Instruction& instruction) { return instruction.number == 7; }
        };
        check(*code, search_after_calls(*code, calls, data[1] % 8U), true);
        check(*code, search_returns(*code, calls), false);
    }
    (void)choose_entry_site(function, function);
    (void)choose_entry_site(function);
    (void)decode_placing_needed(function);
    (void)decode_allocators(function);
    (void)decode_invalidation(function);
    return 0;
}
