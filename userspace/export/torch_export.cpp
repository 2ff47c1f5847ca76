// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A memory snapshot as PyTorch writes it: what each address space holds at the end (segments), and what happened in it before
// (device_traces). A "device" is one address space: the buffers of one type of one allocator, as addresses and sizes within one bank.
#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "export/formats.hpp"
#include "export/labels.hpp"
#include "export/stream_state.hpp"
#include "export/tree_writer.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxEventsByDefault = 500'000;  // more than a browser likes
constexpr std::size_t kMaxSpaces = 4096;

enum class Action : std::uint8_t { Alloc, Free, OutOfMemory };

struct Entry {
    std::uint64_t t_ns = 0;
    std::uint64_t address = 0;  // OutOfMemory: bytes that were free
    std::uint64_t bytes = 0;    // of one bank
    std::uint32_t space = 0;
    std::uint32_t tid = 0;
    Action action = Action::Alloc;
};

struct Block {
    std::uint64_t address = 0;
    std::uint64_t bytes = 0;
    std::uint32_t tid = 0;
};

struct Space {
    std::string name;     // "mesh 0 (chips 0-7) DRAM, one bank of 12"
    std::string process;
    std::uint64_t first = ~std::uint64_t{0};  // of what can be allocated, or was
    std::uint64_t end = 0;
    std::vector<Block> live;  // at the end

    void cover(std::uint64_t address, std::uint64_t bytes) {
        const std::uint64_t reach = std::min(std::max<std::uint64_t>(bytes, 1), ~address);  // never past the last address
        first = std::min(first, address);
        end = std::max(end, address + reach);
    }
};

class TorchExport final : public TextExporter {
public:
    TorchExport(const ExportOptions& options, const ExportTarget& target, bool pickle)
        : TextExporter(*target.text), options_(options), max_events_(options.max_rows == 0 ? kMaxEventsByDefault : options.max_rows) {
        if (pickle) {
            tree_ = std::make_unique<PickleTreeWriter>(text());
        } else {
            tree_ = std::make_unique<JsonTreeWriter>(text());
        }
    }

    void begin(const TrackerView& view) override { state_.begin(view); }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        add(process, key, buffer, Action::Alloc);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind) override {
        add(process, key, buffer, Action::Free);
    }
    void observe(const Event& event, const Applied&) override {
        if (const auto* failed = std::get_if<AllocationFailed>(&event); failed != nullptr && state_.passes(options_, event)) {
            add_failure(*failed);
        }
    }
    void end(const TrackerView& view) override {
        for (const auto& process : view.processes) {
            for (const auto& [key, buffer] : process->live.buffers()) {
                Space* space = space_of(*process, key, buffer.size);
                if (space != nullptr) {
                    space->live.push_back({key.address, bytes_of(*process, key, buffer), buffer.tid});
                    cover(*space, *process, key, space->live.back().bytes);
                }
            }
        }
    }
    [[nodiscard]] std::vector<std::string> notes() const override {
        std::vector<std::string> notes;
        if (dropped_ > 0) {
            notes.push_back(fmt::format(
                "the latest {} events only, {} older ones left out: see --max-rows", human_count(max_events_), human_count(dropped_)
            ));
        }
        if (by_size_ > 0) {
            notes.push_back(fmt::format("{} shown by size, as the footprint is not known", counted(by_size_, "event")));
        }
        if (!all_spaces_) {
            notes.push_back(fmt::format("only the first {} address spaces are shown", human_count(kMaxSpaces)));
        }
        return notes;
    }

