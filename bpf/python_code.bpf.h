/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Which code object it is, and the record for one that was not met before. */
#ifndef TAT_PYTHON_CODE_BPF_H
#define TAT_PYTHON_CODE_BPF_H

/* Fields of a window; the mask is for the verifier: userspace checks the offsets. */
static __always_inline __u64 python_field(const __u64 *window, __u16 offset) { return window[(offset / 8) & (TAT_PYTHON_WORDS - 1)]; }

static __always_inline __u32 python_half(const __u64 *window, __u16 offset) {
    return python_field(window, offset) >> ((offset & 4) * 8);
}

static __always_inline __u8 python_byte(const __u64 *window, __u16 offset) { return python_field(window, offset) >> ((offset & 7) * 8); }

static __always_inline __u64 python_word(__u64 address) {
    __u64 value = 0;
    bpf_probe_read_user(&value, sizeof(value), (void *)address);
    return value;
}

#define TAT_PYTHON_LENGTH 16 /* in a string or bytes object */
#define TAT_PYTHON_BYTES_TEXT 32
#define TAT_PYTHON_STATE 32 /* u32 in a string: bits 2 to 4 the width, 5 compact, 6 ASCII */
#define TAT_PYTHON_LARGEST 0x10000000 /* bytes of a text; more is nonsense */

struct tat_python_span {
    __u64 from;
    __u32 bytes;
    __u32 width; /* of a character; 0: it is none */
};

/* Where the characters of a string are, of which length and state were read. */
static __always_inline struct tat_python_span text_span(__u64 string, __u64 length, __u32 state, const struct tat_python *python) {
    struct tat_python_span span = {};
    if ((state & 1 << 5) && length < TAT_PYTHON_LARGEST) { /* else of a form that no compiler makes */
        span.width = state >> 2 & 7;
        span.bytes = length * span.width;
        span.from = string + (state & 1 << 6 ? python->ascii_text : python->other_text);
    }
    return span;
}

/* Some content of a string or bytes object, from its length on. */
#define TAT_PYTHON_CONTENT_WORDS 12
#define TAT_PYTHON_TAIL_WORDS 4

/* The characters, as far as there is room; of more the last ones as well. What is behind the object changes: it is left out. */
static __always_inline __u64 mix_text(__u64 hash, __u64 *content, __u64 object, struct tat_python_span span) {
    __u32 start = span.from - (object + TAT_PYTHON_LENGTH);
    __u32 words = (start + span.bytes + 7) / 8;
    bool more = words > TAT_PYTHON_CONTENT_WORDS;
    __u64 kept = more ? ~0ULL : (1ULL << (words & 31)) - 1;
    hash = mixed(hash, content[0]); /* the length; between it and the text are the hash and the like, which come and go */
#pragma unroll
    for (__u32 i = 2; i < TAT_PYTHON_CONTENT_WORDS; ++i) {
        /* No branch: each would be another path for the verifier. */
        hash = mixed(hash, content[i] & -(kept >> i & 1) & -(__u64)(i * 8 >= start));
    }
    if (more) {
        __u64 tail[TAT_PYTHON_TAIL_WORDS] = {};
        bpf_probe_read_user(tail, sizeof(tail), (void *)(span.from + span.bytes - sizeof(tail)));
#pragma unroll
        for (__u32 i = 0; i < TAT_PYTHON_TAIL_WORDS; ++i) {
            hash = mixed(hash, tail[i]);
        }
    }
    return hash;
}

static __always_inline __u64 mix_content(__u64 hash, struct tat_python_scratch *scratch, __u64 object, const struct tat_python *python, bool string) {
    if (bpf_probe_read_user(scratch->text, TAT_PYTHON_CONTENT_WORDS * 8, (void *)(object + TAT_PYTHON_LENGTH))) {
        return hash;
    }
    struct tat_python_span span = {.from = object + TAT_PYTHON_BYTES_TEXT, .bytes = scratch->text[0], .width = 1};
    if (string) {
        span = text_span(object, scratch->text[0], scratch->text[2], python);
    }
    return mix_text(hash, scratch->text, object, span);
}

/*
 * Global: the verifier looks at it once, not for every frame. Tells `code`, the object at `address`, under the name `hash`; 0: told. The
 * record goes into the ring as a whole, of one size or the other: what is behind its texts is undefined.
 */
__noinline int tell_code(__u64 hash, __u64 address, __u32 pid);

