/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * All programs. Each sits at an instruction of the runtime (no return probes: they replace the return address, and an exception
 * passing through would end the process), copies what the record needs and leaves. Where the values are it has from `instance`.
 */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/config_abi.h"
#include "maps.bpf.h"
#include "pids.bpf.h"
#include "arguments.bpf.h"
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
static __always_inline __u64 word_of(const __u64 *window, __u32 index) {
    __u64 value = 0;
#pragma unroll
    for (__u32 word = 0; word < TAT_BUFFER_WINDOW_WORDS; ++word) {
        if (index == word) {
            value = window[word];
        }
    }
    return value;
}

static __always_inline bool has_shards(const __u64 *window) {
    return instance.layout.shard_spec != TAT_NO_OFFSET &&
           (__u32)(word_of(window, instance.layout.memory_layout_word) >> (instance.layout.memory_layout_shift & 63)) != 0;
}

/* What a hit of the free's probe is. 0: nothing, for the buffer was freed before, or is empty. */
static __always_inline __u32 kind_by_status(const __u64 *window) {
    if (!instance.freed_by_status) {
        return TAT_EVENT_FREED;
    }
    __u8 status = word_of(window, instance.layout.status_word) >> (instance.layout.status_shift & 63);
    if (!word_of(window, instance.layout.size_word) || status > instance.layout.status_allocated) {
        return 0;
    }
    return status == instance.layout.status_allocated ? TAT_EVENT_FREED : TAT_EVENT_ALLOCATION_FAILED;
}

static __always_inline __u64 members_of(__u64 buffer, struct pt_regs *regs, __u32 program) {
    if (TAT_HAS(program, members)) {
        return TAT_VALUE(regs, program, members);
    }
    return instance.layout.buffer_impl == TAT_NO_OFFSET ? buffer : read_word(buffer + instance.layout.buffer_impl);
}

/* Without a flag in the Buffer: the tracker's hook is there and takes allocations over. */
static __always_inline bool is_hooked(__u64 tracker) {
    __u64 hook = read_word(tracker + instance.layout.hook);
    __u8 blocks = 0;
    if (hook) {
        bpf_probe_read_user(&blocks, sizeof(blocks), (void *)(hook + instance.layout.hook_blocks));
    }
    return blocks != 0;
}

static __always_inline __u64 take_entered(struct tat_thread *thread) {
    __u64 buffer = thread ? thread->entered : 0;
    if (thread) {
        thread->entered = 0;
    }
    return buffer;
}

