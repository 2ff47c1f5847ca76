// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of a Buffer the BPF program has to copy: one piece of fixed size, and one word elsewhere for the layouts
// in which a mutex stands before the page size.
#pragma once

#include <cstdint>
#include <optional>

#include "base/error.hpp"
#include "probes/layout_profile.hpp"

namespace tt::alloc_trace {

inline constexpr std::uint32_t kBufferWindowBytes = 80;

// Offsets in the object that holds the items: BufferLayout::impl's if there is one, else the Buffer.
struct BufferWindow {
    std::uint32_t start = 0;                  // multiple of 8; kBufferWindowBytes are copied from there
    std::optional<std::uint32_t> far_offset;  // of one more word of 8 bytes; multiple of 8
    bool operator==(const BufferWindow&) const = default;
};

// What is copied of a shard specification, from its start.
inline constexpr std::uint32_t kShardWindowBytes = 64;
[[nodiscard]] bool shard_fits_window(const BufferLayout& layout);

// Error NotTraceable if more than one word is outside of every possible window.
[[nodiscard]] Result<BufferWindow> window_of(const BufferLayout& layout);

}  // namespace tt::alloc_trace
