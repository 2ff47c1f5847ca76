// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace tt::alloc_trace {

inline constexpr const char* kVersion = TAT_VERSION;  // set by the build: CMakeLists.txt's project(VERSION)

}  // namespace tt::alloc_trace
