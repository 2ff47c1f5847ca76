// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include "checkpoint/checkpoint.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/live_runner.hpp"
#include "cli/sudo_caller.hpp"
#include "recording/output_file.hpp"
#include "recording/recording_writer.hpp"
#include "report/display_text.hpp"
#include "report/human_size.hpp"
#include "report/process_health.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

// A killed recorder loses at most what came since the last flush.
constexpr std::chrono::milliseconds kFlushPeriod{500};

RecordingOptions recording_options(const Options& options) {
    RecordingOptions recording;
    recording.force = options.force;
    recording.max_bytes = options.max_bytes;
    const SudoCaller caller = sudo_caller();  // the file belongs to who called it
    recording.owner_uid = caller.uid;
    recording.owner_gid = caller.gid;
    return recording;
}

// Refuses early what create() would refuse after everything was attached.
Status check_output(const Options& options) {
    if (!options.force && access(options.output.c_str(), F_OK) == 0) {
        return fail(
            ErrorCode::Usage, options.output + " exists already", "choose another file, or give --force to overwrite it"
        );
    }
    const std::string first_part = options.output + ".1";
    if (!options.force && options.max_bytes != 0 && access(first_part.c_str(), F_OK) == 0) {
        return fail(
            ErrorCode::Usage,
            first_part + " exists already, and --max-size may need this name",
            "choose another file, or give --force to overwrite it"
        );
    }
    return OutputFile::check(options.output, recording_options(options));
}

std::size_t attached_probes(const SessionInfo& info) {
    std::size_t count = 0;
    for (const ProbeOutcome& probe : info.probes) {
        count += probe.attached ? 1 : 0;
    }
    return count;
}

// From the one numbered `first` on; how many there are.
std::size_t say_modules(const SessionInfo& info, std::size_t first) {
    for (std::size_t i = first; i < info.modules.size(); ++i) {
        const ModuleInfo& module = info.modules[i];
        spdlog::info("tracing {} (layout {}, build-id {})", printable(module.path), module.layout, module.build_id);
    }
    return info.modules.size();
}

void say_attached(const Options& options, const SessionInfo& info) {
    const std::string probes =
        info.modules.empty() ? "it is traced once it loads the runtime" : counted(attached_probes(info), "probe");
    const char* end = options.target.command.empty() ? "Ctrl-C ends" : "Ctrl-C twice ends";
    spdlog::info("attached to {}, {}; recording to {}; {}", printable(info.target), probes, printable(options.output), end);
}

void say_what_was_live(const TrackerView& view) {
    for (const auto& process : view.processes) {
        const WalkStat& attach = process->walks[static_cast<std::size_t>(WalkReason::Attach)];
        if (attach.count == 0) {
            continue;
        }
        const double ms = static_cast<double>(attach.last.duration_ns) / 1e6;
        spdlog::info(
            "process {}: live already: {}, read in {:.0f} ms{}; {}",
            process->pid,
            counted(attach.found, "buffer"),
            ms,
            attach.last.stopped_ns > 0
                ? fmt::format(" ({:.1f} ms of it stopped)", static_cast<double>(attach.last.stopped_ns) / 1e6)
                : "",
            attach.last.complete ? "all are known" : "not all may be known: " + printable(attach.last.incomplete_reason)
        );
    }
}

// A recording limited in size: which files there are, and that older ones are gone.
void say_parts(const Options& options, const RecordingWriter& writer) {
    if (writer.older_parts().empty() && writer.parts_removed() == 0) {
        return;
    }
    std::string files;
    for (const RecordingWriter::Part& part : writer.older_parts()) {
        files += printable(options.output) + part.suffix + ", ";
    }
    spdlog::info(
        "limited to {}: {}{} (the newest); {}",
        human_bytes(options.max_bytes),
        files,
        printable(options.output),
        writer.parts_removed() == 0 ? "nothing was removed yet" : "removed: " + counted(writer.parts_removed(), "older part")
    );
}

Totals totals_of(LiveRunner& runner) {
    const LossCounters losses = runner.session().losses();
    const RingStatus ring = runner.session().ring();
    Totals totals;
    totals.detached_monotonic_ns = static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch()).count()
    );
    totals.end_reason = runner.end_reason();
    totals.lost_allocated = losses.allocated;
    totals.lost_freed = losses.freed;
    totals.lost_circular_buffers = losses.circular_buffers;
    totals.lost_lifecycle = losses.lifecycle;
    totals.ring_bytes = ring.capacity_bytes;
    totals.ring_peak_bytes = ring.peak_bytes;
    return totals;
}

