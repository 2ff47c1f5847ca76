// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The rules BPF walks by, as values: bpf/abi/unwind_abi.h for C++.
#pragma once

#include <linux/types.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "abi/unwind_abi.h"

namespace tt::alloc_trace {

inline constexpr std::uint64_t kDwarfRegisters = TAT_DWARF_REGISTERS;
inline constexpr std::uint64_t kDwarfRbx = TAT_DWARF_RBX;
inline constexpr std::uint64_t kDwarfRbp = TAT_DWARF_RBP;
inline constexpr std::uint64_t kDwarfRsp = TAT_DWARF_RSP;
inline constexpr std::uint64_t kDwarfRa = TAT_DWARF_RA;

using UnwindRule = tat_unwind_rule;  // no padding: its bytes are its value
static_assert(sizeof(UnwindRule) == 16);

// TAT_CFA_NONE, _END, _UNSUPPORTED or _SIGNAL.
[[nodiscard]] inline UnwindRule rule_without_place(std::uint8_t cfa) {
    UnwindRule rule{};
    rule.cfa = cfa;
    return rule;
}

struct UnwindRuleEqual {
    bool operator()(const UnwindRule& a, const UnwindRule& b) const noexcept { return std::memcmp(&a, &b, sizeof a) == 0; }
};

struct UnwindRuleHash {
    std::size_t operator()(const UnwindRule& rule) const noexcept {
        std::uint64_t words[2];
        std::memcpy(words, &rule, sizeof words);
        return (words[0] ^ (words[1] << 7U | words[1] >> 57U)) * 0x9e3779b97f4a7c15U >> 17U;
    }
};

}  // namespace tt::alloc_trace
