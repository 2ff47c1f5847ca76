/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The Python frames of the current thread, innermost first. CPython keeps them in a list of its own: from the thread's state, which the
 * C library holds for it under a key, from frame to frame. Where things lie, userspace has proved of the process (userspace/python).
 *
 * A thread that has let the interpreter lock go (as bindings do around long calls) is found as well: nobody else changes its frames.
 */
#ifndef TAT_PYTHON_STACK_BPF_H
#define TAT_PYTHON_STACK_BPF_H

#define TAT_PYTHON_WINDOW (TAT_PYTHON_WORDS * 8)

/* By process. Forked children have their parent's: they are its copy. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 4096);
    __type(key, __u32);
    __type(value, struct tat_python);
} pythons SEC(".maps");

/* Code objects that were told. Forgetting one costs telling it again, so LRU. */
struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 32768);
    __type(key, __u64);
    __type(value, __u8);
} told_code SEC(".maps");

#include "python_code.bpf.h"

/* What the C library keeps for the thread under the interpreter's key. */
static __always_inline __u64 python_value_by_key(const struct tat_python *python, __u64 thread) {
    __u64 block = thread + python->keys;
    if (python->key >= 32) {
        block = python_word(block + 32 * 16 + (python->key / 32) * 8);
    }
    return block ? python_word(block + (python->key % 32) * 16 + 8) : 0;
}

/* Whoever holds the lock, if it is this thread: of several interpreters it is the one that runs. */
static __always_inline __u64 python_thread_state(const struct tat_python *python) {
    struct task_struct *task = (struct task_struct *)bpf_get_current_task();
    __u64 thread = BPF_CORE_READ(task, thread.fsbase);
    __u64 state = python->holder ? python_word(python->holder) : 0;
    if (!state || python_word(state + python->thread) != thread) {
        state = python_value_by_key(python, thread);
        if (state && python_word(state + python->thread) != thread) {
            state = 0;
        }
    }
    return state;
}

static __always_inline bool read_python_frame(struct tat_python_scratch *scratch, const struct tat_python *python, __u64 frame) {
    __u32 bytes = python->frame_bytes;
    if (bytes > TAT_PYTHON_WINDOW) {
        bytes = TAT_PYTHON_WINDOW;
    }
    return bpf_probe_read_user(scratch->frame, bytes, (void *)(frame + python->frame_start)) == 0;
}

#define TAT_PYTHON_OWNED_BY_GENERATOR 1
#define TAT_PYTHON_OWNED_BY_C 3 /* from 3.12 on: stands for a native frame, has no code */

static __always_inline __u8 python_frame_owner(const struct tat_python_scratch *scratch, const struct tat_python *python) {
    return python->frame_owner == TAT_NO_MEMBER ? 0 : python_byte(scratch->frame, python->frame_owner);
}

/* Bytes from the start of the bytecode; negative: not begun. */
static __always_inline __s64 python_instruction(const struct tat_python_scratch *scratch, const struct tat_python *python, __u64 code) {
    if (python->instruction_kind == TAT_PYTHON_ADDRESS) {
        return python_field(scratch->frame, python->frame_instruction) - (code + python->code_bytes);
    }
    __s64 at = (__s32)python_half(scratch->frame, python->frame_instruction);
    return python->instruction_kind == TAT_PYTHON_UNITS ? 2 * at : at;
}

/* Its function is being prepared: to Python there is no such frame yet. */
static __always_inline bool is_incomplete(const struct tat_python_scratch *scratch, const struct tat_python *python, __s64 instruction) {
    return python->code_first != TAT_NO_MEMBER && python_frame_owner(scratch, python) != TAT_PYTHON_OWNED_BY_GENERATOR &&
           instruction < 2 * (__s64)(__s32)python_half(scratch->code, python->code_first);
}

static __always_inline bool ends_native_frame(const struct tat_python_scratch *scratch, const struct tat_python *python) {
    return python->entry == TAT_PYTHON_ENTRY_EACH ||
           (python->entry == TAT_PYTHON_ENTRY_FLAG && python_byte(scratch->frame, python->frame_entry));
}

/* The frame that was taken last ends the native one. Compared behind the subtraction: those of 5.10 and 6.1 learn nothing from "not 0". */
static __always_inline void end_native_frame(struct tat_walk *walk) {
    __u64 latest = (__u64)walk->stack.python_count - 1;
    asm volatile("" : "+r"(latest));
    if (latest < TAT_MAX_PYTHON_FRAMES) {
        walk->stack.python[latest].flags |= TAT_PYTHON_ENTRY;
    }
}

/* Stands for the frame that was read last. Not 0: it could not be read. */
static __always_inline int add_python_frame(struct tat_walk *walk, const struct tat_python *python) {
    struct tat_python_scratch *scratch = &walk->scratch;
    __u64 code = python_field(scratch->frame, python->frame_code);
    if (bpf_probe_read_user(scratch->code, TAT_PYTHON_WINDOW, (void *)(code + python->code_start))) {
        return -1;
    }
    __s64 instruction = python_instruction(scratch, python, code);
    __u32 ends = ends_native_frame(scratch, python) ? TAT_PYTHON_ENTRY : 0;
    __u32 index = walk->stack.python_count;
    if (is_incomplete(scratch, python, instruction)) {
        if (ends) {
            end_native_frame(walk);
        }
        return 0;
    }
    if (index >= TAT_MAX_PYTHON_FRAMES) {
        return -1;
    }
    struct tat_python_frame *to = &walk->stack.python[index];
    scratch->objects[index] = code;
    to->code = identify_code(walk->pid_tgid >> 32, code, python, scratch);
    to->instruction = instruction < 0 ? TAT_PYTHON_NOT_BEGUN : instruction;
    to->flags = ends;
    walk->stack.python_count = index + 1;
    return 0;
}

