// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Chooses the layout of a build and holds the table against the module's own getters: a table is a claim, the machine
// code of `Buffer::page_size()` is the truth.
#pragma once

#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "probes/layout_profile.hpp"
#include "probes/runtime_build.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Names resolve_layout() asks for: getters and vtables.
[[nodiscard]] std::vector<std::string_view> layout_symbols();

// Errors, NotTraceable: a getter contradicts the table (both values named), too few getters to check it ("layout
// unverified"), no vtable to tell chips and meshes apart, place of the mesh's id not known.
[[nodiscard]] Result<LayoutProfile> resolve_layout(
    const RuntimeBuild& build, const SymbolMap& symbols, const ElfFile& elf
);

}  // namespace tt::alloc_trace
