// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/truth.hpp"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;

std::uint64_t from_hex(const Json& json) { return std::stoull(json.get<std::string>(), nullptr, 16); }

LiveLine live_line(const Json& json) {
    LiveLine line;
    line.owner = json.at("owner");
    line.chips = json.at("owner_chips").get<std::vector<std::int32_t>>();
    line.owner_pointer = from_hex(json.at("owner_ptr"));
    line.allocator = from_hex(json.at("allocator"));
    line.type = json.at("type");
    line.address = from_hex(json.at("address"));
    line.size = json.at("size");
    line.page_size = json.at("page_size");
    line.buffer = from_hex(json.at("buffer"));
    line.block = json.value("block", std::uint64_t{0});
    return line;
}

TrueRegions regions_of(const Json& json) {
    TrueRegions regions;
    for (const Json& entry : json.value("regions", Json::array())) {
        const std::uint64_t shrunk = entry.at("shrunk");
        regions[{from_hex(entry.at("allocator")), entry.at("type")}] = {
            entry.at("banks"),
            from_hex(entry.at("base")) + shrunk,
            entry.at("bytes").get<std::uint64_t>() - shrunk,
            entry.at("used"),
            entry.at("free"),
            entry.at("largest_free"),
            0,
        };
    }
    for (const Json& orphan : json.value("orphans", Json::array())) {
        ++regions[{from_hex(orphan.at("allocator")), orphan.at("type")}].orphans;
    }
    return regions;
}

}  // namespace

void Digest::add(
    std::uint64_t kind,
    std::uint64_t allocator,
    std::uint64_t type,
    std::uint64_t address,
    std::uint64_t size,
    std::uint64_t buffer
) {
    for (const std::uint64_t word : {kind, allocator, type, address, size, buffer}) {
        add_word(word);
    }
}

void Digest::add_word(std::uint64_t word) {
    constexpr std::uint64_t kPrime = 0x100000001b3;
    for (int byte = 0; byte < 8; ++byte) {
        value_ = (value_ ^ (word & 0xff)) * kPrime;
        word >>= 8;
    }
}

std::string to_text(const LiveLine& line) {
    std::ostringstream text;
    text << line.owner << " [";
    for (const std::int32_t chip : line.chips) {
        text << ' ' << chip;
    }
    text << " ] " << line.type << std::hex << " owner 0x" << line.owner_pointer << " allocator 0x" << line.allocator
         << " address 0x" << line.address << " buffer 0x" << line.buffer << std::dec << " size " << line.size << " page "
         << line.page_size;
    return text.str();
}

LiveSet minus(const LiveSet& from, const LiveSet& what) {
    LiveSet rest;
    std::set_difference(from.begin(), from.end(), what.begin(), what.end(), std::back_inserter(rest));
    return rest;
}

Truth read_truth(const std::string& path) {
    const Json json = Json::parse(read_file(path));
    Truth truth;
    truth.pid = json.at("pid");
    truth.events = json.at("events");
    truth.allocs = json.at("allocs");
    truth.frees = json.at("frees");
    truth.double_frees = json.at("double_frees");
    truth.failed = json.at("failed");
    truth.hooked = json.at("hooked");
    truth.hooked_frees = json.at("hooked_frees");
    truth.cbs = json.at("cbs");
    truth.launches = json.at("launches");
    truth.clashes = json.at("clashes");
    for (const Json& thread : json.at("threads")) {
        if (thread.at("events") > 0) {
            truth.threads[thread.at("tid")] = {thread.at("allocs"), thread.at("frees"), from_hex(thread.at("digest"))};
        }
    }
    for (const Json& entry : json.at("live")) {
        const LiveLine& buffer = truth.buffers.emplace_back(live_line(entry));
        truth.live.push_back(to_text(buffer));
        truth.live_bytes += buffer.size;
    }
    std::sort(truth.live.begin(), truth.live.end());
    truth.regions = regions_of(json);
    return truth;
}

}  // namespace tt::alloc_trace::test
