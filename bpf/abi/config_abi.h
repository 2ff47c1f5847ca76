/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What userspace writes before load, and the indices of what it reads back. Same rules as event_abi.h. */
#ifndef TAT_CONFIG_ABI_H
#define TAT_CONFIG_ABI_H

#define TAT_NO_OFFSET 0xffffffffU

/* How long the reader of the ring may say nothing while a process is stopped because the ring is half full, or for what must be looked
 * at before it goes on. Then nothing is stopped any more, and what was is continued. */
#define TAT_PAUSE_NS 2000000000ULL
#define TAT_HOLD_NS 20000000000ULL

/* Where a value is when a probe hits: TAT_REG_*, and whether it is there or in memory at register + displacement. */
#define TAT_REG_NONE 0
#define TAT_REG_RAX 1
#define TAT_REG_RBX 2
#define TAT_REG_RCX 3
#define TAT_REG_RDX 4
#define TAT_REG_RSI 5
#define TAT_REG_RDI 6
#define TAT_REG_RBP 7
#define TAT_REG_RSP 8
#define TAT_REG_R8 9
#define TAT_REG_R9 10
#define TAT_REG_R10 11
#define TAT_REG_R11 12
#define TAT_REG_R12 13
#define TAT_REG_R13 14
#define TAT_REG_R14 15
#define TAT_REG_R15 16

struct tat_location {
    __u16 reg;
    __u16 in_memory;
    __s32 displacement;
};

/* Programs at probes; each has its place in the instance's table of probes. */
#define TAT_PROGRAM_ALLOCATED 0
#define TAT_PROGRAM_FREED 1
#define TAT_PROGRAM_CIRCULAR_BUFFER 2
#define TAT_PROGRAM_CIRCULAR_BUFFERS_RELEASED 3
#define TAT_PROGRAM_LAUNCHED 4
#define TAT_PROGRAM_PLACED 5
#define TAT_PROGRAM_DESTROYED 6
#define TAT_PROGRAM_OWNER_CLOSING 7
#define TAT_PROGRAM_DEALLOCATE_BUFFERS 8
#define TAT_PROGRAM_CLEARED 9
#define TAT_PROGRAM_ALLOCATOR_DESTROYED 10
#define TAT_PROGRAM_ALLOCATION_ENTERED 11
#define TAT_PROGRAM_ALLOCATOR_OVERRIDDEN 12
#define TAT_PROGRAM_ALLOCATOR_SHRUNK 13
#define TAT_PROGRAM_ALLOCATOR_RESET 14
#define TAT_PROGRAM_DATAFLOW_PLACED 15
#define TAT_PROGRAM_TRACE_BEGUN 16
#define TAT_PROGRAM_TRACE_ENDED 17
#define TAT_PROGRAM_TRACE_REGISTERED 18
#define TAT_PROGRAM_TRACE_REPLAYED 19
#define TAT_PROGRAM_TRACE_RELEASED 20
#define TAT_PROGRAMS 21

/* What a program needs to find at its probe; what it has no use for, or there is not, has TAT_REG_NONE. */
struct tat_probe {
    struct tat_location object;  /* Buffer, program, owner, allocator or core range set: what the event is about; of an
                                    allocation TAT_REG_NONE: the Buffer this thread entered with */
    struct tat_location members; /* of a Buffer: the object that holds them; where it is not at hand, the Buffer leads to it */
    struct tat_location owner;
    struct tat_location address; /* of an allocation: the object does not hold it yet */
    struct tat_location size;
    struct tat_location flag;
    struct tat_location tracker; /* GraphTracker, where a hook must be asked who took the buffer */
    struct tat_location trace;   /* the number of a captured trace, u32 */
};

#define TAT_PLANS 2 /* TAT_PLAN_* */

/* Of the circular buffers of a program, and of its dataflow buffers. */
struct tat_plan_layout {
    __u32 exists;         /* the build has such buffers */
    __u32 placing_needed; /* in a program: bool, they are about to be placed */
    __u32 allocators;     /* in a program: begin and end of their allocators, each with a range first */
};

