// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/truth.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <tuple>

#include "runtime/allocator.hpp"
#include "runtime/buffer.hpp"
#include "runtime/idevice.hpp"

namespace standin {

using nlohmann::json;
using tt::tt_metal::Buffer;

namespace {

struct LiveBuffer {
    const AllocatorOfOwner* owner;
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
    for (const AllocatorOfOwner& owner : owners) {
        for (const Buffer* buffer : owner.allocator->get_allocated_buffers()) {
            if (!world.not_live().contains(buffer->unique_id())) {
                live.push_back({&owner, buffer});
            }
        }
    }
    const auto key = [](const LiveBuffer& entry) {
        return std::tuple(
            reinterpret_cast<std::uintptr_t>(entry.owner->allocator),
            static_cast<int>(entry.buffer->buffer_type()),
            entry.buffer->address());
    };
    std::sort(live.begin(), live.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    return live;
}

json to_json(const LiveBuffer& entry) {
    const Buffer& buffer = *entry.buffer;
    return {
        {"owner", owner_name(entry.owner->device)},
        {"owner_chips", entry.owner->chips},
        {"owner_ptr", hex(entry.owner->device)},
        {"allocator", hex(entry.owner->allocator)},
        {"type", type_name(buffer.buffer_type())},
        {"address", hex(static_cast<std::uint64_t>(buffer.address()))},
        {"size", buffer.size()},
        {"page_size", buffer.page_size()},
        {"buffer", hex(&buffer)}};
}

json to_json(const AllocatorOfOwner& owner) {
    return {
        {"owner", owner_name(owner.device)},
        {"owner_ptr", hex(owner.device)},
        {"owner_chips", owner.chips},
        {"allocator", hex(owner.allocator)}};
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

}  // namespace

void write_truth(const std::string& path, const World& world, const EventBook& book) {
    json truth = counts_json(book.total());
    truth["pid"] = ::getpid();
    truth["threads"] = threads_json(book);
    const auto allocators = world.allocators();
    json owners = json::array();
    for (const AllocatorOfOwner& owner : allocators) {
        owners.push_back(to_json(owner));
    }
    json live = json::array();
    std::uint64_t live_bytes = 0;
    for (const LiveBuffer& entry : live_buffers(world, allocators)) {
        live.push_back(to_json(entry));
        live_bytes += entry.buffer->size();
    }
    truth["owners"] = std::move(owners);
    truth["live_buffers"] = live.size();
    truth["live_bytes"] = live_bytes;
    truth["live"] = std::move(live);
    std::ofstream file(path);
    file << truth.dump(1) << '\n';
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write the truth to " + path);
    }
}

}  // namespace standin
