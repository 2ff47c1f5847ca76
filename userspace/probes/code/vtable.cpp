// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/code/vtable.hpp"

#include <algorithm>
#include <vector>

#include "probes/code/call_targets.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kHead = 16;  // offset to top, type_info
constexpr std::uint64_t kSlot = 8;
constexpr std::uint64_t kMaxVtableSlots = 512;  // Device has some 80

// All words behind its head.
std::vector<std::uint64_t> slots_of(const ElfSymbol& vtable) {
    std::vector<std::uint64_t> slots;
    const std::uint64_t size = std::min(vtable.size, kHead + kMaxVtableSlots * kSlot);
    for (std::uint64_t offset = kHead; offset + kSlot <= size; offset += kSlot) {
        slots.push_back(vtable.address + offset);
    }
    return slots;
}

}  // namespace

std::optional<std::uint64_t> function_in_same_slot(
    const ElfFile& elf, const ElfSymbol& sibling, const ElfSymbol& known, const ElfSymbol& vtable
) {
    const std::vector<std::uint64_t> theirs = slots_of(sibling);
    const std::vector<std::uint64_t> ours = slots_of(vtable);
    CallTargets contents(elf);
    contents.resolve_slots(theirs);
    contents.resolve_slots(ours);
    std::optional<std::size_t> slot;
    // Behind the slots of the first base stand those of the others, with a head that leads to no code.
    const auto is_code = [&](std::uint64_t where) {
        const std::uint64_t address = contents.address_in(where);
        return address == 0 || std::any_of(elf.segments().begin(), elf.segments().end(), [&](const ElfSegment& segment) {
                   return segment.executable && address >= segment.address && address - segment.address < segment.memory_size;
               });
    };
    for (std::size_t i = 0; i < std::min(theirs.size(), ours.size()) && is_code(theirs[i]) && is_code(ours[i]); ++i) {
        if (contents.address_in(theirs[i]) == known.address) {
            if (slot) {
                return std::nullopt;
            }
            slot = i;
        }
    }
    const std::uint64_t found = slot && *slot < ours.size() ? contents.address_in(ours[*slot]) : 0;
    return found != 0 ? std::optional(found) : std::nullopt;
}

}  // namespace tt::alloc_trace
