// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One factory per format; docs/exports.md tells what each file holds.
#pragma once

#include <memory>

#include "export/export_kind.hpp"

namespace tt::alloc_trace {

std::unique_ptr<Exporter> make_jsonl_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_log_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_csv_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_perfetto_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_folded_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_speedscope_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_pprof_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_visualizer_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_torch_json_export(const ExportOptions& options, const ExportTarget& target);
std::unique_ptr<Exporter> make_torch_pickle_export(const ExportOptions& options, const ExportTarget& target);

}  // namespace tt::alloc_trace
