// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Replays a recorded workload: each row on its chip's own allocator, at the recorded address.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "driver/csv_source.hpp"
#include "driver/operations.hpp"
#include "driver/options.hpp"
#include "driver/workload.hpp"
#include "driver/world.hpp"

namespace standin {

struct ReplayRow {
    std::uint64_t op_id = 0;
    bool is_alloc = false;
    unsigned device_id = 0;
    tt::tt_metal::BufferType type = tt::tt_metal::BufferType::DRAM;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
};

class ReplayFile {
public:
    explicit ReplayFile(const std::string& path);
    // False at the end. Throws with the line number on a row that is not understood.
    bool next(ReplayRow& row);

private:
    std::string path_;
    LineSource lines_;
    std::uint64_t line_number_ = 1;
};

// The number of chips that the file speaks of.
unsigned chips_in_replay(const std::string& path);

class Replay final : public Workload {
public:
    Replay(const Options& options, World& world);

    // Rows before --from-op.
    void prepare(ThreadLog& log) override;
    unsigned thread_count() const override { return 1; }
    // The rest. At the end of the file nothing more happens.
    void run(unsigned thread, ThreadLog& log, const std::atomic<bool>& stop) override;
    void free_all(ThreadLog& log) override;
    // Frees of addresses that are not live: none in a whole workload.
    std::uint64_t unknown_frees() const { return unknown_frees_; }

private:
    void apply(const ReplayRow& row, ThreadLog& log);

    const Options& options_;
    World& world_;
    ReplayFile file_;
    std::optional<ReplayRow> pending_;
    std::unordered_map<std::uint64_t, Holding> live_;
    std::uint64_t unknown_frees_ = 0;
};

}  // namespace standin
