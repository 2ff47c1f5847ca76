// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A memory snapshot as PyTorch writes it: what each address space holds at the end (segments), and what happened in it before
// (device_traces). A "device" is one address space: the buffers of one type of one allocator, as addresses and sizes within one bank.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <vector>

#include "export/bank_bytes.hpp"
#include "export/formats.hpp"
#include "export/labels.hpp"
#include "export/life_map.hpp"
#include "export/stream_state.hpp"
#include "export/torch_snapshot.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::uint64_t kMaxEventsByDefault = 500'000;  // more than a browser likes
constexpr std::size_t kMaxSpaces = 4096;

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
        add(process, key, buffer, TorchAction::Alloc);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind) override {
        add(process, key, buffer, TorchAction::Free);
    }
    void observe(const Event& event, const Applied&) override {
        if (const auto* failed = std::get_if<AllocationFailed>(&event); failed != nullptr && state_.passes(options_, event)) {
            add_failure(*failed);
        }
    }
    void end(const TrackerView& view) override {
        snapshot_.end_t_ns = view.last_t_ns;
        for_each_live(view, [this](const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
            if (TorchSpace* space = space_of(process, key, buffer.size)) {
                learn_late(process, key, buffer);
                space->live.push_back({key.address, shown_bank_bytes(process, key, buffer), buffer.tid, static_cast<std::uint32_t>(buffer.stack), size_class(buffer.size)});
                cover_region(*space, process, key);
                space->cover(key.address, space->live.back().bytes);
            }
        });
        for (const TorchEntry& entry : snapshot_.entries) {
            if (entry.action != TorchAction::OutOfMemory) {
                snapshot_.spaces[entry.space].cover(entry.address, entry.bytes);
            }
        }
    }
    [[nodiscard]] std::vector<std::string> notes() const override {
        std::vector<std::string> notes;
        if (snapshot_.dropped > 0) {
            notes.push_back(fmt::format(
                "the latest {} events only, {} older ones left out: see --max-rows", human_count(max_events_), human_count(snapshot_.dropped)
            ));
        }
        if (const std::uint64_t count = snapshot_.by_size(); count > 0) {
            notes.push_back(fmt::format("{} shown by size, as the footprint is not known", counted(count, "event")));
        }
        if (snapshot_.failures_left_out > 0) {
            notes.push_back(fmt::format(
                "{} left out: what was asked for of a bank, or what was free, is not known", counted(snapshot_.failures_left_out, "failed allocation")
            ));
        }
        if (!all_spaces_) {
            notes.push_back(fmt::format("only the first {} address spaces are shown", human_count(kMaxSpaces)));
        }
        return notes;
    }

