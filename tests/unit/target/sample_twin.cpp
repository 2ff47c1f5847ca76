// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A second static function of the same name as in sample.cpp: the name is ambiguous in .symtab.
__attribute__((noinline, used)) static int sample_hidden(int value) {
    return value * 5;
}
int use_other_hidden(int value) {
    return sample_hidden(value);
}
