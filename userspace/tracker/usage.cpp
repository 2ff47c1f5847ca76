// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/usage.hpp"

namespace tt::alloc_trace {

std::string to_string(const Place& place) {
    switch (place.kind) {
        case OwnerKind::Chip: return "chip " + std::to_string(place.id);
        case OwnerKind::Mesh: return "mesh " + std::to_string(place.id) + " (chips unknown)";
        case OwnerKind::Unknown: break;
    }
    return "unknown owner";
}

}  // namespace tt::alloc_trace
