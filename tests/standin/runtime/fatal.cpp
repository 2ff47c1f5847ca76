// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/fatal.hpp"

#include <cstdlib>
#include <stdexcept>

namespace tt::assert::detail {

namespace {

constexpr const char* kBacktrace =
    "\nbacktrace:\n --- libtt_metal.so(+0x1234) [0x7f0000001234]\n --- libtt_metal.so(+0x5678) [0x7f0000005678]\n";

}  // namespace

void tt_throw(const ThrowSite& site, const std::string& message) {
    std::string text = std::string(site.kind) + " @ " + site.file + ":" + std::to_string(site.line) + ": " +
                       site.condition + "\ninfo:\n" + message;
    if (std::getenv("TT_METAL_DISABLE_BACKTRACE") == nullptr) {
        text += kBacktrace;
    }
    throw std::runtime_error(text);
}

}  // namespace tt::assert::detail
