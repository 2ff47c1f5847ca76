// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What one provider (debug info, a getter's code, an era table, a layout file) says about one item of a layout.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "probes/layout_profile.hpp"

namespace tt::alloc_trace {

enum class ClaimKind : std::uint8_t {
    Place,   // the member is exactly there; width 0: there is no such member
    Access,  // code reads `width` bytes at that offset, all of the member or its first bytes; width 0: unknown how many
    Number,
};

struct LayoutClaim {
    std::string item;  // a name of layout_items()
    ClaimKind kind = ClaimKind::Place;
    Field field{};
    std::uint32_t number = 0;
    std::string source;  // "DWARF", "Buffer::page_size()", "table L5", "FILE"
};

// A place: true. A number: false.
[[nodiscard]] bool is_field_item(std::string_view item);

// Can both be true? Claims about different items always can.
[[nodiscard]] bool compatible(const LayoutClaim& a, const LayoutClaim& b);

// "8 bytes at 88", "at 40", "absent", "2".
[[nodiscard]] std::string value_text(const LayoutClaim& claim);

[[nodiscard]] LayoutClaim place_claim(std::string_view item, Field field, std::string source);
[[nodiscard]] LayoutClaim access_claim(std::string_view item, Field field, std::string source);
[[nodiscard]] LayoutClaim number_claim(std::string_view item, std::uint32_t number, std::string source);

// The first claim about `item`, nullptr if there is none.
[[nodiscard]] const LayoutClaim* find_claim(const std::vector<LayoutClaim>& claims, std::string_view item);

}  // namespace tt::alloc_trace
