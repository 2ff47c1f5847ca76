// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <stdexcept>
#include <tuple>

#include "driver/control.hpp"

namespace standin {

namespace {

std::string hex(std::uint64_t value) {
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "\"0x%llx\"", static_cast<unsigned long long>(value));
    return text.data();
}

std::string hex(const void* pointer) {
    return hex(static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(pointer)));
}

std::string chips_text(const OwnerInfo& owner) {
    std::string text;
    for (const int chip : owner.chips) {
        text += (text.empty() ? "" : ",") + std::to_string(chip);
    }
    return "[" + text + "]";
}

std::string owner_text(const OwnerInfo& owner) {
    return "\"owner\":\"" + owner.name + "\",\"owner_ptr\":" + hex(owner.device) + ",\"owner_chips\":" +
           chips_text(owner) + ",\"allocator\":" + hex(owner.allocator);
}

std::string counts_text(const EventBook& book) {
    const EventCounts total = book.total();
    std::string text;
    const auto add = [&](const char* name, std::uint64_t value) {
        text += std::string("\"") + name + "\":" + std::to_string(value) + ",\n";
    };
    add("pid", static_cast<std::uint64_t>(::getpid()));
    add("events", total.events());
    add("allocs", total.allocs);
    add("frees", total.frees);
    add("close_frees", total.close_frees);
    add("released", book.released());
    add("double_frees", total.double_frees);
    add("failed", total.failed);
    add("hooked", total.hooked_allocs);
    add("hooked_frees", total.hooked_frees);
    add("cbs", total.cbs);
    add("cb_releases", total.cb_releases);
    add("launches", total.launches);
    add("clashes", total.clashes);
    add("allocs_without_address", total.allocs_without_address);
    add("frees_without_size", total.frees_without_size);
    return text;
}

// "[" + the elements + "]"
template <typename Elements, typename Text>
std::string list_text(const Elements& elements, Text text_of) {
    std::string text;
    for (const auto& element : elements) {
        text += (text.empty() ? "\n{" : ",\n{") + text_of(element) + "}";
    }
    return "[" + text + "]";
}

std::string thread_text(const ThreadLog& log) {
    return "\"tid\":" + std::to_string(log.tid) + ",\"events\":" + std::to_string(log.counts.events()) +
           ",\"allocs\":" + std::to_string(log.counts.allocs) + ",\"frees\":" + std::to_string(log.counts.frees) +
           ",\"digest\":" + hex(log.digest);
}

std::string live_text(const BufferFacts& facts) {
    return owner_text(*facts.owner) + ",\"type\":\"" + type_name(facts.type) + "\",\"address\":" + hex(facts.address) +
           ",\"size\":" + std::to_string(facts.size) + ",\"page_size\":" + std::to_string(facts.page_size) +
           ",\"buffer\":" + hex(facts.buffer);
}

}  // namespace

void write_truth(const std::string& path, const World& world) {
    std::vector<BufferFacts> live = world.live();
    const auto key = [](const BufferFacts& facts) {
        return std::tuple(reinterpret_cast<std::uintptr_t>(facts.owner->allocator), facts.type, facts.address);
    };
    std::sort(live.begin(), live.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    std::uint64_t live_bytes = 0;
    for (const BufferFacts& facts : live) {
        live_bytes += facts.size;
    }
    std::ofstream file(path);
    file << "{" << counts_text(world.book()) << "\"live_buffers\":" << live.size() << ",\n\"live_bytes\":" << live_bytes
         << ",\n\"threads\":" << list_text(world.book().logs(), [](const auto& log) { return thread_text(*log); })
         << ",\n\"owners\":"
         << list_text(world.owners(), [](const Owner& owner) { return owner_text(*owner.info); })
         << ",\n\"live\":" << list_text(live, live_text) << "}\n";
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write the truth to " + path);
    }
}

}  // namespace standin
