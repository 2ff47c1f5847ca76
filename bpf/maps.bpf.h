/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef TAT_MAPS_BPF_H
#define TAT_MAPS_BPF_H

const volatile struct tat_config config;
const volatile struct tat_instance instance;
struct tat_statistics statistics;

/*
 * Set by userspace while every probe is attached. Probes come and go one after the other: an allocation seen by one, its free
 * not seen by another, would look like a leak for ever.
 */
__u32 collecting;

/* Set by userspace while the probes are in one process only: whoever hits one is the target. */
__u32 scoped;

/* When the reader of the ring was heard of last, on its clock: nobody waits for one that is stopped itself, or stuck. */
__u64 reader_alive_ns;

/* Losses so far by class; stamped into every record, so the reader sees where in the stream they happened. */
__u32 lost[TAT_LOSS_CLASSES];

/* Raised whenever an owner pointer may come to mean another object: owners are announced anew. */
__u32 owner_epoch;

/* One ring for all processors: its order is causal order. Userspace sets the size. */
struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 26);
} ring SEC(".maps");

/* Traced processes by tgid. Userspace enters the given ones, the programs those they adopt; exit removes. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, __u32);
    __type(value, __u32);
} targets SEC(".maps");

struct tat_thread {
    __u64 pid_tgid;    /* whose slot it is at present */
    __u64 sequence;    /* events so far, lost ones included */
    __u64 program;     /* the program this thread launched last */
    __u64 owner;       /* the owner announced or found announced last, valid in owner_epoch */
    __u32 owner_epoch;
    __u32 unused;
    __u64 launch_owner; /* where that program is launched */
    __u64 planned_on;   /* the first device for which the hook told its circular buffers, in this launch */
    __u64 entered;      /* the Buffer whose allocation the thread has entered, where its end is probed at a return */
    __u32 instance;     /* of the programs that made the thread's last event */
    __u8 placing[4];    /* by TAT_PLAN_*: the program places its buffers in this launch */
};

/* Processes stopped because the ring ran full, by tgid: since when. Userspace continues and removes them. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u64);
} paused SEC(".maps");

/* Likewise, those stopped for what must be looked at before they go on. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u64);
} held SEC(".maps");

#define TAT_THREAD_SLOTS 65536

/*
 * Slots by the low bits of the thread id: an array look-up is a few instructions where a hash costs as much as the rest of
 * the program. Two living threads whose ids are a multiple of 65536 apart take the slot from each other; their sequences
 * start anew each time, which hides gaps from the cross-check, and a circular buffer may miss its program. No event is lost.
 */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, TAT_THREAD_SLOTS);
    __type(key, __u32);
    __type(value, struct tat_thread);
} threads SEC(".maps");

struct tat_owner_key {
    __u64 owner;
    __u32 pid;
    __u32 unused;
};

/* The epoch in which an owner was announced. Forgetting one costs an announcement, so LRU. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct tat_owner_key);
    __type(value, __u32);
} announced_owners SEC(".maps");

struct tat_program_key {
    __u64 program;
    __u32 pid;
    __u32 unused;
};

/*
 * Programs of which the circular buffers were told, or asked for in vain, since they were first launched under the trace. Forgetting one
 * costs reading it again, so LRU.
 */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 16384);
    __type(key, struct tat_program_key);
    __type(value, __u32);
} told_programs SEC(".maps");

struct tat_executable_key { /* inode and device of a program's file, and of the root directory it runs in */
    __u64 file;
    __u64 root;
    __u32 file_device;
    __u32 root_device;
};

/* Programs whose mappings userspace was told to look at, and when. Forgetting one costs a look, so LRU. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 4096);
    __type(key, struct tat_executable_key);
    __type(value, __u64);
} known_executables SEC(".maps");

/* Losses by kind and cause, TAT_LOSS_INDEX. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, TAT_LOSS_COUNTERS);
    __type(key, __u32);
    __type(value, __u64);
} losses SEC(".maps");

#endif
