// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// /proc/PID/maps as data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

struct MapEntry {
    std::uint64_t start = 0;   // first address
    std::uint64_t end = 0;     // one behind the last
    std::uint64_t offset = 0;  // of `start` in the file, bytes
    std::uint64_t inode = 0;   // 0: no file
    std::uint32_t device_major = 0;
    std::uint32_t device_minor = 0;
    bool readable = false;
    bool writable = false;
    bool executable = false;
    bool shared = false;
    bool deleted = false;  // the file has no name any more ("(deleted)" is taken off `path`)
    std::string path;  // as the process sees it; "[heap]" and the like for special mappings, empty for anonymous ones

    bool operator==(const MapEntry&) const = default;
};

// Pure. Error (RunTime) naming the line if the text is not what the kernel writes.
[[nodiscard]] Result<std::vector<MapEntry>> parse_memory_map(std::string_view text);

// Errors: NoSuchProcess (gone, zombie or kernel thread: no mappings), NotPermitted (needs root or CAP_SYS_PTRACE),
// RunTime.
[[nodiscard]] Result<std::vector<MapEntry>> read_memory_map(const ProcessHandle& process);

struct AddressRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// Where a process has its objects from operator new: writable memory of no file and of nobody else, the heap proper first.
[[nodiscard]] std::vector<AddressRange> heap_of(const std::vector<MapEntry>& entries);

}  // namespace tt::alloc_trace
