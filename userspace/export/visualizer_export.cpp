// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The database that ttnn-visualizer opens. It shows what is live at each operation; a recording has none, so moments of the stream
// stand for them: every so many events, or at program launches. The last one is the end of the window.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "export/formats.hpp"
#include "export/labels.hpp"
#include "export/life_map.hpp"
#include "export/stream_state.hpp"
#include "export/visualizer_tables.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kOperationsByDefault = 128;  // with neither a count nor launches asked for: half as many at least
constexpr std::size_t kMaxOperations = std::size_t{1} << 17U;
constexpr std::uint64_t kMaxRowsByDefault = 2'000'000;
constexpr std::size_t kMaxErrors = 1000;           // the first ones
constexpr std::int64_t kFirstSubstituteId = 1000;  // for owners whose own id is taken or not known

// Since the beginning of the window.
struct Counts {
    std::uint64_t events = 0;
    std::uint64_t launches = 0;
    std::uint64_t allocs = 0;
    std::uint64_t ends = 0;
};

struct Moment {
    std::uint64_t number = 0;  // of all moments that were due, from 1: the operation it is until gaps are closed
    std::uint64_t t_ns = 0;
    Counts counts;
    std::uint64_t buffers = 0;
};

struct ErrorSeen {
    std::uint64_t event = 0;  // number
    std::uint64_t t_ns = 0;
    std::string_view type;
    std::string message;
};

struct Device {
    VisualizerDevice row;
    std::string label;
};

// A device id per owner. A mesh has its own id, as in reports of ttnn; chips and meshes count apart, so that a second owner of the
// same number gets another one.
class DeviceIds {
public:
    Device& of(const ProcessState& process, const Owner& owner) {
        const auto [entry, added] = numbers_.try_emplace({process.number, {owner.kind, owner.id}}, 0);
        if (added) {
            const bool own = owner.id >= 0 && owner.id < kFirstSubstituteId && !devices_.contains(owner.id);
            entry->second = own ? owner.id : kFirstSubstituteId + static_cast<std::int64_t>(numbers_.size());
            Device& device = devices_[entry->second];
            device.row.id = entry->second;
        }
        Device& device = devices_.at(entry->second);
        if (device.label.empty() || !owner.chips.empty()) {
            device.label = fmt::format("{} of {}", to_string(owner), process_name(process));
        }
        return device;
    }
    [[nodiscard]] const std::map<std::int64_t, Device>& devices() const { return devices_; }

private:
    std::map<std::pair<std::uint32_t, Place>, std::int64_t> numbers_;
    std::map<std::int64_t, Device> devices_;
};

void learn_l1(VisualizerDevice& device, const Allocator& allocator) {
    const Region* l1 = allocator.region(BufferType::L1);
    if (l1 != nullptr && static_cast<std::int64_t>(l1->bytes) > device.l1_bank_bytes) {
        device.l1_banks = l1->banks;
        device.l1_base = static_cast<std::int64_t>(l1->base);
        device.l1_bank_bytes = static_cast<std::int64_t>(l1->bytes);
    }
    for (const BufferType type : {BufferType::L1, BufferType::L1Small}) {
        if (const Region* region = allocator.region(type)) {
            device.l1_end = std::max(device.l1_end, static_cast<std::int64_t>(region->base + region->bytes));
        }
    }
}

class VisualizerExport final : public Exporter {
public:
    VisualizerExport(const ExportOptions& options, const ExportTarget& target)
        : options_(options),
          tables_(target.path, target.shown_path),
          every_(std::max<std::uint64_t>(options.every, 1)),
          max_rows_(options.max_rows == 0 ? kMaxRowsByDefault : options.max_rows) {}

    [[nodiscard]] const Status& status() const override { return tables_.status(); }