private:
    Space* space_of(const ProcessState& process, const AllocationKey& key, std::uint64_t size) {
        const Owner& owner = process.owner_of(key);
        if (!options_.passes(process, key, size)) {
            return nullptr;
        }
        const auto where = std::make_tuple(process.number, key.allocator, key.generation, key.type);
        const auto known = numbers_.find(where);
        if (known == numbers_.end() && spaces_.size() >= kMaxSpaces) {
            all_spaces_ = false;
            return nullptr;
        }
        if (known != numbers_.end()) {
            return &spaces_[known->second];
        }
        numbers_[where] = static_cast<std::uint32_t>(spaces_.size());
        Space& space = spaces_.emplace_back();
        const Region* region = process.allocators[key.allocator].region(key.type);
        space.name = fmt::format(
            "{} {}, {}", to_string(owner), to_string(key.type), region == nullptr ? "bytes" : fmt::format("bytes of one bank of {}", region->banks)
        );
        space.process = process_name(process);
        return &space;
    }
    static void cover(Space& space, const ProcessState& process, const AllocationKey& key, std::uint64_t bytes) {
        space.cover(key.address, bytes);
        if (const Region* region = process.allocators[key.allocator].region(key.type)) {
            space.cover(region->base, region->bytes);
        }
    }
    std::uint64_t bytes_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
        const auto footprint = bank_footprint_of(process, key, buffer);
        by_size_ += footprint ? 0 : 1;
        return footprint.value_or(buffer.size);
    }
    void add(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, Action action) {
        Space* space = space_of(process, key, buffer.size);
        if (space == nullptr) {
            return;
        }
        const std::uint64_t bytes = bytes_of(process, key, buffer);
        cover(*space, process, key, bytes);
        push({process.last_t_ns, key.address, bytes, static_cast<std::uint32_t>(space - spaces_.data()), buffer.tid, action});
    }
    // Where the message tells what was free; PyTorch's own entry has it, too.
    void add_failure(const AllocationFailed& failed) {
        const ProcessState* process = state_.process(failed.header.pid);
        if (process == nullptr || !process->failures.latest) {
            return;
        }
        const AllocationFailure& failure = *process->failures.latest;
        const auto allocator = process->allocator_index.find(failed.buffer.allocator);
        if (allocator == process->allocator_index.end() || !failure.needed || !failure.reported.free) {
            return;
        }
        const AllocationKey key{0, allocator->second, failed.buffer.type, 0, process->allocators[allocator->second].generation};
        if (Space* space = space_of(*process, key, failed.buffer.size)) {
            const auto number = static_cast<std::uint32_t>(space - spaces_.data());
            push({failed.header.t_ns, *failure.reported.free, *failure.needed, number, failed.header.tid, Action::OutOfMemory});
        }
    }
    void push(const Entry& entry) {
        if (entries_.size() >= max_events_) {
            entries_.pop_front();
            ++dropped_;
        }
        entries_.push_back(entry);
    }

    void write_end(const ReplayedStream& stream) override;
    void write_about(const ReplayedStream& stream);
    void write_segment(std::uint32_t number);
    void write_block(std::uint64_t address, std::uint64_t bytes, const Block* held, const Space& space);
    void write_trace(const std::vector<const Entry*>& entries, const Space& space);
    void write_entry(const Entry& entry, std::string_view action, bool with_frame, const Space& space);
    void write_frames(const Space* space, std::uint32_t tid);

    const ExportOptions options_;
    const std::uint64_t max_events_;
    std::unique_ptr<TreeWriter> tree_;
    StreamState state_;
    std::map<std::tuple<std::uint32_t, std::uint32_t, std::uint16_t, BufferType>, std::uint32_t> numbers_;
    std::vector<Space> spaces_;
    std::deque<Entry> entries_;
    std::uint64_t dropped_ = 0;
    std::uint64_t by_size_ = 0;
    bool all_spaces_ = true;
};

void TorchExport::write_end(const ReplayedStream& stream) {
    tree_->begin_map();
    write_about(stream);
    tree_->key("segments");
    tree_->begin_list();
    for (std::uint32_t i = 0; i < spaces_.size(); ++i) {
        write_segment(i);
    }
    tree_->end_list();
    std::vector<std::vector<const Entry*>> by_space(spaces_.size());
    for (const Entry& entry : entries_) {
        by_space[entry.space].push_back(&entry);
    }
    tree_->key("device_traces");
    tree_->begin_list();
    for (std::uint32_t i = 0; i < spaces_.size(); ++i) {
        write_trace(by_space[i], spaces_[i]);
    }
    tree_->end_list();
    tree_->key("allocator_settings");
    tree_->begin_map();
    tree_->end_map();
    tree_->end_map();
    tree_->finish();
}

// A key of our own, which PyTorch's tools pass over.
void TorchExport::write_about(const ReplayedStream& stream) {
    tree_->key("tt_alloc_trace");
    tree_->begin_map();
    tree_->entry("tool_version", std::string_view(stream.session.tool_version));
    tree_->entry("host", std::string_view(stream.session.host));
    tree_->entry("target", std::string_view(stream.session.target));
    tree_->entry("complete", stream.complete);
    tree_->entry("lost_events", stream.tracker.lost.total());
    tree_->entry("doubts", std::string_view(doubt_text(stream.tracker.doubts())));
    tree_->entry("events_left_out", dropped_);
    tree_->key("devices");
    tree_->begin_list();
    for (const Space& space : spaces_) {
        const std::string name = fmt::format("{} of {}", space.name, space.process);
        tree_->value(std::string_view(name));
    }
    tree_->end_list();
    tree_->end_map();
}

