// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/site_search.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/hex.hpp"
#include "probes/code/value_flow.hpp"

namespace tt::alloc_trace {
namespace {

constexpr int kMaxCallDetour = 8;  // instructions looked at behind the call

tl::unexpected<Error> refuse(const std::string& why, std::uint64_t address) {
    return fail(ErrorCode::NotTraceable, why + " at " + hex(address));
}

class AfterCallSearch {
public:
    AfterCallSearch(const FunctionCode& code, const ValueFlow& flow, std::uint32_t argument)
        : code_(code), flow_(flow), argument_(argument) {}

    [[nodiscard]] Result<CodeSite> site_behind(const Instruction& call) const;

private:
    [[nodiscard]] bool others_bring_zero(std::uint64_t target) const;
    [[nodiscard]] std::optional<CodeSite> site_at(
        const Instruction& instruction, const ValueState& state, std::uint64_t call
    ) const;

    const FunctionCode& code_;
    const ValueFlow& flow_;
    std::uint32_t argument_;
};

std::optional<CodeSite> AfterCallSearch::site_at(
    const Instruction& instruction, const ValueState& state, std::uint64_t call
) const {
    CodeSite site;
    site.argument = state.find(Value::Kind::Argument);
    site.result = state.find(Value::Kind::Result);
    const bool may_be_zero = !site.result.exists();
    if (may_be_zero) {
        site.result = state.find(Value::Kind::ResultOrZero);
    }
    if (!site.argument.exists() || !site.result.exists() || !instruction.cost) {
        return std::nullopt;
    }
    site.offset = static_cast<std::uint32_t>(instruction.address - code_.entry());
    site.cost = *instruction.cost;
    site.reason = "behind the call at +" + hex(call - code_.entry()) + ": argument " + std::to_string(argument_) +
                  " in " + to_string(site.argument) + ", result in " + to_string(site.result) +
                  (may_be_zero ? ", 0 if the call was left out" : "");
    return site;
}

// Where a hook takes the place of the call, its path joins right behind it with 0 in place of the result.
bool AfterCallSearch::others_bring_zero(std::uint64_t target) const {
    std::set<std::uint64_t> with_zero;
    flow_.visit([&](const Instruction& instruction, const ValueState& state) {
        if (instruction.target == target && state.in(Register::Rax).kind == Value::Kind::Zero) {
            with_zero.insert(instruction.address);
        }
    });
    return std::all_of(code_.instructions().begin(), code_.instructions().end(), [&](const Instruction& instruction) {
        const auto table = code_.table_of(instruction);
        const bool leads_there = instruction.target == target || std::find(table.begin(), table.end(), target) != table.end();
        return !leads_there || with_zero.contains(instruction.address);
    });
}

Result<CodeSite> AfterCallSearch::site_behind(const Instruction& call) const {
    std::optional<ValueState> state = flow_.behind(call.address);
    if (!state) {
        return refuse("only landing pads, or nothing at all, lead to the call", call.address);
    }
    if (!state->find(Value::Kind::Argument).exists()) {
        return refuse("the argument is lost behind the call", call.address);
    }
    std::optional<CodeSite> best;
    TakenAddresses taken;
    std::uint64_t address = call.end();
    for (int i = 0; i < kMaxCallDetour; ++i) {
        const Instruction* instruction = code_.at(address);
        if (instruction == nullptr || !code_.contains(address)) {
            break;
        }
        if (code_.is_jump_target(address)) {
            if (i > 0) {
                break;
            }
            const ValueState* joined = flow_.at_target(address);
            if (joined == nullptr || !others_bring_zero(address)) {
                return refuse("other code jumps to right behind the call", call.address);
            }
            state = *joined;
        }
        auto site = site_at(*instruction, *state, call.address);
        if (site && (!best || site->cost < best->cost)) {
            best = std::move(site);
        }
        if (instruction->flow != Flow::Next) {
            break;
        }
        state->step(*instruction, taken);
        address = instruction->end();
    }
    if (!best) {
        return refuse("no instruction can be probed behind the call", call.address);
    }
    best->instruction = code_.text_at(code_.entry() + best->offset);
    return *best;
}

// Those in the function proper, whether reached or not; a part split off counts as far as it is reached, since what
// stands behind its end is another function.
Result<std::set<std::uint64_t>> find_calls(const FunctionCode& code, const ValueFlow& flow, const KnownCalls& calls) {
    std::set<std::uint64_t> found;
    std::optional<tl::unexpected<Error>> error;
    const auto look_at = [&](const Instruction& instruction) {
        if (error || !calls.leads_to_callee(instruction)) {
            return;
        }
        if (instruction.flow != Flow::Call) {
            error = refuse("a tail jump to the function, so that nothing follows it,", instruction.address);
        } else if (!code.contains(instruction.address)) {
            error = refuse("a call in a part outside of the function", instruction.address);
        } else {
            found.insert(instruction.address);
        }
    };
    for (const Instruction& instruction : code.instructions()) {
        if (code.contains(instruction.address)) {
            look_at(instruction);
        }
    }
    flow.visit([&](const Instruction& instruction, const ValueState& state) { look_at(with_slot(instruction, state)); }
    );
    if (error) {
        return *error;
    }
    if (found.empty()) {
        return refuse("no call of it in the function", code.entry());
    }
    return found;
}

class ReturnSearch {
public:
    ReturnSearch(const FunctionCode& code, const KnownCalls& calls) : code_(code), calls_(calls) {}

