// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The few DWARF expressions that compilers, linkers and the C library write into unwind tables, told from their bytes. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

namespace tt::alloc_trace {

struct CfaExpression {
    enum class Kind : std::uint8_t {
        Register,  // reg + offset
        Deref,     // *(reg + offset) + more
        Plt        // rsp + offset, and 8 more where (pc & 15) >= more: what linkers write for a procedure linkage table
    };
    Kind kind = Kind::Register;
    std::uint8_t reg = 0;  // DWARF's number
    std::int32_t offset = 0;
    std::int32_t more = 0;

    bool operator==(const CfaExpression&) const = default;
};

// Nothing if it is another one.
[[nodiscard]] std::optional<CfaExpression> read_cfa_expression(std::span<const std::uint8_t> bytes);

}  // namespace tt::alloc_trace
