// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/torch_snapshot.hpp"

#include <fmt/format.h>

#include "export/labels.hpp"
#include "origin/call_site.hpp"

namespace tt::alloc_trace {

void TorchSnapshotWriter::write(const ReplayedStream& stream) {
    stacks_ = &stream.tracker.stacks;
    tree_.begin_map();
    write_about(stream);
    tree_.key("segments");
    tree_.begin_list();
    for (std::uint32_t i = 0; i < snapshot_.spaces.size(); ++i) {
        write_segment(i);
    }
    tree_.end_list();
    std::vector<std::vector<const TorchEntry*>> by_space(snapshot_.spaces.size());
    for (const TorchEntry& entry : snapshot_.entries) {
        by_space[entry.space].push_back(&entry);
    }
    tree_.key("device_traces");
    tree_.begin_list();
    for (std::uint32_t i = 0; i < snapshot_.spaces.size(); ++i) {
        write_trace(by_space[i], snapshot_.spaces[i]);
    }
    tree_.end_list();
    tree_.key("allocator_settings");
    tree_.begin_map();
    tree_.end_map();
    tree_.end_map();
    tree_.finish();
}

// A key of our own, which PyTorch's tools pass over.
void TorchSnapshotWriter::write_about(const ReplayedStream& stream) {
    tree_.key("tt_alloc_trace");
    tree_.begin_map();
    tree_.entry("tool_version", std::string_view(stream.session.tool_version));
    tree_.entry("host", std::string_view(stream.session.host));
    tree_.entry("target", std::string_view(stream.session.target));
    tree_.entry("complete", stream.complete);
    tree_.entry("lost_events", stream.tracker.lost.total());
    const std::string doubts = stream.complete ? std::string() : incomplete_words(stream);
    tree_.entry("doubts", std::string_view(doubts));
    tree_.entry("failed_allocations_left_out", snapshot_.failures_left_out);
    tree_.entry("events_left_out", snapshot_.dropped);
    tree_.key("devices");
    tree_.begin_list();
    for (const TorchSpace& space : snapshot_.spaces) {
        const std::string name = fmt::format("{} of {}", space.name(), space.process);
        tree_.value(std::string_view(name));
    }
    tree_.end_list();
    tree_.end_map();
}

// One segment per space, from its first to its last address; its blocks cover it without a gap.
void TorchSnapshotWriter::write_segment(std::uint32_t number) {
    TorchSpace& space = snapshot_.spaces[number];
    if (space.end == 0) {
        return;
    }
    std::sort(space.live.begin(), space.live.end(), [](const TorchBlock& a, const TorchBlock& b) { return a.address < b.address; });
    std::uint64_t held = 0;
    for (std::size_t i = 0; i < space.live.size(); ++i) {
        // A size that stands for an unknown footprint may reach into the next block.
        const std::uint64_t next = i + 1 < space.live.size() ? space.live[i + 1].address : space.end;
        space.live[i].bytes = std::min(space.live[i].bytes, next - space.live[i].address);
        held += space.live[i].bytes;
    }
    tree_.begin_map();
    tree_.entry("device", std::uint64_t{number});
    tree_.entry("address", space.first);
    tree_.entry("total_size", space.end - space.first);
    tree_.entry("allocated_size", held);
    tree_.entry("active_size", held);
    tree_.entry("requested_size", held);
    tree_.entry("stream", std::uint64_t{0});
    tree_.entry("segment_type", std::string_view("large"));
    tree_.key("frames");
    write_frames(nullptr, 0, 0);
    tree_.key("blocks");
    tree_.begin_list();
    std::uint64_t at = space.first;
    for (const TorchBlock& block : space.live) {
        if (block.address > at) {
            write_block(at, block.address - at, nullptr, space);
        }
        if (block.bytes > 0) {
            write_block(block.address, block.bytes, &block, space);
        }
        at = block.address + block.bytes;
    }
    if (at < space.end) {
        write_block(at, space.end - at, nullptr, space);
    }
    tree_.end_list();
    tree_.end_map();
}

void TorchSnapshotWriter::write_block(std::uint64_t address, std::uint64_t bytes, const TorchBlock* held, const TorchSpace& space) {
    tree_.begin_map();
    tree_.entry("address", address);
    tree_.entry("size", bytes);
    tree_.entry("requested_size", held == nullptr ? std::uint64_t{0} : bytes);
    tree_.entry("state", std::string_view(held == nullptr ? "inactive" : "active_allocated"));
    if (held != nullptr) {
        tree_.entry("category", held->category);
    }
    tree_.key("frames");
    write_frames(held == nullptr ? nullptr : &space, held == nullptr ? 0 : held->tid, held == nullptr ? 0 : held->stack);
    tree_.end_map();
    flush_();
}

// PyTorch tells a request to free from its completion, and its viewer joins the two.
void TorchSnapshotWriter::write_trace(const std::vector<const TorchEntry*>& entries, const TorchSpace& space) {
    tree_.begin_list();
    for (const TorchEntry* entry : entries) {
        switch (entry->action) {
            case TorchAction::Alloc:
                write_entry(*entry, "alloc", true, space);
                break;
            case TorchAction::Free:
                write_entry(*entry, "free_requested", true, space);
                write_entry(*entry, "free_completed", false, space);
                break;
            case TorchAction::OutOfMemory:
                write_entry(*entry, "oom", true, space);
                break;
        }
        flush_();
    }
    write_end_of_trace();
    tree_.end_list();
}

// PyTorch ends a trace like this. Its viewer wants one entry of the category "unknown" if there are categories.
void TorchSnapshotWriter::write_end_of_trace() {
    tree_.begin_map();
    tree_.entry("action", std::string_view("snapshot"));
    tree_.entry("addr", std::uint64_t{0});
    tree_.entry("size", std::uint64_t{0});
    tree_.entry("stream", std::uint64_t{0});
    tree_.entry("time_us", snapshot_.end_t_ns / 1000);
    tree_.entry("category", std::string_view("unknown"));
    tree_.key("frames");
    write_frames(nullptr, 0, 0);
    tree_.end_map();
}

void TorchSnapshotWriter::write_entry(const TorchEntry& entry, std::string_view action, bool with_frame, const TorchSpace& space) {
    tree_.begin_map();
    tree_.entry("action", action);
    tree_.entry(entry.action == TorchAction::OutOfMemory ? "device_free" : "addr", entry.address);
    tree_.entry("size", entry.bytes);
    tree_.entry("stream", std::uint64_t{0});
    tree_.entry("time_us", entry.t_ns / 1000);
    if (!entry.category.empty()) {
        tree_.entry("category", entry.category);
    }
    tree_.key("frames");
    write_frames(with_frame ? &space : nullptr, entry.tid, entry.stack);
    tree_.end_map();
}

// The calls, innermost first, and at last what is known without them: the viewer shows each as "FILENAME:LINE:NAME".
void TorchSnapshotWriter::write_frames(const TorchSpace* space, std::uint32_t tid, std::uint32_t stack) {
    tree_.begin_list();
    if (space != nullptr) {
        if (const StackSeen* calls = stacks_->find(stack)) {
            for (const std::uint32_t number : calls->frames) {
                const FrameSeen& frame = stacks_->frame(number);
                write_frame(clean_text(frame.file), frame.line, clean_text(function_text(frame)));
            }
        }
        write_frame(space->process + " thread", tid, space->name());
    }
    tree_.end_list();
}

void TorchSnapshotWriter::write_frame(std::string_view filename, std::uint64_t line, std::string_view name) {
    tree_.begin_map();
    tree_.entry("filename", filename);
    tree_.entry("line", line);
    tree_.entry("name", name);
    tree_.end_map();
}

}  // namespace tt::alloc_trace
