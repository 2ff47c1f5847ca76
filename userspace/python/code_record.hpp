// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The record of a code object, decoded. Pure; the texts in it are the target's, and may hold anything but broken UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "python/line_table.hpp"
#include "python/python_version.hpp"

namespace tt::alloc_trace {

struct PythonText {
    std::string text{};
    bool cut = false;   // there was more
    bool read = false;  // else it could not be, and is empty
};

struct PythonCode {
    std::uint64_t id = 0;  // what frames say
    PythonVersion version{};
    PythonText name{};  // the qualified one where there is one: from 3.11 on
    PythonText file{};
    std::uint32_t first_line = 0;
    std::vector<std::uint8_t> table{};
    bool table_cut = false;

    [[nodiscard]] LineTable lines() const { return {version, first_line, table, table_cut}; }
};

// Nothing: the record is too short to be one.
[[nodiscard]] std::optional<PythonCode> decode_code(std::span<const std::byte> record);

}  // namespace tt::alloc_trace
