// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/peak_words.hpp"

namespace tt::alloc_trace {

std::string_view to_string(PeakOf of) {
    switch (of) {
        case PeakOf::CircularBuffers: return "CB";
        case PeakOf::L1AndCircularBuffers: return "L1+CB";
        default: return to_string(static_cast<BufferType>(of));
    }
}

bool passes(const ViewFilter& filter, PeakOf of) {
    switch (of) {
        case PeakOf::CircularBuffers: return filter.passes(MemoryKind::CircularBuffer);
        case PeakOf::L1AndCircularBuffers: return filter.passes(MemoryKind::CircularBuffer) || filter.passes(MemoryKind::L1);
        default: return filter.passes(memory_kind(static_cast<BufferType>(of)));
    }
}

}  // namespace tt::alloc_trace
