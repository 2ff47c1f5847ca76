// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The file a recording goes to. May be created by root in a directory of a user: nothing is followed, nothing but a
// regular file is replaced, and only when asked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace tt::alloc_trace {

struct RecordingOptions {
    bool force = false;  // replace an existing regular file
    std::optional<uid_t> owner_uid;  // who shall own the file, e.g. $SUDO_UID
    std::optional<gid_t> owner_gid;
    std::uint64_t max_bytes = 0;  // of all parts together; 0: no limit
};

class OutputFile {
public:
    // What create() would refuse, but for files that exist without `force`; leaves nothing behind.
    [[nodiscard]] static Status check(const std::string& path, const RecordingOptions& options);
    // Creates `path` with mode 0600 and `head` as its content. On failure nothing is left behind, and a file that was
    // to be replaced is untouched.
    [[nodiscard]] static Result<OutputFile> create(
        const std::string& path, const RecordingOptions& options, std::span<const std::uint8_t> head
    );

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::uint64_t bytes() const { return bytes_; }

    // All of `data` or none of it: after a failure the file ends where it ended before.
    [[nodiscard]] Status append(std::span<const std::uint8_t> data);
    // Closes this file, names it `aside` (path and suffix), and begins another one under the old name, in the same directory. On
    // failure this one is still there, under the one or the other name.
    [[nodiscard]] Status renew(const std::string& suffix, const RecordingOptions& options, std::span<const std::uint8_t> head);
    // A file that renew() put aside.
    void remove_aside(const std::string& suffix);
    // Some file systems report a failed write only here.
    [[nodiscard]] Status close();

private:
    OutputFile(std::string path, UniqueFd directory, std::string name, UniqueFd fd)
        : path_(std::move(path)), directory_(std::move(directory)), name_(std::move(name)), fd_(std::move(fd)) {}

    std::string path_;
    UniqueFd directory_;
    std::string name_;  // in it
    UniqueFd fd_;
    std::uint64_t bytes_ = 0;
};

}  // namespace tt::alloc_trace
