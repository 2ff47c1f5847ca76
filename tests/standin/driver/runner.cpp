// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/runner.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace standin {

Runner::Runner(Workload& workload, EventBook& book) :
    workload_(workload), book_(book), finished_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (finished_fd_ < 0) {
        throw std::runtime_error("eventfd failed");
    }
}

Runner::~Runner() {
    request_stop();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    ::close(finished_fd_);
}

void Runner::start() {
    if (running()) {
        return;
    }
    stop_ = false;
    const unsigned count = workload_.thread_count();
    active_ = count;
    for (unsigned thread = 0; thread < count; ++thread) {
        threads_.emplace_back([this, thread] { run_thread(thread); });
    }
}

void Runner::run_thread(unsigned thread) {
    try {
        workload_.run(thread, book_.make_log(), stop_);
    } catch (const std::exception& error) {
        report_failure(error.what());
    }
    if (active_.fetch_sub(1) == 1) {
        ::eventfd_write(finished_fd_, 1);
    }
}

void Runner::report_failure(const std::string& what) {
    const std::lock_guard<std::mutex> lock(failure_mutex_);
    failure_ = failure_.empty() ? what : failure_;
    stop_ = true;
}

void Runner::join() {
    for (std::thread& thread : threads_) {
        thread.join();
    }
    threads_.clear();
    eventfd_t ended = 0;
    ::eventfd_read(finished_fd_, &ended);
    if (!failure_.empty()) {
        throw std::runtime_error(std::exchange(failure_, {}));
    }
}

}  // namespace standin
