// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How many times each address is held.
#pragma once

#include <cstdint>
#include <map>

namespace tt::alloc_trace {

class Coverage {
public:
    // Holds [begin, end) once more. Returns how many of its bytes were held already.
    std::uint64_t add(std::uint64_t begin, std::uint64_t end);
    // Holds it once less; it must be held. Returns how many of its bytes still are held.
    std::uint64_t remove(std::uint64_t begin, std::uint64_t end);

private:
    using Steps = std::map<std::uint64_t, std::uint32_t>;  // from this address on so many times, up to the next one

    Steps::iterator step_at(std::uint64_t address);
    void join_at(std::uint64_t address);

    Steps steps_;
};

}  // namespace tt::alloc_trace
