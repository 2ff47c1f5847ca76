// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Enumerations and small structures, with the sizes they had.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "runtime/era.hpp"

#if ERA_CORES_IN_TT_METAL
namespace tt::tt_metal {
#endif

struct CoreCoord {
    std::size_t x = 0;
    std::size_t y = 0;
    auto operator<=>(const CoreCoord&) const = default;
};

struct CoreRange {
    CoreCoord start_coord;
    CoreCoord end_coord;
    auto operator<=>(const CoreRange&) const = default;
};

class CoreRangeSet {
public:
#if TAT_ERA <= 202409
    using Ranges = std::set<CoreRange>;
#else
    using Ranges = std::vector<CoreRange>;
#endif
    CoreRangeSet() = default;
    explicit CoreRangeSet(Ranges ranges) : ranges_(std::move(ranges)) {}
    CoreRangeSet(const CoreRangeSet& other) : ranges_(other.ranges_) {}
    CoreRangeSet& operator=(const CoreRangeSet& other) {
        ranges_ = other.ranges_;
        return *this;
    }
    const Ranges& ranges() const { return ranges_; }
    std::uint32_t num_cores() const {
        std::size_t cores = 0;
        for (const CoreRange& range : ranges_) {
            cores += (range.end_coord.x - range.start_coord.x + 1) * (range.end_coord.y - range.start_coord.y + 1);
        }
        return static_cast<std::uint32_t>(cores);
    }

private:
#if TAT_ERA >= 202409 && TAT_ERA <= 202502
    mutable std::mutex access_mutex_;
#endif
    Ranges ranges_;
};

#if !ERA_CORES_IN_TT_METAL
namespace tt::tt_metal {
#endif

using DeviceAddr = std::uint64_t;
using ChipId = int;

enum class Architecture : std::uint32_t { WORMHOLE_B0 = 2 };
enum class BufferType { DRAM = 0, L1 = 1, SYSTEM_MEMORY = 2, L1_SMALL = 3, TRACE = 4 };
enum class TensorMemoryLayout { INTERLEAVED = 0, HEIGHT_SHARDED = 2, WIDTH_SHARDED = 3, BLOCK_SHARDED = 4 };
enum class ShardOrientation { ROW_MAJOR = 0, COL_MAJOR = 1 };
enum class ShardMode { PHYSICAL = 0, LOGICAL = 1 };
#if ERA_ASYNC_BUFFER
enum class AllocationStatus : std::uint8_t { ALLOCATION_REQUESTED, ALLOCATION_FAILED, ALLOCATED, DEALLOCATED };
#else
enum class AllocationStatus : std::uint8_t { ALLOCATION_REQUESTED, ALLOCATED, DEALLOCATED };
#endif

struct SubDeviceId {
    std::uint8_t value = 0;
};
struct SubDeviceManagerId {
    std::uint64_t value = 0;
    bool operator==(const SubDeviceManagerId&) const = default;
};

struct ShardSpec {
    CoreRangeSet grid;
    std::array<std::uint32_t, 2> shape{};
    ShardOrientation orientation = ShardOrientation::ROW_MAJOR;
#if TAT_ERA <= 202412
    bool halo = false;
#endif
#if TAT_ERA >= 202412 && TAT_ERA <= 202507
    ShardMode mode = ShardMode::PHYSICAL;
    std::optional<std::array<std::uint32_t, 2>> physical_shard_shape;
#endif
};

struct ShardSpecBuffer {
    ShardSpec tensor_shard_spec;
    std::array<std::uint32_t, 2> page_shape{};
    std::array<std::uint32_t, 2> tensor2d_shape{};
};

// DRAM and TRACE grow from the bottom, L1 and L1_SMALL from the top.
constexpr bool is_in_dram(BufferType type) { return type == BufferType::DRAM || type == BufferType::TRACE; }

ERA_V0_BEGIN
class Buffer;
class Device;
class IDevice;
class Program;
// What a Buffer's device_ points at.
#if ERA_IDEVICE
using OwnerDevice = IDevice;
#else
using OwnerDevice = Device;
#endif
ERA_V0_END

#if ERA_IMPLS
class AllocatorImpl;
using OwnedAllocator = AllocatorImpl;
#elif ERA_DETAIL_ALLOCATE
struct Allocator;
using OwnedAllocator = Allocator;
#else
class Allocator;
using OwnedAllocator = Allocator;
#endif

// Throws std::runtime_error with the runtime's form of message. kind: TT_THROW or TT_FATAL.
[[noreturn]] void fatal(const char* kind, const char* file, int line, const char* message);

}  // namespace tt::tt_metal

#define ERA_THROW(message) ::tt::tt_metal::fatal("TT_THROW", __FILE__, __LINE__, std::string(message).c_str())
#define ERA_FATAL(condition, message)                                                                  \
    do {                                                                                               \
        if (!(condition)) [[unlikely]] {                                                               \
            ::tt::tt_metal::fatal("TT_FATAL", __FILE__, __LINE__, std::string(message).c_str());       \
        }                                                                                              \
    } while (false)
