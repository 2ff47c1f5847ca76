/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* The native calls at one probe, and nothing else; for native_stack_test. */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/unwind_abi.h"
#include "walk.bpf.h"
// clang-format on

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 26);
} ring SEC(".maps");

#include "native_stack.bpf.h"

const volatile __u32 stacks = 1;
const volatile __u32 silent;
__u64 hits;
__u64 lost;
__u64 walked_ns;

SEC("uprobe")
int probe_hit(struct pt_regs *regs) {
    __sync_fetch_and_add(&hits, 1);
    if (!stacks) {
        return 0;
    }
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    struct tat_walk *walk = walk_of_thread(pid_tgid);
    if (!walk) {
        __sync_fetch_and_add(&lost, 1);
        return 0;
    }
    __u64 began = bpf_ktime_get_ns();
    walk->pid_tgid = pid_tgid;
    walk->max_frames = TAT_MAX_NATIVE_FRAMES;
    native_frames(walk, regs);
    __sync_fetch_and_add(&walked_ns, bpf_ktime_get_ns() - began);
    if (!silent && bpf_ringbuf_output(&ring, walk, offsetof(struct tat_walk, frame), 0)) {
        __sync_fetch_and_add(&lost, 1);
    }
    return 0;
}
