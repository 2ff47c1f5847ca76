// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What debug info says about the layout: of the module itself, or of its separate debug file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probes/layout/debug_file.hpp"
#include "probes/layout/layout_claim.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct DwarfClaims {
    std::vector<LayoutClaim> claims;
    std::string note;  // the file they come from; if there are none, why
};

// Names dwarf_claims() asks for.
[[nodiscard]] std::vector<std::string_view> dwarf_symbols();

// Never an error: without debug info, or with damaged one, there are other providers.
[[nodiscard]] DwarfClaims dwarf_claims(const ElfFile& elf, const SymbolMap& symbols, const DebugFileSources& sources);

}  // namespace tt::alloc_trace