/* One step: over a frame that stands for a native one, if it is one, to the next one with code. Returns the frame behind, 0: none. */
static __always_inline __u64 step_python(struct tat_walk *walk, __u64 frame) {
    const struct tat_python *python = &walk->scratch.python;
    struct tat_python_scratch *scratch = &walk->scratch;
    if (!read_python_frame(scratch, python, frame)) {
        walk->stack.python_end = TAT_PYTHON_UNREADABLE;
        return 0;
    }
    if (python->entry == TAT_PYTHON_ENTRY_OWNER && python_frame_owner(scratch, python) == TAT_PYTHON_OWNED_BY_C) {
        end_native_frame(walk);
        frame = python_field(scratch->frame, python->frame_back);
        if (!frame) {
            return 0;
        }
        if (!read_python_frame(scratch, python, frame)) {
            walk->stack.python_end = TAT_PYTHON_UNREADABLE;
            return 0;
        }
    }
    if (walk->stack.python_count >= TAT_MAX_PYTHON_FRAMES || walk->stack.python_count >= walk->max_frames) {
        walk->stack.python_end = TAT_PYTHON_TOO_DEEP;
        return 0;
    }
    if (add_python_frame(walk, python)) {
        walk->stack.python_end = TAT_PYTHON_UNREADABLE;
        return 0;
    }
    return python_field(scratch->frame, python->frame_back);
}

#define TAT_PYTHON_STEPS 2 /* at a time */
#define TAT_PYTHON_WALKS (TAT_MAX_PYTHON_FRAMES / TAT_PYTHON_STEPS + 4) /* frames that are being prepared are no frames */

/* Some steps. Global, with numbers for arguments: the verifier looks at it once, not for every frame. */
__noinline __u64 steps_python(__u64 pid_tgid, __u64 frame) {
    struct tat_walk *walk = bpf_map_lookup_elem(&walks, &pid_tgid);
    if (!walk) {
        return 0;
    }
    for (__u32 i = 0; i < TAT_PYTHON_STEPS; ++i) {
        frame = step_python(walk, frame);
        if (!frame) {
            return 0;
        }
    }
    return frame;
}

static __noinline int python_frames(struct tat_walk *walk) {
    walk->stack.python_count = 0;
    walk->stack.python_end = TAT_PYTHON_UNKNOWN;
    __u32 pid = walk->pid_tgid >> 32;
    const struct tat_python *python = bpf_map_lookup_elem(&pythons, &pid);
    if (!python) {
        return 0;
    }
    walk->scratch.python = *python;
    __u64 pid_tgid = walk->pid_tgid;
    __u64 frame = python_thread_state(python);
    if (!frame) {
        walk->stack.python_end = TAT_PYTHON_NO_THREAD;
        return 0;
    }
    walk->stack.python_end = TAT_PYTHON_COMPLETE;
    frame = python_word(frame + python->frame);
    if (frame && python->through != TAT_NO_MEMBER) {
        frame = python_word(frame + python->through);
    }
    for (__u32 i = 0; i < TAT_PYTHON_WALKS; ++i) {
        if (!frame) {
            return 0;
        }
        frame = steps_python(pid_tgid, frame);
    }
    if (frame) {
        walk->stack.python_end = TAT_PYTHON_TOO_DEEP;
    }
    return 0;
}

/* Global for the same reason. */
__noinline int tell_code_of_frame(__u64 pid_tgid, __u64 index) {
    struct tat_walk *walk = bpf_map_lookup_elem(&walks, &pid_tgid);
    if (!walk || index >= TAT_MAX_PYTHON_FRAMES) {
        return 0;
    }
    __u64 code = walk->stack.python[index].code;
    return bpf_map_lookup_elem(&told_code, &code) ? 0 : tell_code(code, walk->scratch.objects[index], pid_tgid >> 32);
}

/* The code objects of a stack that is about to be told, as far as they were not. Known stacks have known ones. */
static __noinline int tell_code_of(const struct tat_walk *walk) {
    for (__u32 i = 0; i < TAT_MAX_PYTHON_FRAMES && i < walk->stack.python_count; ++i) {
        tell_code_of_frame(walk->pid_tgid, i);
    }
    return 0;
}

static __always_inline void inherit_python(__u32 parent, __u32 child) {
    struct tat_python *python = bpf_map_lookup_elem(&pythons, &parent);
    if (python) {
        bpf_map_update_elem(&pythons, &child, python, BPF_ANY);
    }
}

/* After an exec, and at the end. */
static __always_inline void forget_python(__u32 pid) { bpf_map_delete_elem(&pythons, &pid); }

#endif
