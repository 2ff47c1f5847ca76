// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace tt::alloc_trace {

inline constexpr std::int32_t kPointerBytes = 8;
inline constexpr std::int64_t kMaxMemberOffset = 1 << 20;  // no class of the runtime has a megabyte

// A member of an object. Width 0: builds with this layout have no such member.
struct Field {
    std::uint32_t offset = 0;
    std::uint32_t width = 0;  // bytes: 1, 2, 4 or 8; of a vector or set: 8, the pointer it begins with

    [[nodiscard]] bool exists() const { return width != 0; }
    bool operator==(const Field&) const = default;
};

}  // namespace tt::alloc_trace
