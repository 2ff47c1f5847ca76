// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The tables that ttnn-visualizer reads from a ttnn report, db.sqlite. Those that say what no allocation tells (tensors,
// stacks, comparisons) stay empty.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "export/sqlite_file.hpp"

namespace tt::alloc_trace {

// A row of the table devices; what is not known is 0.
struct VisualizerDevice {
    std::int64_t id = 0;
    std::int64_t l1_banks = 0;     // one of each core that programs may use
    std::int64_t l1_base = 0;      // where L1 that can be allocated begins
    std::int64_t l1_bank_bytes = 0;
    std::int64_t l1_end = 0;       // of a core's L1
    std::int64_t columns = 0;      // of those cores
    std::int64_t rows = 0;
};

struct VisualizerBuffer {
    std::int64_t address = 0;
    std::int64_t bank_bytes = 0;
    std::int64_t page_size = 1;
    std::int64_t type = 0;  // the runtime's BufferType
    bool sharded = false;
};

class VisualizerTables {
public:
    VisualizerTables(const std::string& path, std::string shown_path);

    [[nodiscard]] const Status& status() const { return file_.status(); }

    void add_metadata(std::string_view key, std::string_view value);
    void add_buffer(std::int64_t operation, std::int64_t device, const VisualizerBuffer& buffer);
    // One per core: what is reserved there. The device's grid must be known.
    void add_chunks(std::int64_t operation, const VisualizerDevice& device, const VisualizerBuffer& buffer);
    // JSON, in the place of another one.
    void add_graph(std::int64_t operation, std::string_view graph);
    // All of the three above.
    void remove(const std::vector<std::uint64_t>& operations);
    // The operation of `number` is `operation` from now on; see renumber().
    void map_operation(std::int64_t number, std::int64_t operation);
    // Gives all that was added the mapped operations.
    void renumber();
    void add_operation(std::int64_t operation, std::string_view name, double seconds);
    void add_stack_trace(std::int64_t operation, std::string_view text);
    void add_argument(std::int64_t operation, std::string_view name, std::string_view value);
    void add_error(std::int64_t operation, std::string_view operation_name, std::string_view type, std::string_view message, std::string_view time);
    void add_device(const VisualizerDevice& device);
    [[nodiscard]] Status finish();

private:
    SqliteFile file_;
    std::unique_ptr<SqliteStatement> buffer_;  // ends before the file
    std::unique_ptr<SqliteStatement> chunk_;   // likewise
};

}  // namespace tt::alloc_trace
