/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * All programs but those about programs of the runtime, which are in plans.bpf.h. Each sits at an instruction of the runtime (no return
 * probes: they replace the return address, and an exception passing through would end the process), copies what the record needs and
 * leaves. Where the values are it has from `instance`.
 */
// clang-format off
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

#include "abi/event_abi.h"
#include "abi/config_abi.h"
#include "abi/unwind_abi.h"
#include "maps.bpf.h"
#include "pids.bpf.h"
#include "arguments.bpf.h"
#include "emit.bpf.h"
#include "stack.bpf.h"
#include "process.bpf.h"
#include "owner.bpf.h"
#include "plans.bpf.h"
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

#define HASH_MAP_FIRST 16 /* of libstdc++ and libc++: the first node, and how many there are */
#define HASH_MAP_COUNT 24

static __noinline int find_core(struct tat_cores *cores, __u64 map, __u64 address) {
    __u64 node = read_word(map + HASH_MAP_FIRST);
    for (__u32 i = 0; i < TAT_MAX_CORES && node; ++i) {
        __u64 value[3]; /* x, y, address */
        if (bpf_probe_read_user(value, sizeof(value), (void *)(node + instance.layout.core_node_value))) {
            break;
        }
        if (value[2] == address) {
            cores->x = value[0];
            cores->y = value[1];
            cores->found = 1;
            break;
        }
        node = read_word(node);
    }
    return 0;
}

/* Only sharded buffers are allocated core by core. */
static __always_inline void read_cores(struct tat_cores *cores, const __u64 *window, __u64 members) {
    __u8 per_core = 0;
    if (!has_shards(window) || instance.layout.per_core == TAT_NO_OFFSET ||
        bpf_probe_read_user(&per_core, sizeof(per_core), (void *)(members + instance.layout.per_core)) || per_core != 1) {
        return;
    }
    cores->per_core = 1;
    if (instance.layout.core_addresses != TAT_NO_OFFSET) {
        __u64 map = members + instance.layout.core_addresses;
        cores->count = read_word(map + HASH_MAP_COUNT);
        find_core(cores, map, word_of(window, instance.layout.address_word));
    }
}

static __always_inline void read_spread(struct tat_spread *spread, __u64 members) {
    __builtin_memset(spread, 0, sizeof(*spread));
    if (instance.layout.spread_cores != TAT_NO_OFFSET) {
        spread->cores_begin = read_word(members + instance.layout.spread_cores);
        spread->cores_end = read_word(members + instance.layout.spread_cores + 8);
        spread->pages = read_word(members + instance.layout.spread_pages);
        spread->shards = read_word(members + instance.layout.spread_shards);
    }
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
    __u64 stack = kind == TAT_EVENT_FREED ? 0 : stack_of(regs, pid_tgid);
    __u64 wakeup = 0;
    struct tat_buffer_event *event = 0;
    struct tat_cores cores = {};
    read_cores(&cores, window, members);
    if (cores.per_core || (program == TAT_PROGRAM_ALLOCATED && has_shards(window))) {
        struct tat_sharded_event *sharded = reserve(sizeof(*sharded), kind, pid_tgid, thread, &wakeup);
        if (sharded) {
            read_or_zero(sharded->shard, sizeof(sharded->shard), members + instance.layout.shard_spec);
            sharded->cores = cores;
            read_spread(&sharded->spread, members);
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
    bool stops = news && kind != TAT_EVENT_FREED && hold_current(0);
    event->header.stack = stack;
    event->buffer = buffer;
    event->address = TAT_VALUE(regs, program, address);
    event->far_word = instance.layout.far_word == TAT_NO_OFFSET ? 0 : read_word(members + instance.layout.far_word);
    event->header.flags = (TAT_HAS(program, address) ? TAT_FLAG_ADDRESS : 0) | (stops ? TAT_FLAG_STOPPED : 0);
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

/* What comes next may be of an allocator that is new, or has other ranges: its owner is announced anew. */
static __always_inline int emit_change(struct pt_regs *regs, __u32 program, __u32 how) {
    forget_owners();
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
    __u64 stack = stack_of(regs, pid_tgid);
    __u64 wakeup = 0;
    struct tat_thrown_event *event = reserve(sizeof(*event), TAT_EVENT_THROWN, pid_tgid, thread, &wakeup);
    if (!event) {
        return 0;
    }
    event->header.instance = thread ? thread->instance : 0;
    event->header.stack = stack;
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
    if (config.stacks && parent_pid != child_pid) {
        inherit_python(parent_pid, child_pid);
    }
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
    if (config.stacks) {
        inherit_mappings(parent_pid, child_pid);
    }
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
    hold_current(1);
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
    if (config.stacks) {
        forget_python(pid);
    }
    bool is_traced = bpf_map_lookup_elem(&targets, &pid);
    if (is_traced) {
        forget_owners();
        if (config.stacks) {
            forget_mappings(pid);
        }
        __u64 wakeup = 0;
        struct tat_process_event *event = reserve_process(TAT_EVENT_PROCESS_EXEC, &wakeup);
        if (event) {
            bpf_ringbuf_submit(event, wakeup);
        }
        announce_process(task, config.hold);
    }
    if (is_traced || (pid && config.trace_all)) {
        tell_new_program(task, (struct linux_binprm *)tp->args[2]);
    }
    return 0;
}

#define SIGNAL_GROUP_EXIT 4 /* the kernel's: all threads are ending */

/* Probes in one process are tied to its main thread, which may end before the others, or because another one executes a program. */
SEC("raw_tp/sched_process_exit")
int process_exited(struct tracepoint_args *tp) {
    struct task_struct *task = (struct task_struct *)tp->args[0];
    if (config.stacks) {
        forget_walk();
    }
    __u32 pid = tgid_of(task);
    bool last_thread = BPF_CORE_READ(task, signal, live.counter) == 0;
    if (config.stacks && last_thread) {
        forget_python(pid);
    }
    bool goes_on = !last_thread && !(BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT);
    bool loses_probes = goes_on && *(volatile __u32 *)&scoped && BPF_CORE_READ(task, group_leader) == task;
    if ((!last_thread && !loses_probes) || !bpf_map_lookup_elem(&targets, &pid)) {
        return 0;
    }
    /* Threads that end together all see that none is left: the first one tells. */
    if (last_thread && bpf_map_delete_elem(&targets, &pid)) {
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
    if (config.stacks && last_thread) {
        forget_mappings(pid);
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
