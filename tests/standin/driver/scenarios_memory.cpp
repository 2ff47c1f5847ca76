// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Scenarios about buffers, their addresses and their frees.

#include "driver/scenarios.hpp"
#include "internal/standin_access.hpp"
#include "runtime/allocator.hpp"
#include "runtime/idevice.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::AllocationStatus;
using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::StandinAccess;

// The backing buffer of the mesh makes one event; its eight children share the address and make none.
void scenario_nine_buffers(ScenarioContext& context) {
    Request request = request_of(the_mesh(context), BufferType::DRAM, 32);
    request.with_children = true;
    context.kept.push_back(must_allocate(context, request));
}

// Each poke makes the runtime believe once more that the buffer is allocated, so the event fires again in earnest; the
// allocator ignores the free of an address that is not in use.
void scenario_excess_frees(ScenarioContext& context) {
    const Request request = request_of(the_mesh(context), BufferType::L1);
    Holding excess = must_allocate(context, request);
    context.kept.push_back(must_allocate(context, request));
    Buffer& buffer = *excess.buffer();
    context.log.freed(buffer);
    buffer.deallocate();
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        StandinAccess::set_status(buffer, AllocationStatus::ALLOCATED);
        context.log.freed_again(buffer);
        buffer.deallocate();
    }
}

void scenario_three_runs(ScenarioContext& context) {
    constexpr int kRuns = 3;
    constexpr int kBuffers = 10;
    for (int run = 0; run < kRuns; ++run) {
        if (!context.world.is_open()) {
            context.world.open();
        }
        std::vector<Holding> held;
        for (int index = 0; index < kBuffers; ++index) {
            Request request = request_of(index % 2 == 0 ? the_mesh(context) : chip(context, 0), BufferType::DRAM);
            request.with_children = index % 4 == 0;
            held.push_back(must_allocate(context, request));
        }
        for (int index = 0; index < kBuffers / 2; ++index) {
            release(context.log, held.back());
            held.pop_back();
        }
        context.world.close();
        // What is left is destroyed behind the close, without an event.
        for (Holding& leftover : held) {
            release(context.log, leftover);
        }
        context.world.drop_closed();
    }
}

void scenario_free_after_close(ScenarioContext& context) {
    constexpr int kBuffers = 5;
    std::vector<Holding> plain;
    std::vector<Holding> with_children;
    for (int index = 0; index < kBuffers; ++index) {
        plain.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::DRAM)));
        plain.push_back(must_allocate(context, request_of(chip(context, 0), BufferType::L1)));
        Request request = request_of(the_mesh(context), BufferType::L1);
        request.with_children = true;
        with_children.push_back(must_allocate(context, request));
    }
    context.world.close();
    for (Holding& holding : plain) {
        release(context.log, holding);
    }
    // The mesh object is destroyed before its MeshBuffers, which then only mark their backing buffers.
    context.world.drop_closed();
    for (Holding& holding : with_children) {
        holding.mesh.reset();
    }
}

// The frees of cleared buffers do fire, although their ranges are gone.
void scenario_clear(ScenarioContext& context) {
    constexpr int kBuffers = 10;
    const Owner owner = chip(context, 0);
    std::vector<Holding> cleared;
    for (int index = 0; index < kBuffers; ++index) {
        cleared.push_back(must_allocate(context, request_of(owner, BufferType::DRAM)));
    }
    owner.device->allocator_impl()->clear();
    for (const Holding& holding : cleared) {
        context.world.not_live().insert(holding.buffer()->unique_id());
    }
    for (Holding& holding : cleared) {
        release(context.log, holding);
    }
    context.kept.push_back(must_allocate(context, request_of(owner, BufferType::DRAM)));
}

void scenario_oom(ScenarioContext& context) {
    context.kept.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::L1)));
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        allocate(context.log, request_of(the_mesh(context), BufferType::L1, 1'000'000));
        allocate(context.log, request_of(chip(context, 0), BufferType::DRAM, 100'000'000));
        allocate(context.log, request_of(chip(context, 0), BufferType::SYSTEM_MEMORY));
    }
}

void scenario_hooked(ScenarioContext& context) {
    constexpr int kBuffers = 20;
    install_thread_hook();
    std::vector<Holding> hooked;
    for (int index = 0; index < kBuffers; ++index) {
        const Request request = request_of(the_mesh(context), BufferType::L1);
        enter_hooked_section();
        hooked.push_back(must_allocate(context, request));
        leave_hooked_section();
        context.kept.push_back(must_allocate(context, request));
    }
    for (int index = 0; index < kBuffers / 2; ++index) {
        release(context.log, hooked.back());
        hooked.pop_back();
    }
    // The rest is freed when the hook is gone.
    remove_thread_hook();
    for (Holding& holding : hooked) {
        release(context.log, holding);
    }
}

void scenario_all_types(ScenarioContext& context) {
    for (const BufferType type : {BufferType::DRAM, BufferType::L1, BufferType::L1_SMALL, BufferType::TRACE}) {
        context.kept.push_back(must_allocate(context, request_of(the_mesh(context), type, 8)));
        context.kept.push_back(must_allocate(context, request_of(chip(context, 0), type, 8)));
        Holding short_lived = must_allocate(context, request_of(chip(context, 0), type, 8));
        release(context.log, short_lived);
    }
    allocate(context.log, request_of(the_mesh(context), BufferType::SYSTEM_MEMORY));
    context.programs.push_back(make_program(2, 4096));
    launch(context.log, the_mesh(context).device, context.programs.back(), /*plan_is_new=*/true);
}

void scenario_mesh_and_chip_same_id(ScenarioContext& context) {
    constexpr int kBuffers = 4;
    const int id = the_mesh(context).device->id();
    for (int index = 0; index < kBuffers; ++index) {
        context.kept.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::DRAM)));
        context.kept.push_back(must_allocate(context, request_of(chip(context, id), BufferType::DRAM)));
    }
    release(context.log, context.kept.back());
    context.kept.pop_back();
}

void scenario_submesh_overlap(ScenarioContext& context) {
    constexpr int kBuffers = 4;
    for (int index = 0; index < kBuffers; ++index) {
        context.kept.push_back(must_allocate(context, request_of(the_mesh(context), BufferType::L1)));
        context.kept.push_back(must_allocate(context, request_of(chip(context, 0), BufferType::L1)));
        for (const Owner& submesh : context.world.submeshes()) {
            context.kept.push_back(must_allocate(context, request_of(submesh, BufferType::L1)));
        }
    }
}

// The two allocators manage the same addresses on different cores, under one mesh.
void scenario_sub_devices(ScenarioContext& context) {
    using tt::tt_metal::CoreRange;
    using tt::tt_metal::CoreRangeSet;
    Owner owner = the_mesh(context);
    const auto manager = owner.mesh->create_sub_device_manager(
        {{CoreRangeSet({CoreRange{{0, 0}, {7, 3}}})}, {CoreRangeSet({CoreRange{{0, 4}, {7, 7}}})}}, 64 * 1024);
    owner.mesh->load_sub_device_manager(manager);
    for (std::uint8_t id = 0; id < 2; ++id) {
        owner.sub_device = tt::tt_metal::SubDeviceId{id};
        context.kept.push_back(must_allocate(context, request_of(owner, BufferType::L1)));
        context.kept.push_back(must_allocate(context, request_of(owner, BufferType::L1)));
        Holding short_lived = must_allocate(context, request_of(owner, BufferType::L1));
        release(context.log, short_lived);
    }
}

}  // namespace standin
