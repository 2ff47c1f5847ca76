// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/operations.hpp"

#include <cmath>
#include <stdexcept>

#include "internal/standin_access.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/host_api.hpp"
#include "runtime/idevice.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::CoreRange;
using tt::tt_metal::CoreRangeSet;
using tt::tt_metal::GraphTracker;
using tt::tt_metal::StandinAccess;
using tt::tt_metal::TensorMemoryLayout;
using tt::tt_metal::distributed::MeshBuffer;

namespace {

constexpr std::uint32_t kTileEdge = 32;

thread_local bool in_hooked_section = false;

class ThreadHook final : public tt::tt_metal::IGraphHooks {
public:
    bool hook_allocate(const Buffer*) override { return in_hooked_section; }
    bool hook_deallocate(Buffer* buffer) override { return StandinAccess::is_hooked(*buffer); }
};

Holding create(const Request& request) {
    if (request.with_children && request.owner.mesh != nullptr && !request.owner.sub_device.has_value()) {
        return {
            nullptr,
            MeshBuffer::create(request.owner.mesh, request.size, request.page_size, request.type, request.sharding)};
    }
    return {
        Buffer::create(
            request.owner.device,
            request.size,
            request.page_size,
            request.type,
            request.sharding,
            std::nullopt,
            request.owner.sub_device),
        nullptr};
}

void log_free(ThreadLog& log, const Buffer& buffer) {
    if (!buffer.is_allocated() || buffer.size() == 0 || !buffer.device()->is_initialized()) {
        return;
    }
    if (StandinAccess::is_hooked(buffer)) {
        log.hooked_free(buffer);
    } else {
        log.freed(buffer);
    }
}

}  // namespace

void shard(Request& request, TensorMemoryLayout layout, const ShardGrid& grid, std::uint32_t pages) {
    std::uint32_t rows = layout == TensorMemoryLayout::HEIGHT_SHARDED ? pages : 1;
    if (layout == TensorMemoryLayout::BLOCK_SHARDED) {
        rows = static_cast<std::uint32_t>(std::sqrt(pages));
    }
    const std::uint32_t columns = pages / rows;
    const auto cores = static_cast<std::uint32_t>(grid.rows * grid.cols);
    const bool block = layout == TensorMemoryLayout::BLOCK_SHARDED;
    const bool height = layout == TensorMemoryLayout::HEIGHT_SHARDED;
    const std::uint32_t down = block ? static_cast<std::uint32_t>(grid.rows) : (height ? cores : 1);
    const std::uint32_t across = block ? static_cast<std::uint32_t>(grid.cols) : (height ? 1 : cores);
    request.sharding.buffer_layout = layout;
    auto& spec = request.sharding.shard_spec.emplace();
    spec.tensor_shard_spec.grid = CoreRangeSet({CoreRange{{0, 0}, {grid.cols - 1, grid.rows - 1}}});
    spec.tensor_shard_spec.shape = {
        (rows + down - 1) / down * kTileEdge, (columns + across - 1) / across * kTileEdge};
    spec.page_shape = {kTileEdge, kTileEdge};
    spec.tensor2d_shape_in_pages = {rows, columns};
    request.size = std::uint64_t{rows} * columns * request.page_size;
}

std::optional<Holding> allocate(ThreadLog& log, const Request& request) {
    try {
        Holding holding = create(request);
        const Buffer& buffer = *holding.buffer();
        if (StandinAccess::is_hooked(buffer)) {
            log.hooked_alloc(buffer);
        } else if (buffer.size() != 0) {
            log.alloc(buffer);
        }
        return holding;
    } catch (const std::runtime_error& error) {
        log.failed({request.owner.device, request.type, request.size, request.page_size, error.what()});
        return std::nullopt;
    }
}

void release(ThreadLog& log, Holding& holding, FreeWay way) {
    Buffer& buffer = *holding.buffer();
    log_free(log, buffer);
    if (holding.mesh) {
        holding.mesh->deallocate();
    } else if (way == FreeWay::deallocate || way == FreeWay::deallocate_twice) {
        buffer.deallocate();
        if (way == FreeWay::deallocate_twice) {
            buffer.deallocate();
        }
    } else if (way == FreeWay::deallocate_buffer) {
        tt::tt_metal::DeallocateBuffer(buffer);
    }
    holding.mesh.reset();
    holding.plain.reset();
}

void install_thread_hook() { GraphTracker::instance().add_hook(std::make_shared<ThreadHook>()); }

void remove_thread_hook() { GraphTracker::instance().clear_hook(); }

void enter_hooked_section() { in_hooked_section = true; }

void leave_hooked_section() { in_hooked_section = false; }

void launch(ThreadLog& log, tt::tt_metal::IDevice* device, tt::tt_metal::Program& program, bool plan_is_new) {
    const void* impl = &program.impl();
    GraphTracker::instance().track_program(&program, device);
    log.launch(device, impl);
    try {
        tt::tt_metal::distributed::EnqueueProgram(device, program);
    } catch (const std::runtime_error& error) {
        log.clash(error.what());
    }
    if (!plan_is_new) {
        return;
    }
    for (const auto& circular_buffer : program.impl().circular_buffers()) {
        if (!circular_buffer->config().globally_allocated) {
            log.circular_buffer({device, circular_buffer->address(), circular_buffer->config().total_size, impl});
        }
    }
}

tt::tt_metal::Program make_program(unsigned circular_buffers, std::uint64_t cb_bytes) {
    auto program = tt::tt_metal::CreateProgram();
    const CoreRangeSet cores({CoreRange{{0, 0}, {7, 3}}, CoreRange{{0, 4}, {3, 4}}});
    for (unsigned index = 0; index < circular_buffers; ++index) {
        tt::tt_metal::CreateCircularBuffer(program, cores, {cb_bytes * (index + 1), false});
    }
    return program;
}

}  // namespace standin
