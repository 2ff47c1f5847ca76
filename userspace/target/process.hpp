// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What /proc says of one process. Reads only; attaches nothing and needs no privilege for the public parts.
//
// A process may vanish between any two calls, and its pid may be given to another one. ProcessHandle holds the
// directory /proc/PID open: once the process is gone every read through it fails with NoSuchProcess, it never shows the
// successor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace tt::alloc_trace {

inline constexpr const char* kProcRoot = "/proc";  // tests give a directory of their own

// Enough for "stat", "schedstat", "syscall": one line each, of 52 numbers at most.
inline constexpr std::size_t kMaxStatBytes = 4096;

// Move-only. Any thread may use it, one at a time.
class ProcessHandle {
public:
    // Errors: NoSuchProcess, NotPermitted (hidepid), RunTime.
    [[nodiscard]] static Result<ProcessHandle> open(std::uint32_t pid, const std::string& proc_root = kProcRoot);

    [[nodiscard]] std::uint32_t pid() const { return pid_; }
    [[nodiscard]] int directory_fd() const { return directory_.get(); }

    // A process hides its memory and files where its main thread has ended while others go on: one of these shows them, until it
    // ends, too. The thread by whom they are seen, else the pid.
    [[nodiscard]] std::uint32_t memory_tid() const { return thread_.valid() ? tid_ : pid_; }
    [[nodiscard]] bool has_main_thread() const { return !thread_.valid(); }
    // Of "maps", "map_files", "exe", "fd", "root", "cmdline", "environ": the directory in which they are, and their path, e.g.
    // "/proc/12/maps".
    [[nodiscard]] int files_fd() const { return thread_.valid() ? thread_.get() : directory_.get(); }
    [[nodiscard]] std::string path_of(const std::string& name) const;

    // The text of /proc/PID/<name>, or its thread's; an error (RunTime) if it is longer than `max_bytes`.
    [[nodiscard]] Result<std::string> read(const std::string& name, std::size_t max_bytes) const;
    // The first `max_bytes` of it; no error if there is more.
    [[nodiscard]] Result<std::string> read_head(const std::string& name, std::size_t max_bytes) const;
    // Where the symbolic link /proc/PID/<name> points, e.g. "exe".
    [[nodiscard]] Result<std::string> read_link(const std::string& name) const;

private:
    ProcessHandle(std::uint32_t pid, std::string path, UniqueFd directory);
    void find_thread(const std::string& proc_root);
    [[nodiscard]] int fd_for(const std::string& name) const;
    [[nodiscard]] tl::unexpected<Error> failed(const std::string& name, int error) const;

    std::uint32_t pid_ = 0;
    std::string path_;
    UniqueFd directory_;
    std::uint32_t tid_ = 0;
    std::string thread_path_;
    UniqueFd thread_;  // its /proc/TID, only if the main thread has ended
};

struct ProcessInfo {
    std::uint32_t pid = 0;
    std::uint32_t namespace_pid = 0;  // its number in its own pid namespace (container); 0 if that is ours
    std::uint32_t parent_pid = 0;
    std::uint64_t start_ticks = 0;    // since boot, in clock ticks; with the pid the identity of a process
    std::uint64_t start_time_ns = 0;  // the same in ns
    std::uint32_t user_id = 0;        // real uid
    std::string user;                 // name of it, the number if it has none here
    std::string comm;                 // thread name of the main thread, at most 15 characters
    std::string command;  // arguments separated by spaces, control characters as '?'; "[comm]" if it has none
    bool kernel_thread = false;
    bool zombie = false;  // has exited and waits for its parent: no memory, no modules
    bool exiting = false;  // its main thread is on the way there, maybe behind the moment at which the kernel tells of its end
    std::vector<std::uint32_t>
        devices;  // N of each opened /dev/tenstorrent/N, ascending; empty also if not permitted to see
};

// All of it; the process must exist. Errors: NoSuchProcess, NotPermitted, RunTime (unreadable text).
[[nodiscard]] Result<ProcessInfo> read_process_info(const ProcessHandle& process);

struct ResolvedPid {
    std::uint32_t pid = 0;
    std::string note;  // what the user should know, e.g. that he named a thread; empty if nothing
};

// The process behind a number a user typed: a thread id becomes the id of its process, with a note. Errors, in words:
// NoSuchProcess (none, or a zombie), NotTraceable (kernel thread), Usage (0).
[[nodiscard]] Result<ResolvedPid> resolve_pid(std::uint32_t pid, const std::string& proc_root = kProcRoot);

// All processes there are, ascending.
[[nodiscard]] Result<std::vector<std::uint32_t>> list_pids(const std::string& proc_root = kProcRoot);

// The ids of its threads that have not ended, ascending.
[[nodiscard]] Result<std::vector<std::uint32_t>> list_threads(const ProcessHandle& process);

}  // namespace tt::alloc_trace
