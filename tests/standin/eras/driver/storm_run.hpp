// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// One thread's run of the storm: the decisions and the pace.
#pragma once

#include <chrono>

#include "driver/storm.hpp"

namespace standin {

class StormRun {
public:
    StormRun(const Options& options, World& world, SharedPool* pool, StormThread& state);
    void make_programs(unsigned thread);
    void run(std::uint64_t count, const std::atomic<bool>& stop);  // 0: until stop

private:
    std::uint64_t random();
    bool chance(unsigned percent) { return random() % 100 < percent; }
    void step();
    void allocate_one();
    void free_one();
    void anomaly();
    void hooked_buffer();
    void launch_one();
    void keep(Holding holding);
    std::size_t live() const;
    const Owner& pick_owner();
    Request pick_request();
    tt::tt_metal::Program make_program();
    void pace();

    const Options& options_;
    World& world_;
    SharedPool* pool_;
    StormThread& state_;
    std::uint64_t done_ = 0;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

}  // namespace standin
