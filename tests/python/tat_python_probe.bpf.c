/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* A probe that tells of the Python frames of whoever hits it, and nothing else. */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/config_abi.h"
#include "abi/unwind_abi.h"
#include "maps.bpf.h"
#include "pids.bpf.h"
#include "emit.bpf.h"
#include "stack.bpf.h"
#include "python_probe_abi.h"
// clang-format on

char LICENSE[] SEC("license") = "GPL";

__u64 without_walk;

static __always_inline struct tat_walk *walk_python(__u64 pid_tgid) {
    struct tat_walk *walk = walk_of_thread(pid_tgid);
    if (!walk) {
        __sync_fetch_and_add(&without_walk, 1);
        return 0;
    }
    walk->pid_tgid = pid_tgid;
    walk->max_frames = TAT_MAX_PYTHON_FRAMES;
    python_frames(walk);
    return walk;
}

SEC("uprobe")
int tell_python_frames(struct pt_regs *regs) {
    __u64 pid_tgid = current_pid_tgid();
    struct tat_walk *walk = walk_python(pid_tgid);
    if (!walk) {
        return 0;
    }
    tell_code_of(walk);
    __u64 wakeup = 0;
    struct tat_python_probe_event *event = reserve(sizeof(*event), TAT_PYTHON_PROBE_EVENT, pid_tgid, 0, &wakeup);
    if (event) {
        event->number = regs->di;
        event->count = walk->stack.python_count;
        event->end = walk->stack.python_end;
        bpf_probe_read_kernel(event->frames, sizeof(event->frames), walk->stack.python);
        bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    }
    return 0;
}

SEC("uprobe")
int walk_python_frames(struct pt_regs *regs) {
    (void)regs;
    walk_python(current_pid_tgid());
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
