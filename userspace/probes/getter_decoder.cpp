// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Runs the getter on symbols instead of numbers: every register and stack slot is unknown, a constant, an address on
// the stack, `this` plus an offset, the member, or a predicate of the member. What is in rax at `ret` is the answer.
// A class may keep its members in an object of its own (pimpl): then the first member read is the pointer to it.
#include "probes/getter_decoder.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "probes/disassembler.hpp"
#include "probes/field.hpp"

namespace tt::alloc_trace {
namespace {

enum class GetterKind : std::uint8_t { Unknown, Constant, Stack, Object, Member, Predicate };

struct GetterValue {
    GetterKind kind = GetterKind::Unknown;
    std::int64_t number = 0;  // constant; bytes from rsp at entry; bytes from `this`, a member's from its object
    std::uint32_t width = 0;  // of a member: bytes read
    std::optional<std::int64_t> via{};  // of a member: it is in the object to which the member at this offset points
    std::optional<std::int64_t> mask{};
    std::optional<std::int64_t> compared_to{};
    bool negated = false;
};

constexpr std::size_t kRegisters = 16;
constexpr std::size_t kRax = 0;
constexpr std::size_t kRdi = 5;
constexpr std::size_t kRbp = 6;
constexpr std::size_t kRsp = 7;

// Index of a general register of any width; none for ah, xmm0, rip and the like.
std::optional<std::size_t> register_index(unsigned reg) {
    static constexpr std::array<std::array<unsigned, 4>, kRegisters> kTable{{
        {X86_REG_RAX, X86_REG_EAX, X86_REG_AX, X86_REG_AL},
        {X86_REG_RBX, X86_REG_EBX, X86_REG_BX, X86_REG_BL},
        {X86_REG_RCX, X86_REG_ECX, X86_REG_CX, X86_REG_CL},
        {X86_REG_RDX, X86_REG_EDX, X86_REG_DX, X86_REG_DL},
        {X86_REG_RSI, X86_REG_ESI, X86_REG_SI, X86_REG_SIL},
        {X86_REG_RDI, X86_REG_EDI, X86_REG_DI, X86_REG_DIL},
        {X86_REG_RBP, X86_REG_EBP, X86_REG_BP, X86_REG_BPL},
        {X86_REG_RSP, X86_REG_ESP, X86_REG_SP, X86_REG_SPL},
        {X86_REG_R8, X86_REG_R8D, X86_REG_R8W, X86_REG_R8B},
        {X86_REG_R9, X86_REG_R9D, X86_REG_R9W, X86_REG_R9B},
        {X86_REG_R10, X86_REG_R10D, X86_REG_R10W, X86_REG_R10B},
        {X86_REG_R11, X86_REG_R11D, X86_REG_R11W, X86_REG_R11B},
        {X86_REG_R12, X86_REG_R12D, X86_REG_R12W, X86_REG_R12B},
        {X86_REG_R13, X86_REG_R13D, X86_REG_R13W, X86_REG_R13B},
        {X86_REG_R14, X86_REG_R14D, X86_REG_R14W, X86_REG_R14B},
        {X86_REG_R15, X86_REG_R15D, X86_REG_R15W, X86_REG_R15B},
    }};
    for (std::size_t i = 0; i < kTable.size(); ++i) {
        for (const unsigned name : kTable[i]) {
            if (name == reg) {
                return i;
            }
        }
    }
    return std::nullopt;
}

// Capstone shows the 32-bit immediate -5 now as -5, now as 0xfffffffb.
std::optional<std::int64_t> sign_extended(std::optional<std::int64_t> value, std::uint32_t width) {
    if (!value || width == 0 || width >= 8) {
        return value;
    }
    const unsigned unused = 64 - 8 * width;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(*value) << unused) >> unused;
}

class GetterWalker {
public:
    GetterWalker() {
        registers_[kRdi] = {GetterKind::Object, 0};
        registers_[kRsp] = {GetterKind::Stack, 0};
    }

