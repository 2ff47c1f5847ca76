// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the library's own code says about the layout: the machine code of its getters. The best witness there is, as it
// is what runs; but which getters are exported, and which are one load, differs between periods. A getter that is no
// plain load (at -O0, or between October 2024 and May 2025, when some waited for a worker thread) is "unclear", which
// is no contradiction.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "probes/layout/layout_claim.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct GetterClaims {
    std::vector<LayoutClaim> claims;
    std::vector<std::string> unclear;  // "Buffer::page_size() (not a plain getter: it calls a function, ...)"
};

// Names getter_claims() asks for. Some exist in .symtab only.
[[nodiscard]] std::vector<std::string_view> getter_symbols();

[[nodiscard]] GetterClaims getter_claims(const ElfFile& elf, const SymbolMap& symbols);

}  // namespace tt::alloc_trace
