// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A chip that is only memory, behind the C interface that the runtime's simulator back end loads with dlopen. Every tile is a
// sparse address space. A go message (4 bytes, the signal in the last) is answered as done at once, so slow dispatch goes
// through without any firmware.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace {

constexpr std::uint64_t kPageBytes = 4096;
constexpr std::uint32_t kWormholePciId = 0x401e1e52;  // device id in the upper half, vendor id in the lower one

using Page = std::array<std::uint8_t, kPageBytes>;
using Tile = std::unordered_map<std::uint64_t, std::unique_ptr<Page>>;

std::mutex mutex;
std::unordered_map<std::uint64_t, Tile> tiles;

Tile& tile_at(std::uint32_t x, std::uint32_t y) { return tiles[(std::uint64_t{x} << 32) | y]; }

// Calls visit(page number, offset in the page, offset in the range, length) for each piece of a range.
template <typename Visit>
void for_each_piece(std::uint64_t address, std::uint32_t size, Visit visit) {
    for (std::uint32_t done = 0; done < size;) {
        const auto offset = (address + done) % kPageBytes;
        const auto length = std::min<std::uint64_t>(size - done, kPageBytes - offset);
        visit((address + done) / kPageBytes, offset, done, length);
        done += static_cast<std::uint32_t>(length);
    }
}

bool is_go_signal(std::uint8_t signal) { return signal == 0x40 || signal == 0x80 || signal >= 0xc0; }

}  // namespace

extern "C" {

void libttsim_init() {}
void libttsim_exit() {}
void libttsim_clock(std::uint32_t) {}
void libttsim_tensix_reset_assert(std::uint32_t, std::uint32_t) {}
void libttsim_tensix_reset_deassert(std::uint32_t, std::uint32_t) {}
void libttsim_set_pci_dma_mem_callbacks(void*, void*) {}
std::uint32_t libttsim_pci_config_rd32(std::uint32_t, std::uint32_t offset) { return offset == 0 ? kWormholePciId : 0; }
void libttsim_pci_config_wr32(std::uint32_t, std::uint32_t, std::uint32_t) {}
void libttsim_pci_mem_rd_bytes(std::uint64_t, void* to, std::uint32_t size) { std::memset(to, 0, size); }
void libttsim_pci_mem_wr_bytes(std::uint64_t, const void*, std::uint32_t) {}

void libttsim_tile_rd_bytes(std::uint32_t x, std::uint32_t y, std::uint64_t address, void* to, std::uint32_t size) {
    const std::lock_guard lock(mutex);
    const auto& tile = tile_at(x, y);
    for_each_piece(address, size, [&](auto page, auto offset, auto done, auto length) {
        auto* piece = static_cast<std::uint8_t*>(to) + done;
        const auto found = tile.find(page);
        if (found == tile.end()) {
            std::memset(piece, 0, length);
        } else {
            std::memcpy(piece, found->second->data() + offset, length);
        }
    });
}

void libttsim_tile_wr_bytes(std::uint32_t x, std::uint32_t y, std::uint64_t address, const void* from, std::uint32_t size) {
    const std::lock_guard lock(mutex);
    std::uint8_t message[4];
    if (size == sizeof message) {
        std::memcpy(message, from, size);
        if (is_go_signal(message[3])) {
            message[3] = 0;
        }
        from = message;
    }
    auto& tile = tile_at(x, y);
    for_each_piece(address, size, [&](auto page, auto offset, auto done, auto length) {
        auto& content = tile[page];
        if (!content) {
            content = std::make_unique<Page>();
        }
        std::memcpy(content->data() + offset, static_cast<const std::uint8_t*>(from) + done, length);
    });
}

}  // extern "C"
