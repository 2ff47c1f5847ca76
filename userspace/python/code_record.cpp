// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/code_record.hpp"

#include <algorithm>
#include <cstring>

#include "python/python_abi.hpp"
#include "python/python_text.hpp"

namespace tt::alloc_trace {
namespace {

using Bytes = std::span<const std::uint8_t>;

PythonText text_of(const tat_code_text& said, Bytes room) {
    const std::size_t copied = std::min<std::size_t>(said.bytes, room.size());
    return {python_text(room.first(copied), said.width), said.bytes > room.size(), said.width != 0};
}

}  // namespace

std::optional<PythonCode> decode_code(std::span<const std::byte> record) {
    tat_code_event event{};
    constexpr std::size_t kFixed = offsetof(tat_code_event, table);
    if (record.size() < kFixed) {
        return std::nullopt;
    }
    std::memcpy(&event, record.data(), kFixed);
    const std::size_t room = record.size() - kFixed;
    PythonCode code;
    code.id = event.code;
    code.version = {3, static_cast<std::uint8_t>(event.minor)};
    code.name = text_of(event.name, event.name_text);
    code.file = text_of(event.file, event.file_text);
    code.first_line = event.first_line;
    const std::size_t copied = event.table_read != 0 ? std::min<std::size_t>(event.table_bytes, room) : 0;
    if (copied > 0) {
        code.table.resize(copied);
        std::memcpy(code.table.data(), record.data() + kFixed, copied);
    }
    code.table_cut = copied < event.table_bytes;
    return code;
}

}  // namespace tt::alloc_trace
