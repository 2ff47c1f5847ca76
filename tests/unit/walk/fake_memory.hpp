// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Memories to walk: this process's own, and one that a test makes up page by page.
#pragma once

#include <unistd.h>

#include <cstring>
#include <map>
#include <memory>
#include <span>
#include <stdexcept>
#include <vector>

#include "target/target_memory.hpp"

namespace tt::alloc_trace::test {

// Real containers of the test itself, read as another process's would be.
class OwnMemory {
public:
    OwnMemory() : process_(open()), memory_(process_) {}
    [[nodiscard]] const TargetMemory& get() const { return memory_; }

private:
    static ProcessHandle open() {
        auto process = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
        if (!process) {
            throw std::runtime_error(process.error().message);
        }
        return *std::move(process);
    }

    ProcessHandle process_;
    ProcessMemory memory_;
};

template <typename T>
std::uint64_t address_of(const T& object) {
    return reinterpret_cast<std::uint64_t>(&object);  // NOLINT
}

// Pages appear where something is written; everything else is unmapped.
class FakeMemory : public TargetMemory {
public:
    void write(std::uint64_t address, std::uint64_t value) {
        for (std::size_t i = 0; i < sizeof(value); ++i) {
            pages_[(address + i) / kPage].resize(kPage);
            pages_[(address + i) / kPage][(address + i) % kPage] = static_cast<std::byte>(value >> (8 * i));
        }
    }
    void write(std::uint64_t address, std::initializer_list<std::uint64_t> values) {
        for (const std::uint64_t value : values) {
            write(address, value);
            address += sizeof(value);
        }
    }
    void read(std::span<MemoryPiece> pieces) const override {
        for (MemoryPiece& piece : pieces) {
            ++reads_;
            piece.read = copy(piece);
        }
    }
    [[nodiscard]] std::size_t reads() const { return reads_; }

private:
    static constexpr std::uint64_t kPage = 4096;

    [[nodiscard]] bool copy(const MemoryPiece& piece) const {
        for (std::size_t i = 0; i < piece.to.size();) {
            const auto page = pages_.find((piece.address + i) / kPage);
            if (page == pages_.end()) {
                return false;
            }
            const std::size_t offset = (piece.address + i) % kPage;
            const std::size_t count = std::min<std::size_t>(piece.to.size() - i, kPage - offset);
            std::memcpy(piece.to.data() + i, page->second.data() + offset, count);
            i += count;
        }
        return true;
    }

    std::map<std::uint64_t, std::vector<std::byte>> pages_;
    mutable std::size_t reads_ = 0;
};

}  // namespace tt::alloc_trace::test