static __always_inline int emit_buffer(struct pt_regs *regs, __u32 program, __u32 kind) {
    __u64 pid_tgid = current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    __u64 buffer = TAT_HAS(program, object) ? TAT_VALUE(regs, program, object) : take_entered(thread);
    if (!buffer) {
        return 0; /* entered before we collected */
    }
    if (thread) {
        thread->instance = instance.id;
    }
    __u64 members = members_of(buffer, regs, program);
    /* Read before there is a record: the owner it names is announced first. */
    __u64 window[TAT_BUFFER_WINDOW_WORDS];
    void *from = (void *)(members + instance.layout.window_start);
    if (bpf_probe_read_user(window, sizeof(window), from)) {
        if (thread) {
            ++thread->sequence;
        }
        count_loss(kind, TAT_CAUSE_FAULT);
        return 0;
    }
    if (program == TAT_PROGRAM_FREED) {
        kind = kind_by_status(window);
    }
    if (!kind) {
        return 0;
    }
    bool renew = kind != TAT_EVENT_FREED;
    bool news = announce_owner(word_of(window, instance.layout.owner_word), regs, program, renew, pid_tgid, thread);
    __u64 wakeup = 0;
    struct tat_buffer_event *event = 0;
    if (program == TAT_PROGRAM_ALLOCATED && has_shards(window)) {
        struct tat_sharded_event *sharded = reserve(sizeof(*sharded), kind, pid_tgid, thread, &wakeup);
        if (sharded) {
            read_or_zero(sharded->shard, sizeof(sharded->shard), members + instance.layout.shard_spec);
            event = &sharded->buffer;
        }
    } else {
        event = reserve(sizeof(*event), kind, pid_tgid, thread, &wakeup);
    }
    if (!event) {
        return 0;
    }
    if (news) { /* what its allocator has to hand out is read at once: the process may be short-lived */
        wakeup = BPF_RB_FORCE_WAKEUP;
    }
    event->buffer = buffer;
    event->address = TAT_VALUE(regs, program, address);
    event->far_word = instance.layout.far_word == TAT_NO_OFFSET ? 0 : read_word(members + instance.layout.far_word);
    event->header.flags = TAT_HAS(program, address) ? TAT_FLAG_ADDRESS : 0;
    if (instance.layout.hook != TAT_NO_OFFSET && TAT_HAS(program, tracker) &&
        is_hooked(TAT_VALUE(regs, program, tracker))) {
        event->header.flags |= TAT_FLAG_HOOKED;
    }
    __builtin_memcpy(event->window, window, sizeof(window));
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

SEC("uprobe")
int allocated(struct pt_regs *regs) { return emit_buffer(regs, TAT_PROGRAM_ALLOCATED, TAT_EVENT_ALLOCATED); }

SEC("uprobe")
int freed(struct pt_regs *regs) { return emit_buffer(regs, TAT_PROGRAM_FREED, TAT_EVENT_FREED); }

SEC("uprobe")
int allocation_entered(struct pt_regs *regs) {
    __u64 pid_tgid = current_pid_tgid();
    struct tat_thread *thread = is_target(pid_tgid) ? current_thread(pid_tgid) : 0;
    if (thread) {
        thread->entered = TAT_VALUE(regs, TAT_PROGRAM_ALLOCATION_ENTERED, object);
    }
    return 0;
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
    __u64 pid_tgid = current_pid_tgid();
    return is_target(pid_tgid) ? emit_pointer(kind, flags, object, 0, pid_tgid) : 0;
}

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
    emit_pointer(TAT_EVENT_PROGRAM_LAUNCHED, 0, program, owner, pid_tgid);
    if (!is_first_launch(program, pid_tgid)) {
        return 0;
    }
    bool hook = TAT_HAS(TAT_PROGRAM_CIRCULAR_BUFFER, object) || TAT_HAS(TAT_PROGRAM_PLACED, object);
    int unknown = tell_plan(program, owner, TAT_PLAN_CIRCULAR, circular, hook);
    unknown |= tell_plan(program, owner, TAT_PLAN_DATAFLOW, dataflow, TAT_HAS(TAT_PROGRAM_DATAFLOW_PLACED, object));
    return unknown ? emit_pointer(TAT_EVENT_PROGRAM_NOT_TOLD, 0, program, owner, pid_tgid) : 0;
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
    return incomplete ? emit_pointer(TAT_EVENT_PROGRAM_NOT_TOLD, 0, program, owner, pid_tgid) : 0;
}

SEC("uprobe")
int program_placed(struct pt_regs *regs) { /* validate_circular_buffer_region(this, device) */
    return emit_placed(TAT_VALUE(regs, TAT_PROGRAM_PLACED, object), TAT_PLAN_CIRCULAR);
}

SEC("uprobe")
int dataflow_buffers_placed(struct pt_regs *regs) { /* validate_dataflow_buffer_region(this, device) */
    return emit_placed(TAT_VALUE(regs, TAT_PROGRAM_DATAFLOW_PLACED, object), TAT_PLAN_DATAFLOW);
}

/* ---- captured traces ---- */

/* The mesh is announced: a process that was attached to may do nothing but replay. */
static __always_inline int emit_trace(struct pt_regs *regs, __u32 program, __u32 call) {
    __u64 pid_tgid = current_pid_tgid();
    if (!is_target(pid_tgid)) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    __u64 owner = TAT_VALUE(regs, program, owner);
    announce_owner(owner, regs, program, true, pid_tgid, thread);
    __u64 wakeup = 0;
    struct tat_trace_event *event = reserve(sizeof(*event), TAT_EVENT_TRACE_CALLED, pid_tgid, thread, &wakeup);
    if (event) {
        event->header.flags = call;
        event->object = owner ? owner : TAT_VALUE(regs, program, object);
        event->trace = TAT_VALUE(regs, program, trace);
        event->unused = 0;
        bpf_ringbuf_submit(event, wakeup);
    }
    return 0;
}

SEC("uprobe")
int trace_begun(struct pt_regs *regs) { return emit_trace(regs, TAT_PROGRAM_TRACE_BEGUN, TAT_FLAG_TRACE_BEGIN); }

SEC("uprobe")
int trace_ended(struct pt_regs *regs) { return emit_trace(regs, TAT_PROGRAM_TRACE_ENDED, TAT_FLAG_TRACE_END); }

SEC("uprobe")
int trace_registered(struct pt_regs *regs) { /* register_active_trace, mark_allocations_unsafe(this) */
    return emit_trace(regs, TAT_PROGRAM_TRACE_REGISTERED, TAT_FLAG_TRACE_REGISTER);
}

