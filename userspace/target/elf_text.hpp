// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Texts in an ELF file, where symbols do not tell.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

// Whether `text` stands in `size` bytes of the file from `offset` on; read piece by piece. Unreadable: no.
[[nodiscard]] bool contains_text(const ElfFile& elf, std::uint64_t offset, std::uint64_t size, std::string_view text);

// Whether tt-metal's runtime is in the file, by the names of its sources, which its checks carry in every build: so also
// where it was linked in and nothing of it is exported. Reads all constant data of the file.
[[nodiscard]] bool has_runtime_inside(const ElfFile& elf);

// The NotTraceable error for such a file.
[[nodiscard]] Error hidden_runtime(const std::string& path);

}  // namespace tt::alloc_trace
