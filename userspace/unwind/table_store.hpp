// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Unwind tables and lists of mappings in memory that BPF reads at the same time: in which order things are written there. What is given up is marked before
// it is used again, so a walk notices that it has read something else. Pure but for that memory.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "unwind/run_arena.hpp"
#include "unwind/unwind_table.hpp"

namespace tt::alloc_trace {

class TableStore {
public:
    // All zero at first; must outlive this.
    struct Memory {
        std::span<std::uint32_t> words;
        std::span<tat_unwind_rule> rules;
        std::span<tat_unwind_table> tables;
    };
    explicit TableStore(Memory memory);

    struct Place {
        std::uint32_t table = 0;
        std::uint32_t generation = 0;  // 0: there is no table
        std::uint64_t base = 0;        // ELF address of its first page
    };

    // The table's rules must be numbered by book(). Nothing if there is no room.
    [[nodiscard]] std::optional<Place> put(const UnwindTable& table);
    void remove(std::uint32_t table);

    [[nodiscard]] RuleBook& book() { return book_; }

    // Whether a walk has needed it since this was asked last.
    [[nodiscard]] bool take_used(std::uint32_t table);

private:
    struct Run {
        std::uint32_t first = 0;
        std::uint32_t length = 0;  // 0: no table
    };

    void publish_rules();

    Memory memory_;
    RunArena words_;
    RunArena tables_;
    std::vector<Run> runs_;  // by table
    RuleBook book_;
    std::size_t published_ = 0;  // rules
    std::uint32_t last_generation_ = 0;
};

class MappingLists {
public:
    explicit MappingLists(std::span<tat_unwind_mapping> memory) :
        memory_(memory), mappings_(static_cast<std::uint32_t>(memory.size())) {}

    // In order of address, none over another; more than TAT_UNWIND_MAX_MAPPINGS are cut. `list` is filled in. Nothing if there is no room.
    [[nodiscard]] std::optional<tat_unwind_process> put(std::span<const tat_unwind_mapping> mappings);
    void remove(const tat_unwind_process& list);

private:
    std::span<tat_unwind_mapping> memory_;
    RunArena mappings_;
    std::uint64_t last_list_ = 0;
};

}  // namespace tt::alloc_trace
