// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/fatal.hpp"

#include <stdexcept>

namespace tt::assert::detail {

void tt_throw(const char* file, int line, const char* condition, const std::string& message) {
    throw std::runtime_error(
        "TT_FATAL @ " + std::string(file) + ":" + std::to_string(line) + ": " + condition + "\ninfo:\n" + message);
}

}  // namespace tt::assert::detail
