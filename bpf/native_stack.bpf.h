/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The native frames of the current thread. */
#ifndef TAT_NATIVE_STACK_BPF_H
#define TAT_NATIVE_STACK_BPF_H

static __always_inline int native_frames(struct tat_walk *walk, struct pt_regs *regs) {
    walk->stack.native[0] = regs->ip;
    walk->stack.native_count = 1;
    walk->stack.native_end = TAT_STACK_NO_TABLE;
    return 0;
}

#endif
