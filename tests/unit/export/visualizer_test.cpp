// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Row = std::vector<std::string>;
using testing::ElementsAre;
using testing::HasSubstr;

class VisualizerExportTest : public testing::Test {
protected:
    VisualizerExportTest() {
        path_ = testing::TempDir() + "tat_visualizer_" + std::to_string(::getpid()) + ".sqlite";
        std::ofstream(path_).flush();
    }
    ~VisualizerExportTest() override { std::filesystem::remove(path_); }

    Exported write(const std::vector<Event>& events, const ExportOptions& options = {}) {
        return export_events("ttnn-visualizer", events, options, path_);
    }
    std::vector<Row> query(const std::string& sql) {
        sqlite3* database = nullptr;
        EXPECT_EQ(sqlite3_open_v2(path_.c_str(), &database, SQLITE_OPEN_READONLY, nullptr), SQLITE_OK);
        std::vector<Row> rows;
        const auto add = [](void* all, int columns, char** values, char**) {
            Row row;
            for (int i = 0; i < columns; ++i) {
                row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
            }
            static_cast<std::vector<Row>*>(all)->push_back(row);
            return 0;
        };
        EXPECT_EQ(sqlite3_exec(database, sql.c_str(), add, &rows, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
        sqlite3_close(database);
        return rows;
    }

    std::string path_;
};

TEST_F(VisualizerExportTest, HasEveryTableAndColumnTheViewerAsksFor) {
    ASSERT_TRUE(write({}).status);
    const std::vector<std::pair<std::string, std::string>> tables{
        {"operations", "operation_id, name, duration"},
        {"operation_arguments", "operation_id, name, value"},
        {"stack_traces", "operation_id, stack_trace"},
        {"input_tensors", "operation_id, input_index, tensor_id"},
        {"output_tensors", "operation_id, output_index, tensor_id"},
        {"tensors", "tensor_id, shape, dtype, layout, memory_config, device_id, address, buffer_type"},
        {"devices",
         "device_id, num_y_cores, num_x_cores, num_y_compute_cores, num_x_compute_cores, worker_l1_size, l1_num_banks, l1_bank_size, "
         "address_at_first_l1_bank, address_at_first_l1_cb_buffer, num_banks_per_storage_core, num_compute_cores, total_l1_memory, "
         "total_l1_for_tensors, total_l1_for_interleaved_buffers, total_l1_for_sharded_buffers, cb_limit"},
        {"buffers", "operation_id, device_id, address, max_size_per_bank, buffer_type, buffer_layout"},
        {"local_tensor_comparison_records", "tensor_id, golden_tensor_id, matches, desired_pcc, actual_pcc"},
        {"global_tensor_comparison_records", "tensor_id, golden_tensor_id, matches, desired_pcc, actual_pcc"}};
    for (const auto& [table, columns] : tables) {
        query("SELECT " + columns + " FROM " + table);
    }
    EXPECT_THAT(query("PRAGMA integrity_check"), ElementsAre(Row{"ok"}));
}

TEST_F(VisualizerExportTest, EachOperationHasWhatWasLive) {
    ExportOptions options;
    options.every = 5;
    ASSERT_TRUE(write(busy_stream().events(), options).status);
    // After event 5 two DRAM buffers are live, after event 10 the L1 buffer instead of one, at the end three.
    EXPECT_THAT(
        query("SELECT operation_id, COUNT(*) FROM buffers GROUP BY 1 ORDER BY 1"),
        ElementsAre(Row{"1", "2"}, Row{"2", "2"}, Row{"3", "3"})
    );
    EXPECT_THAT(
        query("SELECT * FROM buffers WHERE operation_id = 3 AND buffer_type = 0 ORDER BY address"),
        ElementsAre(Row{"3", "0", "4096", "262144", "0", "0"}, Row{"3", "0", "589824", "8192", "0", "0"})
    );
    EXPECT_THAT(query("SELECT COUNT(*) FROM operations"), ElementsAre(Row{"3"}));
    EXPECT_THAT(query("SELECT value FROM operation_arguments WHERE operation_id = 2 AND name = 'events'"), ElementsAre(Row{"5"}));
    EXPECT_THAT(
        query("SELECT device_id, l1_num_banks, l1_bank_size, address_at_first_l1_bank, worker_l1_size FROM devices"),
        ElementsAre(Row{"0", "64", "1433600", "102400", "1536000"})
    );
    EXPECT_THAT(query("SELECT operation_id, error_type FROM errors"), ElementsAre(Row{"2", "allocation failed"}, Row{"3", "no place for the buffers of a program"}));
}

TEST_F(VisualizerExportTest, ThinsOutRatherThanGrow) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1);
    for (std::uint64_t i = 0; i < 5000; ++i) {
        stream.alloc(1, 0x1000 * (1 + i % 40), 64).free(1, 0x1000 * (1 + i % 40), 64);
    }
    ASSERT_TRUE(write(stream.events()).status);
    const auto operations = std::stoul(query("SELECT COUNT(*) FROM operations")[0][0]);
    EXPECT_GE(operations, 64U);
    EXPECT_LE(operations, 129U);
    EXPECT_EQ(query("SELECT MAX(operation_id) FROM operations")[0][0], std::to_string(operations)) << "no gaps";
    EXPECT_THAT(query("SELECT COUNT(*) FROM buffers WHERE operation_id NOT IN (SELECT operation_id FROM operations)"), ElementsAre(Row{"0"}));
}

TEST_F(VisualizerExportTest, SaysWhenRowsAreShort) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1);
    for (std::uint64_t i = 0; i < 200; ++i) {
        stream.alloc(1, 0x1000 * (1 + i), 64);
    }
    ExportOptions options;
    options.every = 10;
    options.max_rows = 250;
    const Exported exported = write(stream.events(), options);
    EXPECT_THAT(exported.notes, testing::Contains(HasSubstr("--max-rows 250")));
    EXPECT_LE(std::stoul(query("SELECT COUNT(*) FROM buffers")[0][0]), 250U);
    EXPECT_THAT(query("SELECT COUNT(*) FROM buffers WHERE operation_id = (SELECT MAX(operation_id) FROM operations)"), ElementsAre(Row{"200"}));
    options.max_rows = 150;
    std::ofstream(path_, std::ios::trunc).flush();
    EXPECT_THAT(write(stream.events(), options).notes, testing::Contains(HasSubstr("50 buffers left out")));
}

TEST_F(VisualizerExportTest, LaunchesCanBeOperations) {
    ExportOptions options;
    options.every_launch = true;
    ASSERT_TRUE(write(busy_stream().events(), options).status);
    EXPECT_THAT(query("SELECT name FROM operations"), ElementsAre(Row{"launch 1, 3.500000 s"}, Row{"end, 6.000000 s"}));
}

TEST_F(VisualizerExportTest, FileThatCannotBeWrittenIsAnError) {
    const Exported exported = export_events("ttnn-visualizer", busy_stream().events(), {}, path_ + ".missing/x");
    ASSERT_FALSE(exported.status);
    EXPECT_THAT(exported.status.error().message, HasSubstr("FILE"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
