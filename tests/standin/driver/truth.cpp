// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/truth.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "internal/standin_access.hpp"
#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using nlohmann::json;
using tt::tt_metal::Buffer;
using tt::tt_metal::BufferType;

namespace {

constexpr std::array kTypes{BufferType::DRAM, BufferType::L1, BufferType::L1_SMALL, BufferType::TRACE};

struct LiveBuffer {
    std::size_t owner;  // index
    const Buffer* buffer;
};

std::string hex(std::uint64_t value) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
    return text.data();
}

std::string hex(const void* pointer) {
    return hex(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer)));
}

std::vector<LiveBuffer> live_buffers(const World& world, const std::vector<AllocatorOfOwner>& owners) {
    std::vector<LiveBuffer> live;
    for (std::size_t index = 0; index < owners.size(); ++index) {
        for (const Buffer* buffer : owners[index].allocator->get_allocated_buffers()) {
            if (!world.not_live().contains(buffer->unique_id())) {
                live.push_back({index, buffer});
            }
        }
    }
    const auto key = [&](const LiveBuffer& entry) {
        return std::tuple(
            reinterpret_cast<std::uintptr_t>(owners[entry.owner].allocator),
            static_cast<int>(entry.buffer->buffer_type()),
            entry.buffer->address());
    };
    std::sort(live.begin(), live.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    return live;
}

json to_json(const AllocatorOfOwner& owner) {
    return {
        {"owner", owner_name(owner.device)},
        {"owner_ptr", hex(owner.device)},
        {"owner_chips", owner.chips},
        {"allocator", hex(owner.allocator)}};
}

json regions_json(const std::vector<AllocatorOfOwner>& owners) {
    json regions = json::array();
    for (const AllocatorOfOwner& owner : owners) {
        for (const BufferType type : kTypes) {
            const auto region = tt::tt_metal::StandinAccess::region(*owner.allocator, type);
            const auto statistics = owner.allocator->get_statistics(type);
            regions.push_back(
                {{"owner", owner_name(owner.device)},
                 {"allocator", hex(owner.allocator)},
                 {"type", type_name(type)},
                 {"banks", region.banks},
                 {"base", hex(region.base)},
                 {"bytes", region.bytes},
                 {"shrunk", region.shrunk},
                 {"used", statistics.total_allocated_bytes},
                 {"free", statistics.total_free_bytes},
                 {"largest_free", statistics.largest_free_block_bytes}});
        }
    }
    return regions;
}

// The blocks that the allocators' own free lists hold, by address; what no live buffer takes is left over.
class Blocks {
public:
    explicit Blocks(const std::vector<AllocatorOfOwner>& owners) : owners_(owners), tables_(owners.size()) {
        for (std::size_t index = 0; index < owners.size(); ++index) {
            for (const auto& [type, ranges] : owners[index].allocator->extract_state().ranges_by_type) {
                tables_[index].at(static_cast<std::size_t>(type)).insert(ranges.begin(), ranges.end());
            }
        }
    }

    // Bytes in each bank; 0 when there is no such block.
    std::uint64_t take(const LiveBuffer& entry) {
        auto& table = tables_[entry.owner].at(static_cast<std::size_t>(entry.buffer->buffer_type()));
        const auto block = table.extract(entry.buffer->address());
        return block ? block.mapped() : 0;
    }

    json left_over() const {
        json orphans = json::array();
        for (std::size_t index = 0; index < owners_.size(); ++index) {
            for (const BufferType type : kTypes) {
                const auto& table = tables_[index].at(static_cast<std::size_t>(type));
                for (const auto& [address, block] : std::map<std::uint64_t, std::uint64_t>(table.begin(), table.end())) {
                    orphans.push_back(
                        {{"owner", owner_name(owners_[index].device)},
                         {"allocator", hex(owners_[index].allocator)},
                         {"type", type_name(type)},
                         {"address", hex(address)},
                         {"block", block}});
                }
            }
        }
        return orphans;
    }

private:
    using Table = std::unordered_map<std::uint64_t, std::uint64_t>;
    const std::vector<AllocatorOfOwner>& owners_;
    std::vector<std::array<Table, 5>> tables_;
};

// The rows of "live", put together by hand: there may be millions.
std::string live_rows(
    const std::vector<LiveBuffer>& live, const std::vector<AllocatorOfOwner>& owners, Blocks& blocks) {
    std::vector<std::string> beginnings;
    for (const AllocatorOfOwner& owner : owners) {
        std::string beginning = to_json(owner).dump();
        beginning.back() = ',';
        beginnings.push_back(std::move(beginning));
    }
    std::string rows;
    for (const LiveBuffer& entry : live) {
        const Buffer& buffer = *entry.buffer;
        std::array<char, 256> text{};
        const int length = std::snprintf(
            text.data(),
            text.size(),
            R"("type":"%s","address":"0x%llx","size":%llu,"page_size":%llu,"block":%llu,"layout":%d,"buffer":"0x%llx"})",
            type_name(buffer.buffer_type()),
            0ULL + buffer.address(),
            0ULL + buffer.size(),
            0ULL + buffer.page_size(),
            0ULL + blocks.take(entry),
            static_cast<int>(buffer.buffer_layout()),
            0ULL + reinterpret_cast<std::uintptr_t>(&buffer));
        rows += rows.empty() ? "\n" : ",\n";
        rows += beginnings[entry.owner];
        rows.append(text.data(), static_cast<std::size_t>(length));
    }
    return rows;
}

json threads_json(const EventBook& book) {
    json threads = json::array();
    for (const auto& log : book.logs()) {
        const EventCounts& counts = log->counts();
        threads.push_back(
            {{"tid", log->tid()},
             {"events", counts.events()},
             {"allocs", counts.allocs},
             {"frees", counts.frees},
             {"digest", hex(log->digest())}});
    }
    return threads;
}

json counts_json(const EventCounts& total) {
    return {
        {"events", total.events()},
        {"allocs", total.allocs},
        {"frees", total.frees},
        {"double_frees", total.double_frees},
        {"failed", total.failed},
        {"hooked", total.hooked_allocs},
        {"hooked_frees", total.hooked_frees},
        {"cbs", total.cbs},
        {"launches", total.launches},
        {"clashes", total.clashes}};
}

// The last one of the process's threads that has any.
std::string last_message(const EventBook& book, const std::string& (ThreadLog::*message)() const) {
    std::string last;
    for (const auto& log : book.logs()) {
        const std::string& said = (*log.*message)();
        last = said.empty() ? last : said;
    }
    return last;
}

}  // namespace

void write_truth(const std::string& path, const World& world, const EventBook& book) {
    const auto owners = world.allocators();
    const auto live = live_buffers(world, owners);
    Blocks blocks(owners);
    const std::string rows = live_rows(live, owners, blocks);
    json truth = counts_json(book.total());
    truth["pid"] = ::getpid();
    truth["last_failure"] = last_message(book, &ThreadLog::last_failure);
    truth["last_clash"] = last_message(book, &ThreadLog::last_clash);
    truth["threads"] = threads_json(book);
    truth["owners"] = json::array();
    for (const AllocatorOfOwner& owner : owners) {
        truth["owners"].push_back(to_json(owner));
    }
    truth["regions"] = regions_json(owners);
    truth["orphans"] = blocks.left_over();
    truth["live_buffers"] = live.size();
    truth["live_bytes"] = std::accumulate(live.begin(), live.end(), std::uint64_t{0}, [](auto sum, const auto& entry) {
        return sum + entry.buffer->size();
    });
    std::string text = truth.dump(1);
    text.erase(text.size() - 2);  // the last line: a brace
    std::ofstream file(path);
    file << text << ",\n \"live\": [" << rows << "\n ]\n}\n";
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write the truth to " + path);
    }
}

}  // namespace standin
