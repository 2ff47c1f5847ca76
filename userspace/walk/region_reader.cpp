// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/region_reader.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace tt::alloc_trace {
namespace {

constexpr int kMaxRegionAttempts = 8;
constexpr std::uint64_t kMaxBytes = std::uint64_t{1} << 48U;        // of a bank: far more than any device has
constexpr std::uint64_t kMaxAlignment = std::uint64_t{1} << 24U;
constexpr std::uint64_t kMaxBanks = 65536;
constexpr Field kManagedType{0, 4};          // in a BankManager, in all builds
constexpr std::uint64_t kElementCount = 24;  // in a hash map: the number of its elements
constexpr std::size_t kMaxListBytes = 1024;  // of a free list object, as far as it is read

bool is_alignment(std::uint64_t value) {
    return value != 0 && value <= kMaxAlignment && std::has_single_bit(value);
}

struct VectorEnds {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    bool operator==(const VectorEnds&) const = default;
};

// The free list object without its blocks.
struct ListHead {
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;
    std::uint64_t granularity = 0;
    std::uint64_t shrunk = 0;
    VectorEnds address, size, allocated, in_use;

    bool operator==(const ListHead&) const = default;
};

std::size_t blocks_of(const ListHead& head) {
    return (head.address.end - head.address.begin) / sizeof(std::uint64_t);
}

bool is_plausible(const ListHead& head, std::size_t max_blocks) {
    const std::uint64_t words = head.address.end - head.address.begin;
    const std::uint64_t flags = head.in_use.end - head.in_use.begin;
    return head.bytes <= kMaxBytes && head.offset <= kMaxBytes && head.shrunk <= kMaxBytes && is_alignment(head.granularity) &&
           head.address.begin <= head.address.end && head.in_use.begin <= head.in_use.end && words % sizeof(std::uint64_t) == 0 &&
           head.size.end - head.size.begin == words && head.allocated.end - head.allocated.begin == flags &&
           flags == words / sizeof(std::uint64_t) && flags <= max_blocks;
}

class ListReader {
public:
    ListReader(const TargetReader& reader, const FreeListLayout& layout, std::size_t max_blocks)
        : reader_(reader), layout_(layout), max_blocks_(max_blocks) {}

    [[nodiscard]] std::optional<ListHead> head(std::uint64_t list) const;
    // The head alone if the blocks keep changing.
    void read(std::uint64_t list, ListHead head, bool blocks, RegionReading& reading) const;

private:
    [[nodiscard]] std::size_t object_bytes() const;
    [[nodiscard]] bool read_blocks(const ListHead& head, RegionReading& reading) const;

