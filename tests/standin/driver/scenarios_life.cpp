// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Scenarios about the life of allocators, meshes and traces.

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "driver/scenarios.hpp"
#include "runtime/allocator.hpp"
#include "runtime/idevice.hpp"
#include "runtime/mesh_buffer.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::BufferType;
using tt::tt_metal::CoreRange;
using tt::tt_metal::CoreRangeSet;

namespace {

constexpr int kBuffers = 5;

std::vector<Holding> allocate_some(ScenarioContext& context, const Owner& owner, BufferType type) {
    std::vector<Holding> holdings;
    for (int index = 0; index < kBuffers; ++index) {
        holdings.push_back(must_allocate(context, request_of(owner, type)));
    }
    return holdings;
}

void keep(ScenarioContext& context, std::vector<Holding> holdings) {
    std::move(holdings.begin(), holdings.end(), std::back_inserter(context.kept));
}

void not_live_any_more(ScenarioContext& context, const std::vector<Holding>& holdings) {
    for (const Holding& holding : holdings) {
        context.world.not_live().insert(holding.buffer()->unique_id());
    }
}

Owner a_submesh(const ScenarioContext& context) {
    if (context.world.submeshes().empty()) {
        throw std::runtime_error("this scenario needs a submesh");
    }
    return context.world.submeshes().front();
}

}  // namespace

// A submesh takes over the state of its parent: its own buffers lose their blocks, and others belong to none of them.
void scenario_override_state(ScenarioContext& context) {
    const Owner submesh = a_submesh(context);
    keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
    keep(context, allocate_some(context, the_mesh(context), BufferType::L1));
    std::vector<Holding> overridden = allocate_some(context, submesh, BufferType::DRAM);
    submesh.device->allocator_impl()->override_state(the_mesh(context).device->allocator_impl()->extract_state());
    not_live_any_more(context, overridden);
    keep(context, allocate_some(context, submesh, BufferType::DRAM));
    keep(context, allocate_some(context, submesh, BufferType::L1));
    // Kept until the close: freeing them now would free blocks of the parent's state.
    keep(context, std::move(overridden));
}

// Two loads of a sub-device manager with L1 of its own; the second one stays.
void scenario_shrink_reset(ScenarioContext& context) {
    Owner owner = the_mesh(context);
    keep(context, allocate_some(context, owner, BufferType::L1));
    const auto manager = owner.mesh->create_sub_device_manager(
        {{CoreRangeSet({CoreRange{{0, 0}, {7, 3}}})}, {CoreRangeSet({CoreRange{{0, 4}, {7, 7}}})}}, 128 * 1024);
    for (const bool last : {false, true}) {
        owner.mesh->load_sub_device_manager(manager);
        owner.sub_device = tt::tt_metal::SubDeviceId{1};
        std::vector<Holding> local = allocate_some(context, owner, BufferType::L1);
        owner.sub_device.reset();
        keep(context, allocate_some(context, owner, BufferType::L1));
        if (last) {
            keep(context, std::move(local));
            return;
        }
        for (Holding& holding : local) {
            release(context.log, holding);
        }
        owner.mesh->clear_loaded_sub_device_manager();
    }
}

// The submesh goes silently, its parent and its siblings stay.
void scenario_submesh_close(ScenarioContext& context) {
    const Owner submesh = a_submesh(context);
    keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
    for (const Owner& each : context.world.submeshes()) {
        keep(context, allocate_some(context, each, BufferType::DRAM));
        keep(context, allocate_some(context, each, BufferType::L1));
    }
    submesh.mesh->close();
    keep(context, allocate_some(context, the_mesh(context), BufferType::L1));
}

// The same Device objects again and again, with new allocators; the last time stays open.
void scenario_reopen(ScenarioContext& context) {
    for (std::uint64_t round = 0; round < context.options.repeat; ++round) {
        context.world.close();
        context.kept.clear();
        context.world.drop_closed();
        context.world.open();
        keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
        keep(context, allocate_some(context, chip(context, 0), BufferType::DRAM));
        keep(context, allocate_some(context, chip(context, 1), BufferType::L1));
    }
}

// Buffers of a closed mesh are destroyed when new buffers have taken their addresses under the next mesh.
void scenario_destroy_after_close(ScenarioContext& context) {
    const auto old_mesh = context.world.mesh();
    std::vector<Holding> old_buffers = allocate_some(context, the_mesh(context), BufferType::DRAM);
    context.world.close();
    context.world.open();
    keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
    for (Holding& holding : old_buffers) {
        release(context.log, holding);
    }
}

// The runtime forgets the buffers, its allocator does not: their blocks stay in use. The objects must live on, as the
// allocator's set still names them.
void scenario_mark_as_deallocated(ScenarioContext& context) {
    static auto* marked_for_ever = new std::vector<Holding>();
    std::vector<Holding> marked = allocate_some(context, the_mesh(context), BufferType::DRAM);
    keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
    not_live_any_more(context, marked);
    for (Holding& holding : marked) {
        holding.buffer()->mark_as_deallocated();
        marked_for_ever->push_back(std::move(holding));
    }
    keep(context, allocate_some(context, the_mesh(context), BufferType::DRAM));
}

// Two traces, the second one stays. What is allocated while a trace lives is not safe from its replay.
void scenario_trace(ScenarioContext& context) {
    constexpr std::uint64_t kTraceBytes = 1U << 20;
    const Owner owner = the_mesh(context);
    keep(context, allocate_some(context, owner, BufferType::DRAM));
    for (const std::uint32_t trace_id : {1U, 2U}) {
        owner.mesh->begin_mesh_trace(trace_id);
        for (Holding& holding : allocate_some(context, owner, BufferType::L1)) {
            release(context.log, holding);
        }
        owner.mesh->end_mesh_trace(trace_id, kTraceBytes);
        const auto& trace = *owner.mesh->mesh_trace_buffer(trace_id)->get_backing_buffer();
        context.log.alloc(trace);
        keep(context, allocate_some(context, owner, BufferType::DRAM));
        keep(context, allocate_some(context, owner, BufferType::L1));
        if (trace_id == 1) {
            context.log.freed(trace);
            owner.mesh->release_mesh_trace(trace_id);
            keep(context, allocate_some(context, owner, BufferType::DRAM));
        }
    }
}

}  // namespace standin
