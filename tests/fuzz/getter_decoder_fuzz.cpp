// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a getter's code: an answer that makes sense, or a refusal.
#include <cstdint>
#include <cstdlib>

#include "probes/getter_decoder.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto getter = tt::alloc_trace::decode_getter({data, size}, 0x1000);
    if (getter ? getter->width > 64 : getter.error().message.empty()) {
        std::abort();
    }
    return 0;
}