    const TargetReader& reader_;
    const FreeListLayout& layout_;
    std::size_t max_blocks_;
};

std::size_t ListReader::object_bytes() const {
    std::size_t end = 0;
    for (const Field& field : {layout_.bytes, layout_.offset, layout_.granularity, layout_.shrunk}) {
        end = std::max<std::size_t>(end, std::size_t{field.offset} + field.width);
    }
    for (const Field& field : {layout_.block_address, layout_.block_size, layout_.block_allocated, layout_.block_in_use}) {
        end = std::max<std::size_t>(end, std::size_t{field.offset} + sizeof(VectorEnds));
    }
    return end;
}

std::optional<ListHead> ListReader::head(std::uint64_t list) const {
    std::array<std::byte, kMaxListBytes> bytes{};
    const std::size_t count = object_bytes();
    const bool known = layout_.bytes.exists() && layout_.offset.exists() && layout_.granularity.exists();
    if (!known || count > bytes.size() || !is_pointer(list) || !reader_.read(list, std::span(bytes).first(count))) {
        return std::nullopt;
    }
    const auto get = [&](const Field& field) {
        return field.exists() ? number_at(std::span(bytes).first(count), field.offset, field.width) : 0;
    };
    const auto ends = [&](const Field& field) {
        return field.exists() ? VectorEnds{get({field.offset, 8}), get({field.offset + 8, 8})} : VectorEnds{};
    };
    const ListHead head{get(layout_.bytes),           get(layout_.offset),       get(layout_.granularity),
                        get(layout_.shrunk),          ends(layout_.block_address), ends(layout_.block_size),
                        ends(layout_.block_allocated), ends(layout_.block_in_use)};
    return is_plausible(head, max_blocks_) ? std::optional(head) : std::nullopt;
}

struct ListBlock {
    Block block;
    bool used = false;
};

// In order of address; nullopt if they do not tile the region. Shrinking cuts the bottom off; builds differ in whether the
// region's size goes down with it.
std::optional<std::vector<ListBlock>> tiling(std::vector<ListBlock> blocks, const ListHead& head) {
    std::sort(blocks.begin(), blocks.end(), [](const ListBlock& a, const ListBlock& b) { return a.block.address < b.block.address; });
    std::uint64_t next = head.shrunk;
    for (const ListBlock& block : blocks) {
        if (block.block.address != next || block.block.bytes > kMaxBytes) {
            return std::nullopt;
        }
        next += block.block.bytes;
    }
    const bool fits = next == head.bytes || next == head.bytes + head.shrunk;
    return fits ? std::optional(std::move(blocks)) : std::nullopt;
}

bool ListReader::read_blocks(const ListHead& head, RegionReading& reading) const {
    const std::size_t count = blocks_of(head);
    const auto addresses = reader_.array<std::uint64_t>(head.address.begin, count, max_blocks_);
    const auto sizes = reader_.array<std::uint64_t>(head.size.begin, count, max_blocks_);
    const auto allocated = reader_.array<std::uint8_t>(head.allocated.begin, count, max_blocks_);
    const auto in_use = reader_.array<std::uint8_t>(head.in_use.begin, count, max_blocks_);
    if (!addresses || !sizes || !allocated || !in_use) {
        return false;
    }
    std::vector<ListBlock> blocks;
    for (std::size_t i = 0; i < count; ++i) {
        if ((*in_use)[i] != 0) {
            blocks.push_back({{(*addresses)[i], (*sizes)[i]}, (*allocated)[i] != 0});
        }
    }
    const auto tiles = tiling(std::move(blocks), head);
    if (!tiles) {
        return false;
    }
    reading.used_blocks.clear();
    WalkedRegion& region = reading.walked;
    region.free_list_known = true;
    region.used_bytes = region.free_bytes = region.largest_free_bytes = 0;
    for (const ListBlock& block : *tiles) {
        (block.used ? region.used_bytes : region.free_bytes) += block.block.bytes;
        if (block.used) {
            reading.used_blocks.push_back({block.block.address + head.offset, block.block.bytes});
        } else {
            region.largest_free_bytes = std::max(region.largest_free_bytes, block.block.bytes);
        }
    }
    region.region.bytes = region.used_bytes + region.free_bytes;
    return true;
}

// `blocks`: not the bounds alone; those of a list that was shrunk follow from its blocks.
void ListReader::read(std::uint64_t list, ListHead before, bool blocks, RegionReading& reading) const {
    const bool known = blocks && layout_.block_address.exists() && layout_.block_size.exists() && layout_.block_allocated.exists() &&
                       layout_.block_in_use.exists();
    for (int attempt = 0; attempt < kMaxRegionAttempts && !reader_.cancelled(); ++attempt) {
        reading.walked.region.base = before.offset + before.shrunk;
        reading.walked.region.bytes = before.bytes;
        reading.walked.region.granularity = before.granularity;
        if (!known) {
            return;
        }
        const bool whole = read_blocks(before, reading);
        const auto after = head(list);
        if (whole && after == before) {
            return;
        }
        reading.used_blocks.clear();
        const Region region = reading.walked.region;
        reading.walked = {};
        reading.walked.region = region;
        before = after.value_or(before);
    }
}

}  // namespace

std::optional<RegionReading> read_region(
    const TargetReader& reader, const WalkLayout& layout, std::uint64_t manager, BufferType type, std::size_t max_blocks, bool blocks
) {
    const BankManagerLayout& members = layout.bank_manager;
    if (!is_pointer(manager) || !members.bank_offsets.exists() || reader.field(manager, kManagedType) != static_cast<std::uint64_t>(type)) {
        return std::nullopt;
    }
    const auto banks = reader.word(manager + members.bank_offsets.offset + kElementCount);
    const auto alignment = reader.field(manager, members.alignment);
    auto list = reader.field(manager, members.free_list);
    if (!banks || *banks == 0 || *banks > kMaxBanks || !alignment || !is_alignment(*alignment) || !list) {
        return std::nullopt;
    }
    const ListReader lists(reader, layout.free_list, max_blocks);
    auto head = lists.head(*list);
    if (!head) {  // an array of them, perhaps
        list = reader.word(*list);
        head = list ? lists.head(*list) : std::nullopt;
    }
    if (!head) {
        return std::nullopt;
    }
    RegionReading reading;
    reading.walked.region.type = type;
    reading.walked.region.banks = static_cast<std::uint32_t>(*banks);
    reading.walked.region.page_alignment = static_cast<std::uint32_t>(*alignment);
    lists.read(*list, *head, blocks || head->shrunk != 0, reading);
    return reading;
}

}  // namespace tt::alloc_trace
