// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "walk/target_reader.hpp"

#include <algorithm>
#include <array>

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint64_t kUserSpaceBegin = 0x1000;  // nothing is mapped in the first page
constexpr std::uint64_t kUserSpaceEnd = std::uint64_t{1} << 56U;
constexpr std::uint64_t kPointerAlignment = 8;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;     // between two looks at the cancel flag
constexpr std::size_t kScratchBytes = std::size_t{4} << 20U;  // likewise; 1024 whole pages

struct Place {
    std::uint64_t address = 0;
    std::uint32_t index = 0;
};

// By address, as radix sort of 11 bits a pass: there are 100,000 of them, and comparing costs more than reading.
void sort_places(std::vector<Place>& places) {
    constexpr unsigned kBits = 11;
    constexpr std::size_t kSmall = 256;
    const auto by_address = [](const Place& a, const Place& b) { return a.address < b.address; };
    if (places.size() < kSmall) {
        std::sort(places.begin(), places.end(), by_address);
        return;
    }
    const auto [low, high] = std::minmax_element(places.begin(), places.end(), by_address);
    const std::uint64_t first = low->address;
    const std::uint64_t span = high->address - first;
    std::vector<Place> sorted(places.size());
    for (unsigned shift = 0; shift < 64 && (span >> shift) != 0; shift += kBits) {
        std::array<std::size_t, std::size_t{1} << kBits> ends{};
        const auto digit = [&](const Place& place) { return ((place.address - first) >> shift) & (ends.size() - 1); };
        for (const Place& place : places) {
            ++ends[digit(place)];
        }
        for (std::size_t i = 1; i < ends.size(); ++i) {
            ends[i] += ends[i - 1];
        }
        for (auto place = places.rbegin(); place != places.rend(); ++place) {
            sorted[--ends[digit(*place)]] = *place;
        }
        places.swap(sorted);
    }
}

// One behind the last of the places from `begin` that share its page with all their bytes; alone if it crosses pages.
std::size_t end_of_page(const std::vector<Place>& places, std::size_t begin, std::size_t window_bytes) {
    const std::uint64_t page = places[begin].address / kPageBytes;
    std::size_t end = begin;
    while (end < places.size() && (places[end].address + window_bytes - 1) / kPageBytes == page) {
        ++end;
    }
    return std::max(end, begin + 1);
}

}  // namespace

std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t width) {
    std::uint64_t value = 0;
    if (width <= sizeof(value) && offset <= bytes.size() && width <= bytes.size() - offset) {
        std::memcpy(&value, bytes.data() + offset, width);
    }
    return value;
}

bool is_pointer(std::uint64_t value) {
    return value >= kUserSpaceBegin && value < kUserSpaceEnd && value % kPointerAlignment == 0;
}

bool TargetReader::read(std::uint64_t address, std::span<std::byte> to) const {
    MemoryPiece piece{address, to};
    memory_.read({&piece, 1});
    return piece.read;
}

std::optional<std::uint64_t> TargetReader::word(std::uint64_t address) const {
    return field(address, {0, sizeof(std::uint64_t)});
}

std::optional<std::uint64_t> TargetReader::field(std::uint64_t object, const Field& field) const {
    std::array<std::byte, sizeof(std::uint64_t)> bytes{};
    if (!field.exists() || field.width > bytes.size() || !read(object + field.offset, std::span(bytes).first(field.width))) {
        return std::nullopt;
    }
    return number_at(bytes, 0, field.width);
}

Windows TargetReader::windows(std::span<const std::uint64_t> addresses, std::size_t window_bytes) const {
    Windows result(addresses.size(), window_bytes);
    std::vector<Place> places;
    places.reserve(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        places.push_back({addresses[i], static_cast<std::uint32_t>(i)});
    }
    sort_places(places);
    if (!scratch_) {
        scratch_ = std::make_unique_for_overwrite<std::byte[]>(kScratchBytes);
    }
    const std::span scratch(scratch_.get(), kScratchBytes);
    std::vector<MemoryPiece> pieces;
    std::vector<std::size_t> first_place;  // of each piece
    for (std::size_t next = 0; next < places.size() && !cancelled();) {
        pieces.clear();
        first_place.clear();
        std::size_t used = 0;
        while (next < places.size()) {
            const std::size_t end = end_of_page(places, next, window_bytes);
            const std::size_t bytes = places[end - 1].address - places[next].address + window_bytes;
            if (bytes > scratch.size() - used) {
                break;
            }
            pieces.push_back({places[next].address, scratch.subspan(used, bytes)});
            first_place.push_back(next);
            used += bytes;
            next = end;
        }
        memory_.read(pieces);
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const std::size_t end = i + 1 < pieces.size() ? first_place[i + 1] : next;
            for (std::size_t place = first_place[i]; pieces[i].read && place < end; ++place) {
                const std::size_t index = places[place].index;
                const std::size_t offset = places[place].address - pieces[i].address;
                std::memcpy(&result.bytes_[index * window_bytes], pieces[i].to.data() + offset, window_bytes);
                result.read_[index] = true;
            }
        }
    }
    return result;
}

bool TargetReader::read_chunks(std::uint64_t address, std::span<std::byte> to) const {
    while (!to.empty()) {
        const std::size_t bytes = std::min(to.size(), kChunkBytes);
        if (cancelled() || !read(address, to.first(bytes))) {
            return false;
        }
        address += bytes;
        to = to.subspan(bytes);
    }
    return true;
}

}  // namespace tt::alloc_trace
