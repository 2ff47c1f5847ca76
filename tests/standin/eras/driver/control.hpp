// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Runs the storm, alone or as the lines of standard input say, and writes the truth.
#pragma once

#include <string>

#include "driver/storm.hpp"
#include "driver/world.hpp"

namespace standin {

class Control {
public:
    // termination_fd: a signalfd of SIGTERM.
    Control(const Options& options, World& world, Storm& storm, int termination_fd);
    void run();

private:
    enum class Wake { line, finished, terminated, end_of_input };

    void obey();
    bool obey_line(const std::string& line);  // false: the end
    std::string obey_at_rest(const std::string& command, const std::string& argument);
    bool wait_for_threads();
    void stop_threads();
    void end();
    Wake await(bool for_input, bool for_threads);
    std::string quiescent() const;

    const Options& options_;
    World& world_;
    Storm& storm_;
    int termination_fd_;
    std::string input_;
};

// The truth of now, as JSON. Throws std::runtime_error.
void write_truth(const std::string& path, const World& world);

}  // namespace standin
