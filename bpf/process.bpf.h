/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which processes are traced, the records that say so, and those that wait for the reader. */
#ifndef TAT_PROCESS_BPF_H
#define TAT_PROCESS_BPF_H

/* Before the record that says why: whoever reads that continues the process. False: it is not stopped. */
static __noinline int hold_current(int whole_process) {
    __u32 pid = current_pid_tgid() >> 32;
    __u64 now = now_ns();
    if (!config.hold || !reader_answers(TAT_HOLD_NS)) {
        return 0;
    }
    if (whole_process) {
        bpf_send_signal(SIGSTOP);
    } else {
        bpf_send_signal_thread(SIGSTOP);
    }
    bpf_map_update_elem(&held, &pid, &now, BPF_ANY);
    return 1;
}

static __always_inline struct tat_process_event *reserve_process(__u32 kind, __u64 *wakeup) {
    struct tat_process_event *event = reserve(sizeof(*event), kind, current_pid_tgid(), 0, wakeup);
    if (event) {
        event->child_pid = 0;
        event->parent_pid = 0;
        event->start_time_ns = 0;
        event->wait_status = 0;
        event->unused = 0;
        __builtin_memset(event->command, 0, sizeof(event->command));
    }
    return event;
}

/* Announces `task`'s process, in whichever task's context. */
static __noinline int announce_process(struct task_struct *task, __u32 complete) {
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_SEEN, &wakeup);
    if (!event) {
        return 0;
    }
    struct task_struct *leader = BPF_CORE_READ(task, group_leader);
    event->start_time_ns = BPF_CORE_READ(leader, start_boottime) + config.boottime_offset_ns;
    event->header.pid = tgid_of(task);
    event->header.tid = event->header.pid;
    event->parent_pid = tgid_of(BPF_CORE_READ(leader, real_parent));
    bool young = statistics.complete_since_ns != 0 && event->start_time_ns > statistics.complete_since_ns;
    event->header.flags = complete || young ? TAT_FLAG_FROM_FIRST_EVENT : 0;
    bpf_probe_read_kernel_str(event->command, sizeof(event->command), leader->comm);
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

static __noinline int adopt(__u32 pid) {
    __u32 value = 1;
    if (bpf_map_update_elem(&targets, &pid, &value, BPF_NOEXIST) == 0) {
        announce_process((struct task_struct *)bpf_get_current_task(), 0);
    }
    return 0;
}

/* Whether the current process is traced, for programs that any process may hit: none is adopted. */
static __always_inline bool is_known_target(__u64 pid_tgid) {
    __u32 pid = pid_tgid >> 32;
    return pid && *(volatile __u32 *)&collecting && (*(volatile __u32 *)&scoped || bpf_map_lookup_elem(&targets, &pid));
}

/* Whether the current process is traced, and tracing has begun. */
static __always_inline bool is_target(__u64 pid_tgid) {
    __u32 pid = pid_tgid >> 32;
    if (!pid || !*(volatile __u32 *)&collecting) {
        return false;
    }
    if (*(volatile __u32 *)&scoped || bpf_map_lookup_elem(&targets, &pid)) {
        return true;
    }
    if (!config.trace_all) {
        return false;
    }
    adopt(pid);
    return true;
}

/* A record of one pointer, if the current process is traced. */
static __always_inline int emit_object(__u32 kind, __u32 flags, __u64 object) {
    __u64 pid_tgid = current_pid_tgid();
    return is_target(pid_tgid) ? emit_pointer(kind, flags, object, 0, pid_tgid, 0) : 0;
}

#endif
