// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/cfa_expression.hpp"

#include <dwarf.h>

#include <limits>

#include "unwind/dwarf_cursor.hpp"
#include "unwind/unwind_rule.hpp"

namespace tt::alloc_trace {
namespace {

bool fits(std::int64_t value) {
    return value >= std::numeric_limits<std::int32_t>::min() && value <= std::numeric_limits<std::int32_t>::max();
}

// What stands behind `rsp + offset` in a linkage table's: from which byte of an entry on it has pushed a word.
std::optional<std::int32_t> pushed_from(DwarfCursor cursor) {
    const bool masks_pc = cursor.fixed<std::uint8_t>() == DW_OP_breg16 && cursor.sleb() == 0 &&
                          cursor.fixed<std::uint8_t>() == DW_OP_lit15 && cursor.fixed<std::uint8_t>() == DW_OP_and;
    const int threshold = cursor.fixed<std::uint8_t>() - DW_OP_lit0;
    const bool adds_a_word = cursor.fixed<std::uint8_t>() == DW_OP_ge && cursor.fixed<std::uint8_t>() == DW_OP_lit3 &&
                             cursor.fixed<std::uint8_t>() == DW_OP_shl && cursor.fixed<std::uint8_t>() == DW_OP_plus;
    const bool fits_an_entry = threshold >= 0 && threshold < 16;
    return masks_pc && adds_a_word && fits_an_entry && cursor.empty() && !cursor.failed() ? std::optional(threshold) : std::nullopt;
}

}  // namespace

std::optional<CfaExpression> read_cfa_expression(std::span<const std::uint8_t> bytes) {
    DwarfCursor cursor(bytes);
    const auto operation = cursor.fixed<std::uint8_t>();
    const std::int64_t offset = cursor.sleb();
    if (cursor.failed() || operation < DW_OP_breg0 || operation >= DW_OP_breg0 + kDwarfRegisters || !fits(offset)) {
        return std::nullopt;
    }
    CfaExpression expression;
    expression.reg = static_cast<std::uint8_t>(operation - DW_OP_breg0);
    expression.offset = static_cast<std::int32_t>(offset);
    if (cursor.empty()) {
        return expression;
    }
    if (const auto threshold = pushed_from(cursor); threshold && expression.reg == kDwarfRsp) {
        expression.kind = CfaExpression::Kind::Plt;
        expression.more = *threshold;
        return expression;
    }
    if (cursor.fixed<std::uint8_t>() != DW_OP_deref) {
        return std::nullopt;
    }
    expression.kind = CfaExpression::Kind::Deref;
    if (!cursor.empty()) {
        const bool adds = cursor.fixed<std::uint8_t>() == DW_OP_plus_uconst;
        const std::uint64_t more = cursor.uleb();
        if (!adds || !cursor.rest().empty() || cursor.failed() || !fits(static_cast<std::int64_t>(more))) {
            return std::nullopt;
        }
        expression.more = static_cast<std::int32_t>(more);
    }
    return expression;
}

}  // namespace tt::alloc_trace
