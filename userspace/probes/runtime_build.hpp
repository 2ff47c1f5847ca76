// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// From which period of tt-metal a module is, told by which symbols exist. No offsets here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct RuntimeBuild {                         // of the L5 period
    bool allocator_impl = false;              // AllocatorImpl exists (December 2025 on), Allocator is a view of it
    bool mesh_impl = false;                   // MeshDeviceImpl exists (January 2026 on)
    bool core_range_set_in_tt_metal = false;  // namespace (November 2025 on)
};

// Names identify_build() asks for.
[[nodiscard]] std::vector<std::string_view> fingerprint_symbols();

// Error NotTraceable in words: not the runtime, or of another period. `path` is for messages.
[[nodiscard]] Result<RuntimeBuild> identify_build(const SymbolMap& symbols, const std::string& path);

// "AllocatorImpl, CoreRangeSet in tt::tt_metal, MeshDevice with impl".
[[nodiscard]] std::string describe(const RuntimeBuild& build);

}  // namespace tt::alloc_trace
