// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Numbers as DWARF writes them, taken off the front of some bytes. Once something did not fit, `failed()` stays true and all that
// is read is 0: callers check once, where it matters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace tt::alloc_trace {

class DwarfCursor {
public:
    explicit DwarfCursor(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    [[nodiscard]] bool failed() const { return failed_; }
    [[nodiscard]] bool empty() const { return failed_ || rest_.empty(); }
    [[nodiscard]] std::span<const std::uint8_t> rest() const { return failed_ ? std::span<const std::uint8_t>{} : rest_; }

    template <typename T>
    T fixed() {
        T value{};
        const auto bytes = take(sizeof value);
        if (!bytes.empty()) {
            std::memcpy(&value, bytes.data(), sizeof value);
        }
        return value;
    }

    std::uint64_t uleb() { return leb(false); }
    std::int64_t sleb() { return static_cast<std::int64_t>(leb(true)); }

    std::span<const std::uint8_t> take(std::uint64_t size) {
        if (failed_ || size > rest_.size()) {
            failed_ = true;
            return {};
        }
        const auto taken = rest_.first(size);
        rest_ = rest_.subspan(size);
        return taken;
    }

    std::string_view text(std::size_t max_size) {  // up to a NUL
        const auto* begin = reinterpret_cast<const char*>(rest_.data());
        const std::string_view head(begin, std::min(rest_.size(), max_size + 1));
        const auto end = failed_ ? std::string_view::npos : head.find('\0');
        if (end == std::string_view::npos) {
            failed_ = true;
            return {};
        }
        rest_ = rest_.subspan(end + 1);
        return {begin, end};
    }

private:
    std::uint64_t leb(bool is_signed) {
        constexpr unsigned kBits = 64;
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < kBits; shift += 7) {
            const auto byte = fixed<std::uint8_t>();
            value |= std::uint64_t{byte & 0x7fU} << shift;
            if ((byte & 0x80U) == 0) {
                const bool negative = is_signed && (byte & 0x40U) != 0 && shift + 7 < kBits;
                return failed_ ? 0 : negative ? value | ~std::uint64_t{0} << (shift + 7) : value;
            }
        }
        failed_ = true;
        return 0;
    }

    std::span<const std::uint8_t> rest_;
    bool failed_ = false;
};

}  // namespace tt::alloc_trace
