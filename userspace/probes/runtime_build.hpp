// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// From which period of tt-metal a module is, told in words by which symbols exist: for doctor and for messages. Nothing
// is decided by it. No offsets here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct RuntimeBuild {
    std::string era;                        // "October 2024 to January 2025 (era B)"; "unknown"
    std::string period;                     // what all found symbols leave: "November 2024 to December 2024"
    std::string layout;                     // "L3", the Buffer table chosen by symbols alone; "" if none matches
    std::vector<std::string> fingerprints;  // the symbols that tell, demangled as far as needed: "Buffer::deleter"
};

// Names identify_build() asks for.
[[nodiscard]] std::vector<std::string_view> fingerprint_symbols();

// Error NotTraceable in words: this is not the runtime. `path` is for messages.
[[nodiscard]] Result<RuntimeBuild> identify_build(const SymbolMap& symbols, const std::string& path);

// "February 2026 build: October ... (era D), layout L5".
[[nodiscard]] std::string describe(const RuntimeBuild& build);

}  // namespace tt::alloc_trace
