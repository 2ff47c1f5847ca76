// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/frame_section.hpp"

#include <dwarf.h>

#include <algorithm>
#include <optional>

#include "unwind/dwarf_cursor.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxSection = std::uint64_t{256} << 20U;  // the largest libraries there are have 50 MB
constexpr std::size_t kHeaderSize = 8;

Result<FrameSection> read_bytes(const ElfFile& elf, std::uint64_t address, std::uint64_t offset, std::uint64_t size) {
    if (size > kMaxSection) {
        return fail(ErrorCode::NotTraceable, elf.path() + ": its unwind information is larger than any that is known");
    }
    FrameSection section{address, std::vector<std::uint8_t>(size)};
    if (auto status = elf.read_at(offset, section.bytes.data(), size); !status) {
        return tl::make_unexpected(status.error());
    }
    return section;
}

// What .eh_frame_hdr says of where .eh_frame begins: version, three encodings, then the pointer.
std::optional<std::uint64_t> frames_address(const ElfFile& elf) {
    const auto header = elf.frame_header_address();
    const auto bytes = header ? elf.read(*header, kHeaderSize) : Result<std::vector<std::uint8_t>>{};
    if (!bytes || bytes->size() != kHeaderSize) {
        return std::nullopt;
    }
    DwarfCursor cursor(*bytes);
    const auto version = cursor.fixed<std::uint8_t>();
    const auto encoding = cursor.fixed<std::uint8_t>();
    (void)cursor.fixed<std::uint16_t>();
    const auto distance = cursor.fixed<std::int32_t>();
    const bool usual = version == 1 && encoding == (DW_EH_PE_pcrel | DW_EH_PE_sdata4);
    return usual ? std::optional(*header + 4 + static_cast<std::uint64_t>(std::int64_t{distance})) : std::nullopt;
}

}  // namespace

Result<FrameSection> read_frame_section(const ElfFile& elf) {
    if (const ElfSection* section = elf.find_section(".eh_frame")) {
        return read_bytes(elf, section->address, section->offset, section->size);
    }
    if (const auto address = frames_address(elf)) {
        for (const ElfSegment& segment : elf.segments()) {
            if (*address >= segment.address && *address - segment.address < segment.file_size) {
                const std::uint64_t skip = *address - segment.address;  // an entry of length 0 ends it
                return read_bytes(elf, *address, segment.offset + skip, segment.file_size - skip);
            }
        }
    }
    return fail(ErrorCode::NotTraceable, elf.path() + " has no unwind information (.eh_frame)");
}

}  // namespace tt::alloc_trace
