// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Meshes to which no pointer is known. Up to 0.66 the end of a closed mesh takes its chips' link to the mesh that was opened
// over them since; such a mesh is looked for in the heap: an object with MeshDevice's vtable whose tracker points back at it.
// A chip may also be open without any mesh: one that only passes on what is meant for the chip behind it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "target/memory_map.hpp"
#include "walk/owner_reader.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

// Writable anonymous mappings of the process, as they are when it is asked.
using ReadHeap = std::function<std::vector<AddressRange>()>;

struct FoundMeshes {
    std::vector<std::uint64_t> meshes;  // in order of address, none twice
    bool all = false;                   // there are no others: the whole heap was read, and `chips` lie in it
};

// Of more than kMaxHeapBytes the first are searched. `chips`: some that were made as meshes are.
inline constexpr std::uint64_t kMaxHeapBytes = std::uint64_t{512} << 20U;
[[nodiscard]] FoundMeshes find_meshes(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const ReadHeap& heap, std::span<const std::uint64_t> chips
);

}  // namespace tt::alloc_trace
