// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The threads of a workload.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "driver/event_log.hpp"
#include "driver/workload.hpp"

namespace standin {

class Runner {
public:
    Runner(Workload& workload, EventBook& book);
    ~Runner();
    Runner(const Runner&) = delete;
    Runner& operator=(const Runner&) = delete;

    void start();  // no effect while threads are running
    bool running() const { return !threads_.empty(); }
    void request_stop() { stop_ = true; }
    // Blocks until the threads have ended. Throws std::runtime_error when one of them failed.
    void join();
    // Readable when all threads have ended.
    int finished_fd() const { return finished_fd_; }

private:
    void run_thread(unsigned thread);
    void report_failure(const std::string& what);

    Workload& workload_;
    EventBook& book_;
    std::atomic<bool> stop_ = false;
    std::atomic<unsigned> active_ = 0;
    std::mutex failure_mutex_;
    std::string failure_;
    int finished_fd_;
    std::vector<std::thread> threads_;
};

}  // namespace standin
