// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/fields.hpp"

namespace tt::alloc_trace {

void write_field(ByteWriter& out, std::uint64_t id, bool required, std::span<const std::uint8_t> data) {
    out.varint(id << 1 | (required ? 1 : 0));
    out.varint(data.size());
    out.raw(data);
}

void write_text_field(ByteWriter& out, std::uint64_t id, std::string_view text) {
    if (!text.empty()) {
        write_field(out, id, false, {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
    }
}

void write_number_field(ByteWriter& out, std::uint64_t id, std::uint64_t value) {
    if (value == 0) {
        return;
    }
    ByteWriter number;
    number.varint(value);
    write_field(out, id, false, number.bytes());
}

bool FieldReader::next(ChunkField& field) {
    if (in_.at_end()) {
        return false;
    }
    const std::uint64_t tag = in_.varint();
    field.id = tag >> 1;
    field.required = (tag & 1) != 0;
    field.data = in_.raw(in_.varint());
    return !in_.failed();
}

std::uint64_t FieldReader::number(const ChunkField& field) {
    ByteReader in(field.data);
    const std::uint64_t value = in.varint();
    if (in.failed() || !in.at_end()) {
        fail();
        return 0;
    }
    return value;
}

}  // namespace tt::alloc_trace
