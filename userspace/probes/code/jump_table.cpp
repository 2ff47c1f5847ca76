// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/jump_table.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxDistance = 16;    // instructions between the check of the index and the jump: up to 10
constexpr std::int64_t kMaxEntries = 4096;  // of a switch over an enum: some dozen
constexpr std::size_t kEntrySize = sizeof(std::int32_t);

struct Table {
    std::uint64_t address = 0;
    std::int64_t entries = 0;
};

// The nearest `lea reg, [rip+table]` and the nearest `cmp index, N; ja` (or `sub`) in front of the jump. The stretch
// may hold one table address only (at -O0 it is loaded twice).
std::optional<Table> find_table(std::span<const Instruction> code) {
    const auto window = code.last(std::min(code.size(), kMaxDistance));
    Table table;
    for (std::size_t i = window.size() - 1; i-- > 0;) {
        const Instruction& instruction = window[i];
        if (instruction.action == Action::Address && instruction.global) {
            if (table.address != 0 && table.address != *instruction.global) {
                return std::nullopt;
            }
            table.address = *instruction.global;
        } else if (instruction.flow == Flow::Branch) {
            const auto limit = i > 0 ? window[i - 1].limit : std::nullopt;
            if (!instruction.branches_if_above || !limit || table.address == 0 || *limit < 0 || *limit >= kMaxEntries) {
                return std::nullopt;
            }
            table.entries = *limit + 1;
            return table;
        } else if (instruction.flow != Flow::Next) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::uint64_t> read_jump_table(
    std::span<const Instruction> code,
    const std::function<std::vector<std::uint8_t>(std::uint64_t address, std::size_t size)>& reader
) {
    const auto table = find_table(code);
    if (!table || !reader) {
        return {};
    }
    const std::size_t size = static_cast<std::size_t>(table->entries) * kEntrySize;
    const std::vector<std::uint8_t> bytes = reader(table->address, size);
    std::vector<std::uint64_t> targets;
    for (std::size_t at = 0; at + kEntrySize <= bytes.size(); at += kEntrySize) {
        std::int32_t distance = 0;
        std::memcpy(&distance, bytes.data() + at, sizeof distance);
        targets.push_back(table->address + static_cast<std::uint64_t>(std::int64_t{distance}));
    }
    if (targets.size() * kEntrySize != size) {
        targets.clear();
    }
    return targets;
}

}  // namespace tt::alloc_trace
