// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Reading another process's memory, many pieces at once, without stopping it. What is read may change while it is read, and
// every pointer in it may be wrong: a piece that cannot be read is marked, never an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "target/process.hpp"

namespace tt::alloc_trace {

struct MemoryPiece {
    std::uint64_t address = 0;
    std::span<std::byte> to{};  // all of it or nothing
    bool read = false;          // set by read()
};

class TargetMemory {
public:
    TargetMemory() = default;
    TargetMemory(const TargetMemory&) = delete;
    TargetMemory& operator=(const TargetMemory&) = delete;
    virtual ~TargetMemory() = default;

    // Reads the pieces in order, in as few system calls as possible. Any one thread.
    virtual void read(std::span<MemoryPiece> pieces) const = 0;
};

// By process_vm_readv. The process's identity is checked around each batch: a successor with its pid is never shown.
class ProcessMemory : public TargetMemory {
public:
    explicit ProcessMemory(const ProcessHandle& process) : process_(process) {}  // `process` must outlive this

    void read(std::span<MemoryPiece> pieces) const override;

    // Whether this process's memory can be read at all. Errors: NoSuchProcess (also a process without memory: a zombie),
    // NotPermitted.
    [[nodiscard]] Status check() const;

private:
    const ProcessHandle& process_;
};

}  // namespace tt::alloc_trace
