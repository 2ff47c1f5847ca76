// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// From a module's globals to the allocators of its process: devices, the meshes over them, their sub-device managers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "walk/owner_reader.hpp"
#include "walk/process_walk.hpp"
#include "walk/target_reader.hpp"

namespace tt::alloc_trace {

struct FoundAllocators {
    std::vector<KnownAllocator> allocators;  // each once
    std::vector<std::uint64_t> owners;       // each once: open or closed chips, then meshes
    std::vector<std::uint64_t> meshless;     // of the owners: open chips of which a mesh may have been missed, in builds whose chips lead to theirs
    bool complete = false;                   // no allocator of this module can be missing
    std::string incomplete_reason;           // in words

    [[nodiscard]] bool operator==(const FoundAllocators& other) const;
};

// Read until two searches agree: the process may be opening or closing devices.
[[nodiscard]] FoundAllocators search_allocators(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const WalkOptions& options
);

}  // namespace tt::alloc_trace
