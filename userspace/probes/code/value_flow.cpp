// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A forward data-flow analysis over the blocks between jumps and jump targets, to a fixpoint.
#include "probes/code/value_flow.hpp"

#include <utility>

#include "base/hex.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxSteps = 1U << 20U;  // instructions run over; a function of 10,000 takes some 30,000
constexpr std::size_t kMaxBlocks = 1U << 13U;
constexpr int kMaxRounds = 8;  // until no more stack address is found to be taken: two are usual

tl::unexpected<Error> refuse(const char* why, std::uint64_t address) {
    return fail(ErrorCode::NotTraceable, std::string(why) + " at " + hex(address));
}

}  // namespace

Instruction with_slot(const Instruction& instruction, const ValueState& state) {
    Instruction with = instruction;
    const bool is_transfer = instruction.flow == Flow::Call || instruction.flow == Flow::Jump;
    if (is_transfer && !with.target && !with.slot && state.in(with.from).kind == Value::Kind::Global) {
        with.slot = state.in(with.from).region;
    }
    return with;
}

Result<ValueFlow> ValueFlow::follow(const FunctionCode& code, Register argument, const CallKnowledge& calls) {
    ValueFlow flow(code, calls);
    for (int round = 0; round < kMaxRounds; ++round) {
        const std::size_t taken_before = flow.taken_.size();
        flow.blocks_.clear();
        flow.waiting_.clear();
        if (const Status status = flow.run(argument); !status) {
            return tl::make_unexpected(status.error());
        }
        if (flow.taken_.size() == taken_before) {
            return flow;
        }
    }
    return refuse("too many stack addresses are taken in the function", code.entry());
}

Status ValueFlow::run(Register argument) {
    arrive(code_.entry(), ValueState(argument));
    while (!waiting_.empty()) {
        const std::uint64_t leader = *waiting_.begin();
        waiting_.erase(waiting_.begin());
        if (const Status status = run_block(leader); !status) {
            return status;
        }
        if (steps_ > kMaxSteps || blocks_.size() > kMaxBlocks) {
            return refuse("too much code to follow in the function", code_.entry());
        }
    }
    return {};
}

void ValueFlow::arrive(std::uint64_t address, const ValueState& state) {
    if (code_.at(address) == nullptr) {
        return;  // out of what is known of the function
    }
    const auto [block, first] = blocks_.try_emplace(address, state);
    if (first || block->second.join(state)) {
        waiting_.insert(address);
    }
}

bool ValueFlow::step(const Instruction& instruction, ValueState& state, TakenAddresses& taken) const {
    const bool is_call = instruction.flow == Flow::Call;
    const Instruction call = is_call ? with_slot(instruction, state) : Instruction{};
    if (is_call && calls_.never_returns && calls_.never_returns(call)) {
        return false;
    }
    state.step(instruction, taken);
    if (is_call && calls_.is_followed && calls_.is_followed(call)) {
        state.set_result();
    }
    return instruction.flow == Flow::Next || instruction.flow == Flow::Call || instruction.flow == Flow::Branch;
}

// Where the instruction goes besides to the next one.
Status ValueFlow::leave(const Instruction& instruction, const ValueState& state) {
    if (instruction.flow != Flow::Jump && instruction.flow != Flow::Branch) {
        return {};
    }
    if (instruction.target) {
        arrive(*instruction.target, state);
    }
    if (!with_slot(instruction, state).is_computed_jump()) {
        return {};
    }
    const auto targets = code_.table_of(instruction);
    if (targets.empty() && code_.contains(instruction.address)) {
        return refuse("a computed jump to where is not known", instruction.address);
    }
    for (const std::uint64_t target : targets) {
        arrive(target, state);
    }
    return {};
}

Status ValueFlow::run_block(std::uint64_t leader) {
    ValueState state = blocks_.at(leader);
    std::uint64_t address = leader;
    while (const Instruction* instruction = code_.at(address)) {
        ++steps_;
        const bool goes_on = step(*instruction, state, taken_);
        if (const Status status = leave(*instruction, state); !status) {
            return status;
        }
        address = instruction->end();
        if (!goes_on) {
            break;
        }
        if (instruction->flow == Flow::Branch || code_.is_jump_target(address)) {
            arrive(address, state);
            break;
        }
    }
    return {};
}

void ValueFlow::walk(std::uint64_t leader, const std::function<bool(const Instruction&, const ValueState&)>& visitor)
    const {
    ValueState state = blocks_.at(leader);
    TakenAddresses taken = taken_;  // does not grow any more
    std::uint64_t address = leader;
    while (const Instruction* instruction = code_.at(address)) {
        if (!visitor(*instruction, state) || !step(*instruction, state, taken)) {
            return;
        }
        address = instruction->end();
        if (blocks_.contains(address)) {
            return;
        }
    }
}

void ValueFlow::visit(const std::function<void(const Instruction&, const ValueState&)>& visitor) const {
    for (const auto& [leader, state] : blocks_) {
        walk(leader, [&](const Instruction& instruction, const ValueState& before) {
            visitor(instruction, before);
            return true;
        });
    }
}

const ValueState* ValueFlow::at_target(std::uint64_t address) const {
    const auto block = blocks_.find(address);
    return block == blocks_.end() ? nullptr : &block->second;
}

std::optional<ValueState> ValueFlow::behind(std::uint64_t address) const {
    auto block = blocks_.upper_bound(address);
    if (block == blocks_.begin()) {
        return std::nullopt;
    }
    std::optional<ValueState> found;
    walk(std::prev(block)->first, [&](const Instruction& instruction, const ValueState& before) {
        if (instruction.address != address) {
            return instruction.address < address;
        }
        ValueState state = before;
        TakenAddresses taken = taken_;
        if (step(instruction, state, taken)) {
            found = std::move(state);
        }
        return false;
    });
    return found;
}

}  // namespace tt::alloc_trace
