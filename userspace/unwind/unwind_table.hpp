// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The unwind table of one ELF file, packed as BPF searches it (bpf/abi/unwind_abi.h). Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"
#include "unwind/frame_program.hpp"
#include "unwind/unwind_rule.hpp"

namespace tt::alloc_trace {

// The distinct rules of all tables: some thousand, for modules are alike. Rules are added and never removed.
class RuleBook {
public:
    static constexpr std::uint32_t kNone = 0;  // of TAT_CFA_NONE
    static constexpr std::uint32_t kUnsupported = 1;

    explicit RuleBook(std::size_t max_rules = TAT_UNWIND_MAX_RULES);

    // Of kUnsupported if there is no room for another one.
    [[nodiscard]] std::uint32_t number_of(const UnwindRule& rule);
    [[nodiscard]] std::span<const UnwindRule> rules() const { return rules_; }
    [[nodiscard]] std::uint64_t refused() const { return refused_; }  // times that there was no room

private:
    std::size_t max_rules_;
    std::vector<UnwindRule> rules_;
    std::unordered_map<UnwindRule, std::uint32_t, UnwindRuleHash, UnwindRuleEqual> numbers_;
    std::uint64_t refused_ = 0;
};

struct UnwindTable {
    std::uint64_t base = 0;           // ELF address of the first page
    std::uint32_t pages = 0;
    std::vector<std::uint32_t> words;  // pages + 1 numbers of rows, then the rows
    std::uint64_t functions = 0;
    std::uint64_t malformed = 0;  // entries of the file that make no sense

    [[nodiscard]] std::size_t row_count() const { return words.size() - pages - 1; }
    // The number of the rule that holds at an ELF address, as BPF finds it.
    [[nodiscard]] std::uint32_t rule_at(std::uint64_t address) const;
};

// The rows of all its functions, in order, and between functions rows of TAT_CFA_NONE. `executable`: where code may be; functions elsewhere are left
// out.
[[nodiscard]] std::vector<UnwindRow> read_rows(const FrameEntries& entries, std::span<const ElfSegment> segments);

// Error NotTraceable: the code spans more than a table can.
[[nodiscard]] Result<UnwindTable> pack(std::span<const UnwindRow> rows, RuleBook& book);

// All of it. Errors: NotTraceable if it has no unwind information, or none that makes sense; RunTime.
[[nodiscard]] Result<UnwindTable> make_unwind_table(const ElfFile& elf, RuleBook& book);

}  // namespace tt::alloc_trace
