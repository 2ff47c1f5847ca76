// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/unwind_table.hpp"

#include <algorithm>
#include <utility>

#include "unwind/frame_section.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxPages = std::uint64_t{1} << 20U;  // 4 GB of code: more than relative jumps reach
constexpr std::uint64_t kMaxRows = std::uint64_t{1} << 26U;

bool is_code(const FunctionEntry& function, std::span<const ElfSegment> segments) {
    return std::any_of(segments.begin(), segments.end(), [&](const ElfSegment& segment) {
        return segment.executable && function.begin >= segment.address && function.end - segment.address <= segment.file_size;
    });
}

std::uint64_t page_of(std::uint64_t address) { return address >> TAT_UNWIND_PAGE_BITS; }

}  // namespace

RuleBook::RuleBook(std::size_t max_rules) : max_rules_(std::min<std::size_t>(max_rules, TAT_UNWIND_MAX_RULES)) {
    (void)number_of(rule_without_place(TAT_CFA_NONE));
    (void)number_of(rule_without_place(TAT_CFA_UNSUPPORTED));
}

std::uint32_t RuleBook::number_of(const UnwindRule& rule) {
    const auto known = numbers_.find(rule);
    if (known != numbers_.end()) {
        return known->second;
    }
    if (rules_.size() >= max_rules_) {
        ++refused_;
        return kUnsupported;
    }
    const auto number = static_cast<std::uint32_t>(rules_.size());
    rules_.push_back(rule);
    numbers_.emplace(rule, number);
    return number;
}

std::uint32_t UnwindTable::rule_at(std::uint64_t address) const {
    const std::uint64_t page = page_of(address - base);
    if (address < base || page >= pages) {
        return RuleBook::kNone;
    }
    const auto rows = std::span(words).subspan(pages + 1);
    const auto begin = rows.begin() + words[page];
    const auto offset = static_cast<std::uint32_t>(address & TAT_UNWIND_OFFSET_MASK);
    const auto behind = std::upper_bound(begin, rows.begin() + words[page + 1], offset, [](std::uint32_t at, std::uint32_t row) {
        return at < TAT_UNWIND_ROW_OFFSET(row);
    });
    return TAT_UNWIND_ROW_RULE(*(behind - 1));
}

std::vector<UnwindRow> read_rows(const FrameEntries& entries, std::span<const ElfSegment> segments) {
    const FramePrograms programs(entries);
    std::vector<UnwindRow> rows;
    std::uint64_t end = 0;  // of the function before
    for (std::size_t i = 0; i < entries.functions.size() && rows.size() < kMaxRows; ++i) {
        const FunctionEntry& function = entries.functions[i];
        if (!is_code(function, segments)) {
            continue;
        }
        if (!rows.empty() && function.begin < end) {  // one inside another: what was begun ends here
            while (!rows.empty() && rows.back().begin >= function.begin) {
                rows.pop_back();
            }
        } else if (!rows.empty() && function.begin > end) {
            rows.push_back({end, rule_without_place(TAT_CFA_NONE)});
        }
        programs.append_rows(function, rows);
        end = function.end;
    }
    if (!rows.empty()) {
        rows.push_back({end, rule_without_place(TAT_CFA_NONE)});
    }
    return rows;
}

Result<UnwindTable> pack(std::span<const UnwindRow> rows, RuleBook& book) {
    UnwindTable table;
    if (rows.empty()) {
        return fail(ErrorCode::NotTraceable, "it tells of no function how it is left");
    }
    table.base = rows.front().begin & ~std::uint64_t{TAT_UNWIND_OFFSET_MASK};
    const std::uint64_t pages = page_of(rows.back().begin - table.base) + 1;
    if (pages > kMaxPages) {
        return fail(ErrorCode::NotTraceable, "its code spans more than a table of it can");
    }
    table.pages = static_cast<std::uint32_t>(pages);
    table.words.resize(pages + 1);
    table.words.reserve(pages + 2 + rows.size());
    table.words.push_back(TAT_UNWIND_ROW(0, RuleBook::kNone));
    std::uint64_t next_page = 1;  // the first one whose number of the first row is not known
    std::uint32_t last_rule = RuleBook::kNone;
    for (const UnwindRow& row : rows) {
        const auto at = static_cast<std::uint32_t>(table.words.size() - pages - 1);
        for (; next_page <= page_of(row.begin - table.base); ++next_page) {
            table.words[next_page] = at;
        }
        const std::uint32_t rule = book.number_of(row.rule);
        if (rule != last_rule) {
            table.words.push_back(TAT_UNWIND_ROW(static_cast<std::uint32_t>(row.begin & TAT_UNWIND_OFFSET_MASK), rule));
        }
        last_rule = rule;
    }
    table.words[pages] = static_cast<std::uint32_t>(table.words.size() - pages - 1);
    return table;
}

Result<UnwindTable> make_unwind_table(const ElfFile& elf, RuleBook& book) {
    const auto section = read_frame_section(elf);
    if (!section) {
        return tl::make_unexpected(section.error());
    }
    const FrameEntries entries = read_frame_entries(section->bytes, section->address);
    auto table = pack(read_rows(entries, elf.segments()), book);
    if (!table) {
        return fail(table.error().code, elf.path() + ": " + table.error().message);
    }
    table->functions = entries.functions.size();
    table->malformed = entries.malformed;
    return table;
}

}  // namespace tt::alloc_trace