// One segment per space, from its first to its last address; its blocks cover it without a gap.
void TorchExport::write_segment(std::uint32_t number) {
    Space& space = spaces_[number];
    if (space.end == 0) {
        return;
    }
    std::sort(space.live.begin(), space.live.end(), [](const Block& a, const Block& b) { return a.address < b.address; });
    std::uint64_t held = 0;
    for (std::size_t i = 0; i < space.live.size(); ++i) {
        // A size that stands for an unknown footprint may reach into the next block.
        const std::uint64_t next = i + 1 < space.live.size() ? space.live[i + 1].address : space.end;
        space.live[i].bytes = std::min(space.live[i].bytes, next - space.live[i].address);
        held += space.live[i].bytes;
    }
    tree_->begin_map();
    tree_->entry("device", std::uint64_t{number});
    tree_->entry("address", space.first);
    tree_->entry("total_size", space.end - space.first);
    tree_->entry("allocated_size", held);
    tree_->entry("active_size", held);
    tree_->entry("requested_size", held);
    tree_->entry("stream", std::uint64_t{0});
    tree_->entry("segment_type", std::string_view("large"));
    tree_->key("frames");
    write_frames(nullptr, 0);
    tree_->key("blocks");
    tree_->begin_list();
    std::uint64_t at = space.first;
    for (const Block& block : space.live) {
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
    tree_->end_list();
    tree_->end_map();
}

void TorchExport::write_block(std::uint64_t address, std::uint64_t bytes, const Block* held, const Space& space) {
    tree_->begin_map();
    tree_->entry("address", address);
    tree_->entry("size", bytes);
    tree_->entry("requested_size", held == nullptr ? std::uint64_t{0} : bytes);
    tree_->entry("state", std::string_view(held == nullptr ? "inactive" : "active_allocated"));
    tree_->key("frames");
    write_frames(held == nullptr ? nullptr : &space, held == nullptr ? 0 : held->tid);
    tree_->end_map();
    flush_if_large();
}

// PyTorch tells a request to free from its completion, and its viewer joins the two.
void TorchExport::write_trace(const std::vector<const Entry*>& entries, const Space& space) {
    tree_->begin_list();
    for (const Entry* entry : entries) {
        switch (entry->action) {
            case Action::Alloc:
                write_entry(*entry, "alloc", true, space);
                break;
            case Action::Free:
                write_entry(*entry, "free_requested", true, space);
                write_entry(*entry, "free_completed", false, space);
                break;
            case Action::OutOfMemory:
                write_entry(*entry, "oom", true, space);
                break;
        }
        flush_if_large();
    }
    tree_->end_list();
}

void TorchExport::write_entry(const Entry& entry, std::string_view action, bool with_frame, const Space& space) {
    tree_->begin_map();
    tree_->entry("action", action);
    tree_->entry(entry.action == Action::OutOfMemory ? "device_free" : "addr", entry.address);
    tree_->entry("size", entry.bytes);
    tree_->entry("stream", std::uint64_t{0});
    tree_->entry("time_us", entry.t_ns / 1000);
    tree_->key("frames");
    write_frames(with_frame ? &space : nullptr, entry.tid);
    tree_->end_map();
}

// Recordings have no stacks: one frame says what is known, and the viewer shows it as "FILENAME:LINE:NAME".
void TorchExport::write_frames(const Space* space, std::uint32_t tid) {
    tree_->begin_list();
    if (space != nullptr) {
        tree_->begin_map();
        const std::string filename = space->process + " thread";
        tree_->entry("filename", std::string_view(filename));
        tree_->entry("line", std::uint64_t{tid});
        tree_->entry("name", std::string_view(space->name));
        tree_->end_map();
    }
    tree_->end_list();
}

}  // namespace

std::unique_ptr<Exporter> make_torch_json_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<TorchExport>(options, target, false);
}

std::unique_ptr<Exporter> make_torch_pickle_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<TorchExport>(options, target, true);
}

}  // namespace tt::alloc_trace
