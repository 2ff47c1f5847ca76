/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What tracers on the same probes cost at least: one that does nothing, and one that reads an object and tells of it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define OBJECT_SIZE 80 /* as much as tt-alloc-trace reads of a Buffer */
#define RECORD_SIZE 152 /* and writes of it */

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 27);
} ring SEC(".maps");

SEC("uprobe")
int nothing(struct pt_regs *regs) {
    (void)regs;
    return 0;
}

/* Of the stack, which can always be read. Nobody empties the ring: it holds 830,000 records. */
SEC("uprobe")
int one_read_one_record(struct pt_regs *regs) {
    __u64 *record = bpf_ringbuf_reserve(&ring, RECORD_SIZE, 0);
    if (record) {
        record[0] = bpf_get_current_pid_tgid();
        record[1] = bpf_ktime_get_ns();
        bpf_probe_read_user(record + 2, OBJECT_SIZE, (void *)regs->sp);
        bpf_ringbuf_submit(record, BPF_RB_NO_WAKEUP);
    }
    return 0;
}
