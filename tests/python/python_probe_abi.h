/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef TAT_PYTHON_PROBE_ABI_H
#define TAT_PYTHON_PROBE_ABI_H

#define TAT_PYTHON_PROBE_EVENT 99

struct tat_python_probe_event {
    struct tat_event_header header;
    __u64 number; /* the probed function's argument */
    __u32 count;
    __u32 end;
    struct tat_python_frame frames[TAT_MAX_PYTHON_FRAMES];
};

#endif
