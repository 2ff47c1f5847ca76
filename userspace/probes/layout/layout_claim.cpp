// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/layout_claim.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

// A getter may read less than the member has (Buffer::address() returns 32 of 64 bits), never more.
bool reads(const Field& access, const Field& member) {
    return member.exists() && access.offset == member.offset && access.width <= member.width;
}

}  // namespace

bool is_field_item(std::string_view item) {
    const auto& items = layout_items();
    const auto found = std::find_if(items.begin(), items.end(), [&](const auto& each) { return each.name == item; });
    return found != items.end() && found->field != nullptr;
}

bool compatible(const LayoutClaim& a, const LayoutClaim& b) {
    if (a.item != b.item) {
        return true;
    }
    if (a.kind == ClaimKind::Number || b.kind == ClaimKind::Number) {
        return a.kind == b.kind && a.number == b.number;
    }
    if (a.kind == ClaimKind::Access && b.kind == ClaimKind::Access) {
        return a.field.offset == b.field.offset;
    }
    if (a.kind == ClaimKind::Access) {
        return reads(a.field, b.field);
    }
    if (b.kind == ClaimKind::Access) {
        return reads(b.field, a.field);
    }
    return a.field == b.field || (!a.field.exists() && !b.field.exists());
}

std::string value_text(const LayoutClaim& claim) {
    if (claim.kind == ClaimKind::Number) {
        return std::to_string(claim.number);
    }
    if (!claim.field.exists()) {
        return claim.kind == ClaimKind::Place ? "absent" : "at " + std::to_string(claim.field.offset);
    }
    return std::to_string(claim.field.width) + (claim.field.width == 1 ? " byte at " : " bytes at ") +
           std::to_string(claim.field.offset);
}

LayoutClaim place_claim(std::string_view item, Field field, std::string source) {
    return {std::string(item), ClaimKind::Place, field, 0, std::move(source)};
}

LayoutClaim access_claim(std::string_view item, Field field, std::string source) {
    return {std::string(item), ClaimKind::Access, field, 0, std::move(source)};
}

LayoutClaim number_claim(std::string_view item, std::uint32_t number, std::string source) {
    return {std::string(item), ClaimKind::Number, {}, number, std::move(source)};
}

const LayoutClaim* find_claim(const std::vector<LayoutClaim>& claims, std::string_view item) {
    const auto found =
        std::find_if(claims.begin(), claims.end(), [&](const auto& claim) { return claim.item == item; });
    return found == claims.end() ? nullptr : &*found;
}

}  // namespace tt::alloc_trace
