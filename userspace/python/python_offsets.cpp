// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/python_offsets.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kWindow = std::size_t{8} * TAT_PYTHON_WORDS;

// clang-format off
PythonOffsets frame_objects(PythonVersion version) {  // to 3.10: every frame is an object
    PythonOffsets offsets;
    offsets.version = version;
    offsets.runtime = {.interpreters = 32, .holder = 568};
    offsets.interpreter = {.next = 0, .threads = 8};
    offsets.thread = {.interpreter = 16, .next = 8, .thread = 176, .frame = 24};
    offsets.frame = {.code = 32, .back = 24, .instruction = 104};
    offsets.code = {.line = 40, .file = 104, .name = 112, .table = 120};
    offsets.ascii_text = 48;
    offsets.other_text = 72;
    return offsets;
}

PythonOffsets python_3_8() {
    PythonOffsets offsets = frame_objects({3, 8});
    offsets.runtime.holder = 1368;
    return offsets;
}

PythonOffsets python_3_10() {
    PythonOffsets offsets = frame_objects({3, 10});
    offsets.frame.instruction = 96;
    offsets.instruction_kind = TAT_PYTHON_UNITS;
    return offsets;
}

PythonOffsets python_3_11() {
    PythonOffsets offsets;
    offsets.version = {3, 11};
    offsets.runtime = {.interpreters = 40, .holder = 576};
    offsets.interpreter = {.next = 0, .threads = 16};
    offsets.thread = {.interpreter = 16, .next = 8, .thread = 152, .frame = 56, .through = 8};
    offsets.frame = {.code = 32, .back = 48, .instruction = 56, .owner = 69, .entry = 68};
    offsets.code = {.line = 72, .file = 112, .name = 120, .qualified_name = 128, .table = 136, .first = 168, .bytes = 184};
    offsets.ascii_text = 48;
    offsets.other_text = 72;
    offsets.entry = TAT_PYTHON_ENTRY_FLAG;
    offsets.instruction_kind = TAT_PYTHON_ADDRESS;
    return offsets;
}

PythonOffsets python_3_12() {
    PythonOffsets offsets;
    offsets.version = {3, 12};
    offsets.runtime = {.interpreters = 40};
    offsets.interpreter = {.next = 0, .threads = 72};
    offsets.thread = {.interpreter = 16, .next = 8, .thread = 136, .frame = 56, .through = 0};
    offsets.frame = {.code = 0, .back = 8, .instruction = 56, .owner = 70};
    offsets.code = {.line = 68, .file = 112, .name = 120, .qualified_name = 128, .table = 136, .version = 92, .first = 176, .bytes = 192};
    offsets.ascii_text = 40;
    offsets.other_text = 56;
    offsets.entry = TAT_PYTHON_ENTRY_OWNER;
    offsets.instruction_kind = TAT_PYTHON_ADDRESS;
    return offsets;
}
// clang-format on

tl::unexpected<Error> refuse(PythonVersion version, const std::string& why) {
    return fail(ErrorCode::NotTraceable, "CPython " + to_string(version) + ": " + why);
}

// One word of _Py_DebugOffsets; places are those of 3.13.
std::uint64_t word_at(std::span<const std::byte> bytes, std::size_t offset) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data() + offset, sizeof(word));
    return word;
}

constexpr std::string_view kCookie = "xdebugpy";

}  // namespace

std::optional<PythonOffsets> python_offsets(PythonVersion version) {
    if (version.major != 3) {
        return std::nullopt;
    }
    switch (version.minor) {
        case 8: return python_3_8();
        case 9: return frame_objects({3, 9});
        case 10: return python_3_10();
        case 11: return python_3_11();
        case 12: return python_3_12();
        default: return std::nullopt;
    }
}

