// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// A random storm of allocations and frees on many threads; the same seed gives each thread the same decisions.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "driver/holding.hpp"
#include "driver/options.hpp"
#include "driver/world.hpp"
#include "runtime/program.hpp"

namespace standin {

// Buffers that any thread may free.
class SharedPool {
public:
    void put(std::uint64_t random, Holding holding);
    bool take(std::uint64_t random, Holding& holding);
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

private:
    struct Shard {
        std::mutex mutex;
        std::vector<Holding> holdings;
    };
    std::array<Shard, 32> shards_;
    std::atomic<std::size_t> size_ = 0;
};

struct StormProgram {
    tt::tt_metal::Program program;
    Owner owner;
};

// What a thread keeps from one start to the next.
struct StormThread {
    std::uint64_t random_state = 0;
    std::vector<Holding> holdings;
    std::vector<Holding> hooked;  // allocated while hooked and still there
    std::deque<StormProgram> programs;
};

class Storm {
public:
    Storm(const Options& options, World& world);
    ~Storm();

    void start();
    bool running() const { return !workers_.empty(); }
    int finished_fd() const { return finished_fd_; }  // readable when the last thread is through
    void request_stop() { stop_ = true; }
    void join();  // also with the runtime's worker threads; throws what a thread threw
    // Everything that is held, by the calling thread.
    void free_all();

private:
    void run(unsigned thread);

    const Options& options_;
    World& world_;
    SharedPool pool_;
    std::deque<StormThread> states_;
    std::vector<std::thread> workers_;
    std::atomic<bool> stop_ = false;
    std::atomic<unsigned> left_ = 0;
    std::mutex failure_mutex_;
    std::string failure_;
    int finished_fd_ = -1;
};

}  // namespace standin
