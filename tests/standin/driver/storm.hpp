// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// A random storm of allocations and frees on many threads; the same seed gives each thread the same decisions.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "driver/operations.hpp"
#include "driver/options.hpp"
#include "driver/workload.hpp"
#include "driver/world.hpp"

namespace standin {

// Buffers that any thread may free. Sharded, so that the threads contend for addresses rather than for this.
class SharedPool {
public:
    SharedPool();
    void put(std::uint64_t random, Holding holding);
    bool take(std::uint64_t random, Holding& holding);
    std::size_t size() const { return size_.load(std::memory_order_relaxed); }

private:
    struct Shard {
        std::mutex mutex;
        std::vector<Holding> holdings;
    };
    std::vector<std::unique_ptr<Shard>> shards_;
    std::atomic<std::size_t> size_ = 0;
};

struct StormProgram {
    tt::tt_metal::Program program;
    tt::tt_metal::IDevice* device = nullptr;
    bool plan_is_new = true;
};

// What one thread of the storm keeps from one start to the next.
struct StormThread {
    std::uint64_t random_state = 0;
    std::vector<Holding> holdings;
    std::vector<StormProgram> programs;
};

class Storm final : public Workload {
public:
    Storm(const Options& options, World& world);
    ~Storm() override;

    // --prefill.
    void prepare(ThreadLog& log) override;
    unsigned thread_count() const override { return options_.threads; }
    void run(unsigned thread, ThreadLog& log, const std::atomic<bool>& stop) override;
    void free_all(ThreadLog& log) override;

private:
    std::uint64_t ops_of(unsigned thread) const;

    const Options& options_;
    World& world_;
    SharedPool pool_;
    std::vector<StormThread> threads_;
    std::vector<Holding> prefilled_;
};

}  // namespace standin
