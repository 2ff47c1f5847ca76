// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/storm.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <exception>
#include <stdexcept>
#include <utility>

#include "driver/storm_run.hpp"

namespace standin {

void SharedPool::put(std::uint64_t random, Holding holding) {
    Shard& shard = shards_[random % shards_.size()];
    const std::lock_guard<std::mutex> lock(shard.mutex);
    shard.holdings.push_back(std::move(holding));
    size_.fetch_add(1, std::memory_order_relaxed);
}

bool SharedPool::take(std::uint64_t random, Holding& holding) {
    for (std::size_t tried = 0; tried < shards_.size(); ++tried) {
        Shard& shard = shards_[(random + tried) % shards_.size()];
        const std::lock_guard<std::mutex> lock(shard.mutex);
        if (!shard.holdings.empty()) {
            std::swap(shard.holdings[(random >> 8) % shard.holdings.size()], shard.holdings.back());
            holding = std::move(shard.holdings.back());
            shard.holdings.pop_back();
            size_.fetch_sub(1, std::memory_order_relaxed);
            return true;
        }
    }
    return false;
}

Storm::Storm(const Options& options, World& world) :
    options_(options),
    world_(world),
    states_(options.threads),
    finished_fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    for (unsigned thread = 0; thread < options_.threads; ++thread) {
        states_[thread].random_state = options_.seed * 0x9e3779b97f4a7c15 + thread + 1;
    }
}

Storm::~Storm() { ::close(finished_fd_); }

void Storm::start() {
    stop_ = false;
    left_ = options_.threads;
    for (unsigned thread = 0; thread < options_.threads; ++thread) {
        workers_.emplace_back([this, thread] {
            try {
                run(thread);
            } catch (const std::exception& error) {
                const std::lock_guard<std::mutex> lock(failure_mutex_);
                failure_ = error.what();
            }
            if (--left_ == 0) {
                ::eventfd_write(finished_fd_, 1);
            }
        });
    }
}

void Storm::join() {
    for (std::thread& worker : workers_) {
        worker.join();
    }
    workers_.clear();
    eventfd_t ignored = 0;
    ::eventfd_read(finished_fd_, &ignored);
    world_.synchronize();
    if (!failure_.empty()) {
        throw std::runtime_error(std::exchange(failure_, {}));
    }
}

// The first threads take the remainder of the operations.
void Storm::run(unsigned thread) {
    world_.attach_thread();
    const std::uint64_t share = options_.ops / options_.threads + (thread < options_.ops % options_.threads ? 1 : 0);
    StormRun run(options_, world_, options_.shared ? &pool_ : nullptr, states_[thread]);
    run.make_programs(thread);
    if (options_.ops == 0 || share != 0) {
        run.run(share, stop_);
    }
}

void Storm::free_all() {
    for (StormThread& state : states_) {
        state.programs.clear();
        for (auto* held : {&state.holdings, &state.hooked}) {
            for (Holding& holding : *held) {
                release(holding);
            }
            held->clear();
        }
    }
    for (Holding holding; pool_.take(0, holding);) {
        release(holding);
    }
    world_.synchronize();
}

}  // namespace standin
