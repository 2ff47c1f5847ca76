/* SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors */
/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The current thread's native calls, by the tables userspace made of the modules' .eh_frame (abi/unwind_abi.h): no frame pointers, no
 * copy of the stack. docs/stacks.md.
 *
 * Userspace changes tables and lists of mappings while walks read them. What is given up and used again has another generation, or
 * belongs to another list, and that is looked at after what was read: such a walk ends, it does not go astray.
 */
#ifndef TAT_NATIVE_STACK_BPF_H
#define TAT_NATIVE_STACK_BPF_H

#define BPF_F_MMAPABLE (1U << 10) /* the kernel's; our vmlinux.h has what the programs needed so far */

/* Userspace sets the sizes, where stacks are wanted. It writes all but `used` through memory it shares with the kernel. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_unwind_chunk);
} unwind_words SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_unwind_rule);
} unwind_rules SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_unwind_table);
} unwind_tables SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_unwind_mapping);
} unwind_mappings SEC(".maps");

/* By tgid. A forked process has its parent's until userspace has looked at its own. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct tat_unwind_process);
} unwind_processes SEC(".maps");

#define TAT_CONTEXT_OFFSET 40 /* from the stack pointer with which a signal handler returns to what it finds of the registers */
#define TAT_STACK_GOES_ON 0xff

static __always_inline __u64 word_at(__u64 index) {
    __u32 chunk_index = index / TAT_UNWIND_CHUNK_WORDS;
    struct tat_unwind_chunk *chunk = bpf_map_lookup_elem(&unwind_words, &chunk_index);
    return chunk ? chunk->words[index % TAT_UNWIND_CHUNK_WORDS] : 0;
}

/*
 * The searches are global functions of numbers: the verifier looks at each once, and not for every frame of a stack anew. And they
 * do not branch by what they compare: it would follow both ways, each with other bounds, and so 2^13 of them.
 */
struct tat_search {
    __u64 low;    /* all before it are at or before what is looked for */
    __u64 length; /* how many behind that are not known to be or not to be */
};

static __always_inline __u64 middle_of(const struct tat_search *search) { return search->low + search->length / 2; }

/* `value`: of the one in the middle. Values are less than 2^63. */
static __always_inline void narrow(struct tat_search *search, __u64 value, __u64 wanted) {
    __u64 half = search->length / 2;
    __u64 difference = value - wanted - 1;
    asm volatile("" : "+r"(difference)); /* lest the compiler makes it a branch */
    __u64 at_or_before = (__s64)difference >> 63; /* all bits, or none */
    search->low += (half + 1) & at_or_before;
    search->length = half ^ ((half ^ (search->length - half - 1)) & at_or_before);
}

#define TAT_ROW_STEPS (TAT_UNWIND_PAGE_BITS + 1)

/* The number of the rule for an offset in a table. */
__noinline __u32 rule_number(__u32 first_word, __u32 pages, __u64 offset) {
    __u64 page = offset >> TAT_UNWIND_PAGE_BITS;
    if (page >= pages) {
        return 0;
    }
    __u64 rows = (__u64)first_word + pages + 1;
    struct tat_search search = {.low = word_at(first_word + page)};
    search.length = word_at(first_word + page + 1) - search.low;
    for (int i = 0; i < TAT_ROW_STEPS && search.length; ++i) {
        narrow(&search, TAT_UNWIND_ROW_OFFSET(word_at(rows + middle_of(&search))), offset & TAT_UNWIND_OFFSET_MASK);
    }
    return TAT_UNWIND_ROW_RULE(word_at(rows + search.low - 1));
}

#define TAT_MAPPING_STEPS 14
_Static_assert(TAT_UNWIND_MAX_MAPPINGS < 1 << TAT_MAPPING_STEPS, "each mapping is found");

/* The last of a list's mappings that begins at or before an address; one less than the first if there is none. */
__noinline __u32 mapping_before(__u32 first, __u32 count, __u64 address) {
    struct tat_search search = {.low = first, .length = count};
    for (int i = 0; i < TAT_MAPPING_STEPS && search.length; ++i) {
        __u32 middle = middle_of(&search);
        struct tat_unwind_mapping *mapping = bpf_map_lookup_elem(&unwind_mappings, &middle);
        if (!mapping) {
            break;
        }
        narrow(&search, mapping->start, address);
    }
    return search.low - 1;
}

