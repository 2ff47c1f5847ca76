// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The runtime's two ways to fail, TT_THROW and TT_FATAL, which differ in the first word: a std::runtime_error whose text
// carries file, line and "info:", and a backtrace unless TT_METAL_DISABLE_BACKTRACE is set. Users do catch it.
#pragma once

#include <string>

namespace tt::assert::detail {

struct ThrowSite {
    const char* kind;
    const char* file;
    int line;
    const char* condition;
};

[[noreturn]] void tt_throw(const ThrowSite& site, const std::string& message);

}  // namespace tt::assert::detail

#define STANDIN_FAIL(kind, condition, message) \
    ::tt::assert::detail::tt_throw({kind, __FILE__, __LINE__, condition}, (message))
#define STANDIN_THROW(message) STANDIN_FAIL("TT_THROW", "tt::exception", message)
#define STANDIN_FATAL(condition, message)                    \
    do {                                                     \
        if (!(condition)) {                                  \
            STANDIN_FAIL("TT_FATAL", #condition, (message)); \
        }                                                    \
    } while (false)
