// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One machine instruction reduced to what following a value through a function needs: where control goes, what is
// copied where, what is overwritten. What is not understood is expressed as an overwriting. Internal to probes/.
#pragma once

#include <capstone/capstone.h>

#include <cstdint>
#include <optional>

#include "probes/probe_site.hpp"
#include "probes/value_location.hpp"

namespace tt::alloc_trace {

class RegisterSet {
public:
    void add(Register reg) { bits_ |= 1U << static_cast<unsigned>(reg); }
    [[nodiscard]] bool contains(Register reg) const { return (bits_ >> static_cast<unsigned>(reg) & 1U) != 0; }

private:
    std::uint32_t bits_ = 0;
};

enum class Flow : std::uint8_t {
    Next,
    Jump,
    Branch,  // conditional jump
    Call,
    Return,
    Stop,  // ud2, hlt, int3: never goes on
};

// What the instruction does besides overwriting registers.
enum class Action : std::uint8_t {
    Nothing,
    Copy,     // to = from
    Load,     // to = the 8 bytes at memory
    Store,    // the 8 bytes at memory = from
    Address,  // to = address of memory
    Add,      // to += number
    Zero,     // to = 0
    Lower,    // rsp is lowered by an unknown amount (aligned; room of variable size)
    Push,     // from; None: something else
    Pop,      // into to; None: elsewhere
    Leave,
    Compare,  // memory, or register to (None: neither), with number; nothing changes
};

struct MemoryOperand {
    Register base = Register::None;
    bool indexed = false;  // plus another register
    bool unusual = false;  // a segment, or a base that is no 64-bit general register, rip included
    std::int64_t displacement = 0;
    std::uint32_t size = 0;  // bytes accessed
};

struct Instruction {
    std::uint64_t address = 0;
    std::uint8_t size = 0;
    Flow flow = Flow::Next;
    Action action = Action::Nothing;
    Register to = Register::None;
    Register from = Register::None;  // also the register a call or jump goes through
    std::int64_t number = 0;
    MemoryOperand memory;
    bool reads_memory = false;
    bool writes_memory = false;
    RegisterSet overwritten;              // besides `to` of Copy, Load, Address, Add, Pop
    std::optional<std::uint64_t> target;  // of a direct jump or call
    std::optional<std::uint64_t> slot;    // of a jump or call through the memory at this address
    std::optional<std::uint64_t> global;  // what Load or Address refer to with `[rip+N]`
    std::optional<std::int64_t> limit;    // what `cmp x, N` and `sub x, N` compare with
    bool branches_if_above = false;       // `ja`
    std::optional<TrapCost> cost;         // none: no probe here

    // What a store changes is seen by whoever reads an object at a probe; the frame is the function's own.
    [[nodiscard]] bool writes_objects() const {
        const bool own_frame = memory.base == Register::Rsp || memory.base == Register::Rbp;
        return writes_memory && (!own_frame || memory.indexed || memory.unusual);
    }
    [[nodiscard]] std::uint64_t end() const { return address + size; }
    // A jump whose target is computed; `from` holds it, if it is in a register.
    [[nodiscard]] bool is_computed_jump() const { return flow == Flow::Jump && !target && !slot; }
};

[[nodiscard]] Instruction reduce(const cs_insn& instruction);

}  // namespace tt::alloc_trace
