// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Single values of a process's memory.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "target/target_memory.hpp"

namespace tt::alloc_trace {

[[nodiscard]] inline bool read_bytes(const TargetMemory& memory, std::uint64_t address, std::span<std::byte> to) {
    std::array piece{MemoryPiece{address, to}};
    memory.read(piece);
    return piece[0].read;
}

template <typename T>
[[nodiscard]] std::optional<T> read_value(const TargetMemory& memory, std::uint64_t address) {
    T value{};
    if (!read_bytes(memory, address, std::as_writable_bytes(std::span{&value, 1}))) {
        return std::nullopt;
    }
    return value;
}

[[nodiscard]] inline std::optional<std::uint64_t> read_word(const TargetMemory& memory, std::uint64_t address) {
    return read_value<std::uint64_t>(memory, address);
}

// A name that ends with NUL within `Size` bytes, of which all can be read.
template <std::size_t Size>
[[nodiscard]] std::string read_name(const TargetMemory& memory, std::uint64_t address) {
    const auto bytes = read_value<std::array<char, Size>>(memory, address);
    return bytes ? std::string{bytes->begin(), std::find(bytes->begin(), bytes->end(), '\0')} : "";
}

}  // namespace tt::alloc_trace
