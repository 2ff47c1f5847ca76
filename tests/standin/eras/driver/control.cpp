// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/control.hpp"

#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>

namespace standin {

namespace {

void answer(const std::string& text) {
    std::printf("%s\n", text.c_str());
    std::fflush(stdout);
}

}  // namespace

Control::Control(const Options& options, World& world, Storm& storm, int termination_fd) :
    options_(options), world_(world), storm_(storm), termination_fd_(termination_fd) {}

void Control::run() {
    world_.open();
    answer("ready " + std::to_string(::getpid()));
    if (options_.control) {
        obey();
        return;
    }
    storm_.start();
    wait_for_threads();
    end();
    answer("done");
}

void Control::obey() {
    for (;;) {
        for (auto newline = input_.find('\n'); newline != std::string::npos; newline = input_.find('\n')) {
            const std::string line = input_.substr(0, newline);
            input_.erase(0, newline + 1);
            if (!obey_line(line)) {
                return;
            }
        }
        const Wake wake = await(/*for_input=*/true, /*for_threads=*/false);
        if (wake == Wake::end_of_input || wake == Wake::terminated) {
            stop_threads();
            end();
            return;
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
        answer(command == "wait" || command == "stop" ? quiescent() : obey_at_rest(command, argument));
    } catch (const std::exception& error) {
        answer(std::string("error ") + error.what());
    }
    return true;
}

std::string Control::obey_at_rest(const std::string& command, const std::string& argument) {
    const bool reopen = command == "reopen";
    if (command != "start" && command != "truth" && command != "close" && command != "free-all" && !reopen) {
        return "error unknown command: " + command;
    }
    if (storm_.running()) {
        return "error threads are running: wait or stop first";
    }
    if (command == "start") {
        if (!world_.is_open()) {
            return "error the devices are closed: reopen first";
        }
        storm_.start();
        return "started";
    }
    if (command == "truth") {
        if (argument.empty()) {
            return "error truth needs a file name";
        }
        world_.book().flush();
        write_truth(argument, world_);
        return "ok";
    }
    if (command == "close" || reopen) {
        world_.close();
    }
    if (command == "close") {
        return "closed";
    }
    storm_.free_all();
    if (reopen) {
        world_.open();
    }
    return reopen ? "ok" : quiescent();
}

// False when told to terminate while waiting; the threads are stopped in any case.
bool Control::wait_for_threads() {
    if (!storm_.running()) {
        return true;
    }
    const bool finished = await(/*for_input=*/false, /*for_threads=*/true) == Wake::finished;
    stop_threads();
    return finished;
}

void Control::stop_threads() {
    if (storm_.running()) {
        storm_.request_stop();
        storm_.join();
    }
}

// The truth is of the moment before the close.
void Control::end() {
    world_.book().flush();
    if (!options_.truth_file.empty()) {
        write_truth(options_.truth_file, world_);
    }
    if (options_.no_close) {
        return;
    }
    world_.close();
    storm_.free_all();
    world_.drop_closed();
    world_.book().flush();
}

Control::Wake Control::await(bool for_input, bool for_threads) {
    std::array<pollfd, 3> fds{{
        {termination_fd_, POLLIN, 0},
        {for_threads ? storm_.finished_fd() : -1, POLLIN, 0},
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

std::string Control::quiescent() const { return "quiescent " + std::to_string(world_.book().total().events()); }

}  // namespace standin
