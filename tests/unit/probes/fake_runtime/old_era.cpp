// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A library that exports one function under the name given by FAKE_SYMBOL: the allocation hook of another period.
extern "C" int hook(int value) asm(FAKE_SYMBOL);
int hook(int value) {
    return value + 1;
}
