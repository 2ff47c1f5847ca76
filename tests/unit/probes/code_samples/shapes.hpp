// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Functions in the shapes in which the traced runtime calls its allocator, built by several compilers in many ways.
#pragma once

#include <cstdint>

struct Object {
    std::uint64_t words[8] = {};
    std::uint64_t address = 0;
    std::uint8_t status = 0;
    bool hooked = false;
    int type = 0;
};

extern "C" {
// callees.cpp: what the shapes call. The allocator returns an address that tells the object and the number of the call;
// it throws an int if told to.
std::uint64_t sample_allocate(Object* object);
bool sample_hook(const Object* object);
void sample_track(const Object* object);
std::uint64_t sample_mix(std::uint64_t a, std::uint64_t b);
[[noreturn]] void sample_throw(int what);

// Set by the test.
extern bool sample_hooks;
extern bool sample_fails;
extern std::uint64_t sample_calls;

// shapes.cpp. `how` chooses the path.
void shape_plain(Object* object, int how);
void shape_hook(Object* object, int how);
void shape_branches(Object* object, int how);
void shape_catch(Object* object, int how);
void shape_pressure(Object* object, int how);
void shape_switch(Object* object, int how);
void shape_aligned(Object* object, int how);
void shape_second_argument(int how, Object* object);
std::uint64_t shape_tail(Object* object, int how);
std::uint64_t shape_returns(Object* object, int how);
std::uint64_t shape_six(
    std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e, std::uint64_t f
);
}
