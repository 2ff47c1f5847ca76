// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// One thread's run of the storm: the decisions and the pace.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>

#include "driver/storm.hpp"

namespace standin {

class StormRun {
public:
    StormRun(const Options& options, const World& world, SharedPool* pool, StormThread& state, ThreadLog& log);

    void make_programs(unsigned thread);
    void operations(std::uint64_t count, const std::atomic<bool>& stop);
    void until(const std::atomic<bool>& stop);

private:
    struct FileCloser {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };

    std::uint64_t random();
    bool chance(unsigned percent) { return random() % 100 < percent; }
    void step();
    void allocate_one();
    void free_one();
    void anomaly();
    void launch_one();
    void keep(Holding holding);
    std::size_t live() const;
    const Owner& pick_owner();
    Request pick_request();
    void shard_in_l1(Request& request, std::uint32_t pages);
    void pace();
    void write_log_line(const char* what);

    const Options& options_;
    const World& world_;
    SharedPool* pool_;
    StormThread& state_;
    ThreadLog& log_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
    std::unique_ptr<std::FILE, FileCloser> slow_log_;
};

}  // namespace standin
