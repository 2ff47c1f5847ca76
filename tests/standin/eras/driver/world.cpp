// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/world.hpp"

#include <numeric>

#include "internal/seam.hpp"
#include "runtime/device_pool.hpp"
#include "runtime/host_api.hpp"

namespace standin {

using tt::tt_metal::ChipId;
using tt::tt_metal::DeviceAddr;

thread_local Launch current_launch;

namespace {

World* the_world = nullptr;  // for the seam, which takes plain functions

}  // namespace

#if ERA_TRACKER

#if ERA_CORES_IN_TT_METAL
using tt::tt_metal::CoreRangeSet;
#endif
using tt::tt_metal::IDevice;
using tt::tt_metal::Program;

class Processor final : public tt::tt_metal::IGraphProcessor {
public:
    explicit Processor(World& world) : world_(world) {}

    void track_allocate(ERA_ALLOCATE_PARAMS) override {
#if TAT_ERA == 202409
        static_cast<void>(bottom_up);
#endif
        if (world_.hooks_->do_block) {
            world_.book().hooked_alloc(world_.facts_of(*buffer));
            return;
        }
        const BufferFacts facts = world_.facts_of(*buffer);
        world_.book().counts().allocs_without_address += facts.address == 0 ? 1 : 0;
        // Where the address is stored later, the seam tells of it.
#if !(ERA_ASYNC_BUFFER && ERA_DETAIL_ALLOCATE)
        world_.book().alloc(facts);
#endif
    }
    void track_deallocate(Buffer* buffer) override {
        const BufferFacts facts = world_.facts_of(*buffer);
        world_.book().counts().frees_without_size += facts.size == 0 ? 1 : 0;
        world_.book().freed(facts);
    }
    void track_allocate_cb(ERA_CB_PARAMS) override {
        static_cast<void>(cores);
#if TAT_ERA >= 202411
        static_cast<void>(is_globally_allocated);
#endif
#if ERA_IDEVICE
        static_cast<void>(device);
#endif
        world_.book().circular_buffer(*current_launch.owner, address, size, current_launch.program);
    }
    void track_deallocate_cb(ERA_CB_FREE_PARAMS) override {
#if ERA_IDEVICE
        static_cast<void>(device);
#endif
        ++world_.book().counts().cb_releases;
    }
    void track_program(ERA_PROGRAM_PARAMS) override {
        static_cast<void>(program);
#if ERA_IDEVICE
        static_cast<void>(device);
#endif
    }

private:
    World& world_;
};

#endif  // ERA_TRACKER

World::World(const Options& options, EventBook& book) : options_(options), book_(book) {
    the_world = this;
#if !ERA_TRACKER
    seam.freed = [](const void* buffer) {
        the_world->book().freed(the_world->facts_of(*static_cast<const Buffer*>(buffer)));
    };
#endif
#if !ERA_TRACKER || (ERA_ASYNC_BUFFER && ERA_DETAIL_ALLOCATE)
    seam.allocated = [](const void* buffer) {
#if ERA_TRACKER
        if (the_world->hooks_->do_block) {
            return;
        }
#endif
        the_world->book().alloc(the_world->facts_of(*static_cast<const Buffer*>(buffer)));
    };
#endif
#if ERA_TRACKER
    processor_ = std::make_shared<Processor>(*this);
#if !ERA_IMPLS
    tt::tt_metal::GraphTracker::instance().push_processor(processor_);
    tt::tt_metal::GraphTracker::instance().add_hook(hooks_);
#endif
#endif
    attach_thread();
}

void World::attach_thread() {
#if ERA_IMPLS
    tt::tt_metal::GraphTracker::instance().push_processor(processor_);
    tt::tt_metal::GraphTracker::instance().add_hook(hooks_);
#endif
}

void World::add_owner(OwnerDevice* device, const std::string& name, std::vector<int> chips, bool is_mesh) {
    infos_.push_back({name, device, tt::tt_metal::owned_allocator(device).get(), std::move(chips)});
    info_of_[device] = &infos_.back();
    owners_.push_back({device, &infos_.back(), is_mesh});
}

void World::open() {
    std::vector<ChipId> ids(options_.chips);
    std::iota(ids.begin(), ids.end(), 0);
#if ERA_IDEVICE
    if (ids.size() > 1) {
        std::swap(ids[0], ids[1]);  // the order of a mesh is not ascending
    }
    mesh_ = tt::tt_metal::distributed::MeshDevice::create(ids);
    add_owner(mesh_.get(), "mesh " + std::to_string(mesh_->id()), ids, /*is_mesh=*/true);
    if (options_.submesh) {
        const std::vector<ChipId> half(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>((ids.size() + 1) / 2));
        submesh_ = mesh_->create_submesh(half.size());
        add_owner(submesh_.get(), "mesh " + std::to_string(submesh_->id()), half, /*is_mesh=*/true);
    }
#else
    tt::tt_metal::device_pool().open(ids);
#endif
    for (const ChipId id : ids) {
        OwnerDevice* device = tt::tt_metal::device_pool().get_active_device(id);
        add_owner(device, "chip " + std::to_string(id), {id}, /*is_mesh=*/false);
#if ERA_PUSH_WORK
        device->enable_async(options_.async && id % 2 == 1);
#endif
    }
}

void World::close() {
    if (!is_open()) {
        return;
    }
    book_.set_closing(true);
#if ERA_IDEVICE
    mesh_->close();
    closed_meshes_.push_back(std::move(mesh_));
    if (submesh_) {
        closed_meshes_.push_back(std::move(submesh_));
    }
#else
    for (const Owner& owner : owners_) {
        tt::tt_metal::CloseDevice(owner.device);
    }
#endif
    book_.set_closing(false);
    book_.drop_live();
    owners_.clear();
}

void World::drop_closed() {
#if ERA_IDEVICE
    closed_meshes_.clear();
#endif
}

void World::synchronize() {
#if ERA_PUSH_WORK
    for (const Owner& owner : owners_) {
        owner.device->synchronize();
    }
#endif
}

BufferFacts World::facts_of(const Buffer& buffer) const {
#if ERA_IMPLS
    const auto& source = *buffer.pimpl_;
#else
    const Buffer& source = buffer;
#endif
    return {
        info_of_.at(source.device_),
        static_cast<int>(source.buffer_type_),
        source.address_,
        source.size_,
        source.page_size_,
        &buffer};
}

std::vector<BufferFacts> World::live() const {
#if ERA_BUFFER_MAP
    return book_.live();
#else
    std::vector<BufferFacts> all;
    for (const Owner& owner : owners_) {
        const auto& allocator = *tt::tt_metal::owned_allocator(owner.device);
#if ERA_DETAIL_ALLOCATE
        const auto& live = tt::tt_metal::allocator::get_allocated_buffers(allocator);
#else
        const auto live = allocator.get_allocated_buffers();
#endif
        for (const Buffer* buffer : live) {
            all.push_back(facts_of(*buffer));
        }
    }
    return all;
#endif
}

World::HookedSection::HookedSection(World& world) :
    world_(world), gate_(world.gate_), lock_(world.hook_mutex_) {
    world_.synchronize();
#if ERA_TRACKER
    world_.hooks_->set_block(true);
#endif
}

World::HookedSection::~HookedSection() {
    world_.synchronize();
#if ERA_TRACKER
    world_.hooks_->set_block(false);
#endif
}

std::shared_lock<std::shared_mutex> World::use() {
    const std::lock_guard<std::mutex> lock(gate_);
    return std::shared_lock<std::shared_mutex>(hook_mutex_);
}

}  // namespace standin
