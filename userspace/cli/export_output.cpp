// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/export_output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "cli/output.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {
namespace {

[[nodiscard]] Status check_free(const std::string& path, bool force) {
    struct stat there {};
    if (::lstat(path.c_str(), &there) != 0) {
        return errno == ENOENT ? Status() : cannot_create(path, errno);
    }
    if (!force) {
        return cannot_create(path, EEXIST);
    }
    return S_ISREG(there.st_mode) ? Status() : fail(ErrorCode::Usage, "cannot create " + path + ": it is no regular file");
}

// 0, or errno.
int rename_new(const std::string& from, const std::string& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return errno;
    }
    // A file system that cannot do it.
    if (::link(from.c_str(), to.c_str()) != 0) {
        return errno;
    }
    ::unlink(from.c_str());
    return 0;
}

}  // namespace

ExportFile::ExportFile(std::string path, std::string temporary, UniqueFd fd, bool force)
    : path_(std::move(path)), temporary_(std::move(temporary)), fd_(std::move(fd)), force_(force) {}

ExportFile::ExportFile(ExportFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      fd_(std::move(other.fd_)),
      force_(other.force_) {}

ExportFile::~ExportFile() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

Result<ExportFile> ExportFile::create(const std::string& path, bool force) {
    if (Status free = check_free(path, force); !free) {
        return tl::make_unexpected(free.error());
    }
    const std::string directory = path.substr(0, path.rfind('/') + 1);
    constexpr int kTries = 16;  // names may be left over from a killed process with our pid
    for (int i = 0; i < kTries; ++i) {
        std::string name = fmt::format("{}.tt-alloc-trace-{}-{}.tmp", directory, ::getpid(), i);
        UniqueFd fd(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR));
        if (fd.valid()) {
            return ExportFile(path, std::move(name), std::move(fd), force);
        }
        if (errno != EEXIST) {
            return cannot_create(path, errno);
        }
    }
    return fail(ErrorCode::RunTime, "cannot create " + path + ": no temporary file beside it");
}

Status ExportFile::append(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd_.get(), text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return fail_errno(ErrorCode::RunTime, "cannot write to " + path_, errno);
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return {};
}

Status ExportFile::publish() {
    if (::close(fd_.release()) != 0 && errno != EINTR) {
        return fail_errno(ErrorCode::RunTime, "cannot write to " + path_, errno);
    }
    const int error = force_ ? (::rename(temporary_.c_str(), path_.c_str()) == 0 ? 0 : errno) : rename_new(temporary_, path_);
    if (error != 0) {
        return cannot_create(path_, error);
    }
    temporary_.clear();
    return {};
}

Status ExportSink::write(std::string_view text) {
    if (file_ != nullptr) {
        return file_->append(text);
    }
    Status written = write_stdout(std::string(text), &closed_);
    return closed_ ? fail(ErrorCode::RunTime, "standard output was closed") : written;
}

ExportProgress::ExportProgress()
    : shown_(::isatty(STDERR_FILENO) == 1), next_(std::chrono::steady_clock::now() + std::chrono::seconds(1)) {}

ExportProgress::~ExportProgress() {
    if (dirty_) {
        std::fputs("\r\033[K", stderr);
    }
}

void ExportProgress::show(std::uint64_t t_ns) {
    first_t_ns_ = first_t_ns_ == 0 ? t_ns : first_t_ns_;
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) {
        return;
    }
    next_ = now + std::chrono::seconds(1);
    dirty_ = true;
    const std::string line = fmt::format(
        "\r{} events, {:.1f} s of the recording\033[K", human_count(events_), static_cast<double>(t_ns - first_t_ns_) / 1e9
    );
    std::fputs(line.c_str(), stderr);
}

}  // namespace tt::alloc_trace
