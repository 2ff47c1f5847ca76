// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/event_loop.hpp"

#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace tt::alloc_trace {
namespace {

timespec to_timespec(std::chrono::milliseconds duration) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
    return {seconds.count(), std::chrono::nanoseconds(duration - seconds).count()};
}

}  // namespace

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
    UniqueFd epoll(epoll_create1(EPOLL_CLOEXEC));
    if (!epoll.valid()) {
        return fail_errno(ErrorCode::RunTime, "cannot create an epoll descriptor", errno);
    }
    return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll)));
}

EventLoop::~EventLoop() {
    if (old_mask_) {
        pthread_sigmask(SIG_SETMASK, &*old_mask_, nullptr);
    }
}

Status EventLoop::watch(int fd, Trigger trigger, std::function<void()> on_ready) {
    epoll_event event{};
    switch (trigger) {
        case Trigger::Level: event.events = EPOLLIN; break;
        case Trigger::Edge: event.events = EPOLLIN | EPOLLET; break;
        case Trigger::Writable: event.events = EPOLLOUT | EPOLLET; break;
    }
    event.data.fd = fd;
    if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot wait for a descriptor", errno);
    }
    handlers_[fd] = std::make_shared<std::function<void()>>(std::move(on_ready));
    return {};
}

void EventLoop::forget(int fd) {
    (void)epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    handlers_.erase(fd);
}

Status EventLoop::watch_owned(UniqueFd fd, std::function<void()> on_readable) {
    owned_.push_back(std::move(fd));
    return watch(owned_.back().get(), Trigger::Level, std::move(on_readable));
}

Status EventLoop::watch_signals(const std::vector<int>& signals, std::function<void(int)> on_signal) {
    sigset_t mask;
    sigemptyset(&mask);
    for (const int signal : signals) {
        sigaddset(&mask, signal);
    }
    sigset_t old{};
    pthread_sigmask(SIG_BLOCK, &mask, &old);
    old_mask_ = old_mask_.value_or(old);
    UniqueFd fd(signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd.valid()) {
        return fail_errno(ErrorCode::RunTime, "cannot wait for signals", errno);
    }
    const int raw = fd.get();
    return watch_owned(std::move(fd), [raw, on_signal = std::move(on_signal)] {
        signalfd_siginfo info{};
        while (read(raw, &info, sizeof(info)) == static_cast<ssize_t>(sizeof(info))) {
            on_signal(static_cast<int>(info.ssi_signo));
        }
    });
}

Status EventLoop::tick_every(
    std::chrono::milliseconds first, std::chrono::milliseconds period, std::function<void()> on_tick
) {
    UniqueFd fd(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec spec{to_timespec(period), to_timespec(first)};
    if (!fd.valid() || timerfd_settime(fd.get(), 0, &spec, nullptr) != 0) {
        return fail_errno(ErrorCode::RunTime, "cannot start a timer", errno);
    }
    const int raw = fd.get();
    return watch_owned(std::move(fd), [raw, on_tick = std::move(on_tick)] {
        std::uint64_t expirations = 0;
        if (read(raw, &expirations, sizeof(expirations)) == static_cast<ssize_t>(sizeof(expirations))) {
            on_tick();
        }
    });
}

Status EventLoop::wait(std::chrono::milliseconds timeout) {
    constexpr int kMaxEvents = 16;
    std::array<epoll_event, kMaxEvents> events{};
    const int ready = epoll_wait(epoll_.get(), events.data(), kMaxEvents, static_cast<int>(timeout.count()));
    if (ready < 0 && errno != EINTR) {
        return fail_errno(ErrorCode::RunTime, "cannot wait for events", errno);
    }
    for (int i = 0; i < ready; ++i) {
        const auto handler = handlers_.find(events[static_cast<std::size_t>(i)].data.fd);
        if (handler != handlers_.end()) {  // else forgotten by one before it
            const auto kept = handler->second;
            (*kept)();
        }
    }
    return {};
}

}  // namespace tt::alloc_trace
