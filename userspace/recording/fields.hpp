// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Fields: id, required or not, length, bytes. What a reader does not know it can skip, so the format can grow.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "recording/byte_reader.hpp"
#include "recording/byte_writer.hpp"

namespace tt::alloc_trace {

struct ChunkField {
    std::uint64_t id = 0;
    bool required = false;  // a reader that does not know the id must not go on
    std::span<const std::uint8_t> data;

    [[nodiscard]] std::string_view text() const { return {reinterpret_cast<const char*>(data.data()), data.size()}; }
};

void write_field(ByteWriter& out, std::uint64_t id, bool required, std::span<const std::uint8_t> data);
// Optional fields; an empty text and the number 0 are left out: missing means the same.
void write_text_field(ByteWriter& out, std::uint64_t id, std::string_view text);
void write_number_field(ByteWriter& out, std::uint64_t id, std::uint64_t value);

class FieldReader {
public:
    explicit FieldReader(std::span<const std::uint8_t> data) : in_(data) {}

    // False at the end and on broken framing; failed() tells which.
    [[nodiscard]] bool next(ChunkField& field);
    // The field's content as one number; anything else fails.
    [[nodiscard]] std::uint64_t number(const ChunkField& field);

    [[nodiscard]] bool failed() const { return in_.failed(); }
    void fail() { in_.fail(); }

private:
    ByteReader in_;
};

}  // namespace tt::alloc_trace
