// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "shapes.hpp"

extern "C" {

// Before 2025: the caller stores what the allocator returned.
void shape_plain(Object* object, int how) {
    object->address = sample_allocate(object);
    object->status = static_cast<std::uint8_t>(how);
}

// Buffer::allocate_impl with the hooks not inlined.
void shape_hook(Object* object, int how) {
    if (sample_hook(object)) {
        object->address = 0;
        object->hooked = true;
    } else {
        if (how == 1 && sample_mix(object->words[0], 3) == 1) {
            sample_throw(how);
        }
        object->address = sample_allocate(object);
        if (how == 2) {
            sample_mix(object->address, 5);
        }
    }
    object->status = 1;
    sample_track(object);
}

void shape_branches(Object* object, int how) {
    std::uint64_t address = 0;
    if (how == 0) {
        address = sample_allocate(object) + 1;
        sample_track(object);
    } else if (how == 1) {
        sample_mix(1, 2);
        address = sample_allocate(object) + 2;
    } else {
        address = 17;
    }
    object->address = address;
    sample_track(object);
}

void shape_catch(Object* object, int how) {
    try {
        object->address = sample_allocate(object);
        object->status = 2;
    } catch (int what) {
        object->status = static_cast<std::uint8_t>(what);
        if (how == 1) {
            throw;
        }
    }
    sample_track(object);
}

// More values live across the call than there are registers for.
void shape_pressure(Object* object, int how) {
    const std::uint64_t a = sample_mix(1, 2);
    const std::uint64_t b = sample_mix(a, 3);
    const std::uint64_t c = sample_mix(b, 4);
    const std::uint64_t d = sample_mix(c, 5);
    const std::uint64_t e = sample_mix(d, 6);
    const std::uint64_t f = sample_mix(e, 7);
    const std::uint64_t g = sample_mix(f, 8);
    const std::uint64_t h = sample_mix(g, static_cast<std::uint64_t>(how));
    const std::uint64_t address = sample_allocate(object);
    object->address = address;
    object->words[0] = sample_mix(sample_mix(a, b), sample_mix(c, d)) + sample_mix(sample_mix(e, f), sample_mix(g, h)) +
                       a + b + c + d + e + f + g + h;
}

void shape_switch(Object* object, int how) {
    switch (how) {
        case 0:
            sample_mix(1, 1);
            break;
        case 1:
            sample_track(object);
            break;
        case 2:
            sample_mix(2, object->words[1]);
            sample_mix(3, object->words[2]);
            break;
        case 3:
            object->words[3] = 9;
            break;
        case 4:
            sample_hook(object);
            break;
        case 5:
            object->words[5] = sample_mix(5, 5);
            break;
        default:
            break;
    }
    object->address = sample_allocate(object);
    sample_track(object);
}

// A frame that is aligned beyond what the caller guarantees.
void shape_aligned(Object* object, int how) {
    alignas(64) volatile std::uint64_t block[16];
    for (int i = 0; i < 16; ++i) {
        block[i] = sample_mix(static_cast<std::uint64_t>(i), object->words[i % 8]);
    }
    object->address = sample_allocate(object);
    object->words[1] = block[how & 15];
}

void shape_second_argument(int how, Object* object) {
    sample_mix(1, static_cast<std::uint64_t>(how));
    object->address = sample_allocate(object);
    sample_track(object);
    object->type = how;
}

std::uint64_t shape_tail(Object* object, int how) {
    if (how == 1) {
        sample_mix(1, 2);
    }
    return sample_allocate(object);
}

std::uint64_t shape_returns(Object* object, int how) {
    if (how == 0) {
        return 1;
    }
    if (how == 1) {
        sample_track(object);
        return sample_mix(object->words[0], 2) + 1;
    }
    try {
        return sample_allocate(object) + 1;
    } catch (int what) {
        return static_cast<std::uint64_t>(what);
    }
}

std::uint64_t shape_six(
    std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d, std::uint64_t e, std::uint64_t f
) {
    std::uint64_t sum = 0;
    while (a-- != 0) {
        sum += sample_mix(b, c) + sample_mix(d, e) + sample_mix(f, a);
    }
    return sum;
}
}
