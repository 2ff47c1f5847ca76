/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Getting a record into the ring: reserve, header, submit; and what happens when there is no room.
 *
 * A record that does not fit is counted twice: by kind and cause in `losses` (for the total), by class in `lost`. The latter
 * is stamped into every record, so the next record that does fit, of whichever thread, tells that something is missing
 * before it. The thread's own sequence number jumps as well and says whose event it was.
 */
#ifndef TAT_EMIT_BPF_H
#define TAT_EMIT_BPF_H

static __always_inline __u32 loss_class(__u32 kind) {
    switch (kind) {
        case TAT_EVENT_ALLOCATED: return TAT_LOSS_ALLOCATED;
        case TAT_EVENT_FREED: return TAT_LOSS_FREED;
        case TAT_EVENT_CIRCULAR_BUFFER:
        case TAT_EVENT_CIRCULAR_BUFFERS_RELEASED:
        case TAT_EVENT_PROGRAM_LAUNCHED:
        case TAT_EVENT_PROGRAM_NOT_TOLD:
        case TAT_EVENT_PROGRAM_DESTROYED: return TAT_LOSS_CIRCULAR_BUFFERS;
        case TAT_EVENT_CODE:
        case TAT_EVENT_STACK: return TAT_LOSS_CLASSES; /* none: the event itself is there */
        default: return TAT_LOSS_LIFECYCLE;
    }
}

/* Losing one of these leaves the state too small, which shows; losing the others leaves it too large, which misleads. */
static __always_inline bool may_use_headroom(__u32 kind) {
    return kind != TAT_EVENT_ALLOCATED && kind != TAT_EVENT_PROGRAM_LAUNCHED && kind != TAT_EVENT_CIRCULAR_BUFFER &&
           kind != TAT_EVENT_THROWN && kind != TAT_EVENT_STACK && kind != TAT_EVENT_CODE &&
           kind != TAT_EVENT_ALLOCATION_FAILED;
}

static __noinline void count_loss(__u32 kind, __u32 cause) {
    __u32 index = TAT_LOSS_INDEX(kind, cause);
    __u64 *counter = bpf_map_lookup_elem(&losses, &index);
    if (counter) {
        ++*counter;
    }
    __u32 class = loss_class(kind);
    if (class < TAT_LOSS_CLASSES) {
        __sync_fetch_and_add(&lost[class], 1);
    }
}

static __always_inline struct tat_thread *current_thread(__u64 pid_tgid) {
    __u32 slot = (__u32)pid_tgid % TAT_THREAD_SLOTS;
    struct tat_thread *thread = bpf_map_lookup_elem(&threads, &slot);
    if (thread && thread->pid_tgid != pid_tgid) {
        thread->pid_tgid = pid_tgid;
        thread->sequence = 0;
        thread->program = 0;
        thread->owner = 0;
        thread->placing[TAT_PLAN_CIRCULAR] = 0;
        thread->placing[TAT_PLAN_DATAFLOW] = 0;
        thread->launch_owner = 0;
        thread->planned_on = 0;
        thread->entered = 0;
        thread->instance = 0;
    }
    return thread;
}

static __always_inline __u64 now_ns(void) { return bpf_ktime_get_ns() + config.monotonic_offset_ns; }

static __always_inline void fill_header(
    struct tat_event_header *header, __u32 size, __u32 kind, __u64 pid_tgid, struct tat_thread *thread
) {
    header->size = size;
    header->kind = kind;
    header->flags = 0;
    header->instance = instance.id;
    header->time_ns = now_ns();
    header->pid = pid_tgid >> 32;
    header->tid = (__u32)pid_tgid;
    header->sequence = thread ? thread->sequence : 0;
    header->stack = 0;
    for (int class = 0; class < TAT_LOSS_CLASSES; ++class) {
        header->lost[class] = *(volatile __u32 *)&lost[class];
    }
}

#define SIGSTOP 19

static __always_inline bool reader_answers(__u64 patience_ns) {
    return now_ns() < *(volatile __u64 *)&reader_alive_ns + patience_ns;
}

/*
 * The signal first: whoever finds the entry can be sure that it was sent. And again with every event above the limit: an entry
 * does not say that the process stands still, it may have been continued a moment ago. To this thread, which stops all the
 * others on its way back; a signal to the process would go to the main thread, who knows when that runs.
 */
static __noinline int pause_current(void) {
    __u32 pid = current_pid_tgid() >> 32;
    __u64 now = now_ns();
    bpf_send_signal_thread(SIGSTOP);
    bpf_map_update_elem(&paused, &pid, &now, BPF_NOEXIST);
    return 0;
}

/*
 * Room for a record of `size` bytes with its header filled; `wakeup` gets the flags for submit. Null: lost and counted.
 * `thread`: whose event it is, null if it belongs to no sequence.
 */
static __always_inline void *reserve(__u32 size, __u32 kind, __u64 pid_tgid, struct tat_thread *thread, __u64 *wakeup) {
    if (thread) {
        ++thread->sequence;
    }
    __u64 fill = bpf_ringbuf_query(&ring, BPF_RB_AVAIL_DATA);
    if (fill > statistics.peak_fill_bytes) {
        statistics.peak_fill_bytes = fill;
    }
    if (config.pause_bytes && fill >= config.pause_bytes && reader_answers(TAT_PAUSE_NS)) {
        pause_current();
    }
    if (fill > config.headroom_limit && !may_use_headroom(kind)) {
        count_loss(kind, TAT_CAUSE_HEADROOM);
        return 0;
    }
    void *record = bpf_ringbuf_reserve(&ring, size, 0);
    if (!record) {
        count_loss(kind, TAT_CAUSE_RING_FULL);
        return 0;
    }
    fill_header(record, size, kind, pid_tgid, thread);
    bool crossing = fill < config.wakeup_bytes && fill + size >= config.wakeup_bytes;
    *wakeup = crossing ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
    return record;
}

/* CIRCULAR_BUFFERS_RELEASED, PROGRAM_*, OWNER_CLOSING, ALLOCATOR_*. */
static __always_inline int emit_pointer(__u32 kind, __u32 flags, __u64 object, __u64 owner, __u64 pid_tgid, __u64 stack) {
    __u64 wakeup = 0;
    struct tat_pointer_event *event = reserve(sizeof(*event), kind, pid_tgid, current_thread(pid_tgid), &wakeup);
    if (event) {
        event->header.flags = flags;
        event->header.stack = stack;
        event->object = object;
        event->owner = owner;
        bpf_ringbuf_submit(event, wakeup);
    }
    return 0;
}

#endif
