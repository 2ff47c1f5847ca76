// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/target_memory.hpp"

#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "target/memory_map.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kPiecesPerCall = 1024;                      // UIO_MAXIOV of the kernel: more is EINVAL
constexpr std::uint64_t kUserSpaceEnd = std::uint64_t{1} << 56U;  // no user address is above, with any page table
constexpr std::uint64_t kMaxCallBytes = std::uint64_t{1} << 30U;  // a call's sum must fit into ssize_t, by far

bool is_possible(const MemoryPiece& piece) {
    return piece.address < kUserSpaceEnd && piece.to.size() <= kMaxCallBytes;
}

// One call's worth of pieces in the kernel's form.
struct Call {
    std::array<iovec, kPiecesPerCall> local{};
    std::array<iovec, kPiecesPerCall> remote{};
    std::size_t count = 0;
};

// The first of `pieces`, as many as one call can take.
void fill(Call& call, std::span<MemoryPiece> pieces) {
    call.count = 0;
    std::uint64_t bytes = 0;
    for (MemoryPiece& piece : pieces) {
        bytes += piece.to.size();
        const bool fits = call.count < kPiecesPerCall && (call.count == 0 || bytes <= kMaxCallBytes);
        if (!fits || !is_possible(piece)) {
            return;
        }
        call.local[call.count] = {piece.to.data(), piece.to.size()};
        // An address of the other process: never dereferenced here.
        call.remote[call.count] = {reinterpret_cast<void*>(piece.address), piece.to.size()};  // NOLINT
        ++call.count;
    }
}

// How many pieces are whole when so many bytes came.
std::size_t whole_pieces(std::span<const MemoryPiece> pieces, std::uint64_t bytes) {
    std::size_t whole = 0;
    while (whole < pieces.size() && pieces[whole].to.size() <= bytes) {
        bytes -= pieces[whole].to.size();
        ++whole;
    }
    return whole;
}

bool is_alive(const ProcessHandle& process) {
    struct stat unused {};
    return ::fstatat(process.files_fd(), "stat", &unused, 0) == 0;
}

}  // namespace

void ProcessMemory::read(std::span<MemoryPiece> pieces) const {
    const auto pid = static_cast<pid_t>(process_.memory_tid());
    const std::span<MemoryPiece> all = pieces;
    for (MemoryPiece& piece : pieces) {
        piece.read = false;
    }
    Call call;
    while (!pieces.empty()) {
        fill(call, pieces);
        std::size_t done = 0;
        if (call.count != 0) {
            const ssize_t bytes = ::process_vm_readv(pid, call.local.data(), call.count, call.remote.data(), call.count, 0);
            if (bytes < 0 && errno != EFAULT) {
                return;  // gone, or not permitted: nothing more will come
            }
            // A call ends early at the piece that cannot be read.
            done = whole_pieces(pieces.first(call.count), bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes));
            std::for_each_n(pieces.begin(), done, [](MemoryPiece& piece) { piece.read = true; });
        }
        const std::size_t skipped = done == call.count && call.count != 0 ? 0 : 1;
        pieces = pieces.subspan(std::min(done + skipped, pieces.size()));
    }
    // A number is not given away while its process or thread is there: alive now means it was the same one all the time.
    if (!is_alive(process_)) {
        for (MemoryPiece& piece : all) {
            piece.read = false;
        }
    }
}

Status ProcessMemory::check() const {
    const auto map = read_memory_map(process_);
    if (!map) {
        return tl::make_unexpected(map.error());
    }
    if (map->empty()) {
        return fail(ErrorCode::NoSuchProcess, "process " + std::to_string(process_.pid()) + " has no memory: it has ended");
    }
    std::byte byte{};
    bool permitted = true;
    for (const MapEntry& entry : *map) {
        const iovec local{&byte, 1};
        const iovec remote{reinterpret_cast<void*>(entry.start), 1};  // NOLINT: as above
        if (::process_vm_readv(static_cast<pid_t>(process_.memory_tid()), &local, 1, &remote, 1, 0) == 1) {
            return {};
        }
        permitted = permitted && errno != EPERM;
    }
    const std::string what = "cannot read the memory of process " + std::to_string(process_.pid());
    return permitted ? fail_errno(ErrorCode::NoSuchProcess, what, ESRCH)
                     : fail_errno(ErrorCode::NotPermitted, what, EPERM, "run as root (sudo), or give CAP_SYS_PTRACE");
}

}  // namespace tt::alloc_trace
