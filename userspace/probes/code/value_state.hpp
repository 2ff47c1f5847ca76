// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is known of registers and stack at one instruction: which hold the followed argument, a call's result, an
// address on the stack, or a member of the object the argument points at. Pure. Internal to probes/.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "probes/code/instruction.hpp"
#include "probes/value_location.hpp"

namespace tt::alloc_trace {

struct Value {
    enum class Kind : std::uint8_t {
        Unknown,
        Argument,
        Result,   // of the followed call
        Zero,
        ResultOrZero,  // one or the other, by the path taken
        Stack,    // an address on the stack: number bytes from rsp as it was at `region`
        Member,   // the 8 bytes at argument + number
        Global,   // the 8 bytes at address `region` of the file: a GOT slot, perhaps
        Element,  // Member plus some multiple of a constant: walking the vector that begins there
    };
    Kind kind = Kind::Unknown;
    std::uint64_t region =
        0;  // of a Stack address, 0: rsp at the function's entry; else where the instruction at this address put it
    std::int32_t number = 0;

    bool operator==(const Value&) const = default;
};

// Stack slots whose address the function computes: written through pointers from then on. Of the whole function.
using TakenAddresses = std::set<std::pair<std::uint64_t, std::int32_t>>;

class ValueState {
public:
    // At the entry, with the argument in `reg`.
    explicit ValueState(Register reg);

    // What holds behind the instruction, a call taken as one that returned. Adds to `taken`.
    void step(const Instruction& instruction, TakenAddresses& taken);
    // What a followed call returned: rax, right behind it.
    void set_result() { registers_[static_cast<std::size_t>(Register::Rax)] = {Value::Kind::Result}; }
    // Keeps what both know. True if that is less than this knew.
    bool join(const ValueState& other);

    [[nodiscard]] const Value& in(Register reg) const { return registers_[static_cast<std::size_t>(reg)]; }
    // Where a value of that kind can be read: preferably a register that calls preserve, then any, then the stack.
    [[nodiscard]] ValueLocation find(Value::Kind kind) const;

private:
    struct Slot {  // 8 bytes of the stack
        std::uint64_t region = 0;
        std::int32_t offset = 0;
        Value value;
        bool pushed = false;  // perhaps a callee's argument, which is the callee's to change

        bool operator==(const Slot&) const = default;
    };

    Value& at(Register reg) { return registers_[static_cast<std::size_t>(reg)]; }
    [[nodiscard]] std::optional<Value> address_of(const MemoryOperand& memory) const;
    [[nodiscard]] Value load(const MemoryOperand& memory) const;
    [[nodiscard]] Value load_slot(const Value& address) const;
    void write(const MemoryOperand& memory, const Value& value, TakenAddresses& taken);
    void write_slot(const Value& address, std::uint32_t size, const Value& value, bool pushed);
    void set(Register reg, const Value& value, TakenAddresses& taken);
    void push(const Value& value);
    void pop(Register to);
    void lower(std::uint64_t region);
    void call(const TakenAddresses& taken);
    void forget_taken(const TakenAddresses& taken);
    [[nodiscard]] ValueLocation locate(const Slot& slot) const;

    std::array<Value, kRegisterCount> registers_{};
    std::vector<Slot> slots_;
    // Offsets of region 0 below this may be memory of another region.
    std::int32_t floor_ = std::numeric_limits<std::int32_t>::min();
};

}  // namespace tt::alloc_trace
