// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// IDevice: chip or mesh. Slot 3 of the virtual table is id(), slot 6 is_initialized().
#pragma once

#include "runtime/types.hpp"

#if ERA_IDEVICE

#include <functional>
#include <memory>

namespace tt::tt_metal {
ERA_V0_BEGIN

class IDevice {
public:
    virtual ~IDevice() = default;
    virtual Architecture arch() const = 0;
    virtual ChipId id() const = 0;
    virtual ChipId build_id() const = 0;
    virtual std::uint8_t num_hw_cqs() const = 0;
    virtual bool is_initialized() const = 0;
#if ERA_IMPLS
    virtual const std::unique_ptr<OwnedAllocator>& allocator_impl() const = 0;
#else
    virtual const std::unique_ptr<OwnedAllocator>& allocator() const = 0;
#endif
#if ERA_PUSH_WORK
    virtual void push_work(std::function<void()> work) = 0;
    virtual void synchronize() = 0;
    virtual void enable_async(bool enable) = 0;
#endif
    virtual bool close() = 0;
};

ERA_V0_END
}  // namespace tt::tt_metal

#endif
