/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What registers and stack slots hold at a probe. Where to look is constant per instance: the verifier drops the rest. */
#ifndef TAT_ARGUMENTS_BPF_H
#define TAT_ARGUMENTS_BPF_H

/* The empty asm keeps the compiler from merging the cases into one access at a computed place of the context. */
#define TAT_REG_CASE(number, member) \
    case number:                     \
        value = regs->member;        \
        asm volatile("" : "+r"(value)); \
        break

static __always_inline __u64 register_value(struct pt_regs *regs, __u32 reg) {
    __u64 value = 0;
    switch (reg) {
        TAT_REG_CASE(TAT_REG_RAX, ax);
        TAT_REG_CASE(TAT_REG_RBX, bx);
        TAT_REG_CASE(TAT_REG_RCX, cx);
        TAT_REG_CASE(TAT_REG_RDX, dx);
        TAT_REG_CASE(TAT_REG_RSI, si);
        TAT_REG_CASE(TAT_REG_RDI, di);
        TAT_REG_CASE(TAT_REG_RBP, bp);
        TAT_REG_CASE(TAT_REG_RSP, sp);
        TAT_REG_CASE(TAT_REG_R8, r8);
        TAT_REG_CASE(TAT_REG_R9, r9);
        TAT_REG_CASE(TAT_REG_R10, r10);
        TAT_REG_CASE(TAT_REG_R11, r11);
        TAT_REG_CASE(TAT_REG_R12, r12);
        TAT_REG_CASE(TAT_REG_R13, r13);
        TAT_REG_CASE(TAT_REG_R14, r14);
        TAT_REG_CASE(TAT_REG_R15, r15);
    }
    return value;
}

static __always_inline __u64 read_word(__u64 address) {
    __u64 word = 0;
    bpf_probe_read_user(&word, sizeof(word), (void *)address);
    return word;
}

/* 0 where there is no such value. */
static __always_inline __u64 value_at(struct pt_regs *regs, const volatile struct tat_location *location) {
    __u64 value = register_value(regs, location->reg);
    return location->in_memory ? read_word(value + location->displacement) : value;
}

#define TAT_VALUE(regs, program, what) value_at(regs, &instance.probes[program].what)
#define TAT_HAS(program, what) (instance.probes[program].what.reg != TAT_REG_NONE)

#endif
