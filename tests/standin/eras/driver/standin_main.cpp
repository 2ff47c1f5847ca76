// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/standin_main.hpp"

#include <signal.h>
#include <sys/signalfd.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <stdexcept>

#include "driver/control.hpp"

namespace {

// Before any thread is made: all inherit the mask.
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

void run(const standin::Options& options) {
    const int termination_fd = make_termination_fd();
    // Never destroyed: the runtime's observers and, with --no-close, live Buffers refer to them until the process ends.
    auto* book = new standin::EventBook(options.truth_events_file);
    auto* world = new standin::World(options, *book);
    auto* storm = new standin::Storm(options, *world);
    standin::Control(options, *world, *storm, termination_fd).run();
}

}  // namespace

extern "C" int standin_main(int argc, char** argv) {
    static standin::Options options;
    if (const auto status = standin::parse_options(argc, argv, options); status.has_value()) {
        return *status;
    }
    try {
        run(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "tt-standin: %s\n", error.what());
        return 1;
    }
}
