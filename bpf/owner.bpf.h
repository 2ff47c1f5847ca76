/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Who an owner pointer is, read at the moment of the event: a moment later the process may be gone. Announced once per epoch.
 */
#ifndef TAT_OWNER_BPF_H
#define TAT_OWNER_BPF_H

static __always_inline void read_or_zero(void *to, __u32 size, __u64 from) {
    if (bpf_probe_read_user(to, size, (void *)from)) {
        __builtin_memset(to, 0, size);
    }
}

static __always_inline void read_chip(struct tat_chip *chip, __u64 device) {
    read_or_zero(&chip->first_word, sizeof(chip->first_word), device);
    read_or_zero(&chip->id, sizeof(chip->id), device + instance.layout.chip_id);
    chip->unused = 0;
}

static __always_inline void read_chips(struct tat_owner_event *event, __u64 impl) {
    __u64 view = read_word(impl + instance.layout.mesh_view);
    if (instance.layout.view_impl != TAT_NO_OFFSET) {
        view = read_word(view + instance.layout.view_impl);
    }
    __u64 begin = read_word(view + instance.layout.view_chips);
    __u64 end = read_word(view + instance.layout.view_chips + 8);
    __u64 element = instance.layout.chips_element;
    if (element == 0 || end < begin || begin == 0) {
        return;
    }
    __u64 count = (end - begin) / element;
    event->chip_count = count > 0xffffffff ? 0xffffffff : count;
    for (__u32 i = 0; i < TAT_MAX_MESH_CHIPS; ++i) {
        if (i >= event->chip_count) {
            break;
        }
        read_chip(&event->chips[i], read_word(begin + i * element));
    }
}

static __noinline int emit_owner(__u64 owner, __u64 instruction, __u32 program, struct tat_thread *thread) {
    __u64 wakeup = 0;
    struct tat_owner_event *event =
        reserve(sizeof(*event), TAT_EVENT_OWNER, current_pid_tgid(), thread, &wakeup);
    if (!event) {
        return -1;
    }
    event->owner = owner;
    event->instruction = instruction;
    event->program = program;
    event->chip_count = 0;
    event->mesh_id = 0;
    event->mesh_id_read = 0;
    event->allocator = 0;
    read_chip(&event->self, owner);
    if (instance.layout.chip_allocator != TAT_NO_OFFSET) {
        event->allocator = read_word(owner + instance.layout.chip_allocator);
    }
    __u64 impl = owner;
    if (instance.layout.mesh_impl != TAT_NO_OFFSET) {
        impl = read_word(owner + instance.layout.mesh_impl);
    }
    if (instance.layout.mesh_id != TAT_NO_OFFSET) {
        void *id = (void *)(impl + instance.layout.mesh_id);
        event->mesh_id_read = bpf_probe_read_user(&event->mesh_id, sizeof(event->mesh_id), id) == 0;
    }
    if (instance.layout.mesh_view != TAT_NO_OFFSET) {
        read_chips(event, impl);
    }
    bpf_ringbuf_submit(event, wakeup);
    return 0;
}

/*
 * `renew`: also if it was announced before, but the pointer may have come to mean another object. A free does not ask for that:
 * the allocation did, and a Buffer that outlived its owner is freed as well, when the pointer leads to whatever is there by
 * then. Only an owner older than the trace is first met in a free. True: a record was made.
 */
static __always_inline bool announce_owner(
    __u64 owner, struct pt_regs *regs, __u32 program, bool renew, __u64 pid_tgid, struct tat_thread *thread
) {
    __u32 epoch = *(volatile __u32 *)&owner_epoch;
    if (!owner || (thread && thread->owner == owner && thread->owner_epoch == epoch)) {
        return false;
    }
    struct tat_owner_key key = {.owner = owner, .pid = pid_tgid >> 32};
    __u32 *announced = bpf_map_lookup_elem(&announced_owners, &key);
    bool outdated = announced && *announced != epoch;
    if (outdated && !renew) {
        return false;
    }
    bool news = (!announced || outdated) && emit_owner(owner, regs->ip, program, thread) == 0;
    if (news) {
        bpf_map_update_elem(&announced_owners, &key, &epoch, BPF_ANY);
    }
    if (thread) {
        thread->owner = owner;
        thread->owner_epoch = epoch;
    }
    return news;
}

static __always_inline void forget_owners(void) { __sync_fetch_and_add(&owner_epoch, 1); }

#endif
