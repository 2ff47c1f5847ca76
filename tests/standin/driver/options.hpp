// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The command line of tt-standin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "runtime/buffer_types.hpp"

namespace standin {

constexpr int kUsageStatus = 2;

struct MeshSize {
    std::size_t rows = 0;
    std::size_t cols = 0;
};

// How often an owner of each kind is chosen, relative to each other.
struct OwnerWeights {
    unsigned mesh = 0;
    unsigned chips = 0;
    unsigned submeshes = 0;
    unsigned subdevices = 0;
};

struct Options {
    std::uint64_t seed = 1;
    unsigned threads = 4;
    std::uint64_t ops = 100'000;  // 0: until told to stop
    unsigned chips = 8;
    MeshSize mesh{2, 4};  // rows 0: chips only
    OwnerWeights owners;
    std::size_t live_target = 100;
    std::uint64_t rate = 0;  // operations per second and thread; 0: full speed
    std::vector<tt::tt_metal::BufferType> types;
    bool shared = false;
    bool slow_log = false;
    unsigned oom_percent = 0;
    unsigned mesh_buffer_percent = 25;
    bool anomalies = false;
    unsigned programs = 0;
    std::uint64_t prefill = 0;     // live buffers made before "ready" and kept
    std::size_t remote_chips = 0;  // of the mesh, on other hosts

    std::string script_file;
    std::string replay_file;
    std::optional<std::uint64_t> from_op;
    std::string scenario;
    std::uint64_t repeat = 1'000;

    bool control = false;
    bool no_close = false;
    std::string truth_file;
    std::string truth_events_file;
    std::string executable;
};

struct ParseResult {
    Options options;
    std::optional<int> exit_status;  // set when the process is to end at once: 0 after --help, 2 after a bad option
};

ParseResult parse_options(int argc, char** argv);

}  // namespace standin
