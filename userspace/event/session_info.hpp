// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where a stream of events comes from: stored at the head of a recording and repeated at the head of every JSON output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tt::alloc_trace {

// One offset or number of the object layout, and where it was learned. Not stored in recordings.
struct LayoutFact {
    std::string item;    // "buffer.page_size"
    std::string value;   // "8 bytes at 88", "2"
    std::string source;  // "DWARF", "Buffer::page_size()", "table L5"
};

struct ModuleInfo {
    std::string path;      // as the traced process sees it
    std::string build_id;  // lower-case hex, empty if the file has none
    std::string layout;    // name of the object layout in use, e.g. "L5"
    std::string evidence;  // how the layout was checked
    std::string era{};                    // of tt-metal, in words; not stored in recordings
    std::vector<LayoutFact> layout_facts{};
};

struct ProbeOutcome {
    std::string role;           // e.g. "allocated"
    std::string symbol;         // mangled; empty if none was found
    std::string module;         // path
    std::uint64_t offset = 0;   // file offset of the probed instruction
    std::string instruction;    // disassembled, e.g. "push rbp"
    bool required = false;
    bool attached = false;
    std::string detail;         // why this symbol and place, or why not
    // Not stored in recordings:
    bool planned = false;       // could be attached, nobody tried (a library file)
    std::string strategy{};       // "entry", "in front of a call", "behind a call", "return"; empty if there is no place to probe
    std::string trap{};           // what the kernel does with the instruction: "emulated", "single-stepped"
    std::optional<std::uint64_t> hits{};  // events that came from it and from probes of the same kind; if it was attached
};

// How much of what was live before the first event is known.
enum class KnownBefore : std::uint8_t { None, Partial, Full };

[[nodiscard]] constexpr const char* to_string(KnownBefore known) {
    return known == KnownBefore::Full ? "full" : known == KnownBefore::Partial ? "partial" : "none";
}

struct SessionInfo {
    std::string tool_version;
    std::string host;                        // host name
    std::string kernel;                      // uname release
    std::string target;                      // as asked for, e.g. "pid 1234", "all", "command: python3 x.py"
    std::uint64_t attached_unix_ns = 0;      // the same moment on two clocks
    std::uint64_t attached_monotonic_ns = 0;
    KnownBefore known_before_attach = KnownBefore::None;
    std::vector<ModuleInfo> modules;
    std::vector<ProbeOutcome> probes;
    std::uint32_t part = 0;  // of a recording that was limited in size; 0: it starts with the attach
};

}  // namespace tt::alloc_trace
