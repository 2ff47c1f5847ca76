// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/memory_kind.hpp"

#include <algorithm>

namespace tt::alloc_trace {
namespace {

char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

}  // namespace

std::string_view to_string(MemoryKind kind) {
    constexpr std::array<std::string_view, kMemoryKindCount> kNames{
        "DRAM", "L1", "L1_SMALL", "TRACE", "SYSTEM_MEMORY", "CB"};
    const auto index = static_cast<std::size_t>(kind);
    return index < kNames.size() ? kNames[index] : "UNKNOWN";
}

std::optional<MemoryKind> parse_memory_kind(std::string_view name) {
    for (const MemoryKind kind : kMemoryKinds) {
        const std::string_view wanted = to_string(kind);
        if (std::equal(name.begin(), name.end(), wanted.begin(), wanted.end(), [](char a, char b) {
                return upper(a) == b;
            })) {
            return kind;
        }
    }
    return std::nullopt;
}

MemoryKind memory_kind(BufferType type) {
    switch (type) {
        case BufferType::Dram:
            return MemoryKind::Dram;
        case BufferType::L1:
            return MemoryKind::L1;
        case BufferType::SystemMemory:
            return MemoryKind::SystemMemory;
        case BufferType::L1Small:
            return MemoryKind::L1Small;
        case BufferType::Trace:
            return MemoryKind::Trace;
    }
    return MemoryKind::SystemMemory;
}

bool ViewFilter::passes(const Place& place) const {
    return devices.empty() || place.kind != OwnerKind::Chip ||
           std::find(devices.begin(), devices.end(), place.id) != devices.end();
}

bool ViewFilter::passes(MemoryKind kind) const {
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
}

bool ViewFilter::passes_any(const std::vector<Place>& places) const {
    return devices.empty() ||
           std::any_of(places.begin(), places.end(), [this](const Place& place) { return passes(place); });
}

}  // namespace tt::alloc_trace
