// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Capstone 4 does not tell for every instruction which operands it writes. So an operand counts as written unless the
// instruction is known to only read it.
#include "probes/code/instruction.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "probes/code/trap_cost.hpp"
#include "probes/disassembler.hpp"
#include "probes/field.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kUnknownSize = 64;  // no instruction but xsave writes more

constexpr std::array<Register, 4> kDataRegisters{Register::Rax, Register::Rcx, Register::Rdx, Register::R11};
constexpr std::array<Register, 4> kStringRegisters{Register::Rax, Register::Rcx, Register::Rsi, Register::Rdi};

std::span<const cs_x86_op> operands_of(const cs_insn& instruction) {
    const cs_x86& x = instruction.detail->x86;
    return {x.operands, std::min<std::size_t>(x.op_count, std::size(x.operands))};
}

bool is_register(const cs_x86_op& operand, std::uint32_t size) {
    return operand.type == X86_OP_REG && operand.size == size && register_of(operand.reg) != Register::None;
}

MemoryOperand memory_of(const cs_x86_op& operand) {
    const x86_op_mem& mem = operand.mem;
    MemoryOperand memory;
    memory.base = register_of(mem.base);
    memory.indexed = mem.index != X86_REG_INVALID;
    memory.unusual = mem.segment != X86_REG_INVALID || memory.base == Register::None;
    memory.displacement = mem.disp;
    memory.size = operand.size == 0 ? kUnknownSize : operand.size;
    return memory;
}

bool only_reads(unsigned id) {
    switch (id) {
        case X86_INS_CMP:
        case X86_INS_TEST:
        case X86_INS_BT:
        case X86_INS_NOP:
        case X86_INS_ENDBR64:
        case X86_INS_COMISS:
        case X86_INS_COMISD:
        case X86_INS_UCOMISS:
        case X86_INS_UCOMISD:
        case X86_INS_VCOMISS:
        case X86_INS_VCOMISD:
        case X86_INS_VUCOMISS:
        case X86_INS_VUCOMISD:
        case X86_INS_PTEST:
        case X86_INS_VPTEST:
        case X86_INS_PREFETCH:
        case X86_INS_PREFETCHNTA:
        case X86_INS_PREFETCHT0:
        case X86_INS_PREFETCHT1:
        case X86_INS_PREFETCHT2:
        case X86_INS_PREFETCHW:
            return true;
        default:
            return false;
    }
}

bool is_string_instruction(unsigned id) {
    switch (id) {
        case X86_INS_STOSB:
        case X86_INS_STOSD:
        case X86_INS_STOSQ:
        case X86_INS_STOSW:
        case X86_INS_LODSB:
        case X86_INS_LODSD:
        case X86_INS_LODSQ:
        case X86_INS_LODSW:
        case X86_INS_SCASB:
        case X86_INS_SCASD:
        case X86_INS_SCASQ:
        case X86_INS_SCASW:
        case X86_INS_MOVSB:
        case X86_INS_MOVSQ:
        case X86_INS_MOVSW:
        case X86_INS_CMPSB:
        case X86_INS_CMPSQ:
        case X86_INS_CMPSW:
            return true;
        default:
            return false;  // movsd and cmpsd are vector instructions too: told apart by their operands
    }
}

