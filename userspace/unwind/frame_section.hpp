// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "target/elf_file.hpp"

namespace tt::alloc_trace {

struct FrameSection {
    std::uint64_t address = 0;  // ELF address
    std::vector<std::uint8_t> bytes;
};

// The file's .eh_frame, by its section, or by what is mapped of it where the file has no sections. Errors: NotTraceable if it has
// none, or one too large to be one; RunTime.
[[nodiscard]] Result<FrameSection> read_frame_section(const ElfFile& elf);

}  // namespace tt::alloc_trace