/* Where objects hold what the programs must follow; offsets in bytes, TAT_NO_OFFSET where a build has no such thing. */
struct tat_layout {
    __u32 buffer_impl;       /* Buffer -> object with the members; none: the Buffer itself */
    __u32 window_start;      /* of the members' window in that object */
    __u32 far_word;          /* one more word of it */
    __u32 owner_word;        /* which word of the window is the owner pointer */
    __u32 memory_layout_word;  /* which word of the window holds the buffer's memory layout, */
    __u32 memory_layout_shift; /* and its bits from here on; 0 is interleaved */
    __u32 size_word;         /* which word of the window is the size */
    __u32 address_word;      /* which word of the window is the device address; of no use without core_addresses */
    __u32 status_word;       /* which holds the allocation status, */
    __u32 status_shift;      /* in the eight bits from here on */
    __u32 status_allocated;  /* its value for a buffer that has memory; below it: not yet */
    __u32 shard_spec;        /* in the object with the members: what a sharded buffer's record carries; none: nothing */
    __u32 spread_cores;     /* in that object: begin and end of a list of cores, 16 bytes each; none: shards are not dealt */
    __u32 spread_pages;     /* in it: u64 */
    __u32 spread_shards;    /* in it: u64 */
    __u32 per_core;         /* in that object: bool, allocated core by core; none: no Buffer is */
    __u32 core_addresses;   /* in it: hash map from a core's x and y to its address; none: not known */
    __u32 core_node_value;  /* in a node of that map, behind its pointer to the next: x, y and address */
    __u32 hook;              /* GraphTracker -> hook */
    __u32 hook_blocks;       /* in the hook: bool */
    __u32 chip_id;           /* in a Device: i32 */
    __u32 chip_allocator;    /* in a Device: pointer to its only allocator */
    __u32 mesh_id;           /* in a mesh's implementation: i32 */
    __u32 mesh_impl;         /* MeshDevice -> implementation object; none: the MeshDevice itself */
    __u32 mesh_view;         /* in that: -> view; none: chips stay unknown */
    __u32 view_impl;         /* view -> its implementation; none: the view itself */
    __u32 view_chips;        /* in that: begin and end of the chip list */
    __u32 chips_element;     /* bytes of a list element, the chip pointer first */
    __u32 core_ranges;       /* in a core range set: begin and end of the list of ranges */
    struct tat_plan_layout plans[TAT_PLANS];
    __u32 allocator_element; /* bytes of one */
    __u32 allocator_regions; /* in one: begin and end of its {begin, end} regions */
};

/* Programs are loaded once per kind of probe site and layout; all these instances share the maps. */
struct tat_instance {
    __u32 id; /* stamped into every record */
    __u32 freed_by_status; /* the probe of frees is passed by failed allocations and for nothing, too */
    __u32 linker_state_delta; /* from a dynamic linker's notification function to its state word; signed; TAT_NO_OFFSET: it has none */
    struct tat_layout layout;
    struct tat_probe probes[TAT_PROGRAMS];
};

#define TAT_STACKS_NATIVE 1
#define TAT_STACKS_PYTHON 2

struct tat_config { /* fixed at load */
    __u32 trace_all;          /* every process that hits a probe, not only those in `targets` */
    __u32 follow_children;    /* children of a target become targets */
    __u32 hold;               /* a target that maps a library, or meets an owner, stops itself until it is continued */
    __u32 stacks;             /* TAT_STACKS_*: events carry the calls that led to them; 0: they do not */
    __u32 max_frames;         /* of a stack, native and Python each; the innermost are taken */
    __u32 pid_namespace;      /* inode of the tracer's, whose ids records carry; 0: the machine's first one */
    __u64 monotonic_offset_ns; /* of the tracer's clocks from the kernel's (time namespaces); signed, wraps */
    __u64 boottime_offset_ns;
    __u64 wakeup_bytes;       /* fill that wakes the reader */
    __u64 headroom_limit;     /* fill above which only frees and lifecycle records are taken */
    __u64 pause_bytes;        /* fill that stops the process whose event it is; 0: never */
};

/* Causes of loss */
#define TAT_CAUSE_RING_FULL 0
#define TAT_CAUSE_HEADROOM 1 /* refused to keep room for frees */
#define TAT_CAUSE_FAULT 2    /* the target's memory could not be read */
#define TAT_CAUSE_THREADS 3  /* of stacks: too many threads have one taken */
#define TAT_CAUSES 4

/* Index of the counter of (kind, cause) in the `losses` array. */
#define TAT_LOSS_INDEX(kind, cause) ((kind) * TAT_CAUSES + (cause))
#define TAT_LOSS_COUNTERS (TAT_EVENT_KINDS * TAT_CAUSES)

struct tat_statistics { /* one for all processors; approximations, written without locks */
    __u64 peak_fill_bytes;   /* most bytes unread in the ring */
    __u64 complete_since_ns; /* written by userspace: a process that started later (boot time) is known from its first event */
};

#endif
