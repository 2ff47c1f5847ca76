// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/process_state.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// "0-3,6": ascending, runs joined.
std::string id_ranges(std::vector<std::int32_t> ids) {
    std::sort(ids.begin(), ids.end());
    std::string text;
    for (std::size_t first = 0; first < ids.size();) {
        std::size_t last = first;
        while (last + 1 < ids.size() && ids[last + 1] == ids[last] + 1) {
            ++last;
        }
        text += (text.empty() ? "" : ",") + std::to_string(ids[first]);
        if (last > first) {
            text += "-" + std::to_string(ids[last]);
        }
        first = last + 1;
    }
    return text;
}

}  // namespace

std::string to_string(const Owner& owner) {
    if (owner.kind != OwnerKind::Mesh || owner.chips.empty()) {
        return to_string(Place{owner.kind, owner.id});
    }
    const char* noun = owner.chips.size() == 1 ? "chip " : "chips ";
    return "mesh " + std::to_string(owner.id) + " (" + noun + id_ranges(owner.chips) + ")";
}

}  // namespace tt::alloc_trace
