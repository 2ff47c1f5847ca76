/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Integer arguments at a function's entry, System V x86-64. For a member function the first is `this`. */
#ifndef TAT_ARGUMENTS_BPF_H
#define TAT_ARGUMENTS_BPF_H

#define TAT_ARG1(regs) ((regs)->di)
#define TAT_ARG2(regs) ((regs)->si)
#define TAT_ARG3(regs) ((regs)->dx)
#define TAT_ARG4(regs) ((regs)->cx)
#define TAT_ARG5(regs) ((regs)->r8)
#define TAT_ARG6(regs) ((regs)->r9)

#endif
