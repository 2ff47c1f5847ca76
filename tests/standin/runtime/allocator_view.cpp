// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/allocator.hpp"

namespace tt::tt_metal {

void Allocator::deallocate_buffers() { impl_->deallocate_buffers(); }

std::unordered_set<Buffer*> Allocator::get_allocated_buffers() const { return impl_->get_allocated_buffers(); }

}  // namespace tt::tt_metal
