// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/export_kind.hpp"

#include <algorithm>
#include <array>

#include "export/formats.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::array kKinds{
    ExportKind{"jsonl", "every event in order, one JSON object per line", false, false, false, false, make_jsonl_export},
    ExportKind{"log", "every event in order, a line for people", false, false, false, true, make_log_export},
    ExportKind{"csv", "every event in order, one row each", false, false, false, false, make_csv_export},
    ExportKind{"perfetto", "a trace for ui.perfetto.dev: memory per chip and type, buffers, failures", false, false, false, false, make_perfetto_export},
    ExportKind{"folded", "stacks of a flame graph, one line each: see --weight", false, false, false, true, make_folded_export},
    ExportKind{"speedscope", "flame graphs for speedscope.app: live, at the peak, allocated", false, false, false, true, make_speedscope_export},
    ExportKind{"pprof", "a profile for pprof: live, at the peak, allocated", true, false, false, true, make_pprof_export},
    ExportKind{"ttnn-visualizer", "db.sqlite of ttnn-visualizer: what is live, moment by moment", true, true, true, false, make_visualizer_export},
    ExportKind{"torch-snapshot", "a memory snapshot as PyTorch's tools know it, as JSON", false, false, false, false, make_torch_json_export},
    ExportKind{"torch-pickle", "the same as a pickle, for pytorch.org/memory_viz", true, false, false, false, make_torch_pickle_export},
};

}  // namespace

std::span<const ExportKind> export_kinds() { return kKinds; }

const ExportKind* find_export_kind(std::string_view name) {
    const auto* found = std::find_if(kKinds.begin(), kKinds.end(), [name](const ExportKind& kind) { return kind.name == name; });
    return found == kKinds.end() ? nullptr : found;
}

}  // namespace tt::alloc_trace
