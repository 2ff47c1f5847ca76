// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "base/error.hpp"
#include "target/memory_map.hpp"
#include "target/module_file.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

// A mapping that no file stands behind and that is an ELF image all the same, the kernel's vdso, as a file. Its identity goes by its content. Errors: RunTime.
[[nodiscard]] Result<ModuleFile> copy_of_image(const ProcessHandle& process, const MapEntry& entry);

}  // namespace tt::alloc_trace
