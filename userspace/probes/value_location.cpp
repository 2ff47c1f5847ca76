// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/value_location.hpp"

#include <array>
#include <cstddef>
#include <cstdio>

namespace tt::alloc_trace {

const char* to_string(Register reg) {
    static constexpr std::array<const char*, kRegisterCount> kNames{
        "nowhere",
        "rax",
        "rbx",
        "rcx",
        "rdx",
        "rsi",
        "rdi",
        "rbp",
        "rsp",
        "r8",
        "r9",
        "r10",
        "r11",
        "r12",
        "r13",
        "r14",
        "r15"
    };
    const auto index = static_cast<std::size_t>(reg);
    return index < kNames.size() ? kNames[index] : "nowhere";
}

std::string to_string(const ValueLocation& location) {
    const std::string reg = to_string(location.reg);
    if (!location.exists() || !location.in_memory) {
        return reg;
    }
    if (location.displacement == 0) {
        return "[" + reg + "]";
    }
    const std::int64_t displacement = location.displacement;  // -INT32_MIN does not fit
    std::array<char, 24> text{};
    std::snprintf(
        text.data(),
        text.size(),
        "%c0x%llx",
        displacement < 0 ? '-' : '+',
        static_cast<unsigned long long>(displacement < 0 ? -displacement : displacement)
    );
    return "[" + reg + text.data() + "]";
}

}  // namespace tt::alloc_trace
