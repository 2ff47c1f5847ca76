// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The BPF objects that this test and the processes it started have in the kernel. Another tt-alloc-trace may be at work on
// the same machine: objects held by processes without our mark are not ours.
#pragma once

#include <string>
#include <vector>

namespace tt::alloc_trace::test {

// In the environment of every process that a test starts.
inline constexpr const char* kMarkVariable = "TAT_TEST_MARK";
[[nodiscard]] std::string mark_of_this_test();

// Programs and links of tt-alloc-trace that belong to nobody or to us, in words; empty is what a test wants. The kernel
// frees some of them a moment after the last descriptor is closed.
[[nodiscard]] std::vector<std::string> kernel_objects_left();

// Waits until there are none, or says what is left.
[[nodiscard]] std::string wait_for_clean_kernel();

// Number of programs of tt-alloc-trace that we hold: proves that kernel_objects_left() can see some.
[[nodiscard]] std::size_t programs_in_kernel();

}  // namespace tt::alloc_trace::test
