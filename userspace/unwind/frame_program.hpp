// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Runs the programs of .eh_frame entries: which rule holds from which address on. Pure; each byte of a program is looked at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "unwind/cfa_expression.hpp"
#include "unwind/frame_entries.hpp"
#include "unwind/unwind_rule.hpp"

namespace tt::alloc_trace {

struct UnwindRow {
    std::uint64_t begin = 0;  // ELF address; holds up to the next row
    UnwindRule rule{};
};

// What is known of one register of the caller.
struct SavedRegister {
    enum class Kind : std::uint8_t {
        Same,
        Undefined,
        AtCfa,     // at the CFA + offset
        Computed,  // at what `place` says
        Unknown
    };
    Kind kind = Kind::Same;
    std::int64_t offset = 0;
    CfaExpression place{};
};

struct FrameState {
    std::optional<CfaExpression> cfa;  // none: not told, or not to be expressed
    SavedRegister rbx, rbp, rsp, ra;
};

[[nodiscard]] UnwindRule rule_of(const FrameState& state, bool signal_frame);

class FramePrograms {
public:
    // `entries` must outlive this.
    explicit FramePrograms(const FrameEntries& entries);

    // Appends the rows of a function, which begin in [begin, end), in order; the first at `begin`.
    void append_rows(const FunctionEntry& function, std::vector<UnwindRow>& rows) const;

private:
    const FrameEntries& entries_;
    std::vector<std::optional<FrameState>> initial_;  // by index of the common entry; none: not usable
};

}  // namespace tt::alloc_trace
