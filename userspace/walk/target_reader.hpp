// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Typed and bounded reads on top of TargetMemory. What cannot be read is nullopt: an unreadable address, a count beyond
// reason, a cancelled walk.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "probes/field.hpp"
#include "target/target_memory.hpp"

namespace tt::alloc_trace {

// The unsigned number at `offset` of `bytes`, little endian; 0 if it is not inside.
[[nodiscard]] std::uint64_t number_at(std::span<const std::byte> bytes, std::size_t offset, std::size_t width);

// Whether a value can be the address of an object: not null, in user space, aligned as operator new does at least.
[[nodiscard]] bool is_pointer(std::uint64_t value);

// Of addresses as keys of a hash table: their low bits are all the same, and tables look at those.
struct AddressHash {
    std::size_t operator()(std::uint64_t address) const noexcept {
        constexpr std::uint64_t kGoldenRatio = 0x9e37'79b9'7f4a'7c15;
        return static_cast<std::size_t>((address * kGoldenRatio) >> 32U);
    }
};

// Equal windows of many objects.
class Windows {
public:
    Windows(std::size_t count, std::size_t window_bytes)
        : bytes_(std::make_unique_for_overwrite<std::byte[]>(count * window_bytes)),
          read_(count, false),
          window_bytes_(window_bytes) {}

    [[nodiscard]] std::size_t size() const { return read_.size(); }
    [[nodiscard]] bool read(std::size_t i) const { return read_[i]; }
    // The bytes of one that was read.
    [[nodiscard]] std::span<const std::byte> operator[](std::size_t i) const {
        return {&bytes_[i * window_bytes_], window_bytes_};
    }

private:
    friend class TargetReader;
    std::unique_ptr<std::byte[]> bytes_;  // of windows that were read
    std::vector<bool> read_;
    std::size_t window_bytes_;
};

// One thread.
class TargetReader {
public:
    // Both must outlive this; `cancel` may be null.
    TargetReader(const TargetMemory& memory, const std::atomic<bool>* cancel) : memory_(memory), cancel_(cancel) {}

    [[nodiscard]] bool cancelled() const { return cancel_ != nullptr && cancel_->load(std::memory_order_relaxed); }

    [[nodiscard]] bool read(std::uint64_t address, std::span<std::byte> to) const;
    [[nodiscard]] std::optional<std::uint64_t> word(std::uint64_t address) const;
    // nullopt also if the layout has no such field.
    [[nodiscard]] std::optional<std::uint64_t> field(std::uint64_t object, const Field& field) const;

    // `window_bytes` at each address; addresses in any order. Neighbours are read together: a heap page costs one piece,
    // however many objects of interest it holds.
    [[nodiscard]] Windows windows(std::span<const std::uint64_t> addresses, std::size_t window_bytes) const;

    template <typename T>
    [[nodiscard]] std::optional<std::vector<T>> array(std::uint64_t address, std::uint64_t count, std::uint64_t max_count) const;
    // The elements of a std::vector<T> whose object is at `address`.
    template <typename T>
    [[nodiscard]] std::optional<std::vector<T>> vector(std::uint64_t address, std::uint64_t max_count) const;

private:
    [[nodiscard]] bool read_chunks(std::uint64_t address, std::span<std::byte> to) const;

    const TargetMemory& memory_;
    const std::atomic<bool>* cancel_;
    mutable std::unique_ptr<std::byte[]> scratch_;  // of windows(): a walk calls it thousands of times
};

template <typename T>
std::optional<std::vector<T>> TargetReader::array(std::uint64_t address, std::uint64_t count, std::uint64_t max_count) const {
    static_assert(std::is_trivially_copyable_v<T>);
    if (count > max_count) {
        return std::nullopt;
    }
    std::byte last{};
    // Its end first: a count made of thin air must not cost its memory here.
    if (count != 0 && !read(address + (count * sizeof(T)) - 1, {&last, 1})) {
        return std::nullopt;
    }
    std::vector<T> elements(count);
    if (!read_chunks(address, std::as_writable_bytes(std::span(elements)))) {
        return std::nullopt;
    }
    return elements;
}

template <typename T>
std::optional<std::vector<T>> TargetReader::vector(std::uint64_t address, std::uint64_t max_count) const {
    const auto ends = array<std::uint64_t>(address, 2, 2);
    if (!ends || (*ends)[1] < (*ends)[0] || ((*ends)[1] - (*ends)[0]) % sizeof(T) != 0) {
        return std::nullopt;
    }
    return array<T>((*ends)[0], ((*ends)[1] - (*ends)[0]) / sizeof(T), max_count);
}

}  // namespace tt::alloc_trace
