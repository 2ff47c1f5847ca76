// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Writing and reading by one list of fields: describe(archive, value) names each field once, and the archive is a Saver or a Loader.
// What a Loader reads may be anything: a value out of its range fails the ByteReader, and everything after it reads as 0.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "recording/byte_reader.hpp"
#include "recording/byte_writer.hpp"

namespace tt::alloc_trace::checkpoint {

// One past the last enumerator; each enumeration that is stored has an overload.
template <typename E>
inline constexpr std::uint64_t kEnumeratorEnd = 0;

class Saver {
public:
    explicit Saver(ByteWriter& out) : out_(out) {}

    template <typename... T>
    void operator()(const T&... values) {
        (put(values), ...);
    }
    // The difference to the value before in the same slot.
    void delta(std::size_t slot, std::uint64_t value) { deltas_[slot].add(out_, value); }

private:
    template <std::unsigned_integral T>
    void put(T value) {
        out_.varint(value);
    }
    void put(std::int32_t value) { out_.signed_varint(value); }
    void put(const std::string& text) { out_.string(text); }
    template <typename E>
        requires std::is_enum_v<E>
    void put(E value) {
        out_.varint(static_cast<std::uint64_t>(value));
    }
    template <typename T, std::size_t N>
    void put(const std::array<T, N>& values) {
        for (const T& value : values) {
            put(value);
        }
    }
    template <typename T>
    void put(const std::vector<T>& values) {
        out_.varint(values.size());
        for (const T& value : values) {
            put(value);
        }
    }
    template <typename T>
    void put(const std::optional<T>& value) {
        put(value.has_value());
        if (value) {
            put(*value);
        }
    }
    // describe() is written for values that may be changed; a Saver does not.
    template <typename T>
        requires std::is_class_v<T>
    void put(const T& value) {
        describe(*this, const_cast<T&>(value));
    }

    ByteWriter& out_;
    std::array<DeltaWriter, 3> deltas_;
};

class Loader {
public:
    explicit Loader(ByteReader& in) : in_(in) {}

    template <typename... T>
    void operator()(T&... values) {
        (get(values), ...);
    }
    void delta(std::size_t slot, std::uint64_t& value) { value = deltas_[slot].next(in_); }

private:
    template <std::unsigned_integral T>
    void get(T& value) {
        const std::uint64_t wide = in_.varint();
        value = static_cast<T>(wide);
        if (wide > std::uint64_t{std::numeric_limits<T>::max()}) {
            in_.fail();
        }
    }
    void get(std::int32_t& value) { value = in_.signed_varint32(); }
    void get(std::string& text) { text = in_.string(); }
    template <typename E>
        requires std::is_enum_v<E>
    void get(E& value) {
        static_assert(kEnumeratorEnd<E> > 0);
        const std::uint64_t number = in_.varint();
        if (number >= kEnumeratorEnd<E>) {
            in_.fail();
            return;
        }
        value = static_cast<E>(number);
    }
    template <typename T, std::size_t N>
    void get(std::array<T, N>& values) {
        for (T& value : values) {
            get(value);
        }
    }
    template <typename T>
    void get(std::vector<T>& values) {
        const std::size_t count = in_.count(1);
        values.clear();
        for (std::size_t i = 0; i < count && !in_.failed(); ++i) {
            get(values.emplace_back());
        }
    }
    template <typename T>
    void get(std::optional<T>& value) {
        bool present = false;
        get(present);
        T loaded{};
        if (present) {
            get(loaded);
        }
        value = present ? std::optional<T>(std::move(loaded)) : std::nullopt;
    }
    template <typename T>
        requires std::is_class_v<T>
    void get(T& value) {
        describe(*this, value);
    }

    ByteReader& in_;
    std::array<DeltaReader, 3> deltas_;
};

}  // namespace tt::alloc_trace::checkpoint
