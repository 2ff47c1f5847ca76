// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which addresses are held, by ranges that may overlap.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

namespace tt::alloc_trace {

struct BankRange {  // of addresses
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    auto operator<=>(const BankRange&) const = default;
};

class Coverage {
public:
    // Holds the range once more.
    void add(const BankRange& range);
    // Holds it once less; it must be held.
    void remove(const BankRange& range);
    // Appends the parts of the range that are held, ascending.
    void append_held(const BankRange& range, std::vector<BankRange>& held) const;

private:
    using Steps = std::map<std::uint64_t, std::uint32_t>;  // from this address on so many times, up to the next one

    Steps::iterator step_at(std::uint64_t address);
    void join(Steps::iterator step);

    Steps steps_;
};

// Bytes that lie in any of the ranges, which it sorts.
[[nodiscard]] std::uint64_t bytes_in_any(std::vector<BankRange>& ranges);

}  // namespace tt::alloc_trace
