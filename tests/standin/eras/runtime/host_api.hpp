// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The functions around the classes: allocation by name (until January 2025), CloseDevice, the launch of a program.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <tuple>

#include "runtime/types.hpp"

namespace tt::tt_metal {

#if ERA_DETAIL_ALLOCATE
namespace detail {

#if ERA_BUFFER_MAP
// All live Buffers by (chip, address). Without the type in the key, an L1 Buffer and a DRAM one at the same address collide: the
// second is not entered, and the first to go takes the entry with it.
class BufferMap {
public:
    using Key = std::tuple<std::uint32_t, std::uint64_t>;
    void insert(const Key& key, Buffer* buffer);
    void erase(const Key& key);
    std::map<Key, Buffer*> value() const;

    mutable std::mutex mutex_;
    std::map<Key, Buffer*> map_;
};
extern BufferMap BUFFER_MAP;

void AllocateBuffer(Buffer* buffer, bool bottom_up);
#else
DeviceAddr AllocateBuffer(Buffer* buffer);
#endif
void DeallocateBuffer(Buffer* buffer);

}  // namespace detail
#endif

ERA_V0_BEGIN
void DeallocateBuffer(Buffer& buffer);
bool CloseDevice(OwnerDevice* device);
// Plans the circular buffers if that is needed and checks them. Throws if they clash with a Buffer.
void EnqueueProgram(OwnerDevice* device, Program& program);
ERA_V0_END

}  // namespace tt::tt_metal
