// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A small shared library with one symbol of each kind, read by the tests.
#include <cstdio>

extern "C" {
int sample_object = 7;
int sample_function(int value) {
    return std::puts("x") + value;
}  // puts is imported
static int answer() {
    return 42;
}
static int (*choose())() {
    return &answer;
}
int sample_indirect() __attribute__((ifunc("choose_sample")));
int (*choose_sample())() {
    return choose();
}
thread_local int sample_thread_local = 1;
int tail_of_sample_function(int value) {
    return value;
}  // its name ends in another symbol's name
}

__attribute__((noinline, used)) static int sample_hidden(int value) {
    return value * 3;
}
int use_hidden(int value) {
    return sample_hidden(value);
}

// One name in two versions: callers get the newer one.
extern "C" __attribute__((noinline)) int sample_version_old(int value) { return value + 10; }
extern "C" __attribute__((noinline)) int sample_version_new(int value) { return value + 20; }
asm(".symver sample_version_old, sample_versioned@SAMPLE_1");
asm(".symver sample_version_new, sample_versioned@@SAMPLE_2");
