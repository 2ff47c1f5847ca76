/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * How functions are left: tables made in userspace from the modules' .eh_frame, read by BPF while it walks a stack. Same rules as
 * event_abi.h. Register numbers are DWARF's (0 rax, 3 rbx, 6 rbp, 7 rsp, 16 return address).
 */
#ifndef TAT_UNWIND_ABI_H
#define TAT_UNWIND_ABI_H

#define TAT_DWARF_RBX 3
#define TAT_DWARF_RBP 6
#define TAT_DWARF_RSP 7
#define TAT_DWARF_RA 16
#define TAT_DWARF_REGISTERS 16 /* general ones */

/* How the canonical frame address (CFA) is found: the stack pointer's value in the caller. The return address lies below it. */
#define TAT_CFA_NONE 0        /* no function is known here */
#define TAT_CFA_END 1         /* the outermost function of a thread: it returns to nobody */
#define TAT_CFA_UNSUPPORTED 2 /* told by the module, but in a way that cannot be expressed here */
#define TAT_CFA_SIGNAL 3      /* what a signal handler returns to: the interrupted registers lie at the stack pointer */
#define TAT_CFA_REGISTER 4    /* reg + offset */
#define TAT_CFA_DEREF 5       /* *(reg + offset) + more */
#define TAT_CFA_PLT 6         /* rsp + offset, and 8 more from byte `more` of each 16 of the code on */

/* From where the address is counted at which a register was saved. */
#define TAT_SAVED_SAME 0    /* it was not: it has the caller's value still */
#define TAT_SAVED_CFA 1     /* the CFA */
#define TAT_SAVED_RBP 2     /* this frame's rbp */
#define TAT_SAVED_UNKNOWN 3 /* lost, or told in a way that cannot be expressed here */

struct tat_unwind_rule {
    __u8 cfa;      /* TAT_CFA_* */
    __u8 reg;      /* of REGISTER and DEREF; else 0 */
    __u8 rbp_from; /* TAT_SAVED_* */
    __u8 rbx_from;
    __s32 offset;
    __s32 more;
    __s16 rbp;     /* words from there; 0 where there is no place */
    __s16 rbx;
};

/*
 * A table is a run of words in one large array: for each page of the code the number of the first row in it or behind, one more for
 * the end, then the rows. A row holds for the code from its offset in its page up to the next row. Numbers of rows count from
 * the table's first row, whose rule is TAT_CFA_NONE.
 */
#define TAT_UNWIND_PAGE_BITS 12
#define TAT_UNWIND_OFFSET_MASK ((1U << TAT_UNWIND_PAGE_BITS) - 1)
#define TAT_UNWIND_MAX_RULES (1U << (32 - TAT_UNWIND_PAGE_BITS))
/* both 32 bits wide */
#define TAT_UNWIND_ROW(offset, rule) ((rule) << TAT_UNWIND_PAGE_BITS | (offset))
#define TAT_UNWIND_ROW_OFFSET(row) ((row) & TAT_UNWIND_OFFSET_MASK)
#define TAT_UNWIND_ROW_RULE(row) ((row) >> TAT_UNWIND_PAGE_BITS)

#define TAT_UNWIND_CHUNK_WORDS 16

struct tat_unwind_chunk { /* the large array's elements */
    __u32 words[TAT_UNWIND_CHUNK_WORDS];
};

struct tat_unwind_table {
    __u32 generation; /* changes whenever what is here, or the words of it, belong to another table; 0: none */
    __u32 first;      /* word */
    __u32 pages;
    __u32 used;       /* set by BPF, reset by userspace: which of many tables can be done without */
};

struct tat_unwind_mapping { /* of executable memory */
    __u64 start;
    __u64 end;
    __u64 base;       /* where the table's first page is mapped, or would be */
    __u32 table;      /* index */
    __u32 generation; /* of the table; 0: there is none for what is mapped here */
    __u64 list;       /* whose mapping this is: another one's, if the list was given up */
};

#define TAT_UNWIND_MAX_MAPPINGS 8192 /* of one process */

struct tat_unwind_process {
    __u32 first; /* mapping; they are in order */
    __u32 count;
    __u64 list;
};

#endif
