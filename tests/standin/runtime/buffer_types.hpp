// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Enumerations and small value types whose numbers and sizes are part of the imitated layout.
#pragma once

#include <cstdint>

namespace tt::tt_metal {

using DeviceAddr = std::uint64_t;
using ChipId = int;

enum class BufferType : int { DRAM = 0, L1 = 1, SYSTEM_MEMORY = 2, L1_SMALL = 3, TRACE = 4 };

// 1 was SINGLE_BANK until June 2025; the other values stayed where they were.
enum class TensorMemoryLayout : int { INTERLEAVED = 0, HEIGHT_SHARDED = 2, WIDTH_SHARDED = 3, BLOCK_SHARDED = 4 };

enum class ShardOrientation : int { ROW_MAJOR = 0, COL_MAJOR = 1 };

enum class AllocationStatus : std::uint8_t { ALLOCATION_REQUESTED = 0, ALLOCATED = 1, DEALLOCATED = 2 };

enum class Architecture : int { WORMHOLE_B0 = 2 };

struct SubDeviceId {
    std::uint8_t value = 0;
    bool operator==(const SubDeviceId&) const = default;
};

struct SubDeviceManagerId {
    std::uint64_t value = 0;
    bool operator==(const SubDeviceManagerId&) const = default;
};

}  // namespace tt::tt_metal
