// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "control/runtime_directory.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>

namespace tt::alloc_trace {
namespace {

constexpr const char* kRootDirectory = "/run/tt-alloc-trace";

std::string variable(const char* name) {
    const char* text = std::getenv(name);
    return text == nullptr ? std::string() : std::string(text);
}

// Empty: there is none.
std::string own_directory() {
    if (std::string given = variable(kRunDirectoryVariable); !given.empty()) {
        return given;
    }
    if (geteuid() == 0) {
        return kRootDirectory;
    }
    const std::string of_user = variable("XDG_RUNTIME_DIR");
    return of_user.empty() ? of_user : of_user + "/tt-alloc-trace";
}

}  // namespace

std::string run_directory_way_out() { return std::string("set ") + kRunDirectoryVariable + " to a directory of your own"; }

Result<std::string> make_run_directory() {
    std::string directory = own_directory();
    if (directory.empty()) {
        return fail(ErrorCode::RunTime, "there is no directory for its socket (XDG_RUNTIME_DIR is not set)", run_directory_way_out());
    }
    constexpr mode_t kMode = 0755;  // others find the socket, and are refused by its own mode
    const bool made = mkdir(directory.c_str(), kMode) == 0 && chmod(directory.c_str(), kMode) == 0;  // whatever the umask
    if (!made && errno != EEXIST) {
        return fail_errno(ErrorCode::RunTime, "cannot make " + directory, errno, run_directory_way_out());
    }
    struct stat found{};
    if (lstat(directory.c_str(), &found) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot look at " + directory, errno, run_directory_way_out());
    }
    const bool own = S_ISDIR(found.st_mode) && found.st_uid == geteuid() && (found.st_mode & (S_IWGRP | S_IWOTH)) == 0;
    return own ? Result<std::string>(directory) : fail(ErrorCode::RunTime, directory + " is not a directory that only this user can write to", run_directory_way_out());
}

std::vector<std::string> run_directories() {
    std::vector<std::string> all;
    if (std::string own = own_directory(); !own.empty()) {
        all.push_back(std::move(own));
    }
    if (variable(kRunDirectoryVariable).empty() && geteuid() != 0) {
        all.emplace_back(kRootDirectory);
    }
    return all;
}

std::vector<std::string> sockets_in(const std::string& directory) {
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end; entry.increment(error)) {
        const std::string name = entry->path().filename();
        if (!name.starts_with('.') && name.ends_with(".sock")) {
            found.push_back(entry->path());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace tt::alloc_trace
