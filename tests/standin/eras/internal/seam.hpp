// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// No part of the imitation: tells the driver of an allocation or a free where the era gives it no observer that could (no
// GraphTracker, or the address is stored after the GraphTracker was told). Called in the thread of the event.
#pragma once

namespace standin {

struct Seam {
    void (*allocated)(const void* buffer) = nullptr;  // address known, nobody can free it yet
    void (*freed)(const void* buffer) = nullptr;      // before the range is given back
};
extern Seam seam;

inline void seam_allocated(const void* buffer) {
    if (seam.allocated != nullptr) {
        seam.allocated(buffer);
    }
}
inline void seam_freed(const void* buffer) {
    if (seam.freed != nullptr) {
        seam.freed(buffer);
    }
}

}  // namespace standin
