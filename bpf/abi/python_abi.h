/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Python frames: where CPython's objects hold what, and what is told of them. Same rules as event_abi.h, which comes first. */
#ifndef TAT_PYTHON_ABI_H
#define TAT_PYTHON_ABI_H

#define TAT_EVENT_CODE 22
#define TAT_MAX_PYTHON_FRAMES 128

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

#define TAT_NO_MEMBER 0xffffU

/* A code object's address is no name: it is freed, and another one takes its place. */
struct tat_python_frame {
    __u64 code;        /* of process, address and content: tat_code_event.code */
    __u32 instruction; /* bytes from the start of the bytecode; TAT_PYTHON_NOT_BEGUN */
    __u32 flags;       /* TAT_PYTHON_ENTRY */
};

#define TAT_PYTHON_NOT_BEGUN 0xffffffffU
#define TAT_PYTHON_ENTRY 1 /* the native frame of the interpreter ends here: the next Python frame has another one */

/* Why a walk ended */
#define TAT_PYTHON_UNKNOWN 0    /* no interpreter is known of the process */
#define TAT_PYTHON_COMPLETE 1
#define TAT_PYTHON_NO_THREAD 2  /* the thread has never run Python */
#define TAT_PYTHON_TOO_DEEP 3   /* there are more frames */
#define TAT_PYTHON_UNREADABLE 4 /* a frame or a code object */

#define TAT_CODE_NAME_SIZE 256
#define TAT_CODE_FILE_SIZE 512
#define TAT_CODE_TABLE_SIZE 8192
#define TAT_CODE_SMALL_TABLE_SIZE 512 /* most tables are; their records end there */

struct tat_code_text {
    __u32 bytes; /* of the whole text; more than are copied: it was cut */
    __u32 width; /* of a character, in bytes; 0: unreadable */
};

/* CODE: a code object met for the first time. Its texts are cut at whole words of memory. */
struct tat_code_event {
    struct tat_event_header header; /* header.size tells which table there is room for */
    __u64 code;
    __u32 first_line;
    __u32 minor; /* of the interpreter's version 3.x */
    struct tat_code_text name;
    struct tat_code_text file;
    __u32 table_bytes; /* of the whole table; more than there is room for: it was cut */
    __u32 table_read;  /* 0: unreadable */
    __u8 name_text[TAT_CODE_NAME_SIZE];
    __u8 file_text[TAT_CODE_FILE_SIZE];
    __u8 table[TAT_CODE_SMALL_TABLE_SIZE];
    /* up to TAT_CODE_TABLE_SIZE */
};

#endif
