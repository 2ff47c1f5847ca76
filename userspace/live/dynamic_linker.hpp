// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where the dynamic linker (ld.so) tells debuggers that it has mapped libraries.
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct DynamicLinker {
    ElfFile elf;
    std::uint64_t notification_offset = 0;  // file offset of _dl_debug_state
    std::int32_t state_delta = 0;           // from there to r_debug::r_state, in memory
};

// glibc's, as our own mount namespace has it. Error RunTime if its symbols are not there.
[[nodiscard]] Result<DynamicLinker> find_dynamic_linker();

}  // namespace tt::alloc_trace
