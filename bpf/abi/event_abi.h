/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Records crossing the ring, in host byte order. Both sides include this file: BPF after vmlinux.h, C++ only through
 * live/event_abi.hpp. Skeleton and reader ship in one binary, so the records may change with every build; what lasts is the
 * recording format.
 *
 * Rules: fixed-width fields, no implicit padding, record kinds never reused. Windows are raw bytes of the target's objects:
 * which offset holds what is the reader's business.
 */
#ifndef TAT_EVENT_ABI_H
#define TAT_EVENT_ABI_H

#define TAT_EVENT_ALLOCATED 1
#define TAT_EVENT_FREED 2
#define TAT_EVENT_OWNER 3
#define TAT_EVENT_CIRCULAR_BUFFER 4
#define TAT_EVENT_CIRCULAR_BUFFERS_RELEASED 5
#define TAT_EVENT_PROGRAM_LAUNCHED 6
#define TAT_EVENT_PROGRAM_DESTROYED 7
#define TAT_EVENT_OWNER_CLOSING 8
#define TAT_EVENT_ALLOCATOR_RELEASED 9
#define TAT_EVENT_PROCESS_SEEN 10
#define TAT_EVENT_PROCESS_FORKED 11
#define TAT_EVENT_PROCESS_EXEC 12
#define TAT_EVENT_PROCESS_EXITED 13
#define TAT_EVENT_MODULE_LOADED 14
#define TAT_EVENT_ALLOCATOR_CHANGED 15
#define TAT_EVENT_THROWN 16
#define TAT_EVENT_ALLOCATION_FAILED 17
#define TAT_EVENT_PROGRAM_NOT_TOLD 18
#define TAT_EVENT_MAIN_THREAD_ENDED 19
#define TAT_EVENT_TRACE_CALLED 20
#define TAT_EVENT_STACK 21
#define TAT_EVENT_CODE 22
#define TAT_EVENT_KINDS 23

/* Classes of loss: what is wrong afterwards depends on what was lost. */
#define TAT_LOSS_ALLOCATED 0        /* a live buffer is missing */
#define TAT_LOSS_FREED 1            /* a dead buffer still counts */
#define TAT_LOSS_CIRCULAR_BUFFERS 2 /* residency is not right */
#define TAT_LOSS_LIFECYCLE 3        /* owner, close, release, process events */
#define TAT_LOSS_CLASSES 4

struct tat_event_header {
    __u32 size;                   /* bytes of the record, this header included */
    __u16 kind;                   /* TAT_EVENT_* */
    __u8 flags;                   /* TAT_FLAG_*, 0 where none applies */
    __u8 instance;                /* of the programs; 0: none of a module's */
    __u64 time_ns;                /* the tracer's CLOCK_MONOTONIC */
    __u32 pid;                    /* thread group id, in the pid namespace of the tracer */
    __u32 tid;                    /* thread id, likewise */
    __u64 sequence;               /* counts this thread's events from 1, lost ones included; 0 = not counted */
    __u32 lost[TAT_LOSS_CLASSES]; /* losses of all threads up to here, since load; wraps */
    __u64 stack;                  /* hash of the calls that led here, told by a STACK before; 0: not taken */
};

#define TAT_BUFFER_WINDOW_SIZE 80

struct tat_buffer_event { /* ALLOCATED, FREED, ALLOCATION_FAILED */
    struct tat_event_header header;
    __u64 buffer;   /* address of the Buffer object */
    __u64 address;  /* with TAT_FLAG_ADDRESS: the device address, which the object does not hold yet */
    __u64 far_word; /* tat_layout.far_word of the object, 0 if there is none */
    __u8 window[TAT_BUFFER_WINDOW_SIZE]; /* from tat_layout.window_start */
};

#define TAT_SHARD_WINDOW_SIZE 64

struct tat_cores { /* where a buffer lies that was allocated core by core */
    __u64 count; /* cores; 0: not known */
    __u64 x, y;  /* of one on which it is at its address */
    __u32 found; /* 0: x and y are not known */
    __u32 per_core; /* 0: it was not, and all of this is 0 */
};

