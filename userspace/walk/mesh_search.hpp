// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Meshes to which no pointer is known. Up to 0.66 the end of a closed mesh takes its chips' link to the mesh that was opened
// over them since; such a mesh is looked for in the heap: an object with MeshDevice's vtable whose tracker points back at it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "target/memory_map.hpp"
#include "walk/owner_reader.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

// In order of address. `heap`: writable anonymous mappings; of more than kMaxHeapBytes the first are searched.
inline constexpr std::uint64_t kMaxHeapBytes = std::uint64_t{512} << 20U;
[[nodiscard]] std::vector<std::uint64_t> find_meshes(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, std::span<const AddressRange> heap
);

}  // namespace tt::alloc_trace
