// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/output_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

namespace tt::alloc_trace {

namespace {

constexpr mode_t kOwnerOnly = S_IRUSR | S_IWUSR;
constexpr int kNewFile = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;

[[nodiscard]] std::string creating(const std::string& path) { return "cannot create recording '" + path + "'"; }

[[nodiscard]] tl::unexpected<Error> cannot_create(const std::string& path, int error) {
    if (error == EEXIST) {
        return tl::make_unexpected(Error{
            ErrorCode::RunTime,
            creating(path) + ": it exists already",
            "choose another name, or replace it with --force",
            error
        });
    }
    const bool denied = error == EACCES || error == EPERM || error == EROFS;
    return fail_errno(
        denied ? ErrorCode::NotPermitted : ErrorCode::RunTime,
        creating(path),
        error,
        error == ENOENT ? "create its directory first" : "choose a place that can be written to"
    );
}

// A name in a directory that stays the same directory, whatever happens to the path that led to it.
struct Place {
    UniqueFd directory;
    std::string name;
};

[[nodiscard]] Result<Place> locate(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    Place place;
    place.name = slash == std::string::npos ? path : path.substr(slash + 1);
    if (place.name.empty() || place.name == "." || place.name == "..") {
        return fail(ErrorCode::Usage, creating(path) + ": that names a directory", "add a file name");
    }
    const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    place.directory = UniqueFd(::open(directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!place.directory.valid()) {
        return cannot_create(path, errno);
    }
    return place;
}

[[nodiscard]] UniqueFd create_new(const Place& place, const std::string& name) {
    return UniqueFd(::openat(place.directory.get(), name.c_str(), kNewFile, kOwnerOnly));
}

// Nothing there, or a regular file. What comes there between this check and the rename is replaced, never followed.
[[nodiscard]] Status check_replaceable(const Place& place, const std::string& path) {
    struct stat there {};
    if (::fstatat(place.directory.get(), place.name.c_str(), &there, AT_SYMLINK_NOFOLLOW) != 0) {
        return errno == ENOENT ? Status() : Status(cannot_create(path, errno));
    }
    if (!S_ISREG(there.st_mode)) {
        const char* what = S_ISLNK(there.st_mode) ? "a symbolic link" : "not a regular file";
        const char* hint = "name a regular file, or one that does not exist";
        return fail(ErrorCode::RunTime, creating(path) + ": it is " + what, hint);
    }
    return {};
}

// Under a temporary name beside the file that it shall replace; sets `name`.
[[nodiscard]] Result<UniqueFd> create_beside(const Place& place, const std::string& path, std::string& name) {
    constexpr int kTries = 16;  // names may be left over from a killed process with our pid
    for (int i = 0; i < kTries; ++i) {
        name = ".tt-alloc-trace-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp";
        if (UniqueFd fd = create_new(place, name); fd.valid()) {
            return fd;
        }
        if (errno != EEXIST) {
            break;
        }
    }
    return cannot_create(path, errno);
}

// Over nothing that exists, unless `replace`. False: errno tells.
[[nodiscard]] bool move_aside(int directory, const std::string& name, const std::string& aside, bool replace) {
    if (::renameat2(directory, name.c_str(), directory, aside.c_str(), replace ? 0 : RENAME_NOREPLACE) == 0) {
        return true;
    }
    if (errno != EINVAL) {
        return false;
    }
    struct stat there {};  // a file system that cannot do both at once
    if (::fstatat(directory, aside.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0) {
        errno = EEXIST;
        return false;
    }
    return ::renameat(directory, name.c_str(), directory, aside.c_str()) == 0;
}

[[nodiscard]] Status give_away(int fd, const std::string& path, const RecordingOptions& options) {
    constexpr auto kKeep = static_cast<uid_t>(-1);
    if (::fchmod(fd, kOwnerOnly) != 0) {  // whatever the umask took away
        return fail_errno(ErrorCode::RunTime, creating(path) + ": its mode cannot be set", errno);
    }
    if (!options.owner_uid && !options.owner_gid) {
        return {};
    }
    const uid_t uid = options.owner_uid.value_or(kKeep);
    const gid_t gid = options.owner_gid.value_or(static_cast<gid_t>(kKeep));
    if (::fchown(fd, uid, gid) != 0) {
        return fail_errno(
            ErrorCode::RunTime,
            creating(path) + ": it cannot be given to user " + std::to_string(uid),
            errno,
            "choose a place on a file system with owners"
        );
    }
    return {};
}

}  // namespace

Status OutputFile::check(const std::string& path, const RecordingOptions& options) {
    const Result<Place> place = locate(path);
    if (!place) {
        return tl::make_unexpected(place.error());
    }
    if (Status replaceable = options.force ? check_replaceable(*place, path) : Status(); !replaceable) {
        return replaceable;
    }
    std::string name;
    const Result<UniqueFd> tried = create_beside(*place, path, name);
    if (!tried) {
        return tl::make_unexpected(tried.error());
    }
    ::unlinkat(place->directory.get(), name.c_str(), 0);
    return {};
}

Result<OutputFile> OutputFile::create(
    const std::string& path, const RecordingOptions& options, std::span<const std::uint8_t> head
) {
    Result<Place> place = locate(path);
    if (!place) {
        return tl::make_unexpected(std::move(place.error()));
    }
    std::string name = place->name;
    UniqueFd fd;
    if (options.force) {
        if (Status replaceable = check_replaceable(*place, path); !replaceable) {
            return tl::make_unexpected(std::move(replaceable.error()));
        }
        Result<UniqueFd> beside = create_beside(*place, path, name);
        if (!beside) {
            return tl::make_unexpected(std::move(beside.error()));
        }
        fd = std::move(*beside);
    } else if (fd = create_new(*place, name); !fd.valid()) {
        return cannot_create(path, errno);
    }

    const int directory = place->directory.get();
    OutputFile file(path, std::move(place->directory), place->name, std::move(fd));
    Status done = give_away(file.fd_.get(), path, options);
    if (done) {
        done = file.append(head);
    }
    if (done && options.force && ::renameat(directory, name.c_str(), directory, place->name.c_str()) != 0) {
        done = cannot_create(path, errno);
    }
    if (!done) {
        ::unlinkat(directory, name.c_str(), 0);
        return tl::make_unexpected(std::move(done.error()));
    }
    return file;
}

Status OutputFile::append(std::span<const std::uint8_t> data) {
    std::uint64_t end = bytes_;
    while (!data.empty()) {
        const ssize_t written = ::pwrite(fd_.get(), data.data(), data.size(), static_cast<off_t>(end));
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            const int error = written < 0 ? errno : ENOSPC;
            // If even this fails, the reader finds a chunk that is cut off: the same events.
            [[maybe_unused]] const int ignored = ::ftruncate(fd_.get(), static_cast<off_t>(bytes_));
            return fail_errno(
                ErrorCode::RunTime,
                "cannot write to recording '" + path_ + "'",
                error,
                error == ENOSPC || error == EDQUOT ? "make room or record to another file system" : ""
            );
        }
        end += static_cast<std::uint64_t>(written);
        data = data.subspan(static_cast<std::size_t>(written));
    }
    bytes_ = end;
    return {};
}

Status OutputFile::renew(const std::string& suffix, const RecordingOptions& options, std::span<const std::uint8_t> head) {
    if (Status closed = close(); !closed) {
        return closed;
    }
    const int directory = directory_.get();
    const std::string aside = name_ + suffix;
    if (!move_aside(directory, name_, aside, options.force)) {
        return fail_errno(ErrorCode::RunTime, "cannot name recording '" + path_ + "' " + aside, errno);
    }
    fd_ = UniqueFd(::openat(directory, name_.c_str(), kNewFile, kOwnerOnly));
    bytes_ = 0;
    if (!fd_.valid()) {
        return cannot_create(path_, errno);
    }
    Status done = give_away(fd_.get(), path_, options);
    return done ? append(head) : done;
}

void OutputFile::remove_aside(const std::string& suffix) {
    [[maybe_unused]] const int ignored = ::unlinkat(directory_.get(), (name_ + suffix).c_str(), 0);
}

Status OutputFile::close() {
    UniqueFd fd = std::move(fd_);
    if (!fd.valid()) {
        return {};
    }
    if (::close(fd.release()) != 0 && errno != EINTR) {
        return fail_errno(ErrorCode::RunTime, "cannot finish writing recording '" + path_ + "'", errno);
    }
    return {};
}

}  // namespace tt::alloc_trace
