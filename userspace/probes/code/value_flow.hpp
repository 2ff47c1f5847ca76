// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Follows an argument through a whole function: at each instruction that normal flow reaches, what is known on all
// paths to it. Code only the unwinder enters is not reached and contributes nothing. Internal to probes/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "probes/code/function_code.hpp"
#include "probes/code/value_state.hpp"

namespace tt::alloc_trace {

// A call or jump through a register into which the content of a GOT slot was loaded, with that slot; all others as they
// are.
[[nodiscard]] Instruction with_slot(const Instruction& instruction, const ValueState& state);

// What the calls of the function are. Asked with the slots of with_slot.
struct CallKnowledge {
    std::function<bool(const Instruction&)> is_followed;  // its result is followed
    std::function<bool(const Instruction&)> never_returns;
};

class ValueFlow {
public:
    // `code` must outlive this. Error NotTraceable: a computed jump whose targets are not known, with its address; too
    // much to follow.
    [[nodiscard]] static Result<ValueFlow> follow(
        const FunctionCode& code, Register argument, const CallKnowledge& calls
    );

    // All instructions that are reached, by address, with what is known in front of each.
    void visit(const std::function<void(const Instruction&, const ValueState&)>& visitor) const;
    // What is known on all paths to a jump target that is reached; nullptr of anything else.
    [[nodiscard]] const ValueState* at_target(std::uint64_t address) const;
    // What is known behind an instruction that is reached, if it goes on to the next.
    [[nodiscard]] std::optional<ValueState> behind(std::uint64_t address) const;

private:
    ValueFlow(const FunctionCode& code, const CallKnowledge& calls) : code_(code), calls_(calls) {}
    [[nodiscard]] Status run(Register argument);
    [[nodiscard]] Status run_block(std::uint64_t leader);
    [[nodiscard]] Status leave(const Instruction& instruction, const ValueState& state);
    void arrive(std::uint64_t address, const ValueState& state);
    // Advances over one instruction; false if control does not go on to the next.
    bool step(const Instruction& instruction, ValueState& state, TakenAddresses& taken) const;
    // Calls visitor for each instruction of the block that begins there until it returns false.
    void walk(std::uint64_t leader, const std::function<bool(const Instruction&, const ValueState&)>& visitor) const;

    const FunctionCode& code_;
    CallKnowledge calls_;
    std::map<std::uint64_t, ValueState> blocks_;  // leader -> what is known in front of it
    std::set<std::uint64_t> waiting_;             // leaders to run again
    TakenAddresses taken_;
    std::uint64_t steps_ = 0;
};

}  // namespace tt::alloc_trace