    void begin(const TrackerView& view) override {
        processes_ = &view.processes;
        state_.begin(view);
        begin_t_ns_ = view.last_t_ns;
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        now_.allocs += passes(process, key, buffer) ? 1 : 0;
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind) override {
        now_.ends += passes(process, key, buffer) ? 1 : 0;
    }
    void observe(const Event& event, const Applied&) override {
        t_ns_ = std::max(t_ns_, header_of(event).t_ns);
        begin_t_ns_ = begin_t_ns_ == 0 ? t_ns_ : begin_t_ns_;
        ++now_.events;
        const bool launch = std::holds_alternative<ProgramLaunched>(event) && state_.passes(options_, event);
        now_.launches += launch ? 1 : 0;
        take_error(event);
        const bool due = options_.every_launch ? launch : now_.events % every_ == 0;
        if (due && moments_seen_++ % keep_ == 0) {
            take_moment(moments_seen_);
        }
    }
    void end(const TrackerView& view) override {
        t_ns_ = std::max(t_ns_, view.last_t_ns);
        if (moments_.empty() || moments_.back().counts.events != now_.events) {
            make_room(kMaxOperations);
            add_moment(moments_seen_ + 1);
        }
    }
    [[nodiscard]] Status finish(const ReplayedStream& stream) override;
    [[nodiscard]] std::vector<std::string> notes() const override;

private:
    [[nodiscard]] bool passes(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) const {
        return options_.passes(process, key, buffer.size);
    }
    void take_error(const Event& event) {
        if (errors_.size() >= kMaxErrors || !state_.passes(options_, event)) {
            return;
        }
        if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
            errors_.push_back({now_.events, failed->header.t_ns, "allocation failed", failed->message});
        } else if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
            errors_.push_back({now_.events, clash->header.t_ns, "no place for the buffers of a program", clash->message});
        } else if (const auto* refused = std::get_if<RequestRefused>(&event)) {
            errors_.push_back({now_.events, refused->header.t_ns, "refused", refused->message});
        }
    }
    void take_moment(std::uint64_t number) {
        make_room(by_default() ? kOperationsByDefault : kMaxOperations);
        if ((number - 1) % keep_ == 0) {
            add_moment(number);
        }
    }
    [[nodiscard]] bool by_default() const { return options_.every == 0 && !options_.every_launch; }
    // Drops every other moment as long as there are too many.
    void make_room(std::size_t most_moments);
    void add_moment(std::uint64_t number);
    void add_buffer(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint64_t number);
    void write_operation(std::size_t index, const ReplayedStream& stream);
    void write_errors(const SessionInfo& session);
    [[nodiscard]] std::string operation_name(std::size_t index) const;

    const ExportOptions options_;
    VisualizerTables tables_;
    const std::uint64_t every_;
    const std::uint64_t max_rows_;
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
    StreamState state_;
    DeviceIds ids_;
    std::vector<Moment> moments_;
    std::vector<ErrorSeen> errors_;
    Counts now_;
    std::uint64_t begin_t_ns_ = 0;
    std::uint64_t t_ns_ = 0;
    std::uint64_t moments_seen_ = 0;
    std::uint64_t keep_ = 1;      // of the moments seen, each so many-th
    std::uint64_t rows_ = 0;      // of buffers
    std::uint64_t left_out_ = 0;  // of the last moment, for want of rows: it is the only one then
    std::uint64_t by_size_ = 0;   // buffers of the last moment whose footprint is not known
    bool rows_were_short_ = false;
};

void VisualizerExport::make_room(std::size_t most_moments) {
    std::uint64_t live = 0;
    for (const auto& process : *processes_) {
        live += process->live.buffers().size();
    }
    while (!moments_.empty() && (moments_.size() >= most_moments || rows_ + live > max_rows_)) {
        rows_were_short_ = rows_were_short_ || moments_.size() < most_moments;
        if (moments_.size() == 1) {
            tables_.remove_all_buffers();
            moments_.clear();
            rows_ = 0;
            return;
        }
        keep_ *= 2;
        tables_.thin_buffers(keep_);
        std::vector<Moment> kept;
        rows_ = 0;
        for (std::size_t i = 0; i < moments_.size(); i += 2) {
            kept.push_back(moments_[i]);
            rows_ += moments_[i].buffers;
        }
        moments_ = std::move(kept);
    }
}

void VisualizerExport::add_moment(std::uint64_t number) {
    Moment moment{number, t_ns_, now_, 0};
    by_size_ = 0;
    left_out_ = 0;
    for (const auto& process : *processes_) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            if (!passes(*process, key, buffer)) {
                continue;
            }
            if (rows_ + moment.buffers >= max_rows_) {
                ++left_out_;
                continue;
            }
            ++moment.buffers;
            add_buffer(*process, key, buffer, number);
        }
    }
    rows_ += moment.buffers;
    moments_.push_back(moment);
}

void VisualizerExport::add_buffer(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint64_t number
) {
    const auto footprint = bank_footprint_of(process, key, buffer);
    by_size_ += footprint ? 0 : 1;
    const std::uint64_t bytes = footprint.value_or(buffer.size);
    VisualizerDevice& device = ids_.of(process, process.owner_of(key)).row;
    learn_l1(device, process.allocators[key.allocator]);
    if (key.type == BufferType::L1 || key.type == BufferType::L1Small) {
        device.l1_end = std::max(device.l1_end, static_cast<std::int64_t>(key.address + footprint.value_or(buffer.page_size)));
    }
    tables_.add_buffer(
        static_cast<std::int64_t>(number), device.id, key.address, bytes, static_cast<std::int64_t>(key.type), buffer.sharded != 0
    );
}

