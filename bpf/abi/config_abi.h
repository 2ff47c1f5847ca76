/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What userspace writes before load, and the indices of what it reads back. Same rules as event_abi.h. */
#ifndef TAT_CONFIG_ABI_H
#define TAT_CONFIG_ABI_H

#define TAT_NO_OFFSET 0xffffffffU

/*
 * Where the Buffer object and a mesh's object graph hold what the programs must follow; offsets in bytes. Written before the
 * first probe is attached: a command's runtime is found only after the programs are loaded.
 */
struct tat_layout {
    __u32 buffer_owner;     /* Buffer -> owner pointer */
    __u32 mesh_impl;        /* MeshDevice -> implementation object; TAT_NO_OFFSET: no such object, chips stay unknown */
    __u32 impl_view;        /* implementation -> view */
    __u32 view_impl;        /* view -> its implementation */
    __u32 chips_begin;      /* view implementation -> begin of the chip list */
    __u32 chips_end;
    __u32 chips_element;    /* bytes of a list element, the chip pointer first */
};

struct tat_config { /* fixed at load */
    __u32 scoped;             /* the probes are in one process only: whoever hits one is the target */
    __u32 trace_all;          /* every process that hits a probe, not only those in `targets` */
    __u32 follow_children;    /* children of a target become targets */
    __u32 stop_on_load;       /* a target that maps a library stops itself until it is continued */
    __u32 linker_state_delta; /* from the dynamic linker's notification function to its state word; signed */
    __u32 unused;
    __u64 wakeup_bytes;       /* fill that wakes the reader */
    __u64 headroom_limit;     /* fill above which only frees and lifecycle records are taken */
};

/* Causes of loss */
#define TAT_CAUSE_RING_FULL 0
#define TAT_CAUSE_HEADROOM 1 /* refused to keep room for frees */
#define TAT_CAUSE_FAULT 2    /* the target's memory could not be read */
#define TAT_CAUSES 3

/* Index of the counter of (kind, cause) in the `losses` array. */
#define TAT_LOSS_INDEX(kind, cause) ((kind) * TAT_CAUSES + (cause))
#define TAT_LOSS_COUNTERS (TAT_EVENT_KINDS * TAT_CAUSES)

struct tat_statistics { /* one for all processors; approximations, written without locks */
    __u64 peak_fill_bytes;   /* most bytes unread in the ring */
    __u64 complete_since_ns; /* written by userspace: a process that started later (boot time) is known from its first event */
};

#endif