void say_stacks(const StackTable& stacks, std::uint64_t lost) {
    const std::string missing = lost == 0 ? "" : fmt::format("; {} without one", counted(lost, "event"));
    spdlog::info("call stacks: {} of {}{}", counted(stacks.stacks().size(), "different one"), counted(stacks.frames().size(), "frame"), missing);
}

void say_result(const Options& options, const RecordingWriter& writer, const Totals& totals, const TrackerView& view) {
    const Lost& lost = view.lost;
    spdlog::info(
        "{}: {} in {} ({}), {} lost; ring {} of {} at most",
        totals.end_reason,
        counted(view.events, "event"),
        printable(options.output),
        human_bytes(writer.bytes_written()),
        lost.total(),
        human_bytes(totals.ring_peak_bytes),
        human_bytes(totals.ring_bytes)
    );
    say_parts(options, writer);
    if (lost.total() > 0) {
        spdlog::warn(
            "lost: {}, {}, {} of circular buffers, {} others{}",
            counted(lost.allocated, "allocation"),
            counted(lost.freed, "free"),
            lost.circular_buffers,
            lost.lifecycle,
            totals.ring_peak_bytes > totals.ring_bytes / 2 ? "; a larger --ring-size helps" : ""
        );
    }
    Doubts others = view.doubts();
    others.lost = {};
    for (const Note& note : doubt_notes(others)) {
        spdlog::warn("{}", printable(note.text));
    }
    const bool any_buffer = std::any_of(view.processes.begin(), view.processes.end(), [](const auto& process) {
        return process->used_memory();
    });
    if (!any_buffer && view.complete()) {
        spdlog::warn("no allocation was seen");
    }
}

}  // namespace

Result<int> run_record(const Options& options) {
    if (Status usable = check_output(options); !usable) {
        return tl::make_unexpected(usable.error());
    }
    Pipeline pipeline;
    pipeline.hold_for_recording();
    Result<std::unique_ptr<LiveRunner>> started = LiveRunner::start(options, pipeline);
    if (!started) {
        return tl::make_unexpected(started.error());
    }
    LiveRunner& runner = **started;
    LiveSession& session = runner.session();
    Result<std::unique_ptr<RecordingWriter>> created =
        RecordingWriter::create(options.output, session.info(), recording_options(options));
    if (!created) {
        return tl::make_unexpected(created.error());
    }
    RecordingWriter& writer = **created;
    pipeline.record_to(writer);
    writer.take_checkpoints([&pipeline] { return TrackerCheckpoint::encode(pipeline.tracker()); });
    if (Status taken = runner.take_marks(options.output); !taken) {
        spdlog::warn("marks cannot be taken: {}; {}", printable(taken.error().message), taken.error().hint);
    }
    std::size_t said_modules = say_modules(session.info(), 0);
    say_attached(options, session.info());

    std::uint64_t written_info = session.info_version();
    bool said_what_was_live = false;
    bool said_limit = false;
    const Status run = runner.run(kFlushPeriod, kFlushPeriod, [&]() -> Status {
        if (std::exchange(written_info, session.info_version()) != session.info_version()) {
            said_modules = say_modules(session.info(), said_modules);
            if (Status updated = writer.update_session(session.info()); !updated) {
                return updated;
            }
        }
        if (!said_what_was_live && session.snapshot_done()) {
            said_what_was_live = true;
            say_what_was_live(pipeline.view());
        }
        const Status flushed = writer.flush();
        if (!said_limit && writer.parts_removed() > 0) {
            said_limit = true;
            say_parts(options, writer);
        }
        return flushed;
    });
    const Totals totals = totals_of(runner);
    const Status finished = writer.finish(totals);
    if (!run && run.error().code == ErrorCode::Usage) {
        std::remove(options.output.c_str());  // the command cannot be executed: a recording of nothing, created just now
        return tl::make_unexpected(run.error());
    }
    say_result(options, writer, totals, pipeline.view());
    if (options.stacks.any()) {
        say_stacks(pipeline.view().stacks, session.losses().stacks);
    }
    for (const Status& status : {run, finished}) {
        if (!status) {
            return tl::make_unexpected(status.error());
        }
    }
    if (options.strict && (!nothing_unknown(pipeline.view(), session.info()) || session.unreadable_processes() > 0)) {
        return static_cast<int>(ExitCode::Incomplete);
    }
    return runner.exit_status();
}

}  // namespace tt::alloc_trace
