// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Capacity as text and JSON, the same in all views. All sums are of one chip: those of a bank times its banks.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "report/display_text.hpp"
#include "report/memory_kind.hpp"
#include "tracker/capacity.hpp"

namespace tt::alloc_trace {

// Of the type behind `kind`; not known() of circular buffers.
[[nodiscard]] Capacity capacity_of(const CapacityMap& capacities, const Place& place, MemoryKind kind);

struct CapacityText {
    std::string capacity;  // "12.0 GiB"
    std::string used;      // "███████░░░  68%"; "not known" where a footprint is not; empty if the capacity is not known
    std::string free;      // "3.9 GiB"
    std::string largest;   // largest free block, of all banks: "3.1 GiB"
    Ink ink = Ink::Plain;  // by how full it is
};

[[nodiscard]] CapacityText capacity_text(const Capacity& capacity, bool utf8);

// "█████░░░░░", "#####....." if !utf8: `columns` wide. Only 0 is empty, only everything is full.
[[nodiscard]] std::string usage_bar(std::uint64_t used, std::uint64_t of, std::size_t columns, bool utf8);

// null if the capacity is not known.
[[nodiscard]] nlohmann::ordered_json capacity_json(const Capacity& capacity);

[[nodiscard]] nlohmann::ordered_json number_or_null(const std::optional<std::uint64_t>& number);
[[nodiscard]] nlohmann::ordered_json hex_or_null(const std::optional<std::uint64_t>& number);

}  // namespace tt::alloc_trace