    // nullptr if the instruction was understood, else why not.
    const char* step(const cs_insn& instruction);
    [[nodiscard]] Result<Getter> answer() const;
    // What a call or jump at this point hands over; nothing if its first argument is not the member.
    [[nodiscard]] std::optional<Getter> handover() const;
    // What a conditional jump at this point depends on; nothing if it is not the member.
    [[nodiscard]] std::optional<Getter> condition() const;

private:
    const char* move(const cs_x86& x);
    const char* load_address(const cs_x86& x);
    const char* arithmetic(unsigned id, const cs_x86& x);
    const char* add_pointer(const cs_x86& x);
    const char* compare(unsigned id, const cs_x86& x);
    const char* set_if(const cs_x86& x, bool negated);
    const char* push(const cs_x86& x);
    const char* pop(std::size_t to);
    const char* pass_guard();
    const char* read(const cs_x86_op& from, GetterValue& value);
    const char* write(const cs_x86_op& to, const GetterValue& value);
    const char* read_member(const GetterValue& address, std::uint32_t width, GetterValue& value);
    std::optional<GetterValue> address_of(const cs_x86_op& operand) const;

    std::array<GetterValue, kRegisters> registers_{};
    std::map<std::int64_t, GetterValue> stack_;
    GetterValue flags_;                  // Predicate, if they come from comparing the member with a constant
    std::optional<GetterValue> member_;  // the one read from the object itself
    std::optional<GetterValue> behind_;  // the one read through it
    bool guarded_ = false;
};

// In the object, or in the one behind the member at `via`.
bool is_object_address(const GetterValue& value) {
    return value.kind == GetterKind::Object || (value.kind == GetterKind::Member && value.width == 8 && !value.mask && !value.via);
}

std::optional<GetterValue> GetterWalker::address_of(const cs_x86_op& operand) const {
    const x86_op_mem& memory = operand.mem;
    const auto base = register_index(memory.base);
    if (memory.segment != X86_REG_INVALID || memory.index != X86_REG_INVALID || !base) {
        return std::nullopt;
    }
    GetterValue address = registers_[*base];
    if (address.kind == GetterKind::Stack || address.kind == GetterKind::Object) {
        address.number += memory.disp;
        return address;
    }
    if (is_object_address(address)) {
        GetterValue inside{GetterKind::Object, memory.disp};
        inside.via = address.number;
        return inside;
    }
    return std::nullopt;
}

const char* GetterWalker::read(const cs_x86_op& from, GetterValue& value) {
    if (from.type == X86_OP_IMM) {
        value = {GetterKind::Constant, from.imm};
        return nullptr;
    }
    if (from.type == X86_OP_REG) {
        const auto index = register_index(from.reg);
        if (!index) {
            return "an unusual register";
        }
        value = registers_[*index];
        if ((value.kind == GetterKind::Object || value.kind == GetterKind::Stack) && from.size != 8) {
            value = {};
        }
        return nullptr;
    }
    const auto address = address_of(from);
    if (!address) {
        return "it reads something that is not a member";
    }
    if (address->kind == GetterKind::Stack) {
        const auto slot = stack_.find(address->number);
        value = slot == stack_.end() ? GetterValue{} : slot->second;
        return nullptr;
    }
    return read_member(*address, from.size, value);
}

const char* GetterWalker::read_member(const GetterValue& address, std::uint32_t width, GetterValue& value) {
    if (address.number < 0 || address.number > kMaxMemberOffset) {
        return "it reads outside of any object";
    }
    std::optional<GetterValue>& known = address.via ? behind_ : member_;
    if (known && (known->number != address.number || known->width != width)) {
        return "it reads a second member";
    }
    known = GetterValue{GetterKind::Member, address.number, width};
    known->via = address.via;
    value = *known;
    return nullptr;
}

const char* GetterWalker::write(const cs_x86_op& to, const GetterValue& value) {
    if (to.type == X86_OP_REG) {
        const auto index = register_index(to.reg);
        if (!index) {
            return "an unusual register";
        }
        registers_[*index] = value;
        return nullptr;
    }
    const auto address = address_of(to);
    if (!address || address->kind != GetterKind::Stack) {
        return "it writes to memory";
    }
    stack_[address->number] = value;
    return nullptr;
}

const char* GetterWalker::move(const cs_x86& x) {
    GetterValue value;
    const char* why = read(x.operands[1], value);
    return why != nullptr ? why : write(x.operands[0], value);
}

const char* GetterWalker::load_address(const cs_x86& x) {
    const auto address = address_of(x.operands[1]);
    return address ? write(x.operands[0], *address) : "it computes an address";
}

GetterValue predicate(const GetterValue& member, std::optional<std::int64_t> mask, std::int64_t compared_to) {
    GetterValue value = member;
    value.kind = GetterKind::Predicate;
    value.mask = mask;
    value.compared_to = compared_to;
    return value;
}

// add, sub: moving pointers; and: masks; xor of a register with itself: zero.
const char* GetterWalker::arithmetic(unsigned id, const cs_x86& x) {
    const cs_x86_op& to = x.operands[0];
    const cs_x86_op& by = x.operands[1];
    flags_ = {};
    if (id == X86_INS_XOR) {
        const bool zero = to.type == X86_OP_REG && by.type == X86_OP_REG && to.reg == by.reg;
        return zero ? write(to, {GetterKind::Constant, 0}) : "it computes";
    }
    if (to.type != X86_OP_REG || by.type != X86_OP_IMM) {
        return id == X86_INS_ADD && to.type == X86_OP_REG ? add_pointer(x) : "it computes";
    }
    GetterValue value;
    if (const char* why = read(to, value); why != nullptr) {
        return why;
    }
    if (id == X86_INS_ADD && value.kind == GetterKind::Member && is_object_address(value)) {
        GetterValue inside{GetterKind::Object, by.imm};
        inside.via = value.number;
        return write(to, inside);
    }
    if (id != X86_INS_AND) {
        if (value.kind != GetterKind::Stack && value.kind != GetterKind::Object) {
            return "it computes";
        }
        value.number += id == X86_INS_ADD ? by.imm : -by.imm;
        return write(to, value);
    }
    if (value.kind == GetterKind::Predicate && (by.imm & 1) != 0) {
        return write(to, value);  // `and al, 1` behind a setcc
    }
    if (value.kind != GetterKind::Member || value.mask) {
        return "it computes";
    }
    value.mask = by.imm;
    flags_ = predicate(value, by.imm, 0);
    return write(to, value);
}

// A constant, to which the pointer to the object behind is added.
const char* GetterWalker::add_pointer(const cs_x86& x) {
    GetterValue offset;
    GetterValue pointer;
    const char* why = read(x.operands[0], offset);
    if (why == nullptr) {
        why = read(x.operands[1], pointer);
    }
    if (why != nullptr || offset.kind != GetterKind::Constant || pointer.kind != GetterKind::Member || !is_object_address(pointer)) {
        return why != nullptr ? why : "it computes";
    }
    GetterValue inside{GetterKind::Object, offset.number};
    inside.via = pointer.number;
    return write(x.operands[0], inside);
}

const char* GetterWalker::compare(unsigned id, const cs_x86& x) {
    GetterValue left;
    GetterValue right;
    if (const char* why = read(x.operands[0], left); why != nullptr) {
        return why;
    }
    if (const char* why = read(x.operands[1], right); why != nullptr) {
        return why;
    }
    if (left.kind != GetterKind::Member) {
        return "it compares something that is not the member";
    }
    if (id == X86_INS_CMP && right.kind == GetterKind::Constant) {
        flags_ = predicate(left, left.mask, right.number);
        return nullptr;
    }
    const bool with_itself =
        x.operands[1].type == X86_OP_REG && x.operands[0].type == X86_OP_REG && x.operands[0].reg == x.operands[1].reg;
    if (id == X86_INS_TEST && (with_itself || (right.kind == GetterKind::Constant && !left.mask))) {
        flags_ = predicate(left, with_itself ? left.mask : right.number, 0);
        return nullptr;
    }
    return "it compares with something that is no constant";
}

const char* GetterWalker::set_if(const cs_x86& x, bool negated) {
    GetterValue value = flags_;
    value.negated = negated;
    return value.kind == GetterKind::Predicate ? write(x.operands[0], value) : "a condition of unknown origin";
}

const char* GetterWalker::push(const cs_x86& x) {
    GetterValue value;
    if (x.op_count != 1 || x.operands[0].type != X86_OP_REG || read(x.operands[0], value) != nullptr ||
        registers_[kRsp].kind != GetterKind::Stack) {
        return "it pushes something unusual";
    }
    registers_[kRsp].number -= 8;
    stack_[registers_[kRsp].number] = value;
    return nullptr;
}

const char* GetterWalker::pop(std::size_t to) {
    if (registers_[kRsp].kind != GetterKind::Stack) {
        return "the stack is lost";
    }
    const auto slot = stack_.find(registers_[kRsp].number);
    const GetterValue value = slot == stack_.end() ? GetterValue{} : slot->second;
    registers_[kRsp].number += 8;
    registers_[to] = value;
    return nullptr;
}

// `if (!is_allocated) throw; return address_;`: one check of another member, whose rare case is out of the way.
const char* GetterWalker::pass_guard() {
    if (flags_.kind != GetterKind::Predicate || guarded_) {
        return "it branches";
    }
    guarded_ = true;
    flags_ = {};
    member_.reset();
    behind_.reset();
    return nullptr;
}

const char* GetterWalker::step(const cs_insn& instruction) {
    const cs_x86& x = instruction.detail->x86;
    switch (instruction.id) {
        case X86_INS_ENDBR64:
        case X86_INS_NOP:
            return nullptr;
        case X86_INS_MOV:
        case X86_INS_MOVABS:
        case X86_INS_MOVZX:
        case X86_INS_MOVSX:
        case X86_INS_MOVSXD:
            return x.op_count == 2 ? move(x) : "it is unusual";
        case X86_INS_LEA:
            return x.op_count == 2 ? load_address(x) : "it is unusual";
        case X86_INS_ADD:
        case X86_INS_SUB:
        case X86_INS_AND:
        case X86_INS_XOR:
            return x.op_count == 2 ? arithmetic(instruction.id, x) : "it is unusual";
        case X86_INS_CMP:
        case X86_INS_TEST:
            return x.op_count == 2 ? compare(instruction.id, x) : "it is unusual";
        case X86_INS_SETE:
        case X86_INS_SETNE:
            return x.op_count == 1 ? set_if(x, instruction.id == X86_INS_SETNE) : "it is unusual";
        case X86_INS_PUSH:
            return push(x);
        case X86_INS_POP: {
            const auto to =
                x.op_count == 1 && x.operands[0].type == X86_OP_REG ? register_index(x.operands[0].reg) : std::nullopt;
            return to ? pop(*to) : "it pops something unusual";
        }
        case X86_INS_LEAVE:
            registers_[kRsp] = registers_[kRbp];
            return pop(kRbp);
        case X86_INS_JE:
        case X86_INS_JNE:
            return pass_guard();
        case X86_INS_CALL:
            return "it calls a function";
        case X86_INS_JMP:
            return "it jumps";
        default:
            return "it does more than a getter";
    }
}

Getter getter_of(const GetterValue& value, GetterShape shape) {
    Getter getter;
    getter.shape = shape;
    getter.offset = static_cast<std::uint32_t>(value.number);
    getter.width = value.width;
    getter.mask = sign_extended(value.mask, value.width);
    getter.compared_to = sign_extended(value.compared_to, value.width);
    getter.negated = value.negated;
    if (value.via) {
        getter.via = static_cast<std::uint32_t>(*value.via);
    }
    return getter;
}

Result<Getter> GetterWalker::answer() const {
    const GetterValue& value = registers_[kRax];
    if (value.kind == GetterKind::Object) {
        const bool reads = value.via ? behind_.has_value() : member_.has_value();
        if (reads || value.number < 0 || value.number > kMaxMemberOffset) {
            return fail(ErrorCode::RunTime, "not a plain getter: it returns an address, but reads too");
        }
        return getter_of(value, GetterShape::AddressOf);
    }
    if (value.kind != GetterKind::Member && value.kind != GetterKind::Predicate) {
        return fail(ErrorCode::RunTime, "not a plain getter: what it returns is not a member");
    }
    if (behind_ && !value.via) {
        return fail(ErrorCode::RunTime, "not a plain getter: it reads a second member");
    }
    return getter_of(value, value.kind == GetterKind::Member ? GetterShape::Load : GetterShape::Predicate);
}

std::optional<Getter> GetterWalker::handover() const {
    const GetterValue& first = registers_[kRdi];
    return first.kind == GetterKind::Member ? std::optional(getter_of(first, GetterShape::Handover)) : std::nullopt;
}

std::optional<Getter> GetterWalker::condition() const {
    return flags_.kind == GetterKind::Predicate ? std::optional(getter_of(flags_, GetterShape::Predicate)) : std::nullopt;
}

// `done`: the answer, if this instruction gives one.
template <typename Done>
Result<Getter> walk(std::span<const std::uint8_t> code, std::uint64_t address, Done done) {
    Disassembler disassembler(code.first(std::min(code.size(), kMaxGetterBytes)), address);
    GetterWalker walker;
    for (std::size_t i = 0; i < kMaxGetterInstructions; ++i) {
        const cs_insn* instruction = disassembler.next();
        if (instruction == nullptr) {
            return fail(ErrorCode::RunTime, "not a plain getter: it does not end, or holds no instructions");
        }
        if (const std::optional<Result<Getter>> answer = done(*instruction, walker)) {
            return *answer;
        }
        if (const char* why = walker.step(*instruction); why != nullptr) {
            return fail(
                ErrorCode::RunTime, std::string("not a plain getter: ") + why + ", at \"" + text_of(*instruction) + "\""
            );
        }
    }
    return fail(ErrorCode::RunTime, "not a plain getter: it is too long");
}

}  // namespace

