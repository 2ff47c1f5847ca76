// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// A buffer as a user of the era holds it, and the ways to get and to lose one.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "driver/world.hpp"

namespace standin {

struct Request {
    Owner owner;
    tt::tt_metal::BufferType type = tt::tt_metal::BufferType::DRAM;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    bool with_children = false;  // a mesh buffer, with a Buffer of its own for each chip that owns nothing
};

struct Holding {
#if ERA_BUFFER_MAP
    // The last one is the buffer; those before it were moved from, and detail::BUFFER_MAP may still know them.
    std::vector<std::unique_ptr<Buffer>> objects;
    Buffer& buffer() const { return *objects.back(); }
#else
    std::shared_ptr<Buffer> plain;
    std::vector<std::shared_ptr<Buffer>> children;
    Buffer& buffer() const { return *plain; }
#endif
};

enum class FreeWay { destroy, deallocate, deallocate_twice, deallocate_buffer };

// Nothing when the runtime threw; that is in the book then.
std::optional<Holding> allocate(World& world, const Request& request);
void release(Holding& holding, FreeWay way = FreeWay::destroy);
// Moves the buffer to another object where the era can, every third time into a copy of its own. Returns a copy made.
std::optional<Holding> shuffle(Holding& holding, std::uint64_t random);
// Buffers that make no event at all: without size, without ownership, views.
void make_silent_buffers(const Request& request, const Holding* holding);

}  // namespace standin