// Instructions that write rax, rcx, rdx or (syscall) r11 without naming them. What else they write Capstone knows.
bool writes_data_registers(unsigned id, std::size_t operand_count) {
    switch (id) {
        case X86_INS_MUL:
        case X86_INS_DIV:
        case X86_INS_IDIV:
        case X86_INS_CWD:
        case X86_INS_CDQ:
        case X86_INS_CQO:
        case X86_INS_CBW:
        case X86_INS_CWDE:
        case X86_INS_CDQE:
        case X86_INS_CPUID:
        case X86_INS_RDTSC:
        case X86_INS_RDTSCP:
        case X86_INS_XGETBV:
        case X86_INS_RDPMC:
        case X86_INS_CMPXCHG:
        case X86_INS_CMPXCHG8B:
        case X86_INS_CMPXCHG16B:
        case X86_INS_XLATB:
        case X86_INS_LAHF:
        case X86_INS_SYSCALL:
        case X86_INS_INT:
        case X86_INS_LOOP:
        case X86_INS_LOOPE:
        case X86_INS_LOOPNE:
        case X86_INS_PCMPESTRI:
        case X86_INS_PCMPISTRI:
        case X86_INS_VPCMPESTRI:
        case X86_INS_VPCMPISTRI:
        case X86_INS_XBEGIN:
            return true;
        case X86_INS_IMUL:
            return operand_count == 1;
        default:
            return false;
    }
}

bool is_conditional(unsigned id) {
    switch (id) {
        case X86_INS_JAE:
        case X86_INS_JA:
        case X86_INS_JBE:
        case X86_INS_JB:
        case X86_INS_JCXZ:
        case X86_INS_JECXZ:
        case X86_INS_JE:
        case X86_INS_JGE:
        case X86_INS_JG:
        case X86_INS_JLE:
        case X86_INS_JL:
        case X86_INS_JNE:
        case X86_INS_JNO:
        case X86_INS_JNP:
        case X86_INS_JNS:
        case X86_INS_JO:
        case X86_INS_JP:
        case X86_INS_JRCXZ:
        case X86_INS_JS:
        case X86_INS_LOOP:
        case X86_INS_LOOPE:
        case X86_INS_LOOPNE:
        case X86_INS_XBEGIN:
            return true;
        default:
            return false;
    }
}

Flow flow_of(unsigned id) {
    switch (id) {
        case X86_INS_JMP:
        case X86_INS_LJMP:
            return Flow::Jump;
        case X86_INS_CALL:
        case X86_INS_LCALL:
            return Flow::Call;
        case X86_INS_RET:
        case X86_INS_RETF:
        case X86_INS_RETFQ:
        case X86_INS_IRET:
        case X86_INS_IRETD:
        case X86_INS_IRETQ:
            return Flow::Return;
        case X86_INS_UD0:
        case X86_INS_UD2:
        case X86_INS_UD2B:
        case X86_INS_HLT:
        case X86_INS_INT3:
        case X86_INS_INT1:
            return Flow::Stop;
        default:
            return is_conditional(id) ? Flow::Branch : Flow::Next;
    }
}

class Reducer {
public:
    explicit Reducer(const cs_insn& source) : source_(source), operands_(operands_of(source)) {
        out_.address = source.address;
        out_.size = static_cast<std::uint8_t>(source.size);
        out_.flow = flow_of(source.id);
        out_.cost = trap_cost(source);
    }

    Instruction run() {
        if (out_.flow == Flow::Next) {
            if (!understood()) {
                overwrite_all_operands();
            }
            overwrite_unnamed();
            note_limit();
        } else {
            leave();
        }
        return out_;
    }

private:
    void leave();
    void note_limit();
    bool understood();
    bool move();
    bool zero();
    bool add(std::int64_t sign);
    void compare();
    void push();
    bool pop();
    void read_operands();
    void overwrite_all_operands();
    void overwrite_unnamed();
    [[nodiscard]] std::optional<std::uint64_t> global_of(const cs_x86_op& operand) const {
        if (operand.mem.base != X86_REG_RIP || operand.mem.index != X86_REG_INVALID) {
            return std::nullopt;
        }
        return source_.address + source_.size + static_cast<std::uint64_t>(operand.mem.disp);
    }
    void set_memory(const cs_x86_op& operand, bool reads, bool writes) {
        out_.memory = memory_of(operand);
        out_.reads_memory = reads;
        out_.writes_memory = writes;
    }
    void act(Action action, Register to, Register from = Register::None) {
        out_.action = action;
        out_.to = to;
        out_.from = from;
    }