/* Of the window that was read last. */
static __always_inline __u64 identify_code(__u32 pid, __u64 address, const struct tat_python *python, struct tat_python_scratch *scratch) {
    __u64 file = python_field(scratch->code, python->code_file);
    __u64 name = python_field(scratch->code, python->code_name);
    __u64 table = python_field(scratch->code, python->code_table);
    __u32 version = python->code_version == TAT_NO_MEMBER ? 0 : python_half(scratch->code, python->code_version);
    __u64 hash = mixed(mixed(pid, address), (__u64)version << 32 | python_half(scratch->code, python->code_line));
    hash = mixed(mixed(mixed(hash, file), name), table);
    if (!version) {
        hash = mix_content(hash, scratch, name, python, true);
        hash = mix_content(hash, scratch, file, python, true);
        hash = mix_content(hash, scratch, table, python, false);
    }
    return hash;
}

/* So that the verifier sees it, whatever the compiler makes of it. */
static __always_inline __u64 at_most(__u64 bytes, __u64 room) {
    asm volatile("" : "+r"(bytes));
    bytes = bytes > room ? room : bytes;
    asm volatile("" : "+r"(bytes));
    return bytes;
}

static __always_inline void read_code_text(
    struct tat_code_text *text, __u8 *to, __u32 room, __u64 string, const struct tat_python *python
) {
    struct tat_python_span span = text_span(string, python_word(string + TAT_PYTHON_LENGTH), python_word(string + TAT_PYTHON_STATE), python);
    bool read = span.width && bpf_probe_read_user(to, at_most(span.bytes, room), (void *)span.from) == 0;
    text->bytes = read ? span.bytes : 0;
    text->width = read ? span.width : 0;
}

static __always_inline __u64 code_word(__u64 address, const struct tat_python *python, __u16 offset) {
    return python_word(address + python->code_start + offset);
}

static __always_inline int fill_code(
    struct tat_code_event *event, __u32 room, __u64 hash, __u64 address, const struct tat_python *python, __u64 table, __u32 bytes
) {
    event->table_bytes = bytes;
    event->table_read = bpf_probe_read_user(event->table, at_most(bytes, room), (void *)(table + TAT_PYTHON_BYTES_TEXT)) == 0;
    event->code = hash;
    event->first_line = code_word(address, python, python->code_line);
    event->minor = python->minor;
    __u16 name = python->code_qualified_name == TAT_NO_MEMBER ? python->code_name : python->code_qualified_name;
    read_code_text(&event->name, event->name_text, TAT_CODE_NAME_SIZE, code_word(address, python, name), python);
    read_code_text(&event->file, event->file_text, TAT_CODE_FILE_SIZE, code_word(address, python, python->code_file), python);
    return 0;
}

#define TAT_CODE_LARGE_SIZE (sizeof(struct tat_code_event) - TAT_CODE_SMALL_TABLE_SIZE + TAT_CODE_TABLE_SIZE)

static __always_inline struct tat_code_event *reserve_code(__u32 size, __u64 *wakeup) {
    return reserve(size, TAT_EVENT_CODE, current_pid_tgid(), 0, wakeup);
}

__noinline int tell_code(__u64 hash, __u64 address, __u32 pid) {
    const struct tat_python *python = bpf_map_lookup_elem(&pythons, &pid);
    if (!python) {
        return -1;
    }
    __u64 table = code_word(address, python, python->code_table);
    __u64 length = python_word(table + TAT_PYTHON_LENGTH);
    __u32 bytes = length > TAT_PYTHON_LARGEST ? TAT_PYTHON_LARGEST : length;
    __u64 wakeup = 0;
    struct tat_code_event *event;
    if (bytes <= TAT_CODE_SMALL_TABLE_SIZE) {
        event = reserve_code(sizeof(*event), &wakeup);
        if (!event) {
            return -1;
        }
        fill_code(event, TAT_CODE_SMALL_TABLE_SIZE, hash, address, python, table, bytes);
    } else {
        event = reserve_code(TAT_CODE_LARGE_SIZE, &wakeup);
        if (!event) {
            return -1;
        }
        fill_code(event, TAT_CODE_TABLE_SIZE, hash, address, python, table, bytes);
    }
    bpf_ringbuf_submit(event, wakeup);
    __u8 told = 1;
    bpf_map_update_elem(&told_code, &hash, &told, BPF_ANY);
    return 0;
}

#endif
