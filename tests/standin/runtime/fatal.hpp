// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The runtime's way to fail: a std::runtime_error whose text carries file, line and "info:". Users do catch it.
#pragma once

#include <string>

namespace tt::assert::detail {

[[noreturn]] void tt_throw(const char* file, int line, const char* condition, const std::string& message);

}  // namespace tt::assert::detail

#define STANDIN_THROW(message) ::tt::assert::detail::tt_throw(__FILE__, __LINE__, "tt::exception", (message))
#define STANDIN_FATAL(condition, message)                                            \
    do {                                                                             \
        if (!(condition)) {                                                          \
            ::tt::assert::detail::tt_throw(__FILE__, __LINE__, #condition, (message)); \
        }                                                                            \
    } while (false)
