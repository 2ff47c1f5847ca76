// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/prefill.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace standin {

namespace {

using tt::tt_metal::BufferType;

// Of each owner and type; the rest of the room is the storm's.
std::uint64_t quota(BufferType type) {
    switch (type) {
        case BufferType::L1: return 2'000;
        case BufferType::L1_SMALL: return 100;
        case BufferType::TRACE: return 20'000;
        case BufferType::DRAM:
        case BufferType::SYSTEM_MEMORY: break;
    }
    return UINT64_MAX;
}

class Prefiller {
public:
    Prefiller(const Options& options, const World& world) : types_(options.types) {
        for (const auto* owners : {&world.meshes(), &world.chips(), &world.submeshes(), &world.sub_devices()}) {
            for (const Owner& owner : *owners) {
                owners_.push_back({owner, {}});
            }
        }
    }

    Request request(std::uint64_t index) {
        auto& [kept, used] = owners_[index % owners_.size()];
        Owner owner = kept;
        BufferType type = types_[index / owners_.size() % types_.size()];
        if (owner.sub_device.has_value()) {
            type = BufferType::L1;
        }
        if (++used[static_cast<std::size_t>(type)] > quota(type)) {
            type = BufferType::DRAM;
        }
        if (type == BufferType::DRAM) {
            // Sub-devices have no DRAM of their own: their owner's takes it.
            owner.sub_device.reset();
        }
        Request request;
        request.owner = owner;
        request.type = type;
        request.page_size = request.size = index % 3 == 0 ? 64 : 32;
        if (type == BufferType::L1_SMALL) {
            shard(request, tt::tt_metal::TensorMemoryLayout::HEIGHT_SHARDED, {4, 1}, 4);
        }
        return request;
    }

private:
    using UsedByType = std::array<std::uint64_t, 5>;
    std::vector<BufferType> types_;
    std::vector<std::pair<Owner, UsedByType>> owners_;
};

}  // namespace

std::vector<Holding> prefill(const Options& options, const World& world, ThreadLog& log) {
    Prefiller prefiller(options, world);
    std::vector<Holding> holdings;
    holdings.reserve(options.prefill);
    for (std::uint64_t index = 0; index < options.prefill; ++index) {
        auto holding = allocate(log, prefiller.request(index));
        if (!holding.has_value()) {
            throw std::runtime_error("only " + std::to_string(index) + " buffers of --prefill fit");
        }
        holdings.push_back(std::move(*holding));
    }
    return holdings;
}

}  // namespace standin
