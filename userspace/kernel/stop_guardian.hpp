// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// While traced processes are stopped for us (at each library they load, at a new owner, while the ring is half full, for a walk), our own sudden
// death must not leave one stopped. A small helper process waits for it and then continues whatever target is stopped, also those
// that nothing but the programs knows of: a container's processes are no descendants of the command that started it. While we live and
// say nothing (stopped, or stuck in a system call) it continues what was stopped for us, and the programs stop nothing more.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "base/error.hpp"
#include "base/unique_fd.hpp"
#include "kernel/bpf_programs.hpp"

namespace tt::alloc_trace {

class StopGuardian {
public:
    [[nodiscard]] static Result<StopGuardian> start(const BpfPrograms& programs);

    StopGuardian(StopGuardian&& other) noexcept;
    StopGuardian& operator=(StopGuardian&&) = delete;
    ~StopGuardian();  // dismisses the helper

    // To be called with each turn of the event loop.
    void tell_alive();

private:
    StopGuardian(pid_t helper, UniqueFd lifeline) : helper_(helper), lifeline_(std::move(lifeline)) {}

    pid_t helper_ = -1;
    UniqueFd lifeline_;  // its end tells the helper that we are gone
    std::uint64_t told_ns_ = 0;
};

}  // namespace tt::alloc_trace
