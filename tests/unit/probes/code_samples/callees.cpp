// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "shapes.hpp"

extern "C" {
bool sample_hooks = false;
bool sample_fails = false;
std::uint64_t sample_calls = 0;

std::uint64_t sample_allocate(Object* object) {
    if (sample_fails) {
        throw 7;
    }
    ++sample_calls;
    return reinterpret_cast<std::uint64_t>(object) * 3 + sample_calls;
}
bool sample_hook(const Object*) {
    return sample_hooks;
}
void sample_track(const Object*) {}
std::uint64_t sample_mix(std::uint64_t a, std::uint64_t b) {
    return a * 31 + (b ^ a);
}
void sample_throw(int what) {
    throw what;
}
}