private:
    using Where = std::tuple<std::uint32_t, std::uint32_t, std::uint16_t, BufferType>;  // process, allocator, its generation

    TorchSpace* space_of(const ProcessState& process, const AllocationKey& key, std::uint64_t size) {
        const Owner& owner = process.owner_of(key);
        if (!options_.passes(process, key, size)) {
            return nullptr;
        }
        const Where where{process.number, key.allocator, key.generation, key.type};
        const auto known = numbers_.find(where);
        if (known == numbers_.end() && snapshot_.spaces.size() >= kMaxSpaces) {
            all_spaces_ = false;
            return nullptr;
        }
        if (known != numbers_.end()) {
            return &snapshot_.spaces[known->second];
        }
        return &new_space(where, process, to_string(owner), key.type);
    }
    TorchSpace& new_space(const Where& where, const ProcessState& process, const std::string& owner, BufferType type) {
        numbers_[where] = static_cast<std::uint32_t>(snapshot_.spaces.size());
        TorchSpace& space = snapshot_.spaces.emplace_back();
        space.owner = owner;
        space.type = type;
        space.process = process_name(process);
        return space;
    }
    static void cover_region(TorchSpace& space, const ProcessState& process, const AllocationKey& key) {
        if (const Region* region = process.allocators[key.allocator].region(key.type)) {
            space.cover(region->base, region->bytes);
            space.banks = region->banks;
        }
    }
    void add(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, TorchAction action) {
        TorchSpace* space = space_of(process, key, buffer.size);
        if (space == nullptr) {
            return;
        }
        if (action == TorchAction::Free) {
            learn_late(process, key, buffer);
        } else if (!bank_footprint_of(process, key, buffer)) {
            begun_by_size_[{process.number, key}] = snapshot_.dropped + snapshot_.entries.size();
        }
        const std::uint64_t bytes = shown_bank_bytes(process, key, buffer);
        cover_region(*space, process, key);
        const auto number = static_cast<std::uint32_t>(space - snapshot_.spaces.data());
        push({
            process.last_t_ns, key.address, bytes, size_class(buffer.size), number, buffer.tid, static_cast<std::uint32_t>(buffer.stack), action,
            !bank_footprint_of(process, key, buffer),
        });
    }
    // What a buffer takes of a bank may come to be known behind its first event: both ends of its life are to be alike.
    void learn_late(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
        const auto begun = begun_by_size_.find({process.number, key});
        if (begun == begun_by_size_.end()) {
            return;
        }
        if (begun->second >= snapshot_.dropped) {
            TorchEntry& entry = snapshot_.entries[begun->second - snapshot_.dropped];
            entry.bytes = shown_bank_bytes(process, key, buffer);
            entry.by_size = !bank_footprint_of(process, key, buffer);
        }
        begun_by_size_.erase(begun);
    }
    // Where what was free is known, by the message or by our own count; PyTorch's own entry has it, too.
    void add_failure(const AllocationFailed& failed) {
        const ProcessState* process = state_.process(failed.header.pid);
        if (process == nullptr || !process->failures.latest) {
            return;
        }
        const AllocationFailure& failure = *process->failures.latest;
        const std::optional<std::uint64_t> free =
            failure.reported.free || !failure.tracked.use ? failure.reported.free : std::optional(failure.tracked.use->free);
        TorchSpace* space = failure.needed && free ? space_of(*process, failure) : nullptr;
        if (space == nullptr) {
            ++snapshot_.failures_left_out;
            return;
        }
        push({failed.header.t_ns, *free, *failure.needed, {}, static_cast<std::uint32_t>(space - snapshot_.spaces.data()), failed.header.tid,
              failed.header.stack, TorchAction::OutOfMemory, false});
    }
    // Of the allocator that refused; of those of nobody knows which, one of their own.
    TorchSpace* space_of(const ProcessState& process, const AllocationFailure& failure) {
        const BufferFields& buffer = failure.event.buffer;
        if (failure.allocator) {
            const AllocationKey key{0, *failure.allocator, buffer.type, 0, process.allocators[*failure.allocator].generation};
            TorchSpace* space = space_of(process, key, buffer.size);
            if (space != nullptr) {
                cover_region(*space, process, key);
            }
            return space;
        }
        const Where where{process.number, ~std::uint32_t{0}, std::uint16_t{0}, buffer.type};
        if (const auto known = numbers_.find(where); known != numbers_.end()) {
            return &snapshot_.spaces[known->second];
        }
        return &new_space(where, process, "unknown owner", buffer.type);
    }
    void push(const TorchEntry& entry) {
        if (snapshot_.entries.size() >= max_events_) {
            snapshot_.entries.pop_front();
            ++snapshot_.dropped;
        }
        snapshot_.entries.push_back(entry);
    }

    void write_end(const ReplayedStream& stream) override {
        TorchSnapshotWriter(snapshot_, *tree_, [this] { flush_if_large(); }).write(stream);
    }

    const ExportOptions options_;
    const std::uint64_t max_events_;
    std::unique_ptr<TreeWriter> tree_;
    StreamState state_;
    TorchSnapshot snapshot_;
    std::map<Where, std::uint32_t> numbers_;
    LifeMap<std::uint64_t> begun_by_size_;  // numbers of their entries, of all that ever were
    bool all_spaces_ = true;
};

}  // namespace

std::unique_ptr<Exporter> make_torch_json_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<TorchExport>(options, target, false);
}

std::unique_ptr<Exporter> make_torch_pickle_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<TorchExport>(options, target, true);
}

}  // namespace tt::alloc_trace
