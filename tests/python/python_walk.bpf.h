/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef TAT_PYTHON_WALK_BPF_H
#define TAT_PYTHON_WALK_BPF_H

struct tat_python_scratch {
    struct tat_python python; /* of the process */
    /* windows of what was read last */
    __u64 frame[TAT_PYTHON_WORDS];
    __u64 code[TAT_PYTHON_WORDS];
    __u64 text[TAT_PYTHON_WORDS];
};

struct tat_walk {
    __u32 slot;
    __u32 pid;
    __u32 python_count;
    __u32 python_end;
    struct tat_python_scratch python_scratch;
    struct tat_python_frame python[TAT_MAX_PYTHON_FRAMES];
};

#endif
