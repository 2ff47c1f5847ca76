/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Programs of the runtime and what they lay out in L1: circular buffers, dataflow buffers. */
#ifndef TAT_PLANS_BPF_H
#define TAT_PLANS_BPF_H

/* Asked in front of the placing. */
static __always_inline bool is_placing(__u64 program, __u32 plan) {
    __u8 needed = 0;
    if (instance.layout.plans[plan].placing_needed != TAT_NO_OFFSET) {
        bpf_probe_read_user(&needed, sizeof(needed), (void *)(program + instance.layout.plans[plan].placing_needed));
    }
    return needed != 0;
}

static __always_inline struct tat_circular_buffer_event *reserve_circular_buffer(
    __u64 pid_tgid, struct tat_thread *thread, __u64 owner, __u64 *wakeup
) {
    struct tat_circular_buffer_event *event =
        reserve(sizeof(*event), TAT_EVENT_CIRCULAR_BUFFER, pid_tgid, thread, wakeup);
    if (event) {
        event->program = thread ? thread->program : 0;
        event->owner = owner;
        event->globally_allocated = 0;
        event->range_count = 0;
        event->ranges_copied = 0;
        event->plan = TAT_PLAN_CIRCULAR;
    }
    return event;
}

#define TAT_MAX_REGIONS 8 /* of one allocator: buffers that follow each other are one region */

/* These two are global: the verifier looks at them once, not once more in each turn of the loops that call them. */
__noinline int emit_region(__u64 owner, __u64 core_range, __u64 region, __u32 plan) {
    __u64 pid_tgid = current_pid_tgid();
    __u64 wakeup = 0;
    struct tat_circular_buffer_event *event =
        reserve_circular_buffer(pid_tgid, current_thread(pid_tgid), owner, &wakeup);
    if (!event) {
        return 0;
    }
    event->address = read_word(region);
    event->size = read_word(region + 8) - event->address;
    event->header.flags = TAT_FLAG_OF_PROGRAM;
    event->plan = plan;
    event->range_count = 1;
    event->ranges_copied = 1;
    read_or_zero(event->ranges[0], sizeof(event->ranges[0]), core_range);
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

/* A begin and an end pointer. False: unreadable. */
static __always_inline bool read_ends(__u64 ends[2], __u64 from) {
    return bpf_probe_read_user(ends, 2 * sizeof(ends[0]), (void *)from) == 0;
}

/* What lies in the allocators of a program that has placed its buffers. 0: all was told. */
__noinline int emit_regions(__u64 program, __u64 owner, __u32 allocators, __u32 plan) {
    __u64 element = instance.layout.allocator_element;
    __u64 all[2];
    if (!element || !read_ends(all, program + allocators)) {
        return 1;
    }
    __u64 allocator = all[0];
    for (__u32 i = 0; i < TAT_MAX_CORE_RANGES && allocator && allocator < all[1]; ++i, allocator += element) {
        __u64 regions[2];
        if (!read_ends(regions, allocator + instance.layout.allocator_regions)) {
            return 1;
        }
        __u64 region = regions[0];
        for (__u32 j = 0; j < TAT_MAX_REGIONS && region && region < regions[1]; ++j, region += 16) {
            emit_region(owner, allocator, region, plan);
        }
        if (region && region < regions[1]) {
            return 1;
        }
    }
    return allocator && allocator < all[1];
}

/*
 * At the first launch under the trace: buffers that the program has placed already are read from it, others are told when they are
 * placed, by whoever is probed for that. 0: that is all there is to know.
 */
static __always_inline int tell_plan(__u64 program, __u64 owner, __u32 plan, bool placing, bool is_probed) {
    if (!instance.layout.plans[plan].exists) {
        return 0;
    }
    if (instance.layout.plans[plan].placing_needed == TAT_NO_OFFSET) {
        return 1;
    }
    if (placing) {
        return !is_probed;
    }
    if (instance.layout.plans[plan].allocators == TAT_NO_OFFSET) {
        return 1;
    }
    return emit_regions(program, owner, instance.layout.plans[plan].allocators, plan);
}

static __always_inline int emit_not_told(__u64 program, __u64 owner, __u32 plan, __u64 pid_tgid) {
    return emit_pointer(TAT_EVENT_PROGRAM_NOT_TOLD, plan, program, owner, pid_tgid, 0);
}

/* True once for each program. */
static __always_inline bool is_first_launch(__u64 program, __u64 pid_tgid) {
    struct tat_program_key key = {.program = program, .pid = pid_tgid >> 32};
    __u32 value = 1;
    return !bpf_map_lookup_elem(&told_programs, &key) && bpf_map_update_elem(&told_programs, &key, &value, BPF_ANY) == 0;
}

SEC("uprobe")
int program_launched(struct pt_regs *regs) { /* compile_and_allocate or allocate_circular_buffers(this, device) */
    __u64 program = TAT_VALUE(regs, TAT_PROGRAM_LAUNCHED, object);
    __u64 owner = TAT_VALUE(regs, TAT_PROGRAM_LAUNCHED, owner);
    __u64 pid_tgid = current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    bool circular = is_placing(program, TAT_PLAN_CIRCULAR);
    bool dataflow = is_placing(program, TAT_PLAN_DATAFLOW);
    struct tat_thread *thread = current_thread(pid_tgid);
    if (thread) {
        thread->instance = instance.id;
        thread->program = program;
        thread->launch_owner = owner;
        thread->planned_on = 0;
        thread->placing[TAT_PLAN_CIRCULAR] = circular;
        thread->placing[TAT_PLAN_DATAFLOW] = dataflow;
    }
    announce_owner(owner, regs, TAT_PROGRAM_LAUNCHED, true, pid_tgid, thread);
    emit_pointer(TAT_EVENT_PROGRAM_LAUNCHED, 0, program, owner, pid_tgid, stack_of(regs, pid_tgid));
    if (!is_first_launch(program, pid_tgid)) {
        return 0;
    }
    bool can_read_circular = instance.layout.plans[TAT_PLAN_CIRCULAR].allocators != TAT_NO_OFFSET;
    bool can_read_dataflow = instance.layout.plans[TAT_PLAN_DATAFLOW].allocators != TAT_NO_OFFSET;
    bool hook = TAT_HAS(TAT_PROGRAM_CIRCULAR_BUFFER, object) || (TAT_HAS(TAT_PROGRAM_PLACED, object) && can_read_circular);
    if (tell_plan(program, owner, TAT_PLAN_CIRCULAR, circular, hook)) {
        emit_not_told(program, owner, TAT_PLAN_CIRCULAR, pid_tgid);
    }
    hook = TAT_HAS(TAT_PROGRAM_DATAFLOW_PLACED, object) && can_read_dataflow;
    if (tell_plan(program, owner, TAT_PLAN_DATAFLOW, dataflow, hook)) {
        emit_not_told(program, owner, TAT_PLAN_DATAFLOW, pid_tgid);
    }
    return 0;
}

SEC("uprobe")
int program_destroyed(struct pt_regs *regs) {
    struct tat_program_key key = {.program = TAT_VALUE(regs, TAT_PROGRAM_DESTROYED, object)};
    key.pid = current_pid_tgid() >> 32;
    bpf_map_delete_elem(&told_programs, &key);
    return emit_object(TAT_EVENT_PROGRAM_DESTROYED, 0, key.program);
}

SEC("uprobe")
int circular_buffers_released(struct pt_regs *regs) {
    return emit_object(
        TAT_EVENT_CIRCULAR_BUFFERS_RELEASED, 0, TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFERS_RELEASED, object)
    );
}

