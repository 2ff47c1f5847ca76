// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the library's own code says about the way from the process's globals to the allocators and their state. Unlike
// the getters of a Buffer these are believed where no table agrees: nothing is refused for them, and a walk checks what
// it finds.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "probes/layout/layout_claim.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Names walk_claims() and metal_context_address() ask for. Some exist in .symtab only.
[[nodiscard]] std::vector<std::string_view> walk_symbols();

// Code that is not understood says nothing.
[[nodiscard]] std::vector<LayoutClaim> walk_claims(const ElfFile& elf, const SymbolMap& symbols);

// ELF address of the MetalContext object, by its symbol or by the code of MetalContext::instance(); 0: not found.
[[nodiscard]] std::uint64_t metal_context_address(const ElfFile& elf, const SymbolMap& symbols);

// Whether the library was built with libc++: std::unordered_map and the like are smaller then.
[[nodiscard]] bool uses_libcxx(const ElfFile& elf);

}  // namespace tt::alloc_trace
