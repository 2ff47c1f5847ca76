// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/holding.hpp"

#include <stdexcept>

#include "runtime/device.hpp"
#include "runtime/host_api.hpp"

namespace standin {

using tt::tt_metal::BufferType;
using tt::tt_metal::TensorMemoryLayout;

namespace {

// L1_SMALL takes sharded buffers only.
const std::optional<tt::tt_metal::ShardSpecBuffer>& sharding_of(BufferType type) {
#if ERA_CORES_IN_TT_METAL
    using tt::tt_metal::CoreRangeSet;
#endif
    static const std::optional<tt::tt_metal::ShardSpecBuffer> interleaved;
    static const std::optional<tt::tt_metal::ShardSpecBuffer> sharded = [] {
        std::optional<tt::tt_metal::ShardSpecBuffer> spec;
        spec.emplace();
        spec->tensor_shard_spec.grid = CoreRangeSet(CoreRangeSet::Ranges{{{0, 0}, {7, 0}}});
        // One page on each core: the storm asks for eight.
        spec->tensor_shard_spec.shape = {32, 32};
        spec->page_shape = {32, 32};
        spec->tensor2d_shape = {8, 1};
        return spec;
    }();
    return type == BufferType::L1_SMALL ? sharded : interleaved;
}

TensorMemoryLayout layout_of(BufferType type) {
    return type == BufferType::L1_SMALL ? TensorMemoryLayout::HEIGHT_SHARDED : TensorMemoryLayout::INTERLEAVED;
}

Holding create(const Request& request) {
    const auto& sharding = sharding_of(request.type);
    const TensorMemoryLayout layout = layout_of(request.type);
    OwnerDevice* device = request.owner.device;
    Holding holding;
#if ERA_BUFFER_MAP
#if ERA_VIRTUAL_BUFFER
    if (device->id() % 2 == 1) {
        holding.objects.push_back(
            std::make_unique<ttnn::Buffer>(
                device, request.size, request.page_size, request.type, layout, sharding));
        return holding;
    }
#endif
    holding.objects.push_back(
        std::make_unique<Buffer>(device, request.size, request.page_size, request.type, layout, sharding));
#else
    holding.plain = Buffer::create(device, request.size, request.page_size, request.type, layout, sharding);
#if ERA_ASYNC_BUFFER
    holding.plain->wait_for_worker();
    if (!holding.plain->is_allocated()) {
        throw std::runtime_error("the worker could not allocate");
    }
#endif
#if ERA_IDEVICE
    if (request.with_children && request.owner.is_mesh) {
        auto* mesh = static_cast<tt::tt_metal::distributed::MeshDevice*>(device);
        for (tt::tt_metal::IDevice* chip : mesh->get_devices()) {
            holding.children.push_back(
                Buffer::create(chip, holding.plain->address(), request.size, request.page_size, request.type));
        }
    }
#endif
#endif
    return holding;
}

}  // namespace

std::optional<Holding> allocate(World& world, const Request& request) {
    try {
        return create(request);
    } catch (const std::runtime_error&) {
        world.book().failed(
            {request.owner.info, static_cast<int>(request.type), 0, request.size, request.page_size, nullptr});
        return std::nullopt;
    }
}

void release(Holding& holding, FreeWay way) {
    Buffer& buffer = holding.buffer();
    switch (way) {
        case FreeWay::destroy: break;
        case FreeWay::deallocate_twice: buffer.deallocate(); [[fallthrough]];
        case FreeWay::deallocate: buffer.deallocate(); break;
        case FreeWay::deallocate_buffer: DeallocateBuffer(buffer); break;
    }
    holding = {};
}

std::optional<Holding> shuffle([[maybe_unused]] Holding& holding, [[maybe_unused]] std::uint64_t random) {
#if ERA_BUFFER_MAP
    Buffer& buffer = holding.buffer();
#if ERA_VIRTUAL_BUFFER
    if (dynamic_cast<ttnn::Buffer*>(&buffer) != nullptr) {
        return std::nullopt;
    }
#endif
    if (random % 3 == 0) {
        Holding copy;
        copy.objects.push_back(std::make_unique<Buffer>(buffer));
        return copy;
    }
    holding.objects.push_back(std::make_unique<Buffer>(std::move(buffer)));
#endif
    return std::nullopt;
}

void make_silent_buffers(const Request& request, [[maybe_unused]] const Holding* holding) {
    OwnerDevice* device = request.owner.device;
#if ERA_BUFFER_MAP
    { Buffer empty(device, 0, request.page_size, request.type); }
#if ERA_VIRTUAL_BUFFER
    Buffer foreign(
        device,
        request.size,
        request.page_size,
        request.type,
        TensorMemoryLayout::INTERLEAVED,
        std::nullopt,
        /*allocate=*/false);
    foreign.set_address(0x1000);
#endif
#else
    Buffer::create(device, 0, request.page_size, request.type)->deallocate();
    Buffer::create(device, 0x1000, request.size, request.page_size, request.type)->deallocate();
#if ERA_WEAK_THIS
    if (holding != nullptr) {
        Buffer& root = holding->buffer();
        root.view({0, root.page_size()});
    }
#endif
#endif
}

}  // namespace standin
