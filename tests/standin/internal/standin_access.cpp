// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "internal/standin_access.hpp"

#include "runtime/buffer.hpp"

namespace tt::tt_metal {

void StandinAccess::set_status(Buffer& buffer, AllocationStatus status) { buffer.allocation_status_ = status; }

bool StandinAccess::is_hooked(const Buffer& buffer) { return buffer.hooked_allocation_; }

}  // namespace tt::tt_metal
