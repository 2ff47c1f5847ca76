// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/elf_text.hpp"

#include <string.h>

#include <algorithm>
#include <string>

namespace tt::alloc_trace {
namespace {

// Of the runtime's sources; in two parts, so that it is not found in this program itself.
constexpr std::string_view kRuntimeSources = "tt_metal/";
constexpr std::string_view kAllocator = "impl/allocator/";
constexpr std::uint64_t kMaxScanBytes = std::uint64_t{1} << 30U;  // of a file

}  // namespace

bool contains_text(const ElfFile& elf, std::uint64_t offset, std::uint64_t size, std::string_view text) {
    std::string piece;
    for (std::uint64_t at = 0; at < size; at += ElfFile::kMaxRead) {
        // It may lie across the border of two pieces.
        const std::size_t kept = std::min(piece.size(), text.size());
        piece.erase(0, piece.size() - kept);
        const std::size_t count = std::min<std::uint64_t>(ElfFile::kMaxRead, size - at);
        piece.resize(kept + count);
        if (!elf.read_at(offset + at, piece.data() + kept, count)) {
            return false;
        }
        if (::memmem(piece.data(), piece.size(), text.data(), text.size()) != nullptr) {
            return true;
        }
    }
    return false;
}

Error hidden_runtime(const std::string& path) {
    return {
        ErrorCode::NotTraceable,
        path + " has tt-metal's runtime inside, but exports none of its functions: it was linked in with hidden symbols, so "
               "there is nothing to attach to by name",
        "use a build with the runtime as a library of its own (libtt_metal.so), or one that exports its symbols",
        0
    };
}

bool has_runtime_inside(const ElfFile& elf) {
    const std::string name = std::string(kRuntimeSources) + std::string(kAllocator);
    std::uint64_t left = kMaxScanBytes;
    return std::any_of(elf.segments().begin(), elf.segments().end(), [&](const ElfSegment& segment) {
        const std::uint64_t size = segment.writable ? 0 : std::min(segment.file_size, left);
        left -= size;
        return contains_text(elf, segment.offset, size, name);
    });
}

}  // namespace tt::alloc_trace