Result<Getter> decode_getter(std::span<const std::uint8_t> code, std::uint64_t address) {
    return walk(
        code,
        address,
        [](const cs_insn& instruction, const GetterWalker& walker) -> std::optional<Result<Getter>> {
            if (instruction.id == X86_INS_RET) {
                return walker.answer();
            }
            if (instruction.id == X86_INS_CALL || instruction.id == X86_INS_JMP) {
                if (const std::optional<Getter> getter = walker.handover()) {
                    return *getter;
                }
            }
            return std::nullopt;
        }
    );
}

Result<Getter> decode_first_condition(std::span<const std::uint8_t> code, std::uint64_t address) {
    return walk(
        code,
        address,
        [](const cs_insn& instruction, const GetterWalker& walker) -> std::optional<Result<Getter>> {
            if (instruction.id == X86_INS_JE || instruction.id == X86_INS_JNE) {
                if (const std::optional<Getter> getter = walker.condition()) {
                    return *getter;
                }
            }
            return std::nullopt;
        }
    );
}

std::optional<std::uint64_t> forwarded_to(std::span<const std::uint8_t> code, std::uint64_t address) {
    Disassembler disassembler(code.first(std::min(code.size(), kMaxGetterBytes)), address);
    for (std::size_t i = 0; i < 2; ++i) {
        const cs_insn* instruction = disassembler.next();
        if (instruction == nullptr) {
            return std::nullopt;
        }
        const cs_x86& x = instruction->detail->x86;
        if (instruction->id == X86_INS_JMP && x.op_count == 1 && x.operands[0].type == X86_OP_IMM) {
            return static_cast<std::uint64_t>(x.operands[0].imm);
        }
        if (instruction->id != X86_INS_ENDBR64) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace tt::alloc_trace
