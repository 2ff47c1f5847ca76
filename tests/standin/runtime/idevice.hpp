// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// IDevice: what a Buffer's device_ points at, a chip or a mesh. The virtual table has the imitated order where it is
// known: id in slot 3 (+0x18), is_initialized at +0x30, the allocator at +0x100, the active sub-device manager id at
// +0x1f8.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {

class AllocatorImpl;

#define STANDIN_UNUSED_SLOT(n) \
    virtual void unused_slot_##n() {}
#define STANDIN_UNUSED_SLOTS_5(a, b, c, d, e) \
    STANDIN_UNUSED_SLOT(a)                    \
    STANDIN_UNUSED_SLOT(b)                    \
    STANDIN_UNUSED_SLOT(c)                    \
    STANDIN_UNUSED_SLOT(d)                    \
    STANDIN_UNUSED_SLOT(e)

class IDevice {
public:
    virtual ~IDevice() = default;                  // 0, 1
    virtual Architecture arch() const = 0;         // 2
    virtual ChipId id() const = 0;                 // 3
    virtual ChipId build_id() const = 0;           // 4
    virtual std::uint8_t num_hw_cqs() const = 0;   // 5
    virtual bool is_initialized() const = 0;       // 6
    STANDIN_UNUSED_SLOTS_5(7, 8, 9, 10, 11)
    STANDIN_UNUSED_SLOTS_5(12, 13, 14, 15, 16)
    STANDIN_UNUSED_SLOTS_5(17, 18, 19, 20, 21)
    STANDIN_UNUSED_SLOTS_5(22, 23, 24, 25, 26)
    STANDIN_UNUSED_SLOTS_5(27, 28, 29, 30, 31)
    virtual const std::unique_ptr<AllocatorImpl>& allocator_impl() const = 0;  // 32
    virtual AllocatorImpl* sub_device_allocator_impl(SubDeviceId sub_device_id) const = 0;
    virtual std::optional<DeviceAddr> lowest_occupied_compute_l1_address() const = 0;
    virtual bool close() = 0;
    STANDIN_UNUSED_SLOTS_5(36, 37, 38, 39, 40)
    STANDIN_UNUSED_SLOTS_5(41, 42, 43, 44, 45)
    STANDIN_UNUSED_SLOTS_5(46, 47, 48, 49, 50)
    STANDIN_UNUSED_SLOTS_5(51, 52, 53, 54, 55)
    STANDIN_UNUSED_SLOTS_5(56, 57, 58, 59, 60)
    STANDIN_UNUSED_SLOT(61)
    STANDIN_UNUSED_SLOT(62)
    virtual SubDeviceManagerId get_active_sub_device_manager_id() const = 0;  // 63
};

#undef STANDIN_UNUSED_SLOTS_5
#undef STANDIN_UNUSED_SLOT

}  // namespace tt::tt_metal
