// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The opened chips and, where the era has it, one mesh over them; and the wires from the runtime's observers to the book.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

#include "driver/event_book.hpp"
#include "driver/options.hpp"
#include "runtime/buffer.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/mesh_device.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::OwnerDevice;

struct Owner {
    OwnerDevice* device = nullptr;
    const OwnerInfo* info = nullptr;
    bool is_mesh = false;
};

class World {
public:
    World(const Options& options, EventBook& book);

    void open();
    // Buffers that are left are dead objects afterwards. The mesh object lives on: they point at it.
    void close();
    void drop_closed();  // no Buffer may be left
    bool is_open() const { return !owners_.empty(); }
    // Every thread that uses the runtime; in the newest era observers are per thread.
    void attach_thread();
    void synchronize();  // with the worker threads

    const std::vector<Owner>& owners() const { return owners_; }
    // What is live, from the runtime's own books where those can be trusted, else from the driver's.
    std::vector<BufferFacts> live() const;
    BufferFacts facts_of(const Buffer& buffer) const;
    EventBook& book() const { return book_; }

    // While it is held, allocations are hooked: nobody else may use the runtime then.
    class HookedSection {
    public:
        explicit HookedSection(World& world);
        ~HookedSection();
        HookedSection(const HookedSection&) = delete;
        HookedSection& operator=(const HookedSection&) = delete;

    private:
        World& world_;
        std::unique_lock<std::mutex> gate_;
        std::unique_lock<std::shared_mutex> lock_;
    };
    // Held during any other use of the runtime.
    std::shared_lock<std::shared_mutex> use();

private:
    void add_owner(OwnerDevice* device, const std::string& name, std::vector<int> chips, bool is_mesh);

    const Options& options_;
    EventBook& book_;
    std::vector<Owner> owners_;
    std::deque<OwnerInfo> infos_;  // of all owners there ever were
    std::unordered_map<const void*, const OwnerInfo*> info_of_;
    std::mutex gate_;  // lets a waiting HookedSection in before later users
    std::shared_mutex hook_mutex_;
#if ERA_TRACKER
    std::shared_ptr<tt::tt_metal::IGraphProcessor> processor_;
    std::shared_ptr<tt::tt_metal::ProcessorHooks> hooks_ = std::make_shared<tt::tt_metal::ProcessorHooks>();
    friend class Processor;
#endif
#if ERA_IDEVICE
    std::shared_ptr<tt::tt_metal::distributed::MeshDevice> mesh_;
    std::shared_ptr<tt::tt_metal::distributed::MeshDevice> submesh_;
    std::vector<std::shared_ptr<tt::tt_metal::distributed::MeshDevice>> closed_meshes_;
#endif
};

// What the calling thread launches: the observers of circular buffers are not told.
struct Launch {
    const OwnerInfo* owner = nullptr;
    const void* program = nullptr;
};
extern thread_local Launch current_launch;

}  // namespace standin
