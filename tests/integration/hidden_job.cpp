// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Looks like a program that has the runtime inside and exports nothing of it: one of its checks' texts. Waits for a line.
#include <cstdio>

int main(int argc, char**) {
    std::puts(argc > 1 ? "/src/tt_metal/impl/allocator/bank_manager.cpp" : "ready");
    std::fflush(stdout);
    return std::getchar() == EOF ? 1 : 0;
}
