// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/own_namespaces.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace tt::alloc_trace {
namespace {

// The kernel's PROC_PID_INIT_INO and PROC_TIME_INIT_INO.
constexpr std::uint32_t kFirstPidNamespace = 0xefff'fffc;
constexpr std::uint32_t kFirstTimeNamespace = 0xefff'fffa;
constexpr std::int64_t kNsPerSecond = 1'000'000'000;

// The number in a link such as "pid:[4026531836]"; `absent` if there is none, for the kernel has no such namespaces.
std::uint32_t namespace_inode(const std::string& link, std::uint32_t absent) {
    std::error_code error;
    const std::string text = std::filesystem::read_symlink(link, error).string();
    std::uint32_t inode = absent;
    if (const std::size_t open = text.find('['); open != std::string::npos) {
        std::from_chars(text.data() + open + 1, text.data() + text.size(), inode);
    }
    return inode;
}

// Of the numbers that a process has in /proc's namespace and those below it, down to its own.
std::size_t count_own_pids(const std::string& status_path) {
    std::ifstream file(status_path);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string key;
        if (words >> key && key == "NSpid:") {
            std::size_t count = 0;
            for (std::uint32_t pid = 0; words >> pid;) {
                ++count;
            }
            return count;
        }
    }
    return 0;
}

// Lines such as "monotonic 1000 0": seconds and nanoseconds.
void read_clock_offsets(const std::string& path, OwnNamespaces& own) {
    std::ifstream file(path);
    std::string clock;
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    while (file >> clock >> seconds >> nanoseconds) {
        (clock == "monotonic" ? own.monotonic_offset_ns : own.boottime_offset_ns) = seconds * kNsPerSecond + nanoseconds;
    }
}

}  // namespace

Result<OwnNamespaces> own_namespaces(const std::string& proc_root) {
    const std::string self = proc_root + "/self";
    if (count_own_pids(self + "/status") != 1) {
        return fail(
            ErrorCode::RunTime,
            proc_root + " shows the processes of another pid namespace than the one tt-alloc-trace runs in",
            "run it on the host with the host's pids, or with the /proc of its own pid namespace mounted"
        );
    }
    OwnNamespaces own;
    const std::uint32_t pid_namespace = namespace_inode(self + "/ns/pid", kFirstPidNamespace);
    own.pid_namespace = pid_namespace == kFirstPidNamespace ? 0 : pid_namespace;
    if (namespace_inode(self + "/ns/time", kFirstTimeNamespace) != kFirstTimeNamespace) {
        read_clock_offsets(self + "/timens_offsets", own);
    }
    return own;
}

}  // namespace tt::alloc_trace
