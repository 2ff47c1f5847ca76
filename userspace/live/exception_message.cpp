// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/exception_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "target/printable.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kBacktrace = "\nbacktrace:";
constexpr std::string_view kOutOfMemory = "Out of Memory";
// What the texts about a launch have in common whose circular or dataflow buffers find no place.
constexpr std::array<std::string_view, 4> kNoPlace{
    "Statically allocated circular buffers",
    "Statically allocated dataflow buffers",
    "Circular buffer core range",
    "Circular buffers on service-core range",
};
// "Not enough space to allocate {} B {} buffer across {} banks, ..."; another variant puts words before "to allocate".
constexpr std::string_view kBeforeSize = "to allocate ";
constexpr std::string_view kAfterSize = " B ";

bool contains(std::string_view text, std::string_view what) { return text.find(what) != std::string_view::npos; }

std::string in_one_line(std::string_view text) {
    text = text.substr(0, text.find(kBacktrace));
    text = text.substr(0, text.find_last_not_of(" \n") + 1);
    std::string line(text);
    std::replace(line.begin(), line.end(), '\n', ' ');
    return without_unprintable(line);
}

void read_request(std::string_view text, ExceptionMessage& message) {
    const std::size_t before = text.find(kBeforeSize);
    if (before == std::string_view::npos) {
        return;
    }
    text.remove_prefix(before + kBeforeSize.size());
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error != std::errc() || !text.starts_with(kAfterSize)) {
        return;
    }
    text.remove_prefix(kAfterSize.size());
    const std::string_view name = text.substr(0, text.find(' '));
    for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
        if (name == to_string(static_cast<BufferType>(type))) {
            message.size = size;
            message.type = static_cast<BufferType>(type);
        }
    }
}

}  // namespace

ExceptionMessage read_message(std::string_view text, bool cut) {
    ExceptionMessage message;
    const bool whole = !cut || contains(text, kBacktrace);
    message.text = in_one_line(whole ? text : text.substr(0, text.find_last_of(" \n")));
    const auto said = [&message](std::string_view what) { return contains(message.text, what); };
    if (std::any_of(kNoPlace.begin(), kNoPlace.end(), said)) {
        message.about = ExceptionMessage::About::CircularBuffers;
    } else if (contains(message.text, kOutOfMemory)) {
        message.about = ExceptionMessage::About::Memory;
        read_request(message.text, message);
    }
    return message;
}

}  // namespace tt::alloc_trace
