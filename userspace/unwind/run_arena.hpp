// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who has which run of the elements of an array. First fit; neighbours that are free become one. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

namespace tt::alloc_trace {

class RunArena {
public:
    explicit RunArena(std::uint32_t capacity) {
        if (capacity > 0) {
            free_.emplace(0, capacity);
        }
    }

    // The first element of a run of `length`, which is not 0; nothing if there is none so long.
    [[nodiscard]] std::optional<std::uint32_t> take(std::uint32_t length);
    void give_back(std::uint32_t first, std::uint32_t length);

private:
    std::map<std::uint32_t, std::uint32_t> free_;  // length by first element
};

}  // namespace tt::alloc_trace
