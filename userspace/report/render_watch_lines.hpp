// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live table for pipes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "event/session_info.hpp"
#include "report/watch_model.hpp"

namespace tt::alloc_trace {

// Per refresh: for each process one line "TIME pid=N state=running events=... lost=... command=<rest of the line>"
// (with frees_before_attach=... and its like where they occurred), then one line per row: "TIME pid=N chip=0 type=DRAM
// buffers=... bytes=... peak_bytes=... allocs=... frees=... allocs_per_s=... frees_per_s=...". TIME is RFC 3339 in UTC
// to the millisecond. Where known, a row has footprint_bytes= peak_footprint_bytes=, and, of the chip's capacity, capacity_bytes=
// used_bytes= free_bytes= largest_free_bytes= allocators=; a process has known_before=full|partial|none found=, and, where they
// occurred, failed_allocs= clashes= refused= trace_unsafe= trace_replayed_over= unexplained_differences=. "mesh=N" or "owner=unknown" stands where a chip is not known. With a baseline: baseline_buffers=,
// baseline_bytes=, delta_bytes= (signed). ASCII except the command line; each line ends in \n.
[[nodiscard]] std::string render_watch_plain(const WatchModel& model);

// One object per refresh: envelope "tt-alloc-trace/watch", then t_ns, time, events, ring, processes[].usage[].
[[nodiscard]] nlohmann::ordered_json watch_json(const WatchModel& model, const SessionInfo& session);

}  // namespace tt::alloc_trace
