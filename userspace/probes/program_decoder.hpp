// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads the offsets of members of detail::ProgramImpl out of the machine code of its methods. They are private, have no
// getters, and move from version to version; they tell what a program laid out in L1 where no hook did.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "probes/layout_profile.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// local_circular_buffer_allocation_needed_, width 1. `code`: all of ProgramImpl::allocate_circular_buffers(const
// IDevice*), which begins by returning if it is false: the first member it compares. Pure. Error RunTime, in words, if
// that is not what the code does. The form with a file takes the function from there and knows which calls never
// return.
[[nodiscard]] Result<Field> decode_placing_needed(std::span<const std::uint8_t> code);
[[nodiscard]] Result<Field> decode_placing_needed(const ElfFile& elf, const ElfSymbol& function);

struct RegionVectors {
    Field allocators;           // cb_allocators_, the vector, in the ProgramImpl
    std::uint32_t element = 0;  // bytes of one of its elements
    Field regions;              // l1_regions, a vector, in the element

    bool operator==(const RegionVectors&) const = default;
};

// What a program keeps of its circular buffers, or of its dataflow buffers.
struct ProgramPlan {
    Field placing_needed;
    RegionVectors vectors;

    bool operator==(const ProgramPlan&) const = default;
};

// `code`: all of ProgramImpl::invalidate_circular_buffer_allocation(), or invalidate_dataflow_buffer_allocation(): unless they
// need placing already it loops over the allocators, empties the regions of each, and says that they do. Pure. Error RunTime
// unless it reads and writes the flag, and has such a loop.
[[nodiscard]] Result<ProgramPlan> decode_invalidation(std::span<const std::uint8_t> code);
[[nodiscard]] Result<ProgramPlan> decode_invalidation(const ElfFile& elf, const ElfSymbol& function);

// `code`: all of ProgramImpl::validate_circular_buffer_region(const IDevice*), which loops over the elements of
// cb_allocators_ and looks at each one's regions. Pure. Error RunTime if no such loop is found, or more than one (-O0,
// where iterators are calls, is not understood).
[[nodiscard]] Result<RegionVectors> decode_allocators(std::span<const std::uint8_t> code);
[[nodiscard]] Result<RegionVectors> decode_allocators(const ElfFile& elf, const ElfSymbol& function);

}  // namespace tt::alloc_trace
