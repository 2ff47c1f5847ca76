// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Any bytes as a line table of each form: a line that exists, or none.
#include <cstdint>
#include <cstdlib>

#include "python/line_table.hpp"
#include "python/python_text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace tt::alloc_trace;
    for (const std::uint8_t minor : {8, 10, 12}) {
        for (const std::uint32_t instruction : {0U, 2U, 100U, 100'000U, kNotBegun}) {
            const auto line = line_of({{3, minor}, 10, {data, size}, (size & 1U) != 0}, instruction);
            if (line && *line > 0x7fffffffU) {
                std::abort();
            }
        }
    }
    for (const unsigned width : {1U, 2U, 4U}) {
        if (python_text({data, size}, width).size() > size * 2) {
            std::abort();
        }
    }
    return 0;
}