SEC("uprobe")
int trace_replayed(struct pt_regs *regs) { return emit_trace(regs, TAT_PROGRAM_TRACE_REPLAYED, TAT_FLAG_TRACE_REPLAY); }

SEC("uprobe")
int trace_released(struct pt_regs *regs) { return emit_trace(regs, TAT_PROGRAM_TRACE_RELEASED, TAT_FLAG_TRACE_RELEASE); }

/* ---- close and clear ---- */

SEC("uprobe")
int owner_closing(struct pt_regs *regs) {
    forget_owners();
    return emit_object(TAT_EVENT_OWNER_CLOSING, 0, TAT_VALUE(regs, TAT_PROGRAM_OWNER_CLOSING, object));
}

static __always_inline int emit_release(struct pt_regs *regs, __u32 program, __u32 how) {
    return emit_object(TAT_EVENT_ALLOCATOR_RELEASED, how, TAT_VALUE(regs, program, object));
}

SEC("uprobe")
int allocator_deallocate_buffers(struct pt_regs *regs) {
    return emit_release(regs, TAT_PROGRAM_DEALLOCATE_BUFFERS, TAT_FLAG_DEALLOCATE_BUFFERS);
}

SEC("uprobe")
int allocator_cleared(struct pt_regs *regs) { return emit_release(regs, TAT_PROGRAM_CLEARED, TAT_FLAG_CLEAR); }

SEC("uprobe")
int allocator_destroyed(struct pt_regs *regs) {
    return emit_release(regs, TAT_PROGRAM_ALLOCATOR_DESTROYED, TAT_FLAG_DESTROYED);
}

static __always_inline int emit_change(struct pt_regs *regs, __u32 program, __u32 how) {
    return emit_object(TAT_EVENT_ALLOCATOR_CHANGED, how, TAT_VALUE(regs, program, object));
}

SEC("uprobe")
int allocator_overridden(struct pt_regs *regs) {
    return emit_change(regs, TAT_PROGRAM_ALLOCATOR_OVERRIDDEN, TAT_FLAG_OVERRIDDEN);
}

SEC("uprobe")
int allocator_shrunk(struct pt_regs *regs) {
    return emit_change(regs, TAT_PROGRAM_ALLOCATOR_SHRUNK, TAT_FLAG_SHRUNK);
}

SEC("uprobe")
int allocator_reset(struct pt_regs *regs) {
    return emit_change(regs, TAT_PROGRAM_ALLOCATOR_RESET, TAT_FLAG_RESET);
}

/* ---- exceptions ---- */

#define EXCEPTION_MESSAGE 8 /* std::runtime_error and logic_error of libstdc++ and libc++: behind the vtable pointer */
/* What the texts of the runtime's checks begin with, in a register. */
#define TT_FATAL 0x4c415441465f5454ULL
#define TT_THROW 0x574f5248545f5454ULL

/*
 * Programs throw what they like, and often: whatever the object is, it is two bounded reads until it is known not to be ours.
 */