static __always_inline void read_core_ranges(struct tat_circular_buffer_event *event, __u64 set) {
    event->range_count = 0xffffffff;
    if (instance.layout.core_ranges == TAT_NO_OFFSET) {
        return;
    }
    __u64 begin = read_word(set + instance.layout.core_ranges);
    __u64 end = read_word(set + instance.layout.core_ranges + 8);
    __u64 count = end > begin ? (end - begin) / sizeof(event->ranges[0]) : 0;
    if (count < event->range_count) {
        event->range_count = count;
    }
    for (__u32 i = 0; i < TAT_MAX_CORE_RANGES; ++i) {
        if (i >= event->range_count) {
            break;
        }
        read_or_zero(event->ranges[i], sizeof(event->ranges[i]), begin + i * sizeof(event->ranges[i]));
        event->ranges_copied = i + 1;
    }
}

/*
 * The hook tells each circular buffer once per chip, and the launch says where all of them are: those of the first chip are the
 * program's. False: told before.
 */
static __always_inline bool is_news(struct tat_thread *thread, __u64 device) {
    if (!thread->planned_on) {
        thread->planned_on = device;
    }
    return thread->planned_on == device;
}

SEC("uprobe")
int circular_buffer(struct pt_regs *regs) { /* track_allocate_cb */
    __u64 pid_tgid = current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    __u64 owner = TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFER, owner);
    if (thread && thread->launch_owner) {
        if (TAT_HAS(TAT_PROGRAM_CIRCULAR_BUFFER, owner) && !is_news(thread, owner)) {
            return 0;
        }
        owner = thread->launch_owner;
    }
    announce_owner(owner, regs, TAT_PROGRAM_CIRCULAR_BUFFER, true, pid_tgid, thread);
    __u64 wakeup = 0;
    struct tat_circular_buffer_event *event = reserve_circular_buffer(pid_tgid, thread, owner, &wakeup);
    if (!event) {
        return 0;
    }
    event->address = TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFER, address);
    event->size = TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFER, size);
    event->globally_allocated = TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFER, flag) & 0xff;
    read_core_ranges(event, TAT_VALUE(regs, TAT_PROGRAM_CIRCULAR_BUFFER, object));
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

/* At the validation behind the placing. */
static __always_inline int emit_placed(__u64 program, __u32 plan) {
    __u64 pid_tgid = current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    if (!thread || thread->program != program || !thread->placing[plan] ||
        instance.layout.plans[plan].allocators == TAT_NO_OFFSET) {
        return 0;
    }
    thread->placing[plan] = 0;
    __u64 owner = thread->launch_owner;
    bool incomplete = emit_regions(program, owner, instance.layout.plans[plan].allocators, plan);
    return incomplete ? emit_not_told(program, owner, plan, pid_tgid) : 0;
}

SEC("uprobe")
int program_placed(struct pt_regs *regs) { /* validate_circular_buffer_region(this, device) */
    return emit_placed(TAT_VALUE(regs, TAT_PROGRAM_PLACED, object), TAT_PLAN_CIRCULAR);
}

SEC("uprobe")
int dataflow_buffers_placed(struct pt_regs *regs) { /* validate_dataflow_buffer_region(this, device) */
    return emit_placed(TAT_VALUE(regs, TAT_PROGRAM_DATAFLOW_PLACED, object), TAT_PLAN_DATAFLOW);
}

#endif
