// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Free functions of the runtime's host interface.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

#include "runtime/buffer_types.hpp"
#include "runtime/program.hpp"

namespace tt::tt_metal {

class Buffer;
class IDevice;

IDevice* CreateDevice(ChipId id);
bool CloseDevice(IDevice* device);
void DeallocateBuffer(Buffer& buffer);
Program CreateProgram();
std::size_t CreateCircularBuffer(Program& program, const CoreRangeSet& cores, const CircularBufferConfig& config);
void UpdateCircularBufferTotalSize(Program& program, std::size_t circular_buffer, DeviceAddr total_size);

namespace detail {

std::map<ChipId, IDevice*> CreateDevices(const std::vector<ChipId>& ids);
void CloseDevices(const std::map<ChipId, IDevice*>& devices);

}  // namespace detail

namespace distributed {

// A launch on a mesh or a chip: circular buffers are laid out when new, the region is checked every time. May throw.
void EnqueueProgram(IDevice* device, Program& program);

}  // namespace distributed
}  // namespace tt::tt_metal
