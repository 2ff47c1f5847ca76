// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Shared with the other eras. SmallVector: begin pointer, size and capacity of 32 bits each, then room for the first elements inside
// of the object: so the free lists of a bank manager of February 2026 are where the real one has them, at 0x3b0. Only what the
// bank managers need of it: it never outgrows that room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace tt::tt_metal {

template <typename T, std::size_t InlineElements = 8>
class SmallVector {
public:
    SmallVector() { begin_ = reinterpret_cast<T*>(inside_.data()); }
    ~SmallVector() {
        for (std::size_t index = size_; index != 0; --index) {
            begin_[index - 1].~T();
        }
    }
    SmallVector(const SmallVector&) = delete;
    SmallVector& operator=(const SmallVector&) = delete;

    // At most InlineElements of them.
    template <typename... Args>
    void emplace_back(Args&&... args) {
        new (static_cast<void*>(begin_ + size_)) T(std::forward<Args>(args)...);
        ++size_;
    }
    std::size_t size() const { return size_; }
    T& operator[](std::size_t index) { return begin_[index]; }
    const T& operator[](std::size_t index) const { return begin_[index]; }

private:
    T* begin_ = nullptr;
    std::uint32_t size_ = 0;
    std::uint32_t capacity_ = InlineElements;
    alignas(T) std::array<std::byte, InlineElements * sizeof(T)> inside_;
};

}  // namespace tt::tt_metal
