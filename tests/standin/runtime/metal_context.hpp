// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// MetalContext: the process-wide root of the runtime. Never destroyed; an atexit handler closes what is still open.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "runtime/allocator_config.hpp"

namespace tt::tt_metal {

class DeviceManager;
struct StandinAccess;

template <typename T>
class Indestructible {
public:
    Indestructible() { new (storage_.data()) T(); }
    T& get() { return *std::launder(reinterpret_cast<T*>(storage_.data())); }

private:
    alignas(T) std::array<std::byte, sizeof(T)> storage_;
};

class MetalContext {
public:
    static MetalContext& instance();

    // Configuration of the allocators that are made from now on.
    void set_allocator_config(const AllocatorConfig& config) { config_ = config; }
    const AllocatorConfig& allocator_config() const { return config_; }
    // Makes and destroys two allocators that never hold a buffer, as the original does at start-up.
    void initialize();
    void teardown();
    DeviceManager* device_manager() const { return device_manager_.get(); }

private:
    friend struct StandinAccess;
    friend class Indestructible<MetalContext>;
    MetalContext();
    ~MetalContext();

    AllocatorConfig config_;
    std::once_flag initialized_;
    std::array<std::byte, 0xbd0 - sizeof(AllocatorConfig) - sizeof(std::once_flag) - 4> unused_{};
    std::unique_ptr<DeviceManager> device_manager_;
};

}  // namespace tt::tt_metal