/* Makes the mapping of `address`, and its table, the frame's. Why there is none: TAT_STACK_*; 0 if there is. */
static __always_inline __u32 enter_mapping(struct tat_frame *frame, __u64 address) {
    __u32 found = mapping_before(frame->first_mapping, frame->mapping_count, address);
    struct tat_unwind_mapping *mapping = bpf_map_lookup_elem(&unwind_mappings, &found);
    if (!mapping || found + 1 == frame->first_mapping || address < mapping->start || address >= mapping->end) {
        return TAT_STACK_NOT_MAPPED;
    }
    frame->start = mapping->start;
    frame->end = mapping->end;
    frame->base = mapping->base;
    frame->table = mapping->table;
    frame->generation = mapping->generation;
    asm volatile("" ::: "memory");
    if (*(volatile __u64 *)&mapping->list != frame->list) {
        return TAT_STACK_NOT_MAPPED;
    }
    struct tat_unwind_table *table = bpf_map_lookup_elem(&unwind_tables, &frame->table);
    if (!table || !frame->generation) {
        return TAT_STACK_NO_TABLE;
    }
    frame->first_word = table->first;
    frame->pages = table->pages;
    if (!table->used) {
        table->used = 1;
    }
    return 0;
}

/* Whether what was read of the frame's table is of that table. */
static __always_inline bool is_of_table(struct tat_frame *frame) {
    asm volatile("" ::: "memory");
    struct tat_unwind_table *table = bpf_map_lookup_elem(&unwind_tables, &frame->table);
    return table && *(volatile __u32 *)&table->generation == frame->generation;
}

static __always_inline bool read_user_word(__u64 *word, __u64 address) {
    return bpf_probe_read_user(word, sizeof(*word), (void *)address) == 0;
}

/* The frame's value of a register. False if it is not known any more. */
static __always_inline bool register_of_frame(struct tat_frame *frame, __u32 reg, __u64 *value) {
    if (reg == TAT_DWARF_RBP && frame->rbp_at) {
        return read_user_word(value, frame->rbp_at);
    }
    if (reg == TAT_DWARF_RBX && frame->rbx_at) {
        return read_user_word(value, frame->rbx_at);
    }
    *value = frame->registers[reg % TAT_DWARF_REGISTERS];
    return frame->known >> (reg % TAT_DWARF_REGISTERS) & 1;
}

/* The interrupted function's registers, all of them. */
static __always_inline bool leave_signal_frame(struct tat_frame *frame) {
    __u64 *context = frame->context;
    if (bpf_probe_read_user(context, sizeof(frame->context), (void *)(frame->registers[TAT_DWARF_RSP] + TAT_CONTEXT_OFFSET))) {
        return false;
    }
    for (int i = 0; i < 8; ++i) {
        frame->registers[8 + i] = context[i]; /* r8 to r15 */
    }
    frame->registers[5] = context[8]; /* rdi */
    frame->registers[4] = context[9]; /* rsi */
    frame->registers[TAT_DWARF_RBP] = context[10];
    frame->registers[TAT_DWARF_RBX] = context[11];
    frame->registers[1] = context[12]; /* rdx */
    frame->registers[0] = context[13]; /* rax */
    frame->registers[2] = context[14]; /* rcx */
    frame->registers[TAT_DWARF_RSP] = context[15];
    frame->ip = context[16];
    frame->known = 0xffff;
    frame->rbp_at = 0;
    frame->rbx_at = 0;
    frame->interrupted = 1;
    return true;
}

#define TAT_MAX_FRAME_BYTES (1ULL << 30) /* stacks are smaller */

/* From a frame to its caller's. Why there is none: TAT_STACK_*; TAT_STACK_GOES_ON if there is. */
static __always_inline __u32 leave_frame(struct tat_frame *frame, const struct tat_unwind_rule *rule) {
    __u32 reg = rule->cfa == TAT_CFA_PLT ? TAT_DWARF_RSP : rule->reg;
    __u64 sp = frame->registers[TAT_DWARF_RSP];
    __u64 rbp = 0;
    __u64 cfa = 0;
    bool has_rbp = true;
    if (rule->rbp_from == TAT_SAVED_RBP || rule->rbx_from == TAT_SAVED_RBP) {
        has_rbp = register_of_frame(frame, TAT_DWARF_RBP, &rbp);
    }
    if (!has_rbp || !register_of_frame(frame, reg, &cfa)) {
        return TAT_STACK_NO_RULE;
    }
    cfa += rule->offset;
    if (rule->cfa == TAT_CFA_DEREF) {
        if (!read_user_word(&cfa, cfa)) {
            return TAT_STACK_UNREADABLE;
        }
        cfa += rule->more;
    } else if (rule->cfa == TAT_CFA_PLT && (frame->ip & 15) >= (__u32)rule->more) {
        cfa += 8;
    }
    __u64 ip = 0;
    if (cfa <= sp || cfa - sp > TAT_MAX_FRAME_BYTES || cfa % 8 || !read_user_word(&ip, cfa - 8)) {
        return TAT_STACK_UNREADABLE;
    }
    __u32 known = frame->known & (1U << TAT_DWARF_RBP | 1U << TAT_DWARF_RBX);
    if (rule->rbp_from != TAT_SAVED_SAME) {
        frame->rbp_at = rule->rbp_from == TAT_SAVED_UNKNOWN ? 0 : (rule->rbp_from == TAT_SAVED_CFA ? cfa : rbp) + rule->rbp * 8LL;
        known &= ~(1U << TAT_DWARF_RBP);
    }
    if (rule->rbx_from != TAT_SAVED_SAME) {
        frame->rbx_at = rule->rbx_from == TAT_SAVED_UNKNOWN ? 0 : (rule->rbx_from == TAT_SAVED_CFA ? cfa : rbp) + rule->rbx * 8LL;
        known &= ~(1U << TAT_DWARF_RBX);
    }
    frame->known = known | 1U << TAT_DWARF_RSP;
    frame->registers[TAT_DWARF_RSP] = cfa;
    frame->ip = ip;
    frame->interrupted = 0;
    return ip ? TAT_STACK_GOES_ON : TAT_STACK_COMPLETE;
}

