// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One allocator: its Buffers, its regions, and how the two fit together.
#pragma once

#include <vector>

#include "walk/owner_reader.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

// By its set of Buffers (25 October 2024 on). `owner`: whose it is.
[[nodiscard]] WalkedAllocator read_allocator(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const KnownAllocator& which, const WalkOptions& options
);

// By the map of all Buffers of the process, before that. `chips`: those that are open.
[[nodiscard]] std::vector<WalkedAllocator> read_mapped_allocators(
    const TargetReader& reader,
    const WalkModule& module,
    OwnerReader& owners,
    const std::vector<KnownAllocator>& chips,
    const WalkOptions& options
);

}  // namespace tt::alloc_trace
