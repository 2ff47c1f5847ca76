// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/control.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <set>
#include <stdexcept>

#include "driver/churn.hpp"
#include "driver/truth.hpp"

namespace standin {

int make_termination_fd() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
    const int fd = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        throw std::runtime_error("signalfd failed");
    }
    return fd;
}

Control::Control(const Options& options, World& world, EventBook& book, Workload& workload, int termination_fd) :
    options_(options),
    world_(world),
    book_(book),
    workload_(workload),
    termination_fd_(termination_fd),
    main_log_(book.make_log()),
    runner_(workload, book) {}

void Control::run() {
    world_.open();
    workload_.prepare(main_log_);
    answer("ready " + std::to_string(::getpid()));
    if (options_.control) {
        obey();
    } else {
        run_alone();
    }
}

void Control::run_alone() {
    runner_.start();
    wait_for_threads();
    end();
    answer("done");
}

void Control::obey() {
    std::string line;
    for (;;) {
        while (take_line(line)) {
            if (!obey_line(line)) {
                return;
            }
        }
        switch (await(/*for_input=*/true, /*for_threads=*/false)) {
            case Wake::end_of_input:
            case Wake::terminated: stop_threads(); return end();
            case Wake::line:
            case Wake::finished: break;
        }
    }
}

bool Control::obey_line(const std::string& line) {
    const auto space = line.find(' ');
    const std::string command = line.substr(0, space);
    const std::string argument = space == std::string::npos ? "" : line.substr(space + 1);
    try {
        if (command == "exit") {
            stop_threads();
            end();
            return false;
        }
        if (command == "wait" && !wait_for_threads()) {
            end();
            return false;
        }
        if (command == "stop") {
            stop_threads();
        }
        if (command == "churn-close") {
            answer(churn(argument));
            return true;
        }
        answer(command == "wait" || command == "stop" ? quiescent() : obey_at_rest(command, argument));
    } catch (const std::exception& error) {
        answer(std::string("error ") + error.what());
    }
    return true;
}

// The storm may go on meanwhile: the chips that are closed are none of its own.
std::string Control::churn(const std::string& argument) {
    std::uint64_t rounds = 0;
    const char* end = argument.data() + argument.size();
    const auto result = std::from_chars(argument.data(), end, rounds);
    if (argument.empty() || result.ec != std::errc{} || result.ptr != end) {
        return "error churn-close needs a number";
    }
    churn_closes(main_log_, rounds);
    return "churned " + argument;
}

std::string Control::obey_at_rest(const std::string& command, const std::string& argument) {
    static const std::set<std::string> known{"start", "truth", "close", "reopen", "free-all"};
    if (!known.contains(command)) {
        return "error unknown command: " + command;
    }
    if (runner_.running()) {
        return "error threads are running: wait or stop first";
    }
    if (command == "start") {
        if (!world_.is_open()) {
            return "error the devices are closed: reopen first";
        }
        runner_.start();
        return "started";
    }
    if (command == "truth") {
        if (argument.empty()) {
            return "error truth needs a file name";
        }
        book_.flush();
        write_truth(argument, world_, book_);
        return "ok";
    }
    if (command == "close") {
        world_.close();
        return "closed";
    }
    const bool reopen = command == "reopen";
    if (reopen) {
        world_.close();
    }
    workload_.free_all(main_log_);
    if (reopen) {
        world_.open();
    }
    return reopen ? "ok" : quiescent();
}

// False when told to terminate while waiting; the threads are stopped in any case.
bool Control::wait_for_threads() {
    if (!runner_.running()) {
        return true;
    }
    const bool finished = await(/*for_input=*/false, /*for_threads=*/true) == Wake::finished;
    stop_threads();
    return finished;
}

void Control::stop_threads() {
    if (runner_.running()) {
        runner_.request_stop();
        runner_.join();
    }
}

// The truth is of the moment before the close: a silent close makes no event and leaves nothing live.
void Control::end() {
    book_.flush();
    if (!options_.truth_file.empty()) {
        write_truth(options_.truth_file, world_, book_);
    }
    if (options_.no_close) {
        world_.abandon();
        return;
    }
    world_.close();
    workload_.free_all(main_log_);
    world_.drop_closed();
}

Control::Wake Control::await(bool for_input, bool for_threads) {
    std::array<pollfd, 3> fds{{
        {termination_fd_, POLLIN, 0},
        {for_threads ? runner_.finished_fd() : -1, POLLIN, 0},
        {for_input ? STDIN_FILENO : -1, POLLIN, 0},
    }};
    while (::poll(fds.data(), fds.size(), -1) < 0) {
        if (errno != EINTR) {
            throw std::runtime_error("poll failed");
        }
    }
    if (fds[0].revents != 0) {
        return Wake::terminated;
    }
    if (fds[1].revents != 0) {
        return Wake::finished;
    }
    std::array<char, 4096> block{};
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got <= 0) {
        return Wake::end_of_input;
    }
    input_.append(block.data(), static_cast<std::size_t>(got));
    return Wake::line;
}

bool Control::take_line(std::string& line) {
    const auto end_of_line = input_.find('\n');
    if (end_of_line == std::string::npos) {
        return false;
    }
    line = input_.substr(0, end_of_line);
    input_.erase(0, end_of_line + 1);
    return true;
}

void Control::answer(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

std::string Control::quiescent() const { return "quiescent " + std::to_string(book_.total().events()); }

}  // namespace standin
