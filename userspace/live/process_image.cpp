// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/process_image.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <limits>
#include <string>
#include <string_view>

#include "target/target_memory.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxImage = 1U << 20U;  // the kernel's has two pages

}  // namespace

Result<ModuleFile> copy_of_image(const ProcessHandle& process, const MapEntry& entry) {
    const std::uint64_t size = entry.end - entry.start;
    if (size == 0 || size > kMaxImage) {
        return fail(ErrorCode::NotTraceable, entry.path + " has an unlikely size");
    }
    std::string bytes(size, '\0');
    std::array pieces{MemoryPiece{entry.start, std::as_writable_bytes(std::span(bytes))}};
    ProcessMemory(process).read(pieces);
    UniqueFd fd(::memfd_create("image", MFD_CLOEXEC));
    if (!pieces[0].read || !fd.valid() || ::pwrite(fd.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        return fail(ErrorCode::RunTime, "cannot read " + entry.path + " of process " + std::to_string(process.pid()));
    }
    const FileIdentity identity{std::numeric_limits<std::uint64_t>::max(), std::hash<std::string_view>{}(bytes), size, 0};
    return ModuleFile{std::move(fd), identity, entry.path};
}

}  // namespace tt::alloc_trace
