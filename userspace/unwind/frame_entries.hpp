// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The entries of an .eh_frame section: what is common to many functions (CIE), and what each one adds (FDE). The bytes are hostile:
// entries that make no sense are left out and counted. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tt::alloc_trace {

struct CommonEntry {
    bool usable = false;  // else its functions have no rules that we understand
    bool signal_frame = false;
    std::uint64_t code_factor = 0;
    std::int64_t data_factor = 0;
    std::span<const std::uint8_t> program{};
};

struct FunctionEntry {
    std::uint64_t begin = 0;  // ELF address
    std::uint64_t end = 0;    // one behind the last
    std::uint32_t common = 0;  // index
    std::span<const std::uint8_t> program{};
};

struct FrameEntries {
    std::vector<CommonEntry> commons;
    std::vector<FunctionEntry> functions;  // by begin, none of no bytes
    std::uint64_t malformed = 0;           // entries left out
};

// `address`: of the section, to which its pointers are relative. Spans point into `section`.
[[nodiscard]] FrameEntries read_frame_entries(std::span<const std::uint8_t> section, std::uint64_t address);

}  // namespace tt::alloc_trace
