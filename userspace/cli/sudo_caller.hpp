// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

namespace tt::alloc_trace {

// Who called sudo; nullopt: this is no root, or nobody did.
struct SudoCaller {
    std::optional<std::uint32_t> uid{};
    std::optional<std::uint32_t> gid{};
};
[[nodiscard]] SudoCaller sudo_caller();

}  // namespace tt::alloc_trace
