// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Fixtures of the stand-in's own tests.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>

#include "driver/options.hpp"
#include "driver/world.hpp"
#include "runtime/buffer.hpp"
#include "runtime/graph_tracking.hpp"
#include "runtime/idevice.hpp"
#include "runtime/mesh_device.hpp"

namespace standin_test {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;
using tt::tt_metal::CoreRangeSet;
using tt::tt_metal::DeviceAddr;
using tt::tt_metal::GraphTracker;
using tt::tt_metal::IDevice;

template <typename T>
T at(const void* object, std::size_t offset) {
    T value;
    std::memcpy(&value, static_cast<const char*>(object) + offset, sizeof(value));
    return value;
}

// Counts from inside the runtime, independently of the driver's own log.
class CountingProcessor final : public tt::tt_metal::IGraphProcessor {
public:
    void track_allocate(const Buffer* buffer) override { ++(buffer->address() == 0 ? hooked_allocs : allocs); }
    void track_deallocate(Buffer* buffer) override { ++(buffer->address() == 0 ? hooked_frees : frees); }
    void track_allocate_cb(const CoreRangeSet&, DeviceAddr, DeviceAddr, bool, const IDevice*) override { ++cbs; }
    void track_program(tt::tt_metal::Program*, const IDevice*) override { ++launches; }

    std::atomic<std::uint64_t> allocs = 0;
    std::atomic<std::uint64_t> frees = 0;
    std::atomic<std::uint64_t> hooked_allocs = 0;
    std::atomic<std::uint64_t> hooked_frees = 0;
    std::atomic<std::uint64_t> cbs = 0;
    std::atomic<std::uint64_t> launches = 0;
};

class StandinTest : public testing::Test {
protected:
    void SetUp() override { GraphTracker::instance().push_processor(seen_); }
    void TearDown() override { GraphTracker::instance().pop_processor(); }

    standin::Options options() const {
        standin::Options options;
        options.owners = {4, 1, 1, 0};
        options.types = {BufferType::DRAM, BufferType::L1, BufferType::L1_SMALL, BufferType::TRACE};
        options.repeat = 50;
        return options;
    }

    std::shared_ptr<CountingProcessor> seen_ = std::make_shared<CountingProcessor>();
};

// A world with one mesh of eight chips, open.
class MeshTest : public StandinTest {
protected:
    void SetUp() override {
        StandinTest::SetUp();
        world_.open();
    }
    void TearDown() override {
        world_.close();
        world_.drop_closed();
        StandinTest::TearDown();
    }
    IDevice* mesh() const { return world_.mesh().get(); }
    IDevice* chip(int id) const {
        const auto& chips = world_.chips();
        return std::find_if(chips.begin(), chips.end(), [&](const auto& owner) { return owner.device->id() == id; })
            ->device;
    }
    std::shared_ptr<Buffer> allocate(IDevice* device, BufferType type = BufferType::DRAM, DeviceAddr size = 32'768) {
        return Buffer::create(device, size, 2048, type);
    }

    standin::Options options_ = options();
    standin::World world_{options_};
};

}  // namespace standin_test
