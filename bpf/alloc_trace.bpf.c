/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * All programs. Each sits at the entry of a runtime function (never at a return: a return probe replaces the return address,
 * and an exception passing through would end the process), copies what the record needs and leaves.
 */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/config_abi.h"
#include "arguments.bpf.h"
#include "maps.bpf.h"
#include "emit.bpf.h"
#include "process.bpf.h"
#include "owner.bpf.h"
// clang-format on

char LICENSE[] SEC("license") = "GPL";

struct tracepoint_args {
    __u64 args[3];
};

/* ---- device buffers ---- */

#define TAT_BUFFER_WINDOW_WORDS (TAT_BUFFER_WINDOW_SIZE / 8)

/* Older verifiers know no variable offset into the stack. */
static __always_inline __u64 owner_of(const __u64 *window) {
    __u64 owner = 0;
#pragma unroll
    for (__u32 word = 0; word < TAT_BUFFER_WINDOW_WORDS; ++word) {
        if (layout.buffer_owner == TAT_BUFFER_WINDOW_START + 8 * word) {
            owner = window[word];
        }
    }
    return owner;
}

static __always_inline int emit_buffer(struct pt_regs *regs, __u64 buffer, __u32 kind) {
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    /* Read before there is a record: the owner it names is announced first. */
    __u64 window[TAT_BUFFER_WINDOW_WORDS];
    bool readable = bpf_probe_read_user(window, sizeof(window), (void *)(buffer + TAT_BUFFER_WINDOW_START)) == 0;
    if (!readable) {
        if (thread) {
            ++thread->sequence;
        }
        count_loss(kind, TAT_CAUSE_FAULT);
        return 0;
    }
    announce_owner(owner_of(window), regs, kind, pid_tgid, thread);
    __u64 wakeup = 0;
    struct tat_buffer_event *event = reserve(sizeof(*event), kind, pid_tgid, thread, &wakeup);
    if (event) {
        event->buffer = buffer;
        __builtin_memcpy(event->window, window, sizeof(window));
        bpf_ringbuf_submit(event, wakeup);
    }
    return 0;
}

SEC("uprobe")
int allocated(struct pt_regs *regs) { /* GraphTracker::track_allocate(this, const Buffer*) */
    return emit_buffer(regs, TAT_ARG2(regs), TAT_EVENT_ALLOCATED);
}

SEC("uprobe")
int freed(struct pt_regs *regs) { /* GraphTracker::track_deallocate(this, Buffer*) */
    return emit_buffer(regs, TAT_ARG2(regs), TAT_EVENT_FREED);
}

/* ---- programs and circular buffers ---- */

static __always_inline int emit_pointer(__u32 kind, __u32 flags, __u64 object, __u64 owner, __u64 pid_tgid) {
    __u64 wakeup = 0;
    struct tat_pointer_event *event = reserve(sizeof(*event), kind, pid_tgid, current_thread(pid_tgid), &wakeup);
    if (event) {
        event->header.flags = flags;
        event->object = object;
        event->owner = owner;
        bpf_ringbuf_submit(event, wakeup);
    }
    return 0;
}

static __always_inline int emit_object(__u32 kind, __u32 flags, __u64 object) {
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    return is_target(pid_tgid) ? emit_pointer(kind, flags, object, 0, pid_tgid) : 0;
}

SEC("uprobe")
int program_launched(struct pt_regs *regs) { /* ProgramImpl::allocate_circular_buffers(this, const IDevice*) */
    __u64 program = TAT_ARG1(regs);
    __u64 owner = TAT_ARG2(regs);
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    if (thread) {
        thread->program = program;
    }
    announce_owner(owner, regs, TAT_EVENT_PROGRAM_LAUNCHED, pid_tgid, thread);
    return emit_pointer(TAT_EVENT_PROGRAM_LAUNCHED, 0, program, owner, pid_tgid);
}

SEC("uprobe")
int program_destroyed(struct pt_regs *regs) { /* ~ProgramImpl(this) */
    return emit_object(TAT_EVENT_PROGRAM_DESTROYED, 0, TAT_ARG1(regs));
}

SEC("uprobe")
int circular_buffers_released(struct pt_regs *regs) { /* GraphTracker::track_deallocate_cb(this, const IDevice*) */
    return emit_object(TAT_EVENT_CIRCULAR_BUFFERS_RELEASED, 0, TAT_ARG2(regs));
}

/* The core ranges are a std::vector: begin and end pointers first. */
static __always_inline void read_core_ranges(struct tat_circular_buffer_event *event, __u64 set) {
    __u64 begin = read_word(set);
    __u64 end = read_word(set + 8);
    __u64 count = end > begin ? (end - begin) / sizeof(event->ranges[0]) : 0;
    event->range_count = count > 0xffffffff ? 0xffffffff : count;
    for (__u32 i = 0; i < TAT_MAX_CORE_RANGES; ++i) {
        if (i >= event->range_count) {
            break;
        }
        read_or_zero(event->ranges[i], sizeof(event->ranges[i]), begin + i * sizeof(event->ranges[i]));
    }
}

