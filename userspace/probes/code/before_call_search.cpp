// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "probes/code/site_search.hpp"
#include "probes/code/value_flow.hpp"

namespace tt::alloc_trace {
namespace {

constexpr int kMaxWay = 16;  // instructions looked at in front of the call: an epilogue in front of a tail jump

constexpr std::uint64_t kPltEntrySize = 16;

using Locations = std::map<std::uint64_t, ValueLocation>;  // by address of an instruction

struct Followed {
    Locations argument;
    std::set<std::uint64_t> calls;  // of the callee, those that are reached
};

Result<Followed> follow(const FunctionCode& code, const KnownCalls& calls, std::uint32_t argument) {
    const auto flow = ValueFlow::follow(code, argument_register(argument), {{}, calls.never_returns});
    if (!flow) {
        return tl::make_unexpected(flow.error());
    }
    Followed followed;
    flow->visit([&](const Instruction& instruction, const ValueState& state) {
        followed.argument[instruction.address] = state.find(Value::Kind::Argument);
        if (calls.leads_to_callee(with_slot(instruction, state))) {
            followed.calls.insert(instruction.address);
        }
    });
    return followed;
}

// A tail jump to a PLT entry: what stands there is no call of its own.
bool is_plt_of_any(std::uint64_t address, const std::set<std::uint64_t>& calls, const FunctionCode& code) {
    return !code.contains(address) && std::any_of(calls.begin(), calls.end(), [&](std::uint64_t call) {
        const auto target = code.at(call)->target;
        return code.contains(call) && target && address >= *target && address - *target < kPltEntrySize;
    });
}

class BeforeCallSearch {
public:
    BeforeCallSearch(
        const FunctionCode& code, const std::function<bool(const Instruction&)>& is_getter, const Locations& first,
        const Locations& second
    ) : code_(code), is_getter_(is_getter), first_(first), second_(second) {}

    // `call`: an instruction of the code.
    [[nodiscard]] std::optional<CodeSite> site_in_front_of(const Instruction* call) const;

private:
    [[nodiscard]] std::optional<CodeSite> site_at(const Instruction& instruction) const;
    [[nodiscard]] bool leads_on(const Instruction& from, const Instruction& to) const;

    const FunctionCode& code_;
    const std::function<bool(const Instruction&)>& is_getter_;
    const Locations& first_;
    const Locations& second_;
};

std::optional<CodeSite> BeforeCallSearch::site_at(const Instruction& instruction) const {
    const auto first = first_.find(instruction.address);
    const auto second = second_.find(instruction.address);
    const bool cheap = instruction.cost && *instruction.cost <= TrapCost::Emulated;
    if (!cheap || first == first_.end() || second == second_.end() || !first->second.exists() ||
        !second->second.exists()) {
        return std::nullopt;
    }
    CodeSite site;
    site.offset = static_cast<std::uint32_t>(instruction.address - code_.entry());
    site.cost = *instruction.cost;
    site.argument = first->second;
    site.second = second->second;
    return site;
}

// Whoever is at `from` comes to `to`, and nobody else does, with the same objects in memory.
bool BeforeCallSearch::leads_on(const Instruction& from, const Instruction& to) const {
    const bool goes_on = from.flow == Flow::Next ? !from.writes_objects() : from.flow == Flow::Call && is_getter_(from);
    return goes_on && from.end() == to.address && !code_.is_jump_target(to.address);
}

std::optional<CodeSite> BeforeCallSearch::site_in_front_of(const Instruction* call) const {
    std::optional<CodeSite> best;
    for (int i = 0; i < kMaxWay; ++i) {
        const auto site = site_at(*call);
        if (site && (!best || site->cost < best->cost)) {
            best = site;
        }
        if (call == code_.instructions().data() || !leads_on(*(call - 1), *call)) {
            break;
        }
        --call;
    }
    return best;
}

}  // namespace

Result<std::vector<CodeSite>> search_before_calls(
    const FunctionCode& code,
    const KnownCalls& calls,
    const std::function<bool(const Instruction&)>& is_getter,
    std::uint32_t first,
    std::uint32_t second
) {
    const auto firsts = follow(code, calls, first);
    const auto seconds = firsts ? follow(code, calls, second) : firsts;
    if (!seconds) {
        return tl::make_unexpected(seconds.error());
    }
    const BeforeCallSearch search(code, is_getter, firsts->argument, seconds->argument);
    std::vector<CodeSite> sites;
    for (const std::uint64_t call : firsts->calls) {
        if (is_plt_of_any(call, firsts->calls, code)) {
            continue;
        }
        auto site = code.contains(call) ? search.site_in_front_of(code.at(call)) : std::nullopt;
        if (!site) {
            return fail(ErrorCode::NotTraceable, "no cheap place with the arguments in front of a call of it");
        }
        site->instruction = code.text_at(code.entry() + site->offset);
        site->reason = "in front of the call: argument " + std::to_string(first) + " in " + to_string(site->argument) +
                       ", argument " + std::to_string(second) + " in " + to_string(site->second);
        sites.push_back(*std::move(site));
    }
    if (sites.empty()) {
        return fail(ErrorCode::NotTraceable, "no call of it in the function");
    }
    return sites;
}

}  // namespace tt::alloc_trace
