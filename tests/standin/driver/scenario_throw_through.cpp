// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// An exception through every function of the runtime that can let one pass, caught by the user, again and again. A
// runtime whose return addresses had been tampered with would not survive the first one.

#include <stdexcept>

#include "driver/scenarios.hpp"
#include "runtime/allocator.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/host_api.hpp"
#include "runtime/idevice.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::AllocatorImpl;
using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::CoreRangeSet;
using tt::tt_metal::DeviceAddr;
using tt::tt_metal::GraphTracker;
using tt::tt_metal::IDevice;

namespace {

constexpr int kExtraChip = 200;

enum class ThrowAt {
    nothing,
    track_allocate,
    track_deallocate,
    track_allocate_cb,
    track_deallocate_cb,
    track_program,
    hook_allocate,
    hook_deallocate
};

// Throws once where it is armed, and keeps the log of allocations that no caller gets to see.
class Thrower final : public tt::tt_metal::IGraphProcessor, public tt::tt_metal::IGraphHooks {
public:
    explicit Thrower(ThreadLog& log) : log_(log) {}
    void arm(ThrowAt where) { where_ = where; }

    void track_allocate(const Buffer* buffer) override {
        if (where_ == ThrowAt::track_allocate) {
            log_.alloc(*buffer);
            doomed_ = buffer;
        }
        fire(ThrowAt::track_allocate);
    }
    void track_deallocate(Buffer* buffer) override {
        if (buffer == doomed_) {
            log_.freed(*buffer);
            doomed_ = nullptr;
        }
        fire(ThrowAt::track_deallocate);
    }
    void track_allocate_cb(const CoreRangeSet&, DeviceAddr, DeviceAddr, bool, const IDevice*) override {
        fire(ThrowAt::track_allocate_cb);
    }
    void track_deallocate_cb(const IDevice*) override { fire(ThrowAt::track_deallocate_cb); }
    void track_program(tt::tt_metal::Program*, const IDevice*) override { fire(ThrowAt::track_program); }
    bool hook_allocate(const Buffer*) override {
        fire(ThrowAt::hook_allocate);
        return false;
    }
    bool hook_deallocate(Buffer*) override {
        fire(ThrowAt::hook_deallocate);
        return false;
    }

private:
    void fire(ThrowAt where) {
        if (where_ == where) {
            where_ = ThrowAt::nothing;
            throw std::runtime_error("thrown on purpose");
        }
    }

    ThreadLog& log_;
    ThrowAt where_ = ThrowAt::nothing;
    const Buffer* doomed_ = nullptr;
};

template <typename Function>
void expect_throw(const char* what, Function function) {
    try {
        function();
    } catch (const std::runtime_error&) {
        return;
    }
    throw std::runtime_error(std::string("no exception came through ") + what);
}

// The event of the free has happened when the exception comes; the memory is still taken, so the free is repeated.
template <typename Disarm>
void free_twice(ScenarioContext& context, Buffer& buffer, Disarm disarm) {
    context.log.freed(buffer);
    expect_throw("deallocate_impl", [&] { tt::tt_metal::DeallocateBuffer(buffer); });
    disarm();
    context.log.freed_again(buffer);
    tt::tt_metal::DeallocateBuffer(buffer);
}

void through_allocation(ScenarioContext& context, Thrower& thrower) {
    allocate(context.log, request_of(the_mesh(context), BufferType::L1, 1'000'000));
    Request request = request_of(the_mesh(context), BufferType::L1);
    thrower.arm(ThrowAt::hook_allocate);
    allocate(context.log, request);
    // Here the allocation had succeeded: the unwinding frees the buffer again, with an event.
    thrower.arm(ThrowAt::track_allocate);
    expect_throw("track_allocate", [&] {
        Buffer::create(request.owner.device, request.size, request.page_size, request.type);
    });
}

void through_free(ScenarioContext& context, Thrower& thrower) {
    for (const ThrowAt where : {ThrowAt::track_deallocate, ThrowAt::hook_deallocate}) {
        Holding holding = must_allocate(context, request_of(the_mesh(context), BufferType::DRAM));
        thrower.arm(where);
        free_twice(context, *holding.buffer(), [] {});
    }
    Owner owner = the_mesh(context);
    const auto manager =
        owner.mesh->create_sub_device_manager({{CoreRangeSet({tt::tt_metal::CoreRange{{0, 0}, {7, 7}}})}}, 32'768);
    owner.mesh->load_sub_device_manager(manager);
    owner.sub_device = tt::tt_metal::SubDeviceId{0};
    Holding holding = must_allocate(context, request_of(owner, BufferType::L1));
    owner.mesh->clear_loaded_sub_device_manager();
    free_twice(context, *holding.buffer(), [&] { owner.mesh->load_sub_device_manager(manager); });
    owner.mesh->clear_loaded_sub_device_manager();
    owner.mesh->remove_sub_device_manager(manager);
}

void through_programs(ScenarioContext& context, Thrower& thrower) {
    IDevice* device = the_mesh(context).device;
    auto too_large = make_program(1, 2'000'000);
    launch(context.log, device, too_large, /*plan_is_new=*/true);
    auto program = make_program(1, 2048);
    thrower.arm(ThrowAt::track_allocate_cb);
    launch(context.log, device, program, /*plan_is_new=*/true);
    thrower.arm(ThrowAt::track_program);
    expect_throw("track_program", [&] { GraphTracker::instance().track_program(&program, device); });
    thrower.arm(ThrowAt::track_deallocate_cb);
    expect_throw("track_deallocate_cb", [&] { GraphTracker::instance().track_deallocate_cb(device); });
}

void through_close_and_allocator(ScenarioContext& context) {
    auto* mesh = the_mesh(context).mesh;
    constexpr std::uint32_t kTrace = 1;
    mesh->begin_mesh_trace(kTrace);
    expect_throw("MeshDevice::close", [&] { mesh->close(); });
    mesh->end_mesh_trace(kTrace, 4096);
    context.log.alloc(*mesh->mesh_trace_buffer(kTrace)->get_backing_buffer());
    context.log.freed(*mesh->mesh_trace_buffer(kTrace)->get_backing_buffer());
    mesh->release_mesh_trace(kTrace);
    IDevice* extra = tt::tt_metal::CreateDevice(kExtraChip);
    const auto config = extra->allocator_impl()->get_config();
    tt::tt_metal::CloseDevice(extra);
    expect_throw("Device::close", [&] { tt::tt_metal::CloseDevice(extra); });
    AllocatorImpl own(config);
    expect_throw("shrink_allocator_size", [&] { own.shrink_allocator_size(BufferType::L1, 1U << 30, true); });
    tt::tt_metal::AllocatorState too_much;
    too_much.ranges_by_type[static_cast<int>(BufferType::L1)] = {{0, 1U << 30}};
    expect_throw("override_state", [&] { own.override_state(too_much); });
}

}  // namespace

void scenario_throw_through(ScenarioContext& context) {
    auto thrower = std::make_shared<Thrower>(context.log);
    GraphTracker::instance().push_processor(thrower);
    GraphTracker::instance().add_hook(thrower);
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        through_allocation(context, *thrower);
        through_free(context, *thrower);
        through_programs(context, *thrower);
        through_close_and_allocator(context);
    }
    GraphTracker::instance().clear_hook();
    GraphTracker::instance().pop_processor();
    context.kept.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::DRAM)));
}

}  // namespace standin
