// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The object layouts of all known periods of tt-metal, as data, each with the symbols it is recognised by: names that
// survive stripping because the dynamic linker needs them. A table is a claim, not the truth; resolve_layout() holds it
// against the library's own code. How a period is added: docs/layouts.md.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "probes/layout/layout_claim.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Holds if all of `all`, at least one of `any` (if it has any) and none of `none` are defined.
struct Fingerprint {
    std::vector<std::string_view> all;
    std::vector<std::string_view> any;
    std::vector<std::string_view> none;
};
[[nodiscard]] bool matches(const Fingerprint& fingerprint, const SymbolMap& symbols);

// One possible layout of one class or pair of classes. Items of its group that are not listed do not exist in it.
struct TableVariant {
    std::string_view name;  // "L5"; "" of groups that have no name of their own
    std::string_view note;  // what is special, in words; may be empty
    Fingerprint fingerprint;
    std::vector<LayoutClaim> claims;
    bool derived = false;  // computed, not seen in any build: only if code or debug info confirms one of the claims
};

// What becomes of a group whose every variant is contradicted by the library's code.
enum class Doubt : std::uint8_t {
    CodeAlone,          // what code tells remains; one that is needed and not told is an error
    AllOrNothing,       // the same, but its items make sense together only
    DropIfUnconfirmed,  // none of its items exists; also if no code confirms a variant, for nothing at run time would notice
                        // the mistake
    BelieveCode,        // what code says holds, whatever the tables say; they only fill in the rest, and what a
                        // variant does not list is unknown. For items that a walk checks against what it finds.
};

// Several variants of a group may match: then the getters decide, and items on which the remaining ones differ stay
// open.
struct TableGroup {
    std::string_view name;                // "Buffer": the class, for messages
    std::vector<std::string_view> items;  // what its variants speak about
    std::vector<TableVariant> variants;
    Doubt doubt = Doubt::CodeAlone;
};
// The first one is that of Buffer; its variants name the layout.
[[nodiscard]] const std::vector<TableGroup>& era_tables();

// A table's claims as its author writes them down.
struct TableEntry {
    std::string_view item;
    Field field{};
    std::uint32_t number = 0;
};
[[nodiscard]] std::vector<LayoutClaim> table_claims(
    std::string_view table, std::initializer_list<TableEntry> entries
);

// Every name that a fingerprint asks for.
[[nodiscard]] std::vector<std::string_view> era_table_symbols();

}  // namespace tt::alloc_trace
