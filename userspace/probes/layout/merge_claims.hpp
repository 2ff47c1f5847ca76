// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// From what the providers say to what holds. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "probes/layout/era_tables.hpp"
#include "probes/layout/layout_claim.hpp"

namespace tt::alloc_trace {

struct ProviderClaims {
    std::vector<LayoutClaim> file;
    std::vector<LayoutClaim> dwarf;
    std::vector<LayoutClaim> getters;
};

struct OpenItem {
    std::string item;
    std::string values;  // "4 bytes at 40 (table mesh) or 4 bytes at 80 (table mesh)"
};

struct MergedClaims {
    std::vector<LayoutClaim> claims;     // one per item that is known, absent members included; sources joined
    std::vector<OpenItem> open;          // items on which matching tables differ and no getter decides
    std::string layout_name;             // of the Buffer's table; "unlisted" if none says what was found
    std::vector<std::string> notes;      // of the tables, in words
    std::vector<std::string> dropped;    // tables that the library's code contradicts: what it says, and what they said
    std::vector<std::string> confirmed;  // items that the library's code agreed to
    bool used_file = false;
    bool used_dwarf = false;
    bool used_table = false;  // for the Buffer
};

// Where the library's own code contradicts a table the table is dropped, with all else it says.
// Error NotTraceable: two of file, debug info and code contradict each other; the message has both values and sources.
[[nodiscard]] Result<MergedClaims> merge_claims(const ProviderClaims& providers, const SymbolMap& symbols);

}  // namespace tt::alloc_trace
