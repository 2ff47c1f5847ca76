// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_tables.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace tt::alloc_trace {
namespace {

// Version 3.5 of what the runtime writes, as far as the viewer reads it. There is one rank.
constexpr const char* kSchemaVersion = "3.5";
constexpr const char* kSchema = R"(
CREATE TABLE report_metadata (key TEXT UNIQUE, value TEXT);
CREATE TABLE devices (
    device_id INT, num_y_cores INT, num_x_cores INT, num_y_compute_cores INT, num_x_compute_cores INT, worker_l1_size INT,
    l1_num_banks INT, l1_bank_size INT, address_at_first_l1_bank INT, address_at_first_l1_cb_buffer INT,
    num_banks_per_storage_core INT, num_compute_cores INT, num_storage_cores INT, total_l1_memory INT, total_l1_for_tensors INT,
    total_l1_for_interleaved_buffers INT, total_l1_for_sharded_buffers INT, cb_limit INT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE tensors (
    tensor_id INT, shape TEXT, dtype TEXT, layout TEXT, memory_config TEXT, device_id INT, address INT, buffer_type INT,
    rank INT NOT NULL DEFAULT 0, storage_type TEXT, UNIQUE(tensor_id, rank));
CREATE TABLE device_tensors (tensor_id INT, device_id INT, address INT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE tensor_lifetime (
    tensor_id INT, producer_operation_id INT, last_use_operation_id INT, deallocate_operation_id INT, producer_source_file TEXT,
    producer_source_line INT, last_use_source_file TEXT, last_use_source_line INT, rank INT NOT NULL DEFAULT 0,
    UNIQUE(tensor_id, rank));
CREATE TABLE operations (
    operation_id INT, name TEXT, duration FLOAT, rank INT NOT NULL DEFAULT 0, UNIQUE(operation_id, rank));
CREATE TABLE operation_arguments (operation_id INT, name TEXT, value TEXT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE source_files (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, contents TEXT);
CREATE TABLE stack_traces (
    operation_id INT, stack_trace TEXT, source_file_id INT REFERENCES source_files(id), rank INT NOT NULL DEFAULT 0);
CREATE TABLE input_tensors (operation_id INT, input_index INT, tensor_id INT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE output_tensors (operation_id INT, output_index INT, tensor_id INT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE buffers (
    operation_id INT, device_id INT, address INT, max_size_per_bank INT, buffer_type INT, buffer_layout INT,
    rank INT NOT NULL DEFAULT 0);
CREATE TABLE buffer_chunks (
    operation_id INT, device_id INT, address INT, bank_id INT, core_x INT, core_y INT, chunk_address INT, chunk_size INT,
    page_size INT, num_pages INT, buffer_type INT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE captured_graph (operation_id INT, captured_graph TEXT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE nodes (operation_id INT, unique_id INT, node_operation_id INT, name TEXT, rank INT NOT NULL DEFAULT 0);
CREATE TABLE edges (
    operation_id INT, source_unique_id INT, sink_unique_id INT, source_output_index INT, sink_input_index INT, key INT,
    rank INT NOT NULL DEFAULT 0);
CREATE TABLE local_tensor_comparison_records (
    tensor_id INT, golden_tensor_id INT, matches INT, desired_pcc FLOAT, actual_pcc FLOAT, rank INT NOT NULL DEFAULT 0,
    UNIQUE(tensor_id, rank));
CREATE TABLE global_tensor_comparison_records (
    tensor_id INT, golden_tensor_id INT, matches INT, desired_pcc FLOAT, actual_pcc FLOAT, rank INT NOT NULL DEFAULT 0,
    UNIQUE(tensor_id, rank));
CREATE TABLE errors (
    operation_id INT, operation_name TEXT, error_type TEXT, error_message TEXT, stack_trace TEXT, timestamp TEXT,
    rank INT NOT NULL DEFAULT 0);
)";

constexpr std::array kOfOperations{"buffers", "buffer_chunks", "captured_graph"};  // tables that are filled on the way
constexpr std::int64_t kInterleaved = 0;  // the runtime's TensorMemoryLayout

}  // namespace

VisualizerTables::VisualizerTables(const std::string& path, std::string shown_path) : file_(path, std::move(shown_path)) {
    file_.run(kSchema);
    file_.run("CREATE TEMP TABLE numbers (number INTEGER PRIMARY KEY, operation INT)");
    buffer_ = std::make_unique<SqliteStatement>(file_, "INSERT INTO buffers VALUES (?,?,?,?,?,?,0)");
    chunk_ = std::make_unique<SqliteStatement>(file_, "INSERT INTO buffer_chunks VALUES (?,?,?,?,?,?,?,?,?,?,?,0)");
    add_metadata("schema_version", kSchemaVersion);
}

void VisualizerTables::add_metadata(std::string_view key, std::string_view value) {
    SqliteStatement(file_, "INSERT INTO report_metadata VALUES (?,?)")({key, value});
}

void VisualizerTables::add_buffer(std::int64_t operation, std::int64_t device, const VisualizerBuffer& buffer) {
    // Which of the sharded layouts it has, no event tells.
    const SqliteFile::Value layout = buffer.sharded ? SqliteFile::Value(nullptr) : SqliteFile::Value(kInterleaved);
    (*buffer_)({operation, device, buffer.address, buffer.bank_bytes, buffer.type, layout});
}

void VisualizerTables::add_chunks(std::int64_t operation, const VisualizerDevice& device, const VisualizerBuffer& buffer) {
    const std::int64_t pages = (buffer.bank_bytes + buffer.page_size - 1) / buffer.page_size;
    for (std::int64_t bank = 0; bank < device.l1_banks; ++bank) {
        (*chunk_)({operation, device.id, buffer.address, bank, bank % device.columns, bank / device.columns, buffer.address, buffer.bank_bytes,
                   buffer.page_size, pages, buffer.type});
    }
}

void VisualizerTables::add_graph(std::int64_t operation, std::string_view graph) {
    SqliteStatement(file_, "DELETE FROM captured_graph WHERE operation_id = ?")({operation});
    SqliteStatement(file_, "INSERT INTO captured_graph VALUES (?,?,0)")({operation, graph});
}

void VisualizerTables::remove(const std::vector<std::uint64_t>& operations) {
    file_.run("DELETE FROM temp.numbers");
    {
        SqliteStatement add(file_, "INSERT INTO temp.numbers VALUES (?,0)");
        for (const std::uint64_t operation : operations) {
            add({static_cast<std::int64_t>(operation)});
        }
    }
    for (const char* table : kOfOperations) {
        file_.run(fmt::format("DELETE FROM {} WHERE operation_id IN (SELECT number FROM temp.numbers)", table).c_str());
    }
    file_.run("DELETE FROM temp.numbers");
}

void VisualizerTables::map_operation(std::int64_t number, std::int64_t operation) {
    SqliteStatement(file_, "INSERT INTO temp.numbers VALUES (?,?)")({number, operation});
}

void VisualizerTables::renumber() {
    for (const char* table : kOfOperations) {
        file_.run(
            fmt::format("UPDATE {} SET operation_id = (SELECT operation FROM temp.numbers WHERE number = operation_id)", table).c_str()
        );
    }
}

void VisualizerTables::add_operation(std::int64_t operation, std::string_view name, double seconds) {
    SqliteStatement(file_, "INSERT INTO operations VALUES (?,?,?,0)")({operation, name, seconds});
}

void VisualizerTables::add_stack_trace(std::int64_t operation, std::string_view text) {
    SqliteStatement(file_, "INSERT INTO stack_traces VALUES (?,?,NULL,0)")({operation, text});
}

void VisualizerTables::add_argument(std::int64_t operation, std::string_view name, std::string_view value) {
    SqliteStatement(file_, "INSERT INTO operation_arguments VALUES (?,?,?,0)")({operation, name, value});
}

void VisualizerTables::add_error(
    std::int64_t operation, std::string_view operation_name, std::string_view type, std::string_view message, std::string_view time
) {
    SqliteStatement(file_, "INSERT INTO errors VALUES (?,?,?,?,'',?,0)")({operation, operation_name, type, message, time});
}

void VisualizerTables::add_device(const VisualizerDevice& device) {
    const std::int64_t cores = device.l1_banks;  // each has one
    const std::int64_t allocatable = device.l1_banks * device.l1_bank_bytes;
    const std::int64_t cb_limit = device.l1_end - device.l1_base;
    SqliteStatement(file_, "INSERT INTO devices VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,0)")(
        {device.id, device.rows, device.columns, device.rows, device.columns, device.l1_end, device.l1_banks, device.l1_bank_bytes,
         std::int64_t{0}, device.l1_base, std::int64_t{1}, cores, std::int64_t{0}, cores * device.l1_end, std::int64_t{0}, allocatable,
         allocatable, cb_limit}
    );
}

Status VisualizerTables::finish() {
    buffer_.reset();
    chunk_.reset();
    file_.finish();
    return file_.status();
}

}  // namespace tt::alloc_trace