    const cs_insn& source_;
    std::span<const cs_x86_op> operands_;
    Instruction out_;
};

void Reducer::leave() {
    if (out_.flow == Flow::Return || out_.flow == Flow::Stop) {
        return;
    }
    if (out_.flow == Flow::Branch) {
        out_.branches_if_above = source_.id == X86_INS_JA;
        overwrite_unnamed();  // loop counts down
    }
    if (operands_.size() != 1) {
        return;
    }
    const cs_x86_op& operand = operands_[0];
    if (operand.type == X86_OP_IMM) {
        out_.target = static_cast<std::uint64_t>(operand.imm);
    } else if (operand.type == X86_OP_MEM) {
        set_memory(operand, true, false);
        out_.slot = global_of(operand);
    } else if (operand.type == X86_OP_REG) {
        out_.from = register_of(operand.reg);
    }
}

void Reducer::note_limit() {
    const bool compares = source_.id == X86_INS_CMP || source_.id == X86_INS_SUB;
    if (compares && operands_.size() == 2 && operands_[1].type == X86_OP_IMM) {
        out_.limit = operands_[1].imm;
    }
}

bool Reducer::move() {
    const cs_x86_op& to = operands_[0];
    const cs_x86_op& from = operands_[1];
    if (is_register(to, kPointerBytes) && is_register(from, kPointerBytes)) {
        act(Action::Copy, register_of(to.reg), register_of(from.reg));
        return true;
    }
    if (is_register(to, kPointerBytes) && from.type == X86_OP_MEM && from.size == kPointerBytes) {
        set_memory(from, true, false);
        out_.global = global_of(from);
        act(Action::Load, register_of(to.reg));
        return true;
    }
    if (to.type == X86_OP_MEM && to.size == kPointerBytes && is_register(from, kPointerBytes)) {
        set_memory(to, false, true);
        act(Action::Store, Register::None, register_of(from.reg));
        return true;
    }
    return false;
}

// Half of the register is enough: the upper half is cleared as well.
bool Reducer::zero() {
    constexpr std::uint8_t kHalf = kPointerBytes / 2;
    const cs_x86_op& to = operands_[0];
    const cs_x86_op& by = operands_[1];
    if ((!is_register(to, kPointerBytes) && !is_register(to, kHalf)) || by.type != X86_OP_REG || by.reg != to.reg) {
        return false;
    }
    out_.overwritten.add(register_of(to.reg));
    act(Action::Zero, register_of(to.reg));
    return true;
}

bool Reducer::add(std::int64_t sign) {
    const cs_x86_op& by = operands_[1];
    if (!is_register(operands_[0], kPointerBytes)) {
        return false;
    }
    const Register to = register_of(operands_[0].reg);
    if (by.type == X86_OP_IMM && by.imm > INT32_MIN && by.imm <= INT32_MAX) {
        act(Action::Add, to);
        out_.number = sign * by.imm;
        return true;
    }
    if (to == Register::Rsp && sign < 0 && is_register(by, kPointerBytes)) {
        act(Action::Lower, to);
        return true;
    }
    return false;
}

void Reducer::compare() {
    out_.action = Action::Compare;
    const cs_x86_op& left = operands_[0];
    const cs_x86_op& right = operands_[1];
    if (left.type == X86_OP_REG) {
        out_.to = register_of(left.reg);
    }
    if (right.type == X86_OP_IMM) {
        out_.number = right.imm;
    } else if (right.type == X86_OP_REG) {
        out_.from = register_of(right.reg);
    }
}

void Reducer::push() {
    const cs_x86_op& what = operands_[0];
    act(Action::Push, Register::None, is_register(what, kPointerBytes) ? register_of(what.reg) : Register::None);
    if (what.type == X86_OP_MEM) {
        set_memory(what, true, false);
    }
}

bool Reducer::pop() {
    if (!is_register(operands_[0], kPointerBytes)) {
        return false;
    }
    act(Action::Pop, register_of(operands_[0].reg));
    return true;
}

