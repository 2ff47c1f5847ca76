// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Where an export goes. A file appears under its name only when it is whole: it grows under a temporary name beside it, which is
// removed if anything fails.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "export/exporter.hpp"

namespace tt::alloc_trace {

class ExportFile {
public:
    // Refuses an existing file without `force`, and anything but a regular file always. Mode 0600.
    [[nodiscard]] static Result<ExportFile> create(const std::string& path, bool force);

    ExportFile(ExportFile&& other) noexcept;
    ExportFile& operator=(ExportFile&&) = delete;
    ~ExportFile();

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] const std::string& temporary_path() const { return temporary_; }
    [[nodiscard]] Status append(std::string_view text);
    // From now on it is under its name.
    [[nodiscard]] Status publish();

private:
    ExportFile(std::string path, std::string temporary, UniqueFd fd, bool force);

    std::string path_;
    std::string temporary_;  // empty: there is none any more
    UniqueFd fd_;
    bool force_;
};

// Into `file`, or to standard output if it is null.
class ExportSink final : public TextSink {
public:
    explicit ExportSink(ExportFile* file) : file_(file) {}

    [[nodiscard]] Status write(std::string_view text) override;
    [[nodiscard]] bool closed() const { return closed_; }  // the reader of the pipe has gone: an error that is none

private:
    ExportFile* file_;
    bool closed_ = false;
};

// One line on a terminal at stderr, once a second; nothing where stderr is none.
class ExportProgress {
public:
    ExportProgress();
    ExportProgress(const ExportProgress&) = delete;
    ExportProgress& operator=(const ExportProgress&) = delete;
    ~ExportProgress();

    void step(std::uint64_t t_ns) {
        if (shown_ && (++events_ & 0xfffU) == 0) {
            show(t_ns);
        }
    }

private:
    void show(std::uint64_t t_ns);

    bool shown_;
    bool dirty_ = false;
    std::uint64_t events_ = 0;
    std::uint64_t first_t_ns_ = 0;
    std::chrono::steady_clock::time_point next_;
};

}  // namespace tt::alloc_trace