Result<PythonOffsets> python_offsets(PythonVersion version, std::span<const std::byte> said) {
    if (said.size() < kDebugOffsetsSize || std::memcmp(said.data(), kCookie.data(), kCookie.size()) != 0) {
        return refuse(version, "it does not tell where its objects hold what");
    }
    const std::uint64_t told = word_at(said, 8);
    if ((told >> 24U) != version.major || (told >> 16U & 0xffU) != version.minor) {
        return refuse(version, "what it tells of its objects is of another version");
    }
    if (word_at(said, 16) != 0) {
        return refuse(version, "a build without interpreter lock");
    }
    bool sound = true;
    const auto at = [&](std::size_t offset, std::uint64_t limit) {
        const std::uint64_t value = word_at(said, offset);
        sound = sound && value <= limit;
        return static_cast<std::uint32_t>(value);
    };
    const auto member = [&](std::size_t offset) { return static_cast<std::uint16_t>(at(offset, 0x1000)); };
    constexpr std::uint64_t kLargest = 1U << 24U;
    PythonOffsets offsets;
    offsets.version = version;
    offsets.runtime = {.interpreters = at(40, kLargest), .holder = {}};
    offsets.interpreter = {.next = at(64, kLargest), .threads = at(72, kLargest)};
    offsets.thread = {.interpreter = member(176), .next = member(168), .thread = member(192), .frame = member(184)};
    offsets.frame = {.code = member(240), .back = member(232), .instruction = member(248), .owner = member(264)};
    offsets.code = {.line = member(312), .file = member(280), .name = member(288), .qualified_name = member(296), .table = member(304)};
    offsets.code.bytes = member(344);
    offsets.ascii_text = member(560);
    // Not told; so in the releases. The version is taken only where its neighbour is where they have it: else content tells.
    constexpr std::uint16_t kFirstBeforeBytes = 16;
    constexpr std::uint16_t kLineOfReleases = 68;
    constexpr std::uint16_t kVersionOfReleases = 92;
    constexpr std::uint16_t kUtf8 = 16;  // a cached copy's length and address
    offsets.code.first = static_cast<std::uint16_t>(offsets.code.bytes - kFirstBeforeBytes);
    offsets.code.version = offsets.code.line == kLineOfReleases ? kVersionOfReleases : TAT_NO_MEMBER;
    offsets.other_text = static_cast<std::uint16_t>(offsets.ascii_text + kUtf8);
    offsets.entry = TAT_PYTHON_ENTRY_OWNER;
    offsets.instruction_kind = TAT_PYTHON_ADDRESS;
    if (!sound || offsets.code.bytes < kFirstBeforeBytes) {
        return refuse(version, "what it tells of its objects cannot be");
    }
    return offsets;
}

Result<tat_python> python_settings(const PythonOffsets& offsets) {
    bool fits = true;
    // In a window from `start` on, aligned to what it is; members that there are not stay so.
    const auto within = [&fits](std::uint16_t member, std::uint16_t start, std::size_t size) -> __u16 {
        if (member == TAT_NO_MEMBER) {
            return TAT_NO_MEMBER;
        }
        fits = fits && member >= start && member - start + size <= kWindow && (member - start) % size == 0;
        return static_cast<__u16>(member - start);
    };
    const auto& frame = offsets.frame;
    const auto& code = offsets.code;
    const auto frame_start = static_cast<std::uint16_t>(std::min({frame.code, frame.back, frame.instruction}) & ~7U);
    std::uint16_t last = std::max({frame.code, frame.back, frame.instruction});
    for (const std::uint16_t member : {frame.owner, frame.entry}) {
        last = member == TAT_NO_MEMBER ? last : std::max(last, member);
    }
    const auto code_start = static_cast<std::uint16_t>(code.line & ~7U);
    const std::size_t instruction_size = offsets.instruction_kind == TAT_PYTHON_ADDRESS ? 8 : 4;
    tat_python settings{};
    settings.thread = offsets.thread.thread;
    settings.frame = offsets.thread.frame;
    settings.through = offsets.thread.through;
    settings.frame_start = frame_start;
    settings.frame_bytes = static_cast<__u16>((last - frame_start) / 8 * 8 + 8);  // no more: a frame may end where memory ends
    settings.frame_code = within(frame.code, frame_start, 8);
    settings.frame_back = within(frame.back, frame_start, 8);
    settings.frame_instruction = within(frame.instruction, frame_start, instruction_size);
    settings.frame_owner = within(frame.owner, frame_start, 1);
    settings.frame_entry = within(frame.entry, frame_start, 1);
    settings.code_start = code_start;
    settings.code_line = within(code.line, code_start, 4);
    settings.code_file = within(code.file, code_start, 8);
    settings.code_name = within(code.name, code_start, 8);
    settings.code_qualified_name = within(code.qualified_name, code_start, 8);
    settings.code_table = within(code.table, code_start, 8);
    settings.code_version = within(code.version, code_start, 4);
    settings.code_first = within(code.first, code_start, 4);
    settings.code_bytes = code.bytes;
    settings.ascii_text = offsets.ascii_text;
    settings.other_text = offsets.other_text;
    settings.entry = offsets.entry;
    settings.instruction_kind = offsets.instruction_kind;
    settings.minor = offsets.version.minor;
    if (!fits || settings.frame_bytes > kWindow) {
        return refuse(offsets.version, "its objects are larger than what is copied of them");
    }
    return settings;
}

}  // namespace tt::alloc_trace
