// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

#include "driver/storm.hpp"

#include <utility>

#include "driver/prefill.hpp"
#include "driver/storm_thread.hpp"

namespace standin {

namespace {

constexpr std::size_t kShards = 32;

}  // namespace

SharedPool::SharedPool() {
    for (std::size_t index = 0; index < kShards; ++index) {
        shards_.push_back(std::make_unique<Shard>());
    }
}

void SharedPool::put(std::uint64_t random, Holding holding) {
    Shard& shard = *shards_[random % kShards];
    const std::lock_guard<std::mutex> lock(shard.mutex);
    shard.holdings.push_back(std::move(holding));
    size_.fetch_add(1, std::memory_order_relaxed);
}

bool SharedPool::take(std::uint64_t random, Holding& holding) {
    for (std::size_t tried = 0; tried < kShards; ++tried) {
        Shard& shard = *shards_[(random + tried) % kShards];
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

Storm::Storm(const Options& options, World& world) : options_(options), world_(world), threads_(options.threads) {
    for (unsigned thread = 0; thread < options_.threads; ++thread) {
        threads_[thread].random_state = options_.seed * 0x9e3779b97f4a7c15 + thread + 1;
    }
    if (options_.anomalies) {
        install_thread_hook();
    }
}

Storm::~Storm() {
    if (options_.anomalies) {
        remove_thread_hook();
    }
}

void Storm::prepare(ThreadLog& log) { prefilled_ = prefill(options_, world_, log); }

// The first threads take the remainder.
std::uint64_t Storm::ops_of(unsigned thread) const {
    return options_.ops / options_.threads + (thread < options_.ops % options_.threads ? 1 : 0);
}

void Storm::run(unsigned thread, ThreadLog& log, const std::atomic<bool>& stop) {
    StormRun run(options_, world_, options_.shared ? &pool_ : nullptr, threads_[thread], log);
    run.make_programs(thread);
    if (options_.ops == 0) {
        run.until(stop);
    } else {
        run.operations(ops_of(thread), stop);
    }
}

void Storm::free_all(ThreadLog& log) {
    for (StormThread& thread : threads_) {
        thread.programs.clear();
        for (Holding& holding : thread.holdings) {
            release(log, holding);
        }
        thread.holdings.clear();
    }
    for (Holding holding; pool_.take(0, holding);) {
        release(log, holding);
    }
    for (Holding& holding : prefilled_) {
        release(log, holding);
    }
    prefilled_.clear();
}

}  // namespace standin
