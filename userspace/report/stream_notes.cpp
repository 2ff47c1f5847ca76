// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/stream_notes.hpp"

#include <fmt/format.h>

#include <utility>

#include "report/process_health.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kFailuresShown = 3;

void append(std::vector<Note>& notes, std::vector<Note> more) {
    for (Note& note : more) {
        notes.push_back(std::move(note));
    }
}

}  // namespace

std::vector<Note> stream_notes(const ReplayedStream& stream) {
    std::vector<Note> notes;
    if (!stream.warning.empty()) {
        notes.push_back({stream.warning, Ink::Bad});
    }
    append(notes, doubt_notes(stream.tracker.doubts()));
    std::size_t without_memory = 0;
    for (const auto& process : stream.tracker.processes) {
        if (!worth_naming(*process)) {
            ++without_memory;
            continue;
        }
        const std::string ended = ended_text(process->end == ProcessState::End::Exited, process->exit_status);
        const std::string command = process->command.empty() ? "(command not known)" : process->command;
        notes.push_back({fmt::format("pid {}{}  {}", process->pid, ended, command), Ink::Strong});
        const ProcessHealth health = process_health(*process, stream.session, kFailuresShown);
        append(notes, health_notes(health, stream.session.attached_monotonic_ns));
    }
    if (without_memory > 0) {
        notes.push_back({ended_without_memory(without_memory), Ink::Dim});
    }
    if (stream.tracker.folded.count > 0) {
        notes.push_back({fmt::format("{} ended before these", counted(stream.tracker.folded.count, "more process")), Ink::Dim});
    }
    if (stream.tracker.events == 0) {
        notes.push_back(
            {"nothing was seen: the target was idle, used no device, or the probes never fired", Ink::Warning}
        );
    }
    return notes;
}

}  // namespace tt::alloc_trace