static __always_inline __u32 next_frame(struct tat_frame *frame) {
    /* A return address may be the first one behind its function, if that never returns. */
    __u64 address = frame->ip - !frame->interrupted;
    if (address - frame->start >= frame->end - frame->start) {
        __u32 why_not = enter_mapping(frame, address);
        if (why_not) {
            frame->end = frame->start;
            return why_not;
        }
    }
    __u32 number = rule_number(frame->first_word, frame->pages, address - frame->base);
    struct tat_unwind_rule *rule = bpf_map_lookup_elem(&unwind_rules, &number);
    if (!rule || !is_of_table(frame)) {
        return TAT_STACK_NO_TABLE;
    }
    if (rule->cfa >= TAT_CFA_REGISTER) {
        return leave_frame(frame, rule);
    }
    if (rule->cfa == TAT_CFA_SIGNAL) {
        return leave_signal_frame(frame) ? TAT_STACK_GOES_ON : TAT_STACK_UNREADABLE;
    }
    return rule->cfa == TAT_CFA_END ? TAT_STACK_COMPLETE : TAT_STACK_NO_RULE;
}

#define TAT_FRAMES_A_PART 16

/*
 * Global, with a number for its argument: so the verifier looks at it once, and at as many frames as are here, whatever number of parts a
 * stack has. Returns whether there may be more.
 */
__noinline int native_part(__u64 pid_tgid) {
    struct tat_walk *walk = bpf_map_lookup_elem(&walks, &pid_tgid);
    for (int i = 0; walk && i < TAT_FRAMES_A_PART; ++i) {
        __u32 count = walk->stack.native_count;
        if (count >= TAT_MAX_NATIVE_FRAMES || count >= walk->max_frames) {
            return 0;
        }
        walk->stack.native[count] = walk->frame.ip;
        walk->stack.native_count = count + 1;
        __u32 end = next_frame(&walk->frame);
        if (end != TAT_STACK_GOES_ON) {
            walk->stack.native_end = end;
            return 0;
        }
    }
    return walk != 0;
}

static __always_inline void start_at_probe(struct tat_frame *frame, struct pt_regs *regs) {
    frame->ip = regs->ip;
    frame->registers[0] = regs->ax;
    frame->registers[1] = regs->dx;
    frame->registers[2] = regs->cx;
    frame->registers[3] = regs->bx;
    frame->registers[4] = regs->si;
    frame->registers[5] = regs->di;
    frame->registers[6] = regs->bp;
    frame->registers[7] = regs->sp;
    frame->registers[8] = regs->r8;
    frame->registers[9] = regs->r9;
    frame->registers[10] = regs->r10;
    frame->registers[11] = regs->r11;
    frame->registers[12] = regs->r12;
    frame->registers[13] = regs->r13;
    frame->registers[14] = regs->r14;
    frame->registers[15] = regs->r15;
    frame->known = 0xffff;
    frame->interrupted = 1;
    frame->rbp_at = 0;
    frame->rbx_at = 0;
    frame->start = 0;
    frame->end = 0;
}

/* A new process has its parent's mappings. */
static __always_inline void inherit_mappings(__u32 parent, __u32 child) {
    struct tat_unwind_process *process = bpf_map_lookup_elem(&unwind_processes, &parent);
    if (process) {
        struct tat_unwind_process copy = *process;
        bpf_map_update_elem(&unwind_processes, &child, &copy, BPF_ANY);
    }
}

static __always_inline void forget_mappings(__u32 pid) { bpf_map_delete_elem(&unwind_processes, &pid); }

/* Fills the walk's native frames. The walk is the thread's entry in `walks`. */
static __always_inline void native_frames(struct tat_walk *walk, struct pt_regs *regs) {
    __u32 pid = walk->pid_tgid >> 32;
    struct tat_unwind_process *process = bpf_map_lookup_elem(&unwind_processes, &pid);
    walk->frame.first_mapping = process ? process->first : 0;
    walk->frame.mapping_count = process ? process->count : 0;
    walk->frame.list = process ? process->list : 0;
    start_at_probe(&walk->frame, regs);
    walk->stack.native_count = 0;
    walk->stack.native_end = TAT_STACK_TOO_DEEP;
    for (int i = 0; i < TAT_MAX_NATIVE_FRAMES / TAT_FRAMES_A_PART && native_part(walk->pid_tgid); ++i) {
    }
}

#endif
