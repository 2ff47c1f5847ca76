// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The command line: the part of tt-standin's that a truth test needs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace standin {

struct Options {
    std::uint64_t seed = 1;
    unsigned threads = 4;
    std::uint64_t ops = 100'000;  // 0: until told to stop
    std::uint64_t rate = 0;       // operations per second and thread; 0: full speed
    unsigned chips = 4;
    std::size_t live_target = 100;
    unsigned oom_percent = 1;
    unsigned programs = 0;
    bool shared = false;
    bool anomalies = true;
    bool async = true;
    bool control = false;
    bool no_close = false;
    bool submesh = false;  // over the first half of the chips; only where there is a mesh
    std::string truth_file;
    std::string truth_events_file;
};

// An exit status instead when the process is to end at once: 0 after --help, 2 after a bad option.
std::optional<int> parse_options(int argc, char** argv, Options& options);

}  // namespace standin
