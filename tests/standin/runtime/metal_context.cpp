// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "runtime/metal_context.hpp"

#include <cstdlib>

#include "runtime/allocator.hpp"
#include "runtime/device_manager.hpp"

namespace tt::tt_metal {

namespace {

// Figures of a Wormhole chip: 12 DRAM banks of 1 GiB usable from 32, 64 L1 banks usable 104,448 .. 1,499,136, with
// L1_SMALL placed on top of that.
AllocatorConfig wormhole_config() {
    AllocatorConfig config;
    config.num_dram_channels = 12;
    config.dram_bank_size = std::size_t{1} << 30;
    config.dram_bank_offsets.assign(config.num_dram_channels, 0);
    config.dram_unreserved_base = 32;
    config.dram_alignment = 32;
    config.l1_unreserved_base = 104'448;
    config.l1_small_size = 32'768;
    config.worker_l1_size = 1'499'136 + config.l1_small_size;
    config.trace_region_size = std::size_t{64} << 20;
    config.worker_grid = CoreRangeSet({CoreRange{{0, 0}, {7, 7}}});
    config.compute_grid = config.worker_grid;
    config.l1_alignment = 16;
    return config;
}

}  // namespace

MetalContext& MetalContext::instance() {
    static Indestructible<MetalContext> inst;
    return inst.get();
}

MetalContext::MetalContext() : config_(wormhole_config()), device_manager_(std::make_unique<DeviceManager>()) {
    std::atexit([] { MetalContext::instance().teardown(); });
}

MetalContext::~MetalContext() = default;

void MetalContext::initialize() {
    std::call_once(initialized_, [this] {
        for (int measured = 0; measured < 2; ++measured) {
            auto temporary = std::make_unique<AllocatorImpl>(config_);
            temporary.reset();
        }
    });
}

void MetalContext::teardown() { device_manager_.reset(); }

}  // namespace tt::tt_metal
