/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A probe that tells of the Python frames of whoever hits it, and nothing else. */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/config_abi.h"
#include "abi/python_abi.h"
#include "maps.bpf.h"
#include "pids.bpf.h"
#include "emit.bpf.h"
#include "python_probe_abi.h"
#include "python_walk.bpf.h"
// clang-format on

/* A walk has its memory to itself: programs at probes can be interrupted by others. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, struct tat_walk);
} walks SEC(".maps");

static __always_inline struct tat_walk *walk_in(__u32 slot) { return bpf_map_lookup_elem(&walks, &slot); }

#include "python_stack.bpf.h"

char LICENSE[] SEC("license") = "GPL";

__u64 walked_ns;
__u64 unclaimed;

/* Slots in use. No kernel of ours but the newest has an atomic exchange; to insert what is not there is one, too. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 64);
    __type(key, __u32);
    __type(value, __u32);
} claims SEC(".maps");

static __always_inline struct tat_walk *claim_walk(void) {
    __u32 slot = bpf_get_smp_processor_id() & 31;
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        if (bpf_map_update_elem(&claims, &slot, &slot, BPF_NOEXIST) == 0) {
            struct tat_walk *walk = bpf_map_lookup_elem(&walks, &slot);
            if (walk) {
                walk->slot = slot;
            }
            return walk;
        }
        slot += 32;
    }
    return 0;
}

static __always_inline void release_walk(struct tat_walk *walk) {
    __u32 slot = walk->slot;
    bpf_map_delete_elem(&claims, &slot);
}

SEC("uprobe")
int tell_python_frames(struct pt_regs *regs) {
    struct tat_walk *walk = claim_walk();
    if (!walk) {
        __sync_fetch_and_add(&unclaimed, 1);
        return 0;
    }
    __u64 pid_tgid = current_pid_tgid();
    walk->pid = pid_tgid >> 32;
    __u64 begin = bpf_ktime_get_ns();
    python_frames(walk);
    __sync_fetch_and_add(&walked_ns, bpf_ktime_get_ns() - begin);
    __u64 wakeup = 0;
    struct tat_python_probe_event *event = reserve(sizeof(*event), TAT_PYTHON_PROBE_EVENT, pid_tgid, 0, &wakeup);
    if (event) {
        event->number = regs->di;
        event->count = walk->python_count;
        event->end = walk->python_end;
        bpf_probe_read_kernel(event->frames, sizeof(event->frames), walk->python);
        bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    }
    release_walk(walk);
    return 0;
}

SEC("uprobe")
int walk_python_frames(struct pt_regs *regs) {
    (void)regs;
    struct tat_walk *walk = claim_walk();
    if (walk) {
        walk->pid = current_pid_tgid() >> 32;
        python_frames(walk);
        release_walk(walk);
    }
    return 0;
}

SEC("uprobe")
int tell_nothing(struct pt_regs *regs) {
    (void)regs;
    return 0;
}

SEC("raw_tracepoint/sched_process_fork")
int forked(__u64 *args) {
    inherit_python(tgid_of((struct task_struct *)args[0]), tgid_of((struct task_struct *)args[1]));
    return 0;
}
