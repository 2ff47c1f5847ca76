// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A function of an ELF file, decoded. Internal to probes/.
#pragma once

#include "base/error.hpp"
#include "probes/code/function_code.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Error NotTraceable, in words: ambiguous, size unknown or above kMaxFunctionBytes, not readable.
[[nodiscard]] Result<FunctionCode> decode_function(const ElfFile& elf, const ElfSymbol& function);

}  // namespace tt::alloc_trace
