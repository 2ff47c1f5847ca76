// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The addresses of one kind of memory of one chip, as one bank sees them: what is taken, by what, and the largest holes.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "report/memory_kind.hpp"
#include "watch/screen.hpp"

#include "tracker/process_state.hpp"

namespace tt::alloc_trace::watch {

struct AddressRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    [[nodiscard]] std::uint64_t bytes() const { return end - begin; }
};

struct MemoryStrip {
    AddressRange range;                  // of what there is to hand out
    std::uint32_t banks = 0;             // per chip
    std::vector<AddressRange> taken;     // by buffers: by address, apart from each other
    std::vector<AddressRange> circular;  // by resident circular buffers, likewise; of whichever core has them
    std::vector<AddressRange> holes;     // largest first; circular buffers leave them holes, as allocators do
    std::uint64_t not_placed = 0;        // buffers of which it is not known what they take
};

// nullopt: what there is is not known.
[[nodiscard]] std::optional<MemoryStrip> memory_strip(const ProcessState& process, const Place& place, MemoryKind kind);

// The whole range in so many columns, each as high as much of it is taken; circular buffers in an ink of their own.
[[nodiscard]] std::vector<Span> draw_strip(const MemoryStrip& strip, std::size_t columns, bool utf8);

}  // namespace tt::alloc_trace::watch