std::string VisualizerExport::operation_name(std::size_t index) const {
    const Moment& moment = moments_[index];
    const double seconds = static_cast<double>(moment.t_ns - std::min(begin_t_ns_, moment.t_ns)) / 1e9;
    if (index + 1 == moments_.size()) {
        return fmt::format("end, {:.6f} s", seconds);
    }
    return options_.every_launch ? fmt::format("launch {}, {:.6f} s", moment.counts.launches, seconds)
                                 : fmt::format("event {}, {:.6f} s", moment.counts.events, seconds);
}

void VisualizerExport::write_operation(std::size_t index, const ReplayedStream& stream) {
    const Moment& moment = moments_[index];
    const Moment before = index == 0 ? Moment{0, begin_t_ns_, {}, 0} : moments_[index - 1];
    const auto operation = static_cast<std::int64_t>(index + 1);
    tables_.map_operation(static_cast<std::int64_t>(moment.number), operation);
    tables_.add_operation(
        operation, operation_name(index), static_cast<double>(moment.t_ns - std::min(before.t_ns, moment.t_ns)) / 1e9
    );
    const auto add = [&](std::string_view name, const std::string& value) { tables_.add_argument(operation, name, value); };
    const auto add_change = [&](std::string_view name, std::uint64_t Counts::*count) {
        add(name, fmt::format("{}", moment.counts.*count - before.counts.*count));
    };
    add("what", "a moment of a recording, no operation: the buffers are those that were live then");
    add("t_ns", fmt::format("{}", moment.t_ns));
    add("live buffers", fmt::format("{}", moment.buffers));
    add_change("events", &Counts::events);
    add_change("allocations", &Counts::allocs);
    add_change("ends of buffers", &Counts::ends);
    add_change("launches", &Counts::launches);
    add("recording", stream.complete ? "complete" : "incomplete: " + incomplete_words(stream));
    for (const auto& [id, device] : ids_.devices()) {
        add(fmt::format("device {}", id), device.label);
    }
}

// Each belongs to the operation that ends behind it.
void VisualizerExport::write_errors(const SessionInfo& session) {
    for (const ErrorSeen& error : errors_) {
        const auto found = std::find_if(moments_.begin(), moments_.end(), [&error](const Moment& moment) {
            return moment.counts.events >= error.event;
        });
        const auto index = static_cast<std::size_t>(found - moments_.begin());
        const bool known = session.attached_unix_ns != 0 && error.t_ns >= session.attached_monotonic_ns;
        const std::string time =
            known ? rfc3339_utc(session.attached_unix_ns + (error.t_ns - session.attached_monotonic_ns)) : std::string();
        tables_.add_error(static_cast<std::int64_t>(index + 1), operation_name(index), error.type, error.message, time);
    }
}

Status VisualizerExport::finish(const ReplayedStream& stream) {
    for (std::size_t i = 0; i < moments_.size(); ++i) {
        write_operation(i, stream);
    }
    tables_.renumber();
    write_errors(stream.session);
    for (const auto& [id, device] : ids_.devices()) {
        tables_.add_device(device.row);
    }
    return tables_.finish();
}

std::vector<std::string> VisualizerExport::notes() const {
    std::vector<std::string> notes;
    if (rows_were_short_) {
        notes.push_back(fmt::format(
            "fewer operations than asked for, {} in all: --max-rows {} allows no more buffers", moments_.size(), max_rows_
        ));
    }
    if (left_out_ > 0) {
        notes.push_back(fmt::format("{} left out: more are live at one moment than --max-rows allows", counted(left_out_, "buffer")));
    }
    if (by_size_ > 0) {
        notes.push_back(fmt::format(
            "max_size_per_bank of {} live at the end is the size, as the footprint is not known", counted(by_size_, "buffer")
        ));
    }
    if (errors_.size() >= kMaxErrors) {
        notes.push_back(fmt::format("only the first {} failures are in the table errors", human_count(kMaxErrors)));
    }
    return notes;
}

}  // namespace

std::unique_ptr<Exporter> make_visualizer_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<VisualizerExport>(options, target);
}

}  // namespace tt::alloc_trace
