// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A command as our child, held back before its first instruction until everything is attached.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace tt::alloc_trace {

class CommandProcess {
public:
    // Forks; the child waits for resume(). It is killed if this object goes before that.
    [[nodiscard]] static Result<CommandProcess> start_paused(const std::vector<std::string>& command);

    CommandProcess(CommandProcess&& other) noexcept;
    CommandProcess& operator=(CommandProcess&&) = delete;
    ~CommandProcess();

    [[nodiscard]] pid_t pid() const { return pid_; }

    // Lets the child execute the command. Error Usage if it cannot be executed.
    [[nodiscard]] Status resume();

    // Waits for its end. Its exit status, or 128 + signal as shells say it.
    [[nodiscard]] int wait_for_end();

private:
    CommandProcess(pid_t pid, UniqueFd gate, UniqueFd failure, std::string name);

    pid_t pid_ = -1;  // -1: moved from or waited for
    bool resumed_ = false;
    UniqueFd gate_;     // closing it releases the child
    UniqueFd failure_;  // the child's errno if exec failed
    std::string name_;
};

}  // namespace tt::alloc_trace
