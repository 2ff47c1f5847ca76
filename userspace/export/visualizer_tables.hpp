// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables that ttnn-visualizer reads from a ttnn report, db.sqlite. Those that say what no allocation tells (tensors,
// stacks, comparisons) stay empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "export/sqlite_file.hpp"

namespace tt::alloc_trace {

// A row of the table devices; what is not known is 0.
struct VisualizerDevice {
    std::int64_t id = 0;
    std::int64_t l1_banks = 0;
    std::int64_t l1_base = 0;      // where L1 that can be allocated begins
    std::int64_t l1_bank_bytes = 0;
    std::int64_t l1_end = 0;       // of a core's L1, as far as known or seen in use
};

class VisualizerTables {
public:
    VisualizerTables(const std::string& path, std::string shown_path);

    [[nodiscard]] const Status& status() const { return file_.status(); }

    void add_buffer(
        std::int64_t operation, std::int64_t device, std::uint64_t address, std::uint64_t bank_bytes, std::int64_t type, bool sharded
    );
    void remove_all_buffers() { file_.run("DELETE FROM buffers"); }
    // Keeps those of operations 1, 1 + keep, 1 + 2 keep, ...
    void thin_buffers(std::uint64_t keep);
    // The operation of `number` is `operation` from now on; see renumber().
    void map_operation(std::int64_t number, std::int64_t operation);
    // Gives all buffers the mapped operations.
    void renumber();
    void add_operation(std::int64_t operation, std::string_view name, double seconds);
    void add_argument(std::int64_t operation, std::string_view name, std::string_view value);
    void add_error(std::int64_t operation, std::string_view operation_name, std::string_view type, std::string_view message, std::string_view time);
    void add_device(const VisualizerDevice& device);
    [[nodiscard]] Status finish();

private:
    SqliteFile file_;
    std::unique_ptr<SqliteStatement> buffer_;  // ends before the file
};

}  // namespace tt::alloc_trace