SEC("uprobe")
int circular_buffer(struct pt_regs *regs) {
    /* GraphTracker::track_allocate_cb(this, const CoreRangeSet&, address, size, is_globally_allocated, const IDevice*) */
    __u64 set = TAT_ARG2(regs), address = TAT_ARG3(regs), size = TAT_ARG4(regs), owner = TAT_ARG6(regs);
    __u32 global = TAT_ARG5(regs) & 0xff;
    __u64 pid_tgid = bpf_get_current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    announce_owner(owner, regs, TAT_EVENT_CIRCULAR_BUFFER, pid_tgid, thread);
    __u64 wakeup = 0;
    struct tat_circular_buffer_event *event =
        reserve(sizeof(*event), TAT_EVENT_CIRCULAR_BUFFER, pid_tgid, thread, &wakeup);
    if (!event) {
        return 0;
    }
    event->program = thread ? thread->program : 0;
    event->owner = owner;
    event->address = address;
    event->size = size;
    event->globally_allocated = global;
    read_core_ranges(event, set);
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

/* ---- close and clear ---- */

static __always_inline int emit_closing(__u64 owner) {
    forget_owners();
    return emit_object(TAT_EVENT_OWNER_CLOSING, 0, owner);
}

SEC("uprobe")
int owner_closing(struct pt_regs *regs) { /* Device::close(this), MeshDevice::close(this) */
    return emit_closing(TAT_ARG1(regs));
}

SEC("uprobe")
int owner_impl_closing(struct pt_regs *regs) { /* MeshDeviceImpl::close_impl(this, MeshDevice*) */
    return emit_closing(TAT_ARG2(regs));
}

static __always_inline int emit_release(__u64 allocator, __u32 how) {
    return emit_object(TAT_EVENT_ALLOCATOR_RELEASED, how, allocator);
}

SEC("uprobe")
int allocator_deallocate_buffers(struct pt_regs *regs) {
    return emit_release(TAT_ARG1(regs), TAT_FLAG_DEALLOCATE_BUFFERS);
}

SEC("uprobe")
int allocator_cleared(struct pt_regs *regs) { return emit_release(TAT_ARG1(regs), TAT_FLAG_CLEAR); }

SEC("uprobe")
int allocator_destroyed(struct pt_regs *regs) { return emit_release(TAT_ARG1(regs), TAT_FLAG_DESTROYED); }

/* ---- processes ---- */

SEC("raw_tp/sched_process_fork")
int process_forked(struct tracepoint_args *tp) {
    struct task_struct *parent = (struct task_struct *)tp->args[0];
    struct task_struct *child = (struct task_struct *)tp->args[1];
    __u32 parent_pid = BPF_CORE_READ(parent, tgid);
    __u32 child_pid = BPF_CORE_READ(child, tgid);
    if (!config.follow_children || parent_pid == child_pid || !bpf_map_lookup_elem(&targets, &parent_pid)) {
        return 0;
    }
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_FORKED, &wakeup);
    if (event) {
        event->child_pid = child_pid;
        bpf_ringbuf_submit(event, wakeup);
    }
    __u32 value = 1;
    bpf_map_update_elem(&targets, &child_pid, &value, BPF_ANY);
    announce_process(child, 1);
    return 0;
}

SEC("raw_tp/sched_process_exec")
int process_exec(struct tracepoint_args *tp) {
    struct task_struct *task = (struct task_struct *)tp->args[0];
    __u32 pid = BPF_CORE_READ(task, tgid);
    if (!bpf_map_lookup_elem(&targets, &pid)) {
        return 0;
    }
    forget_owners();
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_EXEC, &wakeup);
    if (event) {
        bpf_ringbuf_submit(event, wakeup);
    }
    announce_process(task, config.stop_on_load);
    return 0;
}

SEC("raw_tp/sched_process_exit")
int process_exited(struct tracepoint_args *tp) {
    struct task_struct *task = (struct task_struct *)tp->args[0];
    __u32 pid = BPF_CORE_READ(task, tgid);
    bool last_thread = BPF_CORE_READ(task, signal, live.counter) == 0;
    if (!last_thread || !bpf_map_lookup_elem(&targets, &pid)) {
        return 0;
    }
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_EXITED, &wakeup);
    if (event) {
        bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    }
    bpf_map_delete_elem(&targets, &pid);
    return 0;
}

#define LINKER_CONSISTENT 0 /* enum r_state of <link.h>: the list of libraries is complete again */
#define SIGSTOP 19

/* The dynamic linker calls its notification function when it has mapped libraries, before their code runs. */
SEC("uprobe")
int module_loaded(struct pt_regs *regs) {
    __u32 pid = bpf_get_current_pid_tgid() >> 32;
    if (!config.trace_all && !bpf_map_lookup_elem(&targets, &pid)) {
        return 0;
    }
    __s32 state = -1;
    bpf_probe_read_user(&state, sizeof(state), (void *)(regs->ip + (__s32)config.linker_state_delta));
    if (state != LINKER_CONSISTENT) {
        return 0;
    }
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_MODULE_LOADED, &wakeup);
    if (!event) {
        return 0;
    }
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    if (config.stop_on_load) {
        bpf_send_signal(SIGSTOP);
    }
    return 0;
}