struct tat_spread { /* how shards are dealt over cores, where the window does not tell; zero where unreadable */
    __u64 cores_begin, cores_end; /* of a list with 16 bytes for each */
    __u64 pages;                  /* of a shard */
    __u64 shards;
};

struct tat_sharded_event { /* ALLOCATED, of a buffer that is not interleaved; any, of one that was allocated core by core */
    struct tat_buffer_event buffer; /* header.size is that of the whole */
    __u8 shard[TAT_SHARD_WINDOW_SIZE]; /* from tat_layout.shard_spec; zero where unreadable */
    struct tat_cores cores;
    struct tat_spread spread;
};

#define TAT_MAX_CORES 255 /* that a buffer is looked for on */

/* header.flags of ALLOCATED, FREED and ALLOCATION_FAILED */
#define TAT_FLAG_ADDRESS 1
#define TAT_FLAG_HOOKED 2 /* the runtime's hook took it: no device memory */
#define TAT_FLAG_STOPPED 4 /* the process stands still until it is continued: what the allocator has to hand out can be read */

#define TAT_MAX_MESH_CHIPS 64

struct tat_chip { /* zero where unreadable */
    __u64 first_word; /* vtable pointer, if the class has one */
    __s32 id;         /* at tat_layout.chip_id */
    __u32 unused;
};

struct tat_owner_event { /* OWNER */
    struct tat_event_header header;
    __u64 owner;
    __u64 instruction;  /* where the probe hit: with the ELF address of the probe it gives the module's load address */
    __u32 program;      /* TAT_PROGRAM_* that hit */
    __u32 chip_count;   /* chips the mesh's list holds, at most 2^32-1; may exceed what was copied */
    struct tat_chip self; /* the owner, read as a chip; its first word tells whether it is one */
    __u64 allocator;      /* at tat_layout.chip_allocator; 0: unreadable, or none */
    __s32 mesh_id;        /* at tat_layout.mesh_id of the mesh's implementation */
    __u32 mesh_id_read;   /* 0: unreadable, or no such member */
    struct tat_chip chips[TAT_MAX_MESH_CHIPS];
};

#define TAT_MAX_CORE_RANGES 32

/* What a program lays out in L1 before it runs. */
#define TAT_PLAN_CIRCULAR 0 /* its circular buffers */
#define TAT_PLAN_DATAFLOW 1 /* its dataflow buffers, scratchpads among them */

struct tat_circular_buffer_event { /* CIRCULAR_BUFFER */
    struct tat_event_header header;
    __u64 program; /* the program this thread launched last, 0 if none */
    __u64 owner;
    __u64 address;
    __u64 size; /* bytes per core */
    __u32 globally_allocated;
    __u32 range_count;   /* ranges the set holds, at most 2^32-1 */
    __u32 ranges_copied;
    __u32 plan;          /* TAT_PLAN_* */
    __u64 ranges[TAT_MAX_CORE_RANGES][4]; /* start x, y, end x, y */
};

/* header.flags of CIRCULAR_BUFFER */
#define TAT_FLAG_OF_PROGRAM 1 /* a region, read from the memory of the program */

struct tat_pointer_event { /* CIRCULAR_BUFFERS_RELEASED, PROGRAM_*, OWNER_CLOSING, ALLOCATOR_* */
    struct tat_event_header header;
    __u64 object; /* program, owner or allocator */
    __u64 owner;  /* PROGRAM_LAUNCHED, PROGRAM_NOT_TOLD: the device; else 0 */
};

/* header.flags of PROGRAM_NOT_TOLD: TAT_PLAN_* */

/* header.flags of ALLOCATOR_RELEASED */
#define TAT_FLAG_DEALLOCATE_BUFFERS 0
#define TAT_FLAG_CLEAR 1
#define TAT_FLAG_DESTROYED 2

/* header.flags of ALLOCATOR_CHANGED */
#define TAT_FLAG_OVERRIDDEN 0
#define TAT_FLAG_SHRUNK 1
#define TAT_FLAG_RESET 2

