/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Where the objects of a process's CPython hold what. Same rules as event_abi.h. */
#ifndef TAT_PYTHON_ABI_H
#define TAT_PYTHON_ABI_H

#define TAT_NO_MEMBER 0xffffU

/* What leads from one Python frame to where its native interpreter frame ends: tat_python.entry. */
#define TAT_PYTHON_ENTRY_EACH 0  /* every frame has a native one (to 3.10) */
#define TAT_PYTHON_ENTRY_FLAG 1  /* a byte of the frame says so (3.11) */
#define TAT_PYTHON_ENTRY_OWNER 2 /* a frame without code, told by its owner, stands between (from 3.12 on) */

/* How the frame tells the instruction: tat_python.instruction_kind. */
#define TAT_PYTHON_BYTES 0 /* s32, bytes from the start of the code */
#define TAT_PYTHON_UNITS 1 /* s32, units of two bytes */
#define TAT_PYTHON_ADDRESS 2

#define TAT_PYTHON_WORDS 16 /* of a window, 8 bytes each */

/* Of one process; written by userspace, which has proved it. Offsets in bytes; in a window they are from its start. */
struct tat_python {
    __u64 holder;  /* address of the pointer to the state of the thread that holds the interpreter lock; 0: none */
    __u32 keys;    /* from the thread pointer to the C library's 32 values by key, {sequence, value}, then its table of further blocks */
    __u32 key;     /* of the thread's state */
    __u16 thread;  /* in a thread's state: its thread pointer */
    __u16 frame;   /* in a thread's state: the innermost frame, or what leads to it */
    __u16 through; /* in what leads to it: the frame; TAT_NO_MEMBER: nothing is between */
    __u16 frame_start; /* of a frame's window */
    __u16 frame_bytes;
    __u16 frame_code; /* in a frame's window */
    __u16 frame_back;
    __u16 frame_instruction;
    __u16 frame_owner; /* byte: who owns the frame; TAT_NO_MEMBER: not told */
    __u16 frame_entry; /* byte, with TAT_PYTHON_ENTRY_FLAG */
    __u16 code_start;  /* of a code object's window, 128 bytes */
    __u16 code_line;   /* in a code object's window */
    __u16 code_file;
    __u16 code_name;
    __u16 code_qualified_name; /* TAT_NO_MEMBER: there is none */
    __u16 code_table;
    __u16 code_version; /* u32, another one for every code object of a process; TAT_NO_MEMBER: not told */
    __u16 code_first;   /* s32, the first instruction behind the function's preparations, in units; TAT_NO_MEMBER: not told */
    __u16 code_bytes;   /* in the code object itself: its bytecode; with TAT_PYTHON_ADDRESS */
    __u16 ascii_text;   /* in a string of ASCII: its characters */
    __u16 other_text;   /* in another string */
    __u8 entry;             /* TAT_PYTHON_ENTRY_* */
    __u8 instruction_kind;  /* TAT_PYTHON_BYTES, ... */
    __u8 minor;             /* of the version 3.x */
    __u8 unused[3];
};

#endif
