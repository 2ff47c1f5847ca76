// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_tables.hpp"

#include <utility>

namespace tt::alloc_trace {
namespace {

constexpr const char* kSchema = R"(
CREATE TABLE devices (
    device_id INT, num_y_cores INT, num_x_cores INT, num_y_compute_cores INT, num_x_compute_cores INT, worker_l1_size INT,
    l1_num_banks INT, l1_bank_size INT, address_at_first_l1_bank INT, address_at_first_l1_cb_buffer INT,
    num_banks_per_storage_core INT, num_compute_cores INT, num_storage_cores INT, total_l1_memory INT, total_l1_for_tensors INT,
    total_l1_for_interleaved_buffers INT, total_l1_for_sharded_buffers INT, cb_limit INT);
CREATE TABLE tensors (
    tensor_id INT UNIQUE, shape TEXT, dtype TEXT, layout TEXT, memory_config TEXT, device_id INT, address INT, buffer_type INT);
CREATE TABLE operations (operation_id INT UNIQUE, name TEXT, duration FLOAT);
CREATE TABLE operation_arguments (operation_id INT, name TEXT, value TEXT);
CREATE TABLE stack_traces (operation_id INT, stack_trace TEXT);
CREATE TABLE input_tensors (operation_id INT, input_index INT, tensor_id INT);
CREATE TABLE output_tensors (operation_id INT, output_index INT, tensor_id INT);
CREATE TABLE buffers (
    operation_id INT, device_id INT, address INT, max_size_per_bank INT, buffer_type INT, buffer_layout INT);
CREATE TABLE local_tensor_comparison_records (
    tensor_id INT UNIQUE, golden_tensor_id INT, matches INT, desired_pcc FLOAT, actual_pcc FLOAT);
CREATE TABLE global_tensor_comparison_records (
    tensor_id INT UNIQUE, golden_tensor_id INT, matches INT, desired_pcc FLOAT, actual_pcc FLOAT);
CREATE TABLE errors (
    operation_id INT, operation_name TEXT, error_type TEXT, error_message TEXT, stack_trace TEXT, timestamp TEXT);
)";

constexpr std::int64_t kInterleaved = 0;  // the runtime's TensorMemoryLayout

}  // namespace

VisualizerTables::VisualizerTables(const std::string& path, std::string shown_path) : file_(path, std::move(shown_path)) {
    file_.run(kSchema);
    file_.run("CREATE TEMP TABLE numbers (number INTEGER PRIMARY KEY, operation INT)");
    buffer_ = std::make_unique<SqliteStatement>(file_, "INSERT INTO buffers VALUES (?,?,?,?,?,?)");
}

void VisualizerTables::add_buffer(
    std::int64_t operation, std::int64_t device, std::uint64_t address, std::uint64_t bank_bytes, std::int64_t type, bool sharded
) {
    // Which of the sharded layouts it has, no event tells.
    const SqliteFile::Value layout = sharded ? SqliteFile::Value(nullptr) : SqliteFile::Value(kInterleaved);
    (*buffer_)({operation, device, static_cast<std::int64_t>(address), static_cast<std::int64_t>(bank_bytes), type, layout});
}

void VisualizerTables::thin_buffers(std::uint64_t keep) {
    SqliteStatement(file_, "DELETE FROM buffers WHERE (operation_id - 1) % ? != 0")({static_cast<std::int64_t>(keep)});
}

void VisualizerTables::map_operation(std::int64_t number, std::int64_t operation) {
    SqliteStatement(file_, "INSERT INTO temp.numbers VALUES (?,?)")({number, operation});
}

void VisualizerTables::renumber() {
    file_.run("UPDATE buffers SET operation_id = (SELECT operation FROM temp.numbers WHERE number = operation_id)");
}

void VisualizerTables::add_operation(std::int64_t operation, std::string_view name, double seconds) {
    SqliteStatement(file_, "INSERT INTO operations VALUES (?,?,?)")({operation, name, seconds});
}

void VisualizerTables::add_argument(std::int64_t operation, std::string_view name, std::string_view value) {
    SqliteStatement(file_, "INSERT INTO operation_arguments VALUES (?,?,?)")({operation, name, value});
}

void VisualizerTables::add_error(
    std::int64_t operation, std::string_view operation_name, std::string_view type, std::string_view message, std::string_view time
) {
    SqliteStatement(file_, "INSERT INTO errors VALUES (?,?,?,?,'',?)")({operation, operation_name, type, message, time});
}

void VisualizerTables::add_device(const VisualizerDevice& device) {
    const std::int64_t total = device.l1_banks * device.l1_bank_bytes;
    SqliteStatement(file_, "INSERT INTO devices VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)")(
        {device.id, std::int64_t{0}, std::int64_t{0}, std::int64_t{0}, std::int64_t{0}, device.l1_end, device.l1_banks,
         device.l1_bank_bytes, device.l1_base, device.l1_base, std::int64_t{0}, device.l1_banks, std::int64_t{0}, total, total, total,
         total, device.l1_bank_bytes}
    );
}

Status VisualizerTables::finish() {
    buffer_.reset();
    file_.finish();
    return file_.status();
}

}  // namespace tt::alloc_trace
