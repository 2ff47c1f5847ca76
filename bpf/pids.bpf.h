/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Process and thread ids as the tracer's own pid namespace counts them: userspace knows no others. In the machine's first namespace
 * they are the kernel's own. In another one a process outside of it has none, which is 0 here; it is never a target.
 */
#ifndef TAT_PIDS_BPF_H
#define TAT_PIDS_BPF_H

#define TAT_MAX_PID_NAMESPACES 33 /* nested, the first one included: the kernel's MAX_PID_NS_LEVEL and one */

/* A process has a number in each namespace from its own outwards. */
static __always_inline __u32 number_of(struct task_struct *task) {
    struct pid *pid = BPF_CORE_READ(task, thread_pid);
    __u32 level = BPF_CORE_READ(pid, level);
    for (__u32 i = 0; i < TAT_MAX_PID_NAMESPACES && i <= level; ++i) {
        struct upid *number = &pid->numbers[0] + (level - i);
        if (BPF_CORE_READ(number, ns, ns.inum) == config.pid_namespace) {
            return BPF_CORE_READ(number, nr);
        }
    }
    return 0;
}

/* Global: the verifier looks at it once. `address` is that of a task. */
__noinline __u64 namespace_pid_tgid(__u64 address) {
    struct task_struct *task = (struct task_struct *)address;
    if (!config.pid_namespace) {
        return 0;
    }
    return (__u64)number_of(BPF_CORE_READ(task, group_leader)) << 32 | number_of(task);
}

/* As bpf_get_current_pid_tgid(). */
static __always_inline __u64 current_pid_tgid(void) {
    return config.pid_namespace ? namespace_pid_tgid((__u64)bpf_get_current_task()) : bpf_get_current_pid_tgid();
}

static __always_inline __u32 tgid_of(struct task_struct *task) {
    return config.pid_namespace ? namespace_pid_tgid((__u64)task) >> 32 : (__u32)BPF_CORE_READ(task, tgid);
}

#endif
