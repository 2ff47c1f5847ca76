// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What /proc tells about processes that the tests deal with.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace tt::alloc_trace::test {

// 'R', 'S', 'T', 'Z', ...; 0 if there is no such process.
[[nodiscard]] char process_state(pid_t pid);
[[nodiscard]] std::vector<pid_t> children_of(pid_t pid);
[[nodiscard]] std::vector<pid_t> threads_of(pid_t pid);

// True as soon as `condition` holds; false if it does not in time. For what sends no word when it changes.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

// The code of `library` in the process is what the file says: no breakpoint of a probe is in it.
[[nodiscard]] testing::AssertionResult has_original_code(pid_t pid, const std::string& library);
// Likewise, within the time that the kernel takes to remove the last one.
[[nodiscard]] testing::AssertionResult has_original_code_soon(pid_t pid, const std::string& library);

}  // namespace tt::alloc_trace::test