    void look_at(const Instruction& instruction);
    [[nodiscard]] Result<std::vector<CodeSite>> sites() &&;

private:
    void doubt(const char* why, const Instruction& instruction) {
        if (!doubt_) {
            doubt_ = refuse(why, instruction.address);
        }
    }
    void look_at_return(const Instruction& instruction);

    const FunctionCode& code_;
    const KnownCalls& calls_;
    std::vector<CodeSite> sites_;
    std::optional<tl::unexpected<Error>> doubt_;
};

void ReturnSearch::look_at_return(const Instruction& instruction) {
    if (!code_.contains(instruction.address)) {
        doubt("a part outside of the function returns", instruction);
        return;
    }
    if (!instruction.cost) {
        doubt("a return that cannot be probed", instruction);
        return;
    }
    CodeSite site;
    site.offset = static_cast<std::uint32_t>(instruction.address - code_.entry());
    site.instruction = code_.text_at(instruction.address);
    site.cost = *instruction.cost;
    site.result = {Register::Rax};
    site.reason = "the function returns here";
    sites_.push_back(std::move(site));
}

void ReturnSearch::look_at(const Instruction& instruction) {
    const bool leads_out = instruction.slot || (instruction.target && code_.at(*instruction.target) == nullptr);
    const bool goes_on = instruction.flow == Flow::Next || instruction.flow == Flow::Branch ||
                         (instruction.flow == Flow::Call && !calls_.never_returns(instruction));
    if (instruction.flow == Flow::Return) {
        look_at_return(instruction);
    } else if (instruction.flow != Flow::Call && leads_out) {
        doubt("a tail jump", instruction);
    } else if (instruction.is_computed_jump() && code_.table_of(instruction).empty()) {
        doubt("a computed jump to where is not known", instruction);
    } else if (goes_on && !code_.contains(instruction.address) && code_.at(instruction.end()) == nullptr) {
        doubt("a part of the function whose end is not known", instruction);
    }
}

Result<std::vector<CodeSite>> ReturnSearch::sites() && {
    if (doubt_) {
        return *doubt_;
    }
    if (sites_.empty()) {
        return refuse("no return in the function", code_.entry());
    }
    return std::move(sites_);
}

}  // namespace

Register argument_register(std::uint32_t argument) {
    static constexpr std::array<Register, kIntegerArguments> kRegisters{
        Register::Rdi, Register::Rsi, Register::Rdx, Register::Rcx, Register::R8, Register::R9
    };
    return argument < kRegisters.size() ? kRegisters[argument] : Register::None;
}

Result<std::vector<CodeSite>> search_after_calls(
    const FunctionCode& code, const KnownCalls& calls, std::uint32_t argument
) {
    const Register reg = argument_register(argument);
    if (reg == Register::None) {
        return fail(ErrorCode::NotTraceable, "argument " + std::to_string(argument) + " is not passed in a register");
    }
    const auto flow = ValueFlow::follow(code, reg, {calls.leads_to_callee, calls.never_returns});
    if (!flow) {
        return tl::make_unexpected(flow.error());
    }
    const auto found = find_calls(code, *flow, calls);
    if (!found) {
        return tl::make_unexpected(found.error());
    }
    const AfterCallSearch search(code, *flow, argument);
    std::vector<CodeSite> sites;
    for (const std::uint64_t call : *found) {
        auto site = search.site_behind(*code.at(call));
        if (!site) {
            return tl::make_unexpected(site.error());
        }
        sites.push_back(*std::move(site));
    }
    return sites;
}

Result<std::vector<CodeSite>> search_returns(const FunctionCode& code, const KnownCalls& calls) {
    const auto flow = ValueFlow::follow(code, Register::Rdi, {{}, calls.never_returns});
    if (!flow) {
        return tl::make_unexpected(flow.error());
    }
    ReturnSearch search(code, calls);
    for (const Instruction& instruction : code.instructions()) {
        if (code.contains(instruction.address)) {  // landing pads return, too
            search.look_at(instruction);
        }
    }
    flow->visit([&](const Instruction& instruction, const ValueState&) {
        if (!code.contains(instruction.address)) {
            search.look_at(instruction);
        }
    });
    return std::move(search).sites();
}

}  // namespace tt::alloc_trace
