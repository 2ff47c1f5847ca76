// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace tt::alloc_trace {

struct PythonVersion {  // of CPython
    std::uint8_t major = 0;
    std::uint8_t minor = 0;

    auto operator<=>(const PythonVersion&) const = default;
};

[[nodiscard]] inline std::string to_string(PythonVersion version) {
    return std::to_string(version.major) + "." + std::to_string(version.minor);
}

}  // namespace tt::alloc_trace
