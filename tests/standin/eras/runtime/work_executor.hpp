// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// The worker thread of a device; off, work is done by the caller.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace tt::tt_metal {

class WorkExecutor {
public:
    WorkExecutor() = default;
    ~WorkExecutor();
    WorkExecutor(const WorkExecutor&) = delete;
    WorkExecutor& operator=(const WorkExecutor&) = delete;

    void start();
    void stop();  // when all is done
    // Work pushed by the worker itself is done at once. What throws in the worker is dropped; in the caller it goes on.
    void push_work(std::function<void()> work);
    void synchronize();

private:
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool busy_ = false;
    bool stopping_ = false;
    std::thread worker_;
};

}  // namespace tt::tt_metal
