// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/value_state.hpp"

#include <algorithm>

#include "probes/field.hpp"

namespace tt::alloc_trace {
namespace {

using Kind = Value::Kind;

constexpr std::int64_t kMaxStateOffset = 1 << 24;  // no frame or object has 16 MiB
constexpr std::size_t kMaxKnownSlots = 128;        // that hold something known; more are forgotten
constexpr std::int32_t kRedZone = 128;        // below rsp; nothing else may be overwritten by a signal

constexpr std::array<Register, 15> kByPreference{
    Register::Rbx,
    Register::R12,
    Register::R13,
    Register::R14,
    Register::R15,
    Register::Rbp,
    Register::Rax,
    Register::Rcx,
    Register::Rdx,
    Register::Rsi,
    Register::Rdi,
    Register::R8,
    Register::R9,
    Register::R10,
    Register::R11
};

Value moved_by(const Value& value, std::int64_t distance) {
    if (distance < -kMaxStateOffset || distance > kMaxStateOffset) {
        return {};
    }
    const std::int64_t number = value.number + distance;
    if (value.kind == Kind::Stack && number >= -kMaxStateOffset && number <= kMaxStateOffset) {
        return {Kind::Stack, value.region, static_cast<std::int32_t>(number)};
    }
    if (value.kind == Kind::Member || value.kind == Kind::Element) {
        return {Kind::Element, 0, value.number};
    }
    return {};
}

// What is known of a value that is either.
Value either(const Value& left, const Value& right) {
    if (left == right) {
        return left;
    }
    const auto is_result_or_zero = [](const Value& value) {
        return value.kind == Kind::Result || value.kind == Kind::Zero || value.kind == Kind::ResultOrZero;
    };
    if (is_result_or_zero(left) && is_result_or_zero(right)) {
        return {Kind::ResultOrZero};
    }
    const auto walks = [](const Value& value) { return value.kind == Kind::Member || value.kind == Kind::Element; };
    return walks(left) && walks(right) && left.number == right.number ? Value{Kind::Element, 0, left.number} : Value{};
}

}  // namespace

ValueState::ValueState(Register reg) {
    at(Register::Rsp) = {Kind::Stack};
    at(reg) = {Kind::Argument};
}

std::optional<Value> ValueState::address_of(const MemoryOperand& memory) const {
    if (memory.unusual || in(memory.base).kind != Kind::Stack) {
        return std::nullopt;
    }
    const Value address = moved_by(in(memory.base), memory.displacement);
    return address.kind == Kind::Stack ? std::optional(address) : std::nullopt;
}

Value ValueState::load_slot(const Value& address) const {
    const auto slot = std::find_if(slots_.begin(), slots_.end(), [&](const Slot& candidate) {
        return candidate.region == address.region && candidate.offset == address.number;
    });
    return slot == slots_.end() ? Value{} : slot->value;
}

Value ValueState::load(const MemoryOperand& memory) const {
    if (memory.unusual || memory.indexed) {
        return {};
    }
    if (const auto address = address_of(memory)) {
        return load_slot(*address);
    }
    const bool is_member =
        in(memory.base).kind == Kind::Argument && memory.displacement >= 0 && memory.displacement <= kMaxStateOffset;
    return is_member ? Value{Kind::Member, 0, static_cast<std::int32_t>(memory.displacement)} : Value{};
}

void ValueState::write_slot(const Value& address, std::uint32_t size, const Value& value, bool pushed) {
    const std::int64_t end = std::int64_t{address.number} + size;
    std::erase_if(slots_, [&](const Slot& slot) {
        if (slot.region == address.region) {
            return slot.offset < end && address.number < slot.offset + kPointerBytes;
        }
        // What lies below where rsp was lowered to is none of the slots that were there before.
        return !(slot.region == 0 && end <= 0);
    });
    const bool clear_of_others = address.region != 0 || address.number >= floor_;
    if (value.kind != Kind::Unknown && size == kPointerBytes && clear_of_others && slots_.size() < kMaxKnownSlots) {
        const Slot slot{address.region, address.number, value, pushed};
        slots_.insert(
            std::lower_bound(
                slots_.begin(),
                slots_.end(),
                slot,
                [](const Slot& left, const Slot& right) {
                    return std::pair(left.region, left.offset) < std::pair(right.region, right.offset);
                }
            ),
            slot
        );
    }
}

void ValueState::forget_taken(const TakenAddresses& taken) {
    if (taken.empty()) {
        return;
    }
    std::erase_if(slots_, [&](const Slot& slot) {
        const auto first = taken.lower_bound({slot.region, slot.offset});
        return first != taken.end() && first->first == slot.region && first->second < slot.offset + kPointerBytes;
    });
}

void ValueState::write(const MemoryOperand& memory, const Value& value, TakenAddresses& taken) {
    if (const auto address = address_of(memory)) {
        if (!memory.indexed) {
            write_slot(*address, memory.size, value, false);
            return;
        }
        taken.emplace(address->region, address->number);  // an array
    }
    forget_taken(taken);
}

// A stack address anywhere but in rsp and in rbp as frame pointer is there to be written through.
void ValueState::set(Register reg, const Value& value, TakenAddresses& taken) {
    if (value.kind == Kind::Stack && reg != Register::Rsp) {
        taken.emplace(value.region, value.number);
    }
    at(reg) = value;
}

void ValueState::push(const Value& value) {
    const Value top = moved_by(in(Register::Rsp), -kPointerBytes);
    if (top.kind != Kind::Stack) {
        slots_.clear();
        at(Register::Rsp) = {};
        return;
    }
    at(Register::Rsp) = top;
    write_slot(top, kPointerBytes, value, true);
}

void ValueState::pop(Register to) {
    const Value top = in(Register::Rsp);
    const Value value = top.kind == Kind::Stack ? load_slot(top) : Value{};
    at(Register::Rsp) = moved_by(top, kPointerBytes);
    at(to) = value;
}

void ValueState::lower(std::uint64_t region) {
    const Value top = in(Register::Rsp);
    for (Value& value : registers_) {
        if (value.kind == Kind::Stack && value.region == region) {
            value = {};  // from the last time round a loop
        }
    }
    if (top.kind != Kind::Stack) {
        slots_.clear();
        at(Register::Rsp) = {};
        return;
    }
    std::erase_if(slots_, [&](const Slot& slot) {
        const bool below = slot.region != top.region || slot.offset < top.number;
        return slot.region == region || (slot.region != 0 && below) || (slot.region == 0 && top.region == 0 && below);
    });
    std::erase_if(slots_, [&](const Slot& slot) {
        return slot.value.kind == Kind::Stack && slot.value.region == region;
    });
    if (top.region == 0) {
        floor_ = std::max(floor_, top.number);
    }
    at(Register::Rsp) = {Kind::Stack, region, 0};
}

void ValueState::call(const TakenAddresses& taken) {
    const Value top = in(Register::Rsp);
    std::erase_if(slots_, [&](const Slot& slot) {
        if (slot.pushed || top.kind != Kind::Stack) {
            return true;
        }
        const bool above = slot.region == top.region ? slot.offset >= top.number : slot.region == 0;
        return !above;
    });
    forget_taken(taken);
    for (const Register reg : kCallerSaved) {
        at(reg) = {};
    }
}

void ValueState::step(const Instruction& instruction, TakenAddresses& taken) {
    const Value from = in(instruction.from);
    const Value to = in(instruction.to);
    Value loaded = instruction.action == Action::Load ? load(instruction.memory) : Value{};
    if (instruction.action == Action::Load && instruction.global) {
        loaded = {Kind::Global, *instruction.global};
    }
    if (instruction.writes_memory) {
        write(instruction.memory, instruction.action == Action::Store ? from : Value{}, taken);
    }
    for (std::size_t i = 1; i < registers_.size(); ++i) {
        if (instruction.overwritten.contains(static_cast<Register>(i))) {
            registers_[i] = {};
        }
    }
    switch (instruction.action) {
        case Action::Copy:
            if (instruction.to == Register::Rbp && instruction.from == Register::Rsp) {
                at(Register::Rbp) = from;  // the frame pointer
            } else {
                set(instruction.to, from, taken);
            }
            break;
        case Action::Load:
            set(instruction.to, loaded, taken);
            break;
        case Action::Address: {
            const auto address = address_of(instruction.memory);
            if (address && instruction.memory.indexed) {
                taken.emplace(address->region, address->number);
            }
            Value value = address && !instruction.memory.indexed ? *address : Value{};
            if (!address && !instruction.memory.unusual && !instruction.memory.indexed) {
                const Value base = in(instruction.memory.base);
                if (instruction.memory.displacement == 0) {
                    value = base;
                } else if (instruction.to == instruction.memory.base) {
                    value = moved_by(base, instruction.memory.displacement);
                }
            }
            set(instruction.to, value, taken);
            break;
        }
        case Action::Add:
            set(instruction.to, instruction.number == 0 ? to : moved_by(to, instruction.number), taken);
            break;
        case Action::Zero:
            set(instruction.to, {Kind::Zero}, taken);
            break;
        case Action::Lower:
            lower(instruction.address);
            break;
        case Action::Push:
            push(from);
            break;
        case Action::Pop:
            pop(instruction.to);
            break;
        case Action::Leave:
            at(Register::Rsp) = in(Register::Rbp);
            pop(Register::Rbp);
            break;
        default:
            break;
    }
    at(Register::None) = {};
    if (instruction.flow == Flow::Call) {
        call(taken);
    }
}

bool ValueState::join(const ValueState& other) {
    bool less = false;
    for (std::size_t i = 0; i < registers_.size(); ++i) {
        const Value joined = either(registers_[i], other.registers_[i]);
        less = less || joined != registers_[i];
        registers_[i] = joined;
    }
    std::vector<Slot> kept;
    for (const Slot& slot : slots_) {
        const auto twin = std::find_if(other.slots_.begin(), other.slots_.end(), [&](const Slot& candidate) {
            return candidate.region == slot.region && candidate.offset == slot.offset;
        });
        if (twin == other.slots_.end()) {
            continue;
        }
        Slot joined = slot;
        joined.value = either(slot.value, twin->value);
        joined.pushed = slot.pushed || twin->pushed;
        if (joined.value.kind != Kind::Unknown) {
            kept.push_back(joined);
        }
    }
    less = less || kept != slots_ || other.floor_ > floor_;
    slots_ = std::move(kept);
    floor_ = std::max(floor_, other.floor_);
    return less;
}

ValueLocation ValueState::locate(const Slot& slot) const {
    const Value top = in(Register::Rsp);
    if (top.kind == Kind::Stack && top.region == slot.region && slot.offset < top.number - kRedZone) {
        return {};
    }
    for (const Register base : {Register::Rbp, Register::Rsp}) {
        const Value& value = in(base);
        if (value.kind == Kind::Stack && value.region == slot.region) {
            return {base, true, slot.offset - value.number};
        }
    }
    return {};
}

ValueLocation ValueState::find(Value::Kind kind) const {
    for (const Register reg : kByPreference) {
        if (in(reg).kind == kind) {
            return {reg};
        }
    }
    for (const Slot& slot : slots_) {
        if (slot.value.kind == kind) {
            if (const ValueLocation location = locate(slot); location.exists()) {
                return location;
            }
        }
    }
    return {};
}

}  // namespace tt::alloc_trace
