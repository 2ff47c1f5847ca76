// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Whether one function of a module really calls another. A symbol that exists proves nothing: link-time optimization
// inlines the runtime's hooks into their callers and goes on exporting them, and a probe there would be silent for
// ever.
#pragma once

#include <cstdint>

#include "target/elf_file.hpp"

namespace tt::alloc_trace {

enum class CallEvidence : std::uint8_t {
    Called,   // a direct call or jump, or one through a PLT entry or GOT slot of the callee
    NotSeen,  // the caller was read from end to end and has none, nor has what it calls in its own file
    Unknown,  // could not be read
};

// Looks also one level deeper, since compilers split functions (`.part`, `.cold`). Bounded.
[[nodiscard]] CallEvidence find_call(const ElfFile& elf, const ElfSymbol& caller, const ElfSymbol& callee);

// Likewise, in the caller's own code only: for a callee that others call as well, where what stands one level deeper (a
// PLT with its neighbours) proves nothing of this caller.
[[nodiscard]] CallEvidence find_own_call(const ElfFile& elf, const ElfSymbol& caller, const ElfSymbol& callee);

}  // namespace tt::alloc_trace
