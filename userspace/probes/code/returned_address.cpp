// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A forward data-flow analysis, instruction by instruction: such functions are small.
#include "probes/code/returned_address.hpp"

#include <array>
#include <map>
#include <set>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxInstructions = 1024;
constexpr std::size_t kMaxReturnSteps = 1U << 16U;

// Register -> the address in the file that it holds; 0: something else.
using Registers = std::array<std::uint64_t, kRegisterCount>;

std::uint64_t& at(Registers& registers, Register reg) {
    return registers[static_cast<std::size_t>(reg)];
}

void step(const Instruction& instruction, Registers& registers) {
    std::uint64_t value = 0;
    if (instruction.action == Action::Address && instruction.global) {
        value = *instruction.global;
    } else if (instruction.action == Action::Copy) {
        value = at(registers, instruction.from);
    }
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (instruction.overwritten.contains(static_cast<Register>(i))) {
            registers[i] = 0;
        }
    }
    const bool reads_only = instruction.action == Action::Compare || instruction.action == Action::Push;
    if (!reads_only) {
        at(registers, instruction.to) = value;
    }
    if (instruction.flow == Flow::Call) {
        for (const Register reg : kCallerSaved) {
            at(registers, reg) = 0;
        }
    }
    at(registers, Register::None) = 0;
}

class Walk {
public:
    explicit Walk(const FunctionCode& code) : code_(code) {}
    std::optional<std::uint64_t> run();

private:
    void arrive(std::uint64_t address, const Registers& registers);
    void leave(const Instruction& instruction, Registers registers);

    const FunctionCode& code_;
    std::map<std::uint64_t, Registers> states_;
    std::set<std::uint64_t> waiting_;
};

void Walk::arrive(std::uint64_t address, const Registers& registers) {
    if (code_.at(address) == nullptr) {
        return;
    }
    const auto [state, first] = states_.try_emplace(address, registers);
    bool less = first;
    for (std::size_t i = 0; i < registers.size(); ++i) {
        if (state->second[i] != registers[i]) {
            less = less || state->second[i] != 0;
            state->second[i] = 0;
        }
    }
    if (less) {
        waiting_.insert(address);
    }
}

void Walk::leave(const Instruction& instruction, Registers registers) {
    step(instruction, registers);
    if (instruction.target && (instruction.flow == Flow::Jump || instruction.flow == Flow::Branch)) {
        arrive(*instruction.target, registers);
    }
    if (instruction.flow == Flow::Next || instruction.flow == Flow::Call || instruction.flow == Flow::Branch) {
        arrive(instruction.end(), registers);
    }
}

std::optional<std::uint64_t> Walk::run() {
    std::optional<std::uint64_t> found;
    arrive(code_.entry(), {});
    for (std::size_t i = 0; i < kMaxReturnSteps && !waiting_.empty(); ++i) {
        const std::uint64_t address = *waiting_.begin();
        waiting_.erase(waiting_.begin());
        leave(*code_.at(address), states_.at(address));
    }
    if (!waiting_.empty()) {
        return std::nullopt;
    }
    for (const auto& [address, registers] : states_) {
        const std::uint64_t value = registers[static_cast<std::size_t>(Register::Rax)];
        if (code_.at(address)->flow != Flow::Return) {
            continue;
        }
        if (value == 0 || (found && *found != value)) {
            return std::nullopt;
        }
        found = value;
    }
    return found;
}

}  // namespace

std::optional<std::uint64_t> returned_address(const FunctionCode& code) {
    return code.instructions().size() <= kMaxInstructions ? Walk(code).run() : std::nullopt;
}

}  // namespace tt::alloc_trace
