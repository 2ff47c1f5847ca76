// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/module_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include <array>
#include <cstdio>

namespace tt::alloc_trace {
namespace {

constexpr std::int64_t kNanoseconds = 1'000'000'000;

bool is_on_overlay(int fd) {
    struct statfs system{};
    return ::fstatfs(fd, &system) == 0 && system.f_type == OVERLAYFS_SUPER_MAGIC;
}

// Overlayfs passes on that of the inode that holds the data. 0 where a file system does not tell.
std::int64_t birth_ns(int fd) {
    struct statx status{};
    const bool told = ::statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &status) == 0 && (status.stx_mask & STATX_BTIME) != 0;
    return told ? status.stx_btime.tv_sec * kNanoseconds + status.stx_btime.tv_nsec : 0;
}

FileIdentity identity_of(int fd, const struct stat& status) {
    return {is_on_overlay(fd) ? 0 : status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size), birth_ns(fd)};
}

tl::unexpected<Error> cannot_open(const std::string& path, int error) {
    if (error == EACCES || error == EPERM) {
        return fail_errno(
            ErrorCode::NotPermitted,
            "cannot open " + path,
            error,
            "run as root (sudo), or give CAP_SYS_PTRACE and CAP_SYS_ADMIN"
        );
    }
    return fail_errno(error == ESRCH ? ErrorCode::NoSuchProcess : ErrorCode::RunTime, "cannot open " + path, error);
}

// A mapping may be of anything, and opening a device or a pipe may have effects: O_PATH first, which opens nothing.
Result<ModuleFile> open_regular(int directory, const std::string& name, const std::string& shown) {
    const UniqueFd found(::openat(directory, name.c_str(), O_PATH | O_CLOEXEC));
    struct stat status{};
    if (!found.valid() || ::fstat(found.get(), &status) != 0) {
        return cannot_open(shown, errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return fail(ErrorCode::NotTraceable, shown + " is no regular file");
    }
    UniqueFd fd(::open(("/proc/self/fd/" + std::to_string(found.get())).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!fd.valid() || ::fstat(fd.get(), &status) != 0) {
        return cannot_open(shown, errno);
    }
    const FileIdentity identity = identity_of(fd.get(), status);
    return ModuleFile{std::move(fd), identity, shown};
}

// The mapping shows the device of the file system that holds the data; stat shows another one on overlay, btrfs and the
// like, whose device numbers are anonymous (major 0). There the inode number and the file being long enough must do.
bool is_mapped_file(const FileIdentity& file, const MapEntry& entry) {
    if (file.inode != entry.inode) {
        return false;
    }
    if (major(file.device) == entry.device_major && minor(file.device) == entry.device_minor) {
        return true;
    }
    return (major(file.device) == 0 || entry.device_major == 0) && file.size > entry.offset;
}

}  // namespace

std::size_t FileIdentityHash::operator()(const FileIdentity& id) const noexcept {
    return std::hash<std::uint64_t>{}((id.inode * 0x9e3779b97f4a7c15U) ^ (id.device << 40U) ^ id.size);
}

Result<ModuleFile> open_module_file(const ProcessHandle& process, const MapEntry& entry) {
    std::array<char, 64> range{};
    (void)std::snprintf(
        range.data(),
        range.size(),
        "map_files/%llx-%llx",
        static_cast<unsigned long long>(entry.start),
        static_cast<unsigned long long>(entry.end)
    );
    auto mapped = open_regular(process.files_fd(), range.data(), process.path_of(range.data()));
    if (mapped || mapped.error().code == ErrorCode::NotTraceable) {
        return mapped;
    }
    // map_files needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE, and the mapping may just have been split.
    if (entry.deleted || entry.path.empty() || entry.path.front() != '/') {
        return mapped;
    }
    const std::string name = "root" + entry.path;
    auto named = open_regular(process.files_fd(), name, process.path_of(name));
    if (named && !is_mapped_file(named->identity, entry)) {
        return fail(
            ErrorCode::NotTraceable,
            process.path_of(name) + " is not the file the process has mapped: it was replaced since",
            "run as root (sudo): the mapped file can then be opened without its name"
        );
    }
    return named;
}

Result<ModuleFile> open_library_file(const std::string& path) {
    return open_regular(AT_FDCWD, path, path);
}

}  // namespace tt::alloc_trace
