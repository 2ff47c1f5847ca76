// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/allocator_reader.hpp"

#include <tsl/robin_map.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "walk/buffer_map.hpp"
#include "walk/buffer_reader.hpp"
#include "walk/pointer_set.hpp"
#include "walk/region_reader.hpp"
#include "walk/walk_proof.hpp"

namespace tt::alloc_trace {
namespace {

constexpr int kMaxBufferAttempts = 4;   // at a set that changes, with Buffers that make no sense
constexpr int kOrphanReadings = 4;      // in which a block must be without a buffer while the process runs
constexpr int kQuietReadings = 2;       // enough of them if nothing changed
constexpr std::size_t kTolerated = 20;  // one implausible Buffer in so many, and one more, is a freed one; more is a wrong layout

bool too_many_implausible(std::size_t implausible, std::size_t all) {
    return implausible > 1 + (all / kTolerated);
}

std::string of_buffers(std::size_t count, std::size_t all, const char* what) {
    return std::to_string(count) + " of " + std::to_string(all) + " Buffers " + what;
}

// What Buffers looked like, the last time they were read.
class Readings {
public:
    void add(std::span<const std::uint64_t> buffers, std::vector<BufferReading> readings) {
        const std::size_t before = readings_.size();
        index_.reserve(before + buffers.size());
        for (std::size_t i = 0; i < buffers.size(); ++i) {
            index_[buffers[i]] = before + i;
        }
        readings_.insert(readings_.end(), readings.begin(), readings.end());
    }
    [[nodiscard]] const BufferReading* find(std::uint64_t buffer) const {
        const auto found = index_.find(buffer);
        return found == index_.end() ? nullptr : &readings_[found->second];
    }

private:
    tsl::robin_map<std::uint64_t, std::size_t, AddressHash> index_;
    std::vector<BufferReading> readings_;
};

struct Contents {
    WalkedAllocator walked;  // buffers without blocks
    bool quiet = false;      // nothing changed while they were read
};

// The elements of the set, by what was read of them while they were in it.
Contents contents_from(const PointerSetReading& set, const Readings& readings, std::uint64_t allocator) {
    Contents contents;
    std::size_t implausible = 0;
    std::size_t in_flight = 0;
    WalkedAllocator& walked = contents.walked;
    walked.buffers.reserve(set.values.size());
    for (const std::uint64_t element : set.values) {
        const BufferReading* found = readings.find(element);
        const BufferState state = found == nullptr ? BufferState::Implausible : found->state;
        implausible += state == BufferState::Implausible ? 1 : 0;
        in_flight += state == BufferState::InFlight ? 1 : 0;
        if (state == BufferState::Live) {
            walked.buffers.push_back({found->fields});
            walked.buffers.back().fields.allocator = allocator;
        }
    }
    contents.quiet = set.quiet && in_flight == 0;
    walked.complete = set.complete && implausible == 0;
    walked.incomplete_reason = set.incomplete_reason;
    const std::size_t all = set.values.size();
    if (too_many_implausible(implausible, all)) {
        walked.buffers.clear();
        walked.incomplete_reason = of_buffers(implausible, all, "make no sense: the object layout does not fit");
    } else if (implausible != 0) {
        walked.incomplete_reason = of_buffers(implausible, all, "make no sense");
    }
    return contents;
}

Contents read_contents(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const KnownAllocator& which, const WalkOptions& options
) {
    const AllocatorWalkLayout& layout = module.layout.walk.allocator;
    Contents contents;
    if (!layout.buffers.exists()) {
        contents.walked.incomplete_reason = "where this build's allocators keep their Buffers is not known";
        return contents;
    }
    const std::uint64_t set_address = which.allocator + layout.buffers.offset;
    for (int attempts = 0; attempts < kMaxBufferAttempts && !reader.cancelled(); ++attempts) {
        Readings readings;
        const auto look = [&](std::span<const std::uint64_t> elements) {
            readings.add(elements, read_buffers(reader, module.layout.buffer, layout.node_value, owners, elements, which.allocator));
        };
        const PointerSetReading set = read_pointer_set(reader, set_address, layout.node_value, options.max_buffers, look);
        contents = contents_from(set, readings, which.allocator);
        if (set.quiet || contents.walked.complete) {
            break;
        }
    }
    if (reader.cancelled()) {
        contents.walked.complete = false;
        contents.walked.incomplete_reason = "the walk was cancelled";
    }
    return contents;
}

std::vector<RegionReading> read_regions(
    const TargetReader& reader, const WalkLayout& layout, std::uint64_t allocator, const WalkOptions& options
) {
    const AllocatorWalkLayout& members = layout.allocator;
    const std::array managers{
        std::pair{BufferType::Dram, members.dram},
        std::pair{BufferType::L1, members.l1},
        std::pair{BufferType::L1Small, members.l1_small},
        std::pair{BufferType::Trace, members.trace},
    };
    std::vector<RegionReading> regions;
    for (const auto& [type, field] : managers) {
        const auto manager = reader.field(allocator, field);
        // Each buffer splits a free block at most once.
        const std::size_t max_blocks = (options.max_buffers * 2) + 1024;
        auto region = manager ? read_region(reader, layout, *manager, type, max_blocks, options.blocks) : std::nullopt;
        if (region) {
            regions.push_back(*std::move(region));
        }
    }
    return regions;
}

// The block of each buffer of the region's type; false: a buffer has none.
bool find_block(WalkedBuffer& buffer, const std::vector<Block>& blocks, std::vector<bool>& owned) {
    const auto block = std::lower_bound(blocks.begin(), blocks.end(), buffer.fields.address, [](const Block& b, std::uint64_t address) {
        return b.address < address;
    });
    if (block == blocks.end() || block->address != buffer.fields.address) {
        return false;
    }
    buffer.block_bytes = block->bytes;
    owned[static_cast<std::size_t>(block - blocks.begin())] = true;
    return true;
}

// Gives each buffer its block and each region its orphans. A Buffer without a block holds no memory: its allocator was
// cleared under it. One that is allocated core by core has its blocks elsewhere.
void match_blocks(WalkedAllocator& walked, std::vector<RegionReading>& regions, const WalkOptions& options) {
    for (RegionReading& region : regions) {
        if (!region.walked.free_list_known) {
            continue;
        }
        const std::vector<Block>& blocks = region.used_blocks;
        std::vector<bool> owned(blocks.size(), false);
        std::set<std::uint64_t> without;
        for (WalkedBuffer& buffer : walked.buffers) {
            if (buffer.fields.type != region.walked.region.type || buffer.fields.per_core) {
                continue;
            }
            ++region.walked.buffers;
            if (!find_block(buffer, blocks, owned)) {
                without.insert(buffer.fields.buffer);
            }
        }
        region.walked.unmatched = blocks.empty() ? 0 : without.size();
        for (std::size_t i = 0; i < blocks.size(); ++i) {
            if (!owned[i]) {
                region.walked.orphans.push_back(blocks[i]);
            }
        }
        std::erase_if(walked.buffers, [&](const WalkedBuffer& buffer) {
            return !options.without_block && buffer.fields.type == region.walked.region.type && without.contains(buffer.fields.buffer);
        });
    }
}

bool same_block(const Block& a, const Block& b) {
    return a.address == b.address && a.bytes == b.bytes;
}

// Leaves those orphans of `regions` that `earlier` had, too.
void keep_common_orphans(const std::vector<WalkedRegion>& earlier, std::vector<WalkedRegion>& regions) {
    for (WalkedRegion& region : regions) {
        const auto before = std::find_if(earlier.begin(), earlier.end(), [&](const WalkedRegion& candidate) {
            return candidate.region.type == region.region.type;
        });
        std::erase_if(region.orphans, [&](const Block& block) {
            return before == earlier.end() || std::none_of(before->orphans.begin(), before->orphans.end(), [&](const Block& other) {
                       return same_block(block, other);
                   });
        });
    }
}

bool has_orphans(const std::vector<WalkedRegion>& regions) {
    return std::any_of(regions.begin(), regions.end(), [](const WalkedRegion& region) { return !region.orphans.empty(); });
}

std::string map_doubt(bool read, std::size_t implausible, std::size_t all) {
    if (!read) {
        return "the map of the process's Buffers cannot be read";
    }
    if (implausible != 0) {
        return of_buffers(implausible, all, "of the map make no sense, moved ones perhaps");
    }
    return all == 0 ? "" : "this build's own map of its Buffers lacks those whose address one of another type has, too";
}

void add_regions(WalkedAllocator& walked, const TargetReader& reader, const WalkModule& module, const WalkOptions& options) {
    std::vector<RegionReading> regions = read_regions(reader, module.layout.walk, walked.allocator, options);
    match_blocks(walked, regions, options);
    for (RegionReading& region : regions) {
        walked.regions.push_back(std::move(region.walked));
    }
}

}  // namespace

WalkedAllocator read_allocator(
    const TargetReader& reader, const WalkModule& module, OwnerReader& owners, const KnownAllocator& which, const WalkOptions& options
) {
    std::vector<WalkedRegion> earlier;
    int quiet_readings = 0;
    for (int readings = 1;; ++readings) {
        Contents contents = options.buffers ? read_contents(reader, module, owners, which, options) : Contents{};
        WalkedAllocator& walked = contents.walked;
        walked.allocator = which.allocator;
        walked.owner = which.owner;
        if (!options.free_lists || reader.cancelled()) {
            return std::move(walked);
        }
        add_regions(walked, reader, module, options);
        const std::string doubt = contradiction_in(walked);
        if (!doubt.empty() && readings == kOrphanReadings) {
            walked.doubt = doubt;
            return std::move(walked);
        }
        if (readings > 1) {
            keep_common_orphans(earlier, walked.regions);
        }
        quiet_readings += contents.quiet ? 1 : 0;
        // A block is reserved before its buffer is in the set, and the list is read after the set: while the process runs,
        // a block without a buffer is one that was handed out in between, until several readings say otherwise.
        const bool settled = !options.orphans || !has_orphans(walked.regions) || readings == kOrphanReadings || quiet_readings == kQuietReadings;
        if (settled && doubt.empty()) {
            return std::move(walked);
        }
        earlier = std::move(walked.regions);
    }
}

std::vector<WalkedAllocator> read_mapped_allocators(
    const TargetReader& reader,
    const WalkModule& module,
    OwnerReader& owners,
    const std::vector<KnownAllocator>& chips,
    const WalkOptions& options
) {
    const WalkLayout& layout = module.layout.walk;
    std::map<std::uint64_t, WalkedAllocator> by_owner;
    for (const KnownAllocator& chip : chips) {
        by_owner[chip.owner].allocator = chip.allocator;
        by_owner[chip.owner].owner = chip.owner;
    }
    const bool libcxx = layout.allocator.node_value == kLibcxxValue;
    const auto entries = read_buffer_map(reader, layout.root.buffer_map + module.bias, libcxx, options.max_buffers);
    std::vector<std::uint64_t> pointers;
    std::set<std::uint64_t> addresses;
    for (std::size_t i = 0; entries && i < entries->size(); ++i) {
        pointers.push_back((*entries)[i].buffer);
        addresses.insert((*entries)[i].address);
    }
    std::size_t implausible = 0;
    for (const BufferReading& buffer : read_buffers(reader, module.layout.buffer, layout.allocator.node_value, owners, pointers, 0)) {
        const auto owner = by_owner.find(buffer.fields.owner);
        if (buffer.state != BufferState::Live || owner == by_owner.end() || !addresses.contains(buffer.fields.address)) {
            implausible += buffer.state == BufferState::InFlight ? 0 : 1;
            continue;
        }
        owner->second.buffers.push_back({buffer.fields});
        owner->second.buffers.back().fields.allocator = owner->second.allocator;
    }
    std::vector<WalkedAllocator> result;
    for (auto& [owner, walked] : by_owner) {
        walked.incomplete_reason = map_doubt(entries.has_value(), implausible, pointers.size());
        walked.complete = walked.incomplete_reason.empty();
        if (options.free_lists) {
            const std::vector<WalkedBuffer> all = walked.buffers;
            add_regions(walked, reader, module, options);
            if (!contradiction_in(walked).empty()) {  // not the lists of these buffers
                walked.buffers = all;
                walked.regions.clear();
            }
        }
        result.push_back(std::move(walked));
    }
    return result;
}

}  // namespace tt::alloc_trace
