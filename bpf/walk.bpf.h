/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The scratch memory of a walk over a stack. Programs at user probes may be preempted by another thread on the same processor: so it is
 * the thread's.
 */
#ifndef TAT_WALK_BPF_H
#define TAT_WALK_BPF_H

#include "abi/python_abi.h"
#include "native_frame.bpf.h"

struct tat_python_scratch { /* of a walk over Python frames */
    struct tat_python python; /* of the process */
    __u64 frame[TAT_PYTHON_WORDS]; /* windows of what was read last */
    __u64 code[TAT_PYTHON_WORDS];
    __u64 text[TAT_PYTHON_WORDS];
    __u64 objects[TAT_MAX_PYTHON_FRAMES]; /* address of each frame's code object */
};

struct tat_walk {
    __u64 pid_tgid;
    struct tat_stack stack;
    struct tat_frame frame;
    __u64 max_frames; /* native and Python each */
    struct tat_python_scratch scratch;
};

/* By thread, of threads that have made an event with a stack; the end of a thread removes its own. Userspace sets the size. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u64);
    __type(value, struct tat_walk);
} walks SEC(".maps");

/* What a new entry is made of: too large for a program's own stack. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_walk);
} fresh_walk SEC(".maps");

static __always_inline struct tat_walk *walk_of_thread(__u64 pid_tgid) {
    struct tat_walk *walk = bpf_map_lookup_elem(&walks, &pid_tgid);
    if (walk) {
        return walk;
    }
    __u32 zero = 0;
    struct tat_walk *fresh = bpf_map_lookup_elem(&fresh_walk, &zero);
    if (!fresh || bpf_map_update_elem(&walks, &pid_tgid, fresh, BPF_NOEXIST)) {
        return 0;
    }
    return bpf_map_lookup_elem(&walks, &pid_tgid);
}

#endif
