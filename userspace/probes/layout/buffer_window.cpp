// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "probes/layout/buffer_window.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace tt::alloc_trace {
namespace {

constexpr std::uint32_t kWord = 8;

std::uint64_t end_of(const Field& field) {
    return std::uint64_t{field.offset} + field.width;
}

std::uint32_t word_of(std::uint64_t offset) {
    return static_cast<std::uint32_t>(offset / kWord * kWord);
}

std::vector<Field> existing_fields(const BufferLayout& layout) {
    std::vector<Field> fields;
    for (const Field& field :
         {layout.owner,
          layout.size,
          layout.type,
          layout.layout,
          layout.allocator,
          layout.status,
          layout.hooked,
          layout.address,
          layout.page_size}) {
        if (field.exists()) {
            fields.push_back(field);
        }
    }
    return fields;
}

// The words that a window from `start` leaves out.
std::set<std::uint32_t> left_out(const std::vector<Field>& fields, std::uint32_t start) {
    std::set<std::uint32_t> words;
    for (const Field& field : fields) {
        if (field.offset < start || end_of(field) > std::uint64_t{start} + kBufferWindowBytes) {
            words.insert(word_of(field.offset));
            words.insert(word_of(end_of(field) - 1));
        }
    }
    return words;
}

}  // namespace

bool shard_fits_window(const BufferLayout& layout) {
    constexpr std::uint32_t kShapeBytes = 8;
    const auto fits = [](std::uint32_t offset, std::uint32_t bytes) {
        return std::uint64_t{offset} + bytes <= kShardWindowBytes;
    };
    return fits(layout.shard_shape, kShapeBytes) && fits(layout.shard_page_shape, kShapeBytes) && fits(layout.shard_engaged, 1);
}

Result<BufferWindow> window_of(const BufferLayout& layout) {
    const std::vector<Field> fields = existing_fields(layout);
    std::optional<BufferWindow> best;
    for (const Field& first : fields) {
        const std::uint32_t start = word_of(first.offset);
        const std::set<std::uint32_t> far = left_out(fields, start);
        if (far.size() > 1) {
            continue;
        }
        const BufferWindow window{start, far.empty() ? std::nullopt : std::optional(*far.begin())};
        const bool simpler = best && best->far_offset && !window.far_offset;
        const bool lower = best && best->far_offset.has_value() == window.far_offset.has_value() && start < best->start;
        if (!best || simpler || lower) {
            best = window;
        }
    }
    if (!best) {
        return fail(
            ErrorCode::NotTraceable,
            "the members of a Buffer are too far apart: all but one word must be within " +
                std::to_string(kBufferWindowBytes) + " bytes"
        );
    }
    return *best;
}

}  // namespace tt::alloc_trace
