// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Appends numbers and strings of the recording format to a growing block of bytes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "recording/zigzag.hpp"

namespace tt::alloc_trace {

class ByteWriter {
public:
    [[nodiscard]] const Bytes& bytes() const { return bytes_; }
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    void clear() { bytes_.clear(); }

    void u8(std::uint8_t value) { bytes_.push_back(value); }
    void u16(std::uint16_t value) { fixed(value, 2); }
    void u32(std::uint32_t value) { fixed(value, 4); }
    void u64(std::uint64_t value) { fixed(value, 8); }
    void varint(std::uint64_t value) {
        while (value >= 0x80) {
            bytes_.push_back(static_cast<std::uint8_t>(value | 0x80));
            value >>= 7;
        }
        bytes_.push_back(static_cast<std::uint8_t>(value));
    }
    void signed_varint(std::int64_t value) { varint(zigzag(static_cast<std::uint64_t>(value))); }
    void raw(std::span<const std::uint8_t> data) { bytes_.insert(bytes_.end(), data.begin(), data.end()); }
    void raw(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
    void string(std::string_view text) {
        varint(text.size());
        raw(text);
    }

private:
    void fixed(std::uint64_t value, int size) {
        for (int i = 0; i < size; ++i) {
            bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
        }
    }

    Bytes bytes_;
};

// Writes each value as the difference to the one before it.
class DeltaWriter {
public:
    void add(ByteWriter& out, std::uint64_t value) {
        out.varint(zigzag(value - last_));
        last_ = value;
    }
    void restart(std::uint64_t base = 0) { last_ = base; }

private:
    std::uint64_t last_ = 0;
};

}  // namespace tt::alloc_trace
