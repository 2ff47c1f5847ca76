// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as an .eh_frame: rows in order, inside of the code, each address findable.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "unwind/unwind_table.hpp"

namespace {

using namespace tt::alloc_trace;

constexpr std::uint64_t kSection = 0x10000;
constexpr std::array<ElfSegment, 2> kSegments{
    {{0x1000, 0x1000, 0x8000, 0x8000, true, false}, {0x400000, 0x9000, 0x100000, 0x100000, true, false}}
};

void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto rows = read_rows(read_frame_entries({data, size}, kSection), kSegments);
    RuleBook book(64);
    const auto table = pack(rows, book);
    require(table.has_value() == !rows.empty());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        require(i == 0 || rows[i - 1].begin < rows[i].begin);
        require(rows[i].begin >= kSegments[0].address && rows[i].begin <= kSegments[1].address + kSegments[1].file_size);
        const UnwindRule& found = book.rules()[table->rule_at(rows[i].begin)];
        require(UnwindRuleEqual{}(found, rows[i].rule) || (book.refused() > 0 && found.cfa == TAT_CFA_UNSUPPORTED));
    }
    return 0;
}
