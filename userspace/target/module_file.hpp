// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Opens the very file a process has mapped, also when its name is gone (deleted, replaced by an upgrade) or lives in
// another mount namespace. What is read through this descriptor is what is probed: the attacher names it as
// /proc/self/fd/N.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "target/memory_map.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

// Which file, and whether it is still the same content; key of caches that live across processes. One for whatever the kernel
// puts one set of probes on: neither links and permissions nor the mounts of several containers over one image make another.
struct FileIdentity {
    std::uint64_t device = 0;  // 0 on overlayfs: each mount has its own, over the same files
    std::uint64_t inode = 0;
    std::uint64_t size = 0;  // bytes
    // Of the inode: it tells a file from its copy in a container, which overlayfs gives the same number; nothing changes it.
    std::int64_t birth_ns = 0;

    bool operator==(const FileIdentity&) const = default;
};

struct FileIdentityHash {
    [[nodiscard]] std::size_t operator()(const FileIdentity& id) const noexcept;
};

struct ModuleFile {
    UniqueFd fd;  // read-only
    FileIdentity identity;
    std::string opened_as;  // the path that was opened, for messages
};

// Regular files only. Errors: NoSuchProcess, NotPermitted, NotTraceable (it is not the mapped file, or no regular one).
[[nodiscard]] Result<ModuleFile> open_module_file(const ProcessHandle& process, const MapEntry& entry);

// The same for a file named by a user (`doctor --library FILE`).
[[nodiscard]] Result<ModuleFile> open_library_file(const std::string& path);

}  // namespace tt::alloc_trace
