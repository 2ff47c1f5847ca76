// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One thread's event loop: descriptors, signals and a periodic tick on one epoll.
#pragma once

#include <csignal>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/unique_fd.hpp"

namespace tt::alloc_trace {

enum class Trigger : std::uint8_t { Level, Edge, Writable };  // Writable: once each time that it takes something again

class EventLoop {
public:
    [[nodiscard]] static Result<std::unique_ptr<EventLoop>> create();
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;
    ~EventLoop();  // unblocks the signals again

    // `on_ready` runs within wait(). The descriptor must stay open until this is destroyed.
    [[nodiscard]] Status watch(int fd, Trigger trigger, std::function<void()> on_ready);

    // From here on nothing is called for it. Also from within its own callback.
    void forget(int fd);

    // From here on these signals are blocked and delivered to `on_signal` within wait(). May be called again for others.
    [[nodiscard]] Status watch_signals(const std::vector<int>& signals, std::function<void(int)> on_signal);

    // Calls `on_tick` after `first`, then every `period`; missed ticks are dropped.
    [[nodiscard]] Status tick_every(
        std::chrono::milliseconds first, std::chrono::milliseconds period, std::function<void()> on_tick
    );

    // Serves what is ready, waiting for it up to `timeout`.
    [[nodiscard]] Status wait(std::chrono::milliseconds timeout);

private:
    explicit EventLoop(UniqueFd epoll) : epoll_(std::move(epoll)) {}
    [[nodiscard]] Status watch_owned(UniqueFd fd, std::function<void()> on_readable);

    UniqueFd epoll_;
    std::vector<UniqueFd> owned_;
    std::map<int, std::shared_ptr<std::function<void()>>> handlers_;
    std::optional<sigset_t> old_mask_;
};

}  // namespace tt::alloc_trace