// Whether all it does is expressed.
bool Reducer::understood() {
    if (only_reads(source_.id)) {
        read_operands();
        if ((source_.id == X86_INS_CMP || source_.id == X86_INS_TEST) && operands_.size() == 2) {
            compare();
        }
        return true;
    }
    switch (source_.id) {
        case X86_INS_LEAVE:
            out_.action = Action::Leave;
            return true;
        case X86_INS_PUSH:
            if (operands_.size() == 1 && operands_[0].size == kPointerBytes) {
                push();
                return true;
            }
            return false;
        case X86_INS_POP:
            return operands_.size() == 1 && pop();
        default:
            break;
    }
    if (operands_.size() != 2) {
        return false;
    }
    switch (source_.id) {
        case X86_INS_MOV:
            return move();
        case X86_INS_LEA:
            if (!is_register(operands_[0], kPointerBytes) || operands_[1].type != X86_OP_MEM) {
                return false;
            }
            out_.memory = memory_of(operands_[1]);
            out_.global = global_of(operands_[1]);
            act(Action::Address, register_of(operands_[0].reg));
            return true;
        case X86_INS_ADD:
            return add(1);
        case X86_INS_SUB:
            return add(-1);
        case X86_INS_XOR:
            return zero();
        case X86_INS_AND:
            if (is_register(operands_[0], kPointerBytes) && register_of(operands_[0].reg) == Register::Rsp &&
                operands_[1].type == X86_OP_IMM && operands_[1].imm < 0) {
                act(Action::Lower, Register::Rsp);
                return true;
            }
            return false;
        default:
            return false;
    }
}

void Reducer::read_operands() {
    for (const cs_x86_op& operand : operands_) {
        if (operand.type == X86_OP_MEM && source_.id != X86_INS_NOP) {
            set_memory(operand, true, false);
        }
    }
}

void Reducer::overwrite_all_operands() {
    bool first = true;
    for (const cs_x86_op& operand : operands_) {
        const bool written = first || (operand.access & CS_AC_WRITE) != 0 || source_.id == X86_INS_XCHG ||
                             source_.id == X86_INS_XADD || source_.id == X86_INS_MULX;
        first = false;
        if (operand.type == X86_OP_REG && written) {
            out_.overwritten.add(register_of(operand.reg));
        } else if (operand.type == X86_OP_MEM && !(out_.writes_memory && !written)) {
            set_memory(operand, true, written);
        }
    }
}

void Reducer::overwrite_unnamed() {
    const bool moves_data_by_pointers = std::count_if(operands_.begin(), operands_.end(), [](const cs_x86_op& operand) {
                                            return operand.type == X86_OP_MEM;
                                        }) > 1;
    if (is_string_instruction(source_.id) || moves_data_by_pointers) {
        for (const Register reg : kStringRegisters) {
            out_.overwritten.add(reg);
        }
        out_.writes_memory = true;
        out_.memory.indexed = true;  // with a repeat prefix: of unknown length
    }
    if (writes_data_registers(source_.id, operands_.size())) {
        for (const Register reg : kDataRegisters) {
            out_.overwritten.add(reg);
        }
    }
    if (source_.id == X86_INS_ENTER) {
        out_.overwritten.add(Register::Rsp);
        out_.overwritten.add(Register::Rbp);
    }
    if (out_.action == Action::Push || out_.action == Action::Pop || out_.action == Action::Leave) {
        return;  // of rsp their action tells more than the list does
    }
    const cs_detail& detail = *source_.detail;
    for (const std::uint16_t reg : std::span(detail.regs_write, std::min<std::size_t>(detail.regs_write_count, 20))) {
        out_.overwritten.add(register_of(reg));
    }
}

}  // namespace

Instruction reduce(const cs_insn& instruction) {
    return Reducer(instruction).run();
}

}  // namespace tt::alloc_trace
