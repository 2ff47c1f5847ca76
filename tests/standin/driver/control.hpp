// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The conversation with whoever started the driver: lines on stdin and stdout, and SIGTERM.
#pragma once

#include <string>

#include "driver/event_log.hpp"
#include "driver/options.hpp"
#include "driver/runner.hpp"
#include "driver/workload.hpp"
#include "driver/world.hpp"

namespace standin {

// Blocks SIGTERM in this thread and in those started later. Call first of all.
int make_termination_fd();

class Control {
public:
    Control(const Options& options, World& world, EventBook& book, Workload& workload, int termination_fd);

    // Opens, prepares, prints "ready", then runs by itself or obeys. Ends when the process is to exit.
    void run();

private:
    enum class Wake { line, end_of_input, finished, terminated };

    void run_alone();
    void obey();
    // False: the process is to exit.
    bool obey_line(const std::string& line);
    // Commands that need all threads to rest; returns the answer.
    std::string obey_at_rest(const std::string& command, const std::string& argument);
    std::string churn(const std::string& argument);
    bool wait_for_threads();
    void stop_threads();
    void end();
    Wake await(bool for_input, bool for_threads);
    bool take_line(std::string& line);
    void answer(const std::string& text);
    std::string quiescent() const;

    const Options& options_;
    World& world_;
    EventBook& book_;
    Workload& workload_;
    int termination_fd_;
    ThreadLog& main_log_;
    Runner runner_;
    std::string input_;
};

}  // namespace standin
