// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reads numbers and strings of the recording format from borrowed bytes that nobody vouches for. Never reads outside
// them: past the end, or on a number that does not fit, everything reads as 0 or empty from then on and failed() is
// true. So a caller may read a whole record and check once, but must check a count or an index before it uses it.
#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "recording/zigzag.hpp"

namespace tt::alloc_trace {

class ByteReader {
public:
    ByteReader() = default;
    explicit ByteReader(std::span<const std::uint8_t> data) : at_(data.data()), end_(data.data() + data.size()) {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool at_end() const { return at_ == end_; }
    [[nodiscard]] std::size_t remaining() const { return static_cast<std::size_t>(end_ - at_); }

    std::uint8_t u8() { return static_cast<std::uint8_t>(fixed(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(fixed(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(fixed(4)); }
    std::uint64_t u64() { return fixed(8); }

    std::uint64_t varint() {
        if (at_ != end_ && *at_ < 0x80) {
            return *at_++;
        }
        return long_varint();
    }
    std::uint32_t varint32() {
        const std::uint64_t value = varint();
        if (value > std::numeric_limits<std::uint32_t>::max()) {
            fail();
            return 0;
        }
        return static_cast<std::uint32_t>(value);
    }
    std::int32_t signed_varint32() {
        const auto value = static_cast<std::int64_t>(unzigzag(varint()));
        if (value != static_cast<std::int32_t>(value)) {
            fail();
            return 0;
        }
        return static_cast<std::int32_t>(value);
    }

    std::span<const std::uint8_t> raw(std::uint64_t size) {
        if (size > remaining()) {
            fail();
            return {};
        }
        const std::span<const std::uint8_t> taken(at_, static_cast<std::size_t>(size));
        at_ += size;
        return taken;
    }
    std::string_view string() {
        const auto data = raw(varint());
        return {reinterpret_cast<const char*>(data.data()), data.size()};
    }

    // A count of things that take at least `least_bytes` each: fails if they cannot be there.
    std::size_t count(std::size_t least_bytes) {
        const std::uint64_t value = varint();
        if (value > remaining() / least_bytes) {
            fail();
            return 0;
        }
        return static_cast<std::size_t>(value);
    }

    void fail() {
        failed_ = true;
        at_ = end_;
    }

private:
    std::uint64_t fixed(int size) {
        const auto data = raw(static_cast<std::uint64_t>(size));
        std::uint64_t value = 0;
        for (std::size_t i = data.size(); i > 0; --i) {
            value = value << 8 | data[i - 1];
        }
        return value;
    }

    std::uint64_t long_varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 64 && at_ != end_; shift += 7) {
            const std::uint64_t byte = *at_++;
            if (shift == 63 && byte > 1) {
                break;
            }
            value |= (byte & 0x7f) << shift;
            if (byte < 0x80) {
                return value;
            }
        }
        fail();
        return 0;
    }

    const std::uint8_t* at_ = nullptr;
    const std::uint8_t* end_ = nullptr;
    bool failed_ = false;
};

// Reads what DeltaWriter wrote.
class DeltaReader {
public:
    std::uint64_t next(ByteReader& in) { return last_ += unzigzag(in.varint()); }
    void restart(std::uint64_t base = 0) { last_ = base; }

private:
    std::uint64_t last_ = 0;
};

}  // namespace tt::alloc_trace
