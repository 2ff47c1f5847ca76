// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Pids that were copied from inside of a container.
#pragma once

#include <cstdint>
#include <vector>

#include "base/error.hpp"

namespace tt::alloc_trace {

// `error` came of `pids`. If a TT-Metal process has one of these numbers in its container, its number here becomes the hint.
[[nodiscard]] Error with_host_pid(Error error, const std::vector<std::uint32_t>& pids);

}  // namespace tt::alloc_trace
