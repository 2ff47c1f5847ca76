/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef TAT_NATIVE_FRAME_BPF_H
#define TAT_NATIVE_FRAME_BPF_H

#define TAT_CONTEXT_WORDS 17 /* what a signal handler finds of the interrupted registers */

/* Where a walk of native calls has come to, and what it knows there. Zero at first. */
struct tat_frame {
    __u64 ip;
    __u64 registers[TAT_DWARF_REGISTERS];
    __u64 rbp_at; /* where the frame's rbp was saved by those it called; 0: it is in `registers` */
    __u64 rbx_at; /* likewise */
    __u32 known;  /* bit by register: `registers` has the frame's */
    __u32 interrupted; /* `ip` is the instruction to go on with, not a return address */
    /* The process's mappings; the one of `ip`, or of a frame before, and its table. */
    __u64 list;
    __u32 first_mapping;
    __u32 mapping_count;
    __u64 start; /* equal to `end`: none */
    __u64 end;
    __u64 base;
    __u32 table;
    __u32 generation;
    __u32 first_word;
    __u32 pages;
    __u64 context[TAT_CONTEXT_WORDS]; /* the programs' own stack has no room for it */
};

#endif
