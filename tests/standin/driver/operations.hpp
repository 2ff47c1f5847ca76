// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Single operations on the runtime, each with its entry in the log of the calling thread.
#pragma once

#include <memory>
#include <optional>

#include "driver/event_log.hpp"
#include "driver/world.hpp"
#include "runtime/buffer.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/program.hpp"

namespace standin {

// A buffer that the driver keeps: a plain one, or one of a mesh with its per-chip children.
struct Holding {
    std::shared_ptr<tt::tt_metal::Buffer> plain;
    std::shared_ptr<tt::tt_metal::distributed::MeshBuffer> mesh;

    tt::tt_metal::Buffer* buffer() const { return mesh ? mesh->get_backing_buffer() : plain.get(); }
};

struct Request {
    Owner owner;
    tt::tt_metal::BufferType type = tt::tt_metal::BufferType::DRAM;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    bool with_children = false;
    tt::tt_metal::BufferShardingArgs sharding;
};

enum class FreeWay { destroy, deallocate, deallocate_twice, deallocate_buffer };

struct ShardGrid {
    std::size_t cols = 1;
    std::size_t rows = 1;
};

// Spreads the pages over the cores of a grid from (0, 0) on; size becomes pages x page_size. BLOCK_SHARDED takes them as a
// square of pages, WIDTH_SHARDED as one row and HEIGHT_SHARDED as one column. The last shards may be partly or wholly empty.
void shard(Request& request, tt::tt_metal::TensorMemoryLayout layout, const ShardGrid& grid, std::uint32_t pages);

// nothing: the runtime threw; the failure is in the log.
std::optional<Holding> allocate(ThreadLog& log, const Request& request);

// A free after the owner was closed makes no event and is not logged.
void release(ThreadLog& log, Holding& holding, FreeWay way = FreeWay::destroy);

// A hook that takes the allocations of a thread between enter and leave, as a graph capture without dispatch does.
void install_thread_hook();
void remove_thread_hook();
void enter_hooked_section();
void leave_hooked_section();

// As an operation of ttnn does it: tells the tracker of the program, then enqueues. A clash is caught and counted.
void launch(ThreadLog& log, tt::tt_metal::IDevice* device, tt::tt_metal::Program& program, bool plan_is_new);

tt::tt_metal::Program make_program(unsigned circular_buffers, std::uint64_t cb_bytes);

}  // namespace standin