struct tat_trace_event { /* TRACE_CALLED */
    struct tat_event_header header;
    __u64 object; /* the mesh, 0 if the probe does not have it; of REGISTER the allocator */
    __u32 trace;  /* the runtime's number; of REGISTER 0 */
    __u32 unused;
};

/* header.flags of TRACE_CALLED */
#define TAT_FLAG_TRACE_BEGIN 0
#define TAT_FLAG_TRACE_END 1
#define TAT_FLAG_TRACE_REGISTER 2
#define TAT_FLAG_TRACE_REPLAY 3
#define TAT_FLAG_TRACE_RELEASE 4

#define TAT_MAX_NATIVE_FRAMES 128

/* Why a stack goes on no further */
#define TAT_STACK_COMPLETE 0
#define TAT_STACK_TOO_DEEP 1
#define TAT_STACK_UNREADABLE 2
#define TAT_STACK_NO_TABLE 3
#define TAT_STACK_NO_RULE 4
#define TAT_STACK_NOT_MAPPED 5
#define TAT_STACK_NOT_WANTED 255 /* of native frames: none were taken */

#define TAT_MAX_PYTHON_FRAMES 128

/* A code object's address is no name: it is freed, and another one takes its place. */
struct tat_python_frame {
    __u64 code;        /* of process, address and content: tat_code_event.code */
    __u32 instruction; /* bytes from the start of the bytecode; TAT_PYTHON_NOT_BEGUN */
    __u32 flags;       /* TAT_PYTHON_ENTRY */
};

#define TAT_PYTHON_NOT_BEGUN 0xffffffffU
#define TAT_PYTHON_ENTRY 1 /* the native frame of the interpreter ends here: the next Python frame has another one */

/* Why Python frames go on no further */
#define TAT_PYTHON_UNKNOWN 0    /* no interpreter is known of the process */
#define TAT_PYTHON_COMPLETE 1
#define TAT_PYTHON_NO_THREAD 2  /* the thread has never run Python */
#define TAT_PYTHON_TOO_DEEP 3   /* there are more frames */
#define TAT_PYTHON_UNREADABLE 4 /* a frame or a code object */

struct tat_stack {
    __u32 native_count; /* at most TAT_MAX_NATIVE_FRAMES */
    __u32 native_end;   /* TAT_STACK_* */
    __u64 native[TAT_MAX_NATIVE_FRAMES]; /* innermost first: the probe's own instruction, then return addresses */
    __u32 python_count; /* at most TAT_MAX_PYTHON_FRAMES */
    __u32 python_end;   /* TAT_PYTHON_* */
    struct tat_python_frame python[TAT_MAX_PYTHON_FRAMES]; /* innermost first */
};

struct tat_stack_event { /* STACK: header.stack is its hash */
    struct tat_event_header header;
    struct tat_stack stack;
};

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

#define TAT_MESSAGE_SIZE 1024

/* THROWN: an exception of the runtime's own checks. header.instance: of the thread's event before it, 0 if there was none. */
struct tat_thrown_event {
    struct tat_event_header header;
    __u64 program; /* the program this thread launched last, 0 if none */
    __u64 owner;   /* where it launched it */
    __u8 message[TAT_MESSAGE_SIZE]; /* NUL-terminated; undefined behind that */
};

/* header.flags of PROCESS_SEEN */
#define TAT_FLAG_FROM_FIRST_EVENT 1

/* header.flags of MODULE_LOADED */
#define TAT_FLAG_NEW_PROGRAM 1 /* executed just now: its dynamic linker may be another one */

struct tat_process_event { /* PROCESS_*, MODULE_LOADED, MAIN_THREAD_ENDED */
    struct tat_event_header header;
    __u32 child_pid;  /* PROCESS_FORKED; else 0 */
    __u32 parent_pid; /* PROCESS_SEEN; else 0 */
    __u64 start_time_ns; /* since boot; PROCESS_SEEN; else 0 */
    __u8 command[16];    /* the task's name, NUL-terminated; PROCESS_SEEN; else zero */
    __u32 wait_status;   /* as wait() tells it; PROCESS_EXITED; else 0 */
    __u32 unused;
};

#endif