SEC("uprobe")
int exception_thrown(struct pt_regs *regs) { /* __cxa_throw(object, type, destructor) */
    __u64 pid_tgid = current_pid_tgid();
    if (!is_known_target(pid_tgid)) {
        return 0;
    }
    __u64 message = read_word(regs->di + EXCEPTION_MESSAGE);
    __u64 begin = read_word(message);
    if (begin != TT_FATAL && begin != TT_THROW) {
        return 0;
    }
    struct tat_thread *thread = current_thread(pid_tgid);
    __u64 wakeup = 0;
    struct tat_thrown_event *event = reserve(sizeof(*event), TAT_EVENT_THROWN, pid_tgid, thread, &wakeup);
    if (!event) {
        return 0;
    }
    event->header.instance = thread ? thread->instance : 0;
    event->program = thread ? thread->program : 0;
    event->owner = thread ? thread->launch_owner : 0;
    if (bpf_probe_read_user_str(event->message, sizeof(event->message), (void *)message) < 0) {
        event->message[0] = 0;
    }
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

/* ---- processes ---- */

SEC("raw_tp/sched_process_fork")
int process_forked(struct tracepoint_args *tp) {
    struct task_struct *parent = (struct task_struct *)tp->args[0];
    struct task_struct *child = (struct task_struct *)tp->args[1];
    __u32 parent_pid = tgid_of(parent);
    __u32 child_pid = tgid_of(child);
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

/* The process may have mapped a library, or a dynamic linker, that is not probed yet. */
static __always_inline int tell_mappings(__u32 flags) {
    __u64 wakeup = 0;
    struct tat_process_event *event = reserve_process(TAT_EVENT_MODULE_LOADED, &wakeup);
    if (!event) {
        return 0;
    }
    event->header.flags = flags;
    /* The signal first: whoever reads the record continues the process, and a signal that came after that would stop it for good. */
    if (config.stop_on_load) {
        bpf_send_signal(SIGSTOP);
    }
    bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    return 1;
}

#define TAT_LOOK_AGAIN_NS 10000000000ULL /* an upgrade brings another linker, and numbers of devices are given again */

/*
 * Which dynamic linker a program gets is written in its file, and found from the root directory: a container's is another file than the
 * host's. So the first process of each program is looked at, before it loads anything.
 */
static __always_inline void tell_new_program(struct task_struct *task, struct linux_binprm *binary) {
    struct inode *file = BPF_CORE_READ(binary, file, f_inode);
    struct inode *root = BPF_CORE_READ(task, fs, root.dentry, d_inode);
    struct tat_executable_key key = {.file = BPF_CORE_READ(file, i_ino), .root = BPF_CORE_READ(root, i_ino)};
    key.file_device = BPF_CORE_READ(file, i_sb, s_dev);
    key.root_device = BPF_CORE_READ(root, i_sb, s_dev);
    __u64 now = now_ns();
    __u64 *told = bpf_map_lookup_elem(&known_executables, &key);
    if ((!told || now - *told > TAT_LOOK_AGAIN_NS) && tell_mappings(TAT_FLAG_NEW_PROGRAM)) {
        bpf_map_update_elem(&known_executables, &key, &now, BPF_ANY);
    }
}

SEC("raw_tp/sched_process_exec")
int process_exec(struct tracepoint_args *tp) { /* task, its thread's old id, binary */
    struct task_struct *task = (struct task_struct *)tp->args[0];
    __u32 pid = tgid_of(task);
    bool is_traced = bpf_map_lookup_elem(&targets, &pid);
    if (is_traced) {
        forget_owners();
        __u64 wakeup = 0;
        struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_EXEC, &wakeup);
        if (event) {
            bpf_ringbuf_submit(event, wakeup);
        }
        announce_process(task, config.stop_on_load);
    }
    if ((is_traced && config.follow_children) || (pid && config.trace_all)) {
        tell_new_program(task, (struct linux_binprm *)tp->args[2]);
    }
    return 0;
}

#define SIGNAL_GROUP_EXIT 4 /* the kernel's: all threads are ending */

/* Probes in one process are tied to its main thread, which may end before the others, or because another one executes a program. */
SEC("raw_tp/sched_process_exit")
int process_exited(struct tracepoint_args *tp) {
    struct task_struct *task = (struct task_struct *)tp->args[0];
    __u32 pid = tgid_of(task);
    bool last_thread = BPF_CORE_READ(task, signal, live.counter) == 0;
    bool goes_on = !last_thread && !(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT);
    bool loses_probes = goes_on && *(volatile __u32 *)&scoped && BPF_CORE_READ(task, group_leader) == task;
    if ((!last_thread && !loses_probes) || !bpf_map_lookup_elem(&targets, &pid)) {
        return 0;
    }
    __u64 wakeup = 0;
    __u32 kind = last_thread ? TAT_EVENT_PROCESS_EXITED : TAT_EVENT_MAIN_THREAD_ENDED;
    struct tat_process_event *event = reserve_process(kind, &wakeup);
    if (event) {
        /* Of a process that ended as a whole; else the main thread's. */
        __u32 of_group = BPF_CORE_READ(task, signal, group_exit_code);
        event->wait_status = of_group ? of_group : BPF_CORE_READ(task, group_leader, exit_code);
        bpf_ringbuf_submit(event, BPF_RB_FORCE_WAKEUP);
    }
    if (last_thread) {
        bpf_map_delete_elem(&targets, &pid);
    }
    return 0;
}

#define LINKER_CONSISTENT 0 /* enum r_state of <link.h>: the list of libraries is complete again */

/* The dynamic linker calls its notification function when it has mapped libraries, before their code runs. */
SEC("uprobe")
int module_loaded(struct pt_regs *regs) {
    __u32 pid = current_pid_tgid() >> 32;
    if (!pid || (!config.trace_all && !bpf_map_lookup_elem(&targets, &pid))) {
        return 0;
    }
    __s32 state = LINKER_CONSISTENT;
    if (instance.linker_state_delta != TAT_NO_OFFSET) {
        void *word = (void *)(regs->ip + (__s32)instance.linker_state_delta);
        if (bpf_probe_read_user(&state, sizeof(state), word)) {
            return 0;
        }
    }
    if (state == LINKER_CONSISTENT) {
        tell_mappings(0);
    }
    return 0;
}
