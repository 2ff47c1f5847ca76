// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// NOT part of the imitated runtime. A replay knows the addresses that a recorded job got; it scripts the address of the
// calling thread's next allocation here. The allocator asks once per allocation.
#pragma once

#include <cstdint>
#include <optional>

namespace tt::tt_metal::standin {

// The next AllocatorImpl::allocate_buffer of this thread places the buffer at `address`, or throws if that is not free.
void script_next_address(std::uint64_t address);

std::optional<std::uint64_t> take_scripted_address();

}  // namespace tt::tt_metal::standin
