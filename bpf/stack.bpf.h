/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The calls that led to an event. A stack met for the first time becomes a record of its own, in front of the event; from then on the
 * event's header names it by its hash.
 */
#ifndef TAT_STACK_BPF_H
#define TAT_STACK_BPF_H

#include "walk.bpf.h"

/* Hashes of stacks that were told. Forgetting one costs telling it again, so LRU. Userspace sets the size. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 65536);
    __type(key, __u64);
    __type(value, __u32);
} known_stacks SEC(".maps");

static __always_inline void forget_walk(void) {
    __u64 pid_tgid = current_pid_tgid();
    bpf_map_delete_elem(&walks, &pid_tgid);
}

static __always_inline __u64 mixed(__u64 hash, __u64 value) {
    hash = (hash ^ value) * 0xff51afd7ed558ccdULL;
    return hash ^ hash >> 32;
}

#include "native_stack.bpf.h"
#include "python_stack.bpf.h"

/* Never 0. */
static __noinline __u64 hash_of_stack(const struct tat_walk *walk) {
    __u64 hash = mixed(walk->pid_tgid >> 32, walk->stack.native_end);
    for (__u32 i = 0; i < TAT_MAX_NATIVE_FRAMES && i < walk->stack.native_count; ++i) {
        hash = mixed(hash, walk->stack.native[i]);
    }
    hash = mixed(hash, walk->stack.python_end);
    for (__u32 i = 0; i < TAT_MAX_PYTHON_FRAMES && i < walk->stack.python_count; ++i) {
        const struct tat_python_frame *frame = &walk->stack.python[i];
        hash = mixed(hash, frame->code ^ ((__u64)frame->flags << 32 | frame->instruction));
    }
    return hash | 1;
}

/* 0: no room; the event goes without a stack. */
static __always_inline __u64 tell_stack(const struct tat_walk *walk, __u64 hash) {
    tell_code_of(walk);
    __u64 wakeup = 0;
    struct tat_stack_event *event = reserve(sizeof(*event), TAT_EVENT_STACK, walk->pid_tgid, 0, &wakeup);
    if (!event) {
        return 0;
    }
    event->header.stack = hash;
    bpf_probe_read_kernel(&event->stack, sizeof(event->stack), &walk->stack);
    bpf_ringbuf_submit(event, wakeup);
    __u32 told = 1;
    bpf_map_update_elem(&known_stacks, &hash, &told, BPF_ANY);
    return hash;
}

/* The hash of the stack of the current thread, at a probe. 0: none, for none is wanted, or it could not be taken. */
static __always_inline __u64 stack_of(struct pt_regs *regs, __u64 pid_tgid) {
    if (!config.stacks) {
        return 0;
    }
    struct tat_walk *walk = walk_of_thread(pid_tgid);
    if (!walk) {
        count_loss(TAT_EVENT_STACK, TAT_CAUSE_THREADS);
        return 0;
    }
    walk->pid_tgid = pid_tgid;
    walk->max_frames = config.max_frames;
    walk->stack.native_count = 0;
    walk->stack.native_end = TAT_STACK_NOT_WANTED;
    if (config.stacks & TAT_STACKS_NATIVE) {
        native_frames(walk, regs);
    }
    walk->stack.python_count = 0;
    walk->stack.python_end = TAT_PYTHON_UNKNOWN;
    if (config.stacks & TAT_STACKS_PYTHON) {
        python_frames(walk);
    }
    __u64 hash = hash_of_stack(walk);
    return bpf_map_lookup_elem(&known_stacks, &hash) ? hash : tell_stack(walk, hash);
}

#endif
