// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Functions that no symbol names, found through vtables. Two classes with the same first base have that base's functions in
// the same slots: where one class's is known by name, so is the other's. Internal to probes/.
#pragma once

#include <cstdint>
#include <optional>

#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// The function in `vtable` at the slot in which `sibling`, the table of another such class, has `known`. nullopt: the tables or
// their relocations cannot be read, `known` is in no slot or in several, or the slot leads out of the file.
[[nodiscard]] std::optional<std::uint64_t> function_in_same_slot(
    const ElfFile& elf, const ElfSymbol& sibling, const ElfSymbol& known, const ElfSymbol& vtable
);

}  // namespace tt::alloc_trace
