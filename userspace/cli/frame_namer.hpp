// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "base/error.hpp"
#include "tracker/stack_table.hpp"

namespace tt::alloc_trace {

// Names native frames that have none from the files of a folder (--symbols); empty if `folder` is. Error Usage: there is no such folder.
[[nodiscard]] Result<StackTable::Namer> frame_namer(const std::string& folder);

}  // namespace tt::alloc_trace
