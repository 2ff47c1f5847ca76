// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/script_buffers.hpp"

#include <optional>

#include "driver/event_log.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using tt::tt_metal::Buffer;
using tt::tt_metal::BufferShardingArgs;
using tt::tt_metal::BufferType;
using tt::tt_metal::CoreRange;
using tt::tt_metal::CoreRangeSet;
using tt::tt_metal::SubDeviceId;
using tt::tt_metal::distributed::MeshBuffer;

namespace {

constexpr std::uint32_t kTileEdge = 32;

struct Amount {
    std::uint64_t bytes = 0;
    std::uint64_t page_bytes = 0;
};

struct Wishes {
    BufferShardingArgs sharding;
    std::optional<bool> bottom_up;
    std::optional<SubDeviceId> sub_device;
};

Amount amount(Words& words) {
    const std::uint64_t bytes = words.number("BYTES");
    const std::uint64_t page_bytes = words.number("PAGE_BYTES");
    if (page_bytes == 0) {
        throw BadLine("PAGE_BYTES is 0");
    }
    return {bytes, page_bytes};
}

// The pages one below the other, dealt to the cores in order.
BufferShardingArgs height_sharded(const Amount& amount, const CoreRange& cores) {
    const auto pages = static_cast<std::uint32_t>(amount.bytes / amount.page_bytes);
    const auto count = static_cast<std::uint32_t>(cores.size());
    BufferShardingArgs sharding{tt::tt_metal::TensorMemoryLayout::HEIGHT_SHARDED, {}};
    auto& spec = sharding.shard_spec.emplace();
    spec.tensor_shard_spec.grid = CoreRangeSet({cores});
    spec.tensor_shard_spec.shape = {(pages + count - 1) / count * kTileEdge, kTileEdge};
    spec.page_shape = {kTileEdge, kTileEdge};
    spec.tensor2d_shape_in_pages = {pages, 1};
    return sharding;
}

Wishes wishes(Words& words, const Amount& amount) {
    Wishes all;
    while (words.more()) {
        if (words.take("shard")) {
            all.sharding = height_sharded(amount, core_range(words));
        } else if (words.take("up")) {
            all.bottom_up = true;
        } else if (words.take("down")) {
            all.bottom_up = false;
        } else if (words.take("sub")) {
            all.sub_device = SubDeviceId{static_cast<std::uint8_t>(words.number("N"))};
        } else {
            throw BadLine("'" + words.word("") + "' is none of shard, up, down, sub");
        }
    }
    return all;
}

}  // namespace

CoreRange core_range(Words& words) {
    CoreRange range;
    range.start_coord.x = words.number("X0");
    range.start_coord.y = words.number("Y0");
    range.end_coord.x = words.number("X1");
    range.end_coord.y = words.number("Y1");
    if (range.end_coord.x < range.start_coord.x || range.end_coord.y < range.start_coord.y) {
        throw BadLine("the last core X1 Y1 lies before the first one X0 Y0");
    }
    return range;
}

BufferType buffer_type(Words& words) {
    const std::string name = words.word("TYPE");
    for (int type = 0; type <= static_cast<int>(BufferType::TRACE); ++type) {
        if (name == type_name(static_cast<BufferType>(type))) {
            return static_cast<BufferType>(type);
        }
    }
    throw BadLine("'" + name + "' is none of DRAM, L1, L1_SMALL, TRACE, SYSTEM_MEMORY");
}

void allocate_buffer(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("NAME");
    const std::string owner = words.word("OWNER");
    tt::tt_metal::IDevice& device = objects.owner(owner);
    const BufferType type = buffer_type(words);
    const Amount size = amount(words);
    const Wishes wished = wishes(words, size);
    Holding& place = objects.place_for(name);
    if (objects.has_mesh(owner) && !wished.bottom_up && !wished.sub_device) {
        place = {
            nullptr,
            MeshBuffer::create(&objects.mesh(owner), size.bytes, size.page_bytes, type, wished.sharding)};
        return;
    }
    place = {
        Buffer::create(
            &device, size.bytes, size.page_bytes, type, wished.sharding, wished.bottom_up, wished.sub_device),
        nullptr};
}

void view_buffer(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("NAME");
    Buffer& buffer = objects.buffer(words.word("BUFFER"));
    const std::uint64_t offset = words.number("OFFSET");
    objects.place_for(name) = {buffer.view({offset, words.number("BYTES")}), nullptr};
}

void alias_memory(ScriptObjects& objects, Words& words) {
    const std::string name = words.word("NAME");
    tt::tt_metal::IDevice& owner = objects.owner(words.word("OWNER"));
    const BufferType type = buffer_type(words);
    const std::uint64_t address = words.number("ADDRESS");
    const Amount size = amount(words);
    objects.place_for(name) = {Buffer::create(&owner, address, size.bytes, size.page_bytes, type), nullptr};
}

}  // namespace standin
