// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A child process with pipes or a terminal. Waiting has a deadline always; a missed one throws with all that was said. The
// child is killed with this object, and with the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace tt::alloc_trace::test {

// Long: the machine may be busy with other things. A test that works does not wait for it.
inline constexpr std::chrono::milliseconds kDeadline{60'000};

struct SpawnOptions {
    std::vector<std::string> arguments;    // the program first, looked up in PATH
    std::vector<std::string> environment;  // "NAME=VALUE", added to ours; "NAME" alone removes it
    std::optional<uid_t> user;             // run as this user, without any privilege
    bool terminal = false;                 // stdin and stdout are a pseudo terminal of 60 lines, 160 columns
    std::string stdout_path;               // to this file instead of a pipe
};

struct Outcome {
    int status = -1;  // as shells say it: the exit status, or 128 + signal
    std::string out;
    std::string err;
};

class Subprocess {
public:
    explicit Subprocess(const SpawnOptions& options);  // throws std::runtime_error
    Subprocess(const Subprocess&) = delete;
    Subprocess& operator=(const Subprocess&) = delete;
    ~Subprocess();

    [[nodiscard]] pid_t pid() const { return pid_; }
    // All that was read so far.
    [[nodiscard]] const std::string& out() const { return out_; }
    [[nodiscard]] const std::string& err() const { return err_; }

    void send(const std::string& text);
    void close_stdin() { input_.reset(); }
    void close_stdout() { output_.reset(); }
    void signal(int number) const;

    // The next whole line of stdout, without its newline.
    [[nodiscard]] std::string read_line(std::chrono::milliseconds limit = kDeadline);
    // Reads until `text` is somewhere behind `from` in what was read; returns the position behind it.
    std::size_t wait_for_out(const std::string& text, std::size_t from = 0, std::chrono::milliseconds limit = kDeadline);
    std::size_t wait_for_err(const std::string& text, std::size_t from = 0, std::chrono::milliseconds limit = kDeadline);
    // Reads what comes meanwhile.
    void wait_until(const std::function<bool()>& condition, const std::string& what);
    // Waits for its end.
    Outcome wait(std::chrono::milliseconds limit = kDeadline);
    [[nodiscard]] bool ended();

private:
    void start_child(const SpawnOptions& options, const std::vector<char*>& arguments);
    void read_available(int timeout_ms);
    std::size_t wait_for(std::string Subprocess::*stream, const std::string& text, std::size_t from, std::chrono::milliseconds limit);
    [[noreturn]] void fail(const std::string& what) const;

    std::string name_;
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    UniqueFd input_;
    UniqueFd output_;
    UniqueFd error_;
    std::string out_;
    std::string err_;
    std::size_t line_start_ = 0;
    std::optional<int> status_;
};

[[nodiscard]] Outcome run(const SpawnOptions& options, std::chrono::milliseconds limit = kDeadline);

}  // namespace tt::alloc_trace::test
