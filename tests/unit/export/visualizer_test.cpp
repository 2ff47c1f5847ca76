// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

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
    // After event 5 two DRAM buffers are live, at the failures (events 10 and 11) the L1 buffer instead of one, at the end three.
    EXPECT_THAT(
        query("SELECT operation_id, COUNT(*) FROM buffers GROUP BY 1 ORDER BY 1"),
        ElementsAre(Row{"1", "2"}, Row{"2", "2"}, Row{"3", "2"}, Row{"4", "3"})
    );
    EXPECT_THAT(
        query("SELECT * FROM buffers WHERE operation_id = 4 AND buffer_type = 0 ORDER BY address"),
        ElementsAre(Row{"4", "0", "4096", "262144", "0", "0", "0"}, Row{"4", "0", "589824", "8192", "0", "0", "0"})
    );
    EXPECT_THAT(
        query("SELECT name FROM operations"),
        ElementsAre(
            Row{"alloc DRAM 64.0 KiB, 2.000000 s"}, Row{"allocation failed: DRAM 64.0 MiB, 4.000000 s"},
            Row{"no place for the buffers of a program, 4.000000 s"}, Row{"end, 6.000000 s"}
        )
    );
    EXPECT_THAT(query("SELECT value FROM operation_arguments WHERE operation_id = 2 AND name = 'events'"), ElementsAre(Row{"5"}));
    EXPECT_THAT(query("SELECT operation_id, error_type FROM errors"), ElementsAre(Row{"2", "allocation failed"}, Row{"3", "no place for the buffers of a program"}));
}

// S4: what the runtime itself says of a device, from the allocator's regions.
TEST_F(VisualizerExportTest, DevicesAreAsTheRuntimeTells) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).chip(0, 3);
    Region l1 = l1_region();
    l1.bytes = 1'371'008;
    l1.base = 103'552;
    l1.banks = 56;
    Region small = l1;
    small.type = BufferType::L1Small;
    small.base = l1.base + l1.bytes;
    small.bytes = 24'576;
    stream.apply(AllocatorSeen{stream.at(1), kMeshAllocator, kMesh, {l1, small}});
    stream.apply(AllocatorSeen{stream.at(1), kChipAllocator, kChip3, {l1, small}});  // as a submesh's: it holds nothing
    ASSERT_TRUE(write(stream.events()).status);
    const std::string expected_columns =
        "num_y_compute_cores, num_x_compute_cores, worker_l1_size, l1_num_banks, l1_bank_size, address_at_first_l1_bank, "
        "address_at_first_l1_cb_buffer, num_banks_per_storage_core, num_compute_cores, num_storage_cores, total_l1_memory, "
        "total_l1_for_tensors, total_l1_for_interleaved_buffers, total_l1_for_sharded_buffers, cb_limit";
    const Row expected{"7", "8", "1499136", "56", "1371008", "0", "103552", "1", "56", "0", "83951616", "0", "76776448", "76776448", "1395584"};
    EXPECT_THAT(query("SELECT " + expected_columns + " FROM devices"), ElementsAre(expected, expected));
}

// S5: the peak of a type, wherever it lies between the steps.
TEST_F(VisualizerExportTest, PeaksAreOperations) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1).mesh_regions(0);
    for (std::uint64_t i = 0; i < 4000; ++i) {
        stream.alloc(1, 0x1000, 64).free(1, 0x1000, 64);
        if (i == 2713) {
            stream.alloc(1, 0x100000, 800 * kMiB).free(1, 0x100000, 800 * kMiB);
        }
    }
    ExportOptions options;
    options.peaks = {{3 + 2 * 2714 + 1, "peak of DRAM on chip 0 (800.0 MiB)", false}};
    ASSERT_TRUE(write(stream.events(), options).status);
    EXPECT_THAT(
        query("SELECT name, max_size_per_bank FROM operations JOIN buffers USING (operation_id) WHERE max_size_per_bank > 1000000"),
        ElementsAre(Row{"peak of DRAM on chip 0 (800.0 MiB), 1.000000 s", std::to_string(100 * kMiB)})
    );
    EXPECT_LE(std::stoul(query("SELECT COUNT(*) FROM operations")[0][0]), 130U);
}

// S3: circular buffers by launch, with their cores; and what is reserved of each core at a failure.
TEST_F(VisualizerExportTest, LaunchesHaveTheirCircularBuffers) {
    ASSERT_TRUE(write(busy_stream().events()).status);
    const auto graphs = query("SELECT name, captured_graph FROM captured_graph JOIN operations USING (operation_id)");
    ASSERT_EQ(graphs.size(), 1U);
    EXPECT_EQ(graphs[0][0], "launch 1, 3.500000 s");
    const auto graph = nlohmann::json::parse(graphs[0][1]);
    ASSERT_EQ(graph.size(), 5U);
    EXPECT_EQ(graph[2].at("node_type"), "circular_buffer_allocate");
    EXPECT_EQ(
        graph[2].at("params"),
        (nlohmann::json{{"address", 100 * kKiB}, {"size", 4096}, {"core_range_set", "{[0-0 - 1-1]}"}, {"globally_allocated", "0"}, {"device_id", 0}})
    );
    EXPECT_THAT(
        query("SELECT COUNT(*), COUNT(DISTINCT core_x || ',' || core_y), MIN(chunk_size), MAX(chunk_size) FROM buffer_chunks GROUP BY operation_id"),
        ElementsAre(Row{"64", "64", "16384", "16384"}, Row{"64", "64", "16384", "16384"}, Row{"64", "64", "16384", "16384"})
    ) << "of two failures and the end";
}

// S1: a size that stands for a footprint does not reach beyond its bank, once that is known.
TEST_F(VisualizerExportTest, NothingEndsBeyondItsBank) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1);
    stream.alloc(1, 0x100000, 8 * kMiB, BufferType::L1).mesh_regions(2).alloc(3, 0x140000, 640 * kKiB, BufferType::L1);
    ASSERT_TRUE(write(stream.events()).status);
    EXPECT_THAT(
        query("SELECT MAX(address + max_size_per_bank) <= (SELECT worker_l1_size FROM devices) FROM buffers WHERE operation_id > 3"),
        ElementsAre(Row{"1"})
    );
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
    EXPECT_THAT(query("SELECT name FROM operations"), testing::AllOf(testing::Contains(Row{"launch 1, 3.500000 s"}), testing::Not(testing::Contains(Row{"alloc DRAM 64.0 KiB, 2.000000 s"}))));
}

TEST_F(VisualizerExportTest, FileThatCannotBeWrittenIsAnError) {
    const Exported exported = export_events("ttnn-visualizer", busy_stream().events(), {}, path_ + ".missing/x");
    ASSERT_FALSE(exported.status);
    EXPECT_THAT(exported.status.error().message, HasSubstr("FILE"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
