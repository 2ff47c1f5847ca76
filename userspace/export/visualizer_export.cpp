// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The database that ttnn-visualizer opens. It shows what is live at each operation; a recording has none, so moments of the stream
// stand for them: peaks, failures, program launches, and every so many events between. The last one is the end of the window.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/stream_place.hpp"
#include "export/bank_bytes.hpp"
#include "export/formats.hpp"
#include "export/labels.hpp"
#include "origin/call_site.hpp"
#include "export/life_map.hpp"
#include "export/stream_state.hpp"
#include "export/visualizer_devices.hpp"
#include "export/visualizer_graph.hpp"
#include "export/visualizer_moments.hpp"
#include "export/visualizer_tables.hpp"
#include "export/visualizer_words.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kStepsByDefault = 128;  // with neither a count nor launches asked for: half as many at least
constexpr std::size_t kMaxMoments = std::size_t{1} << 17U;
constexpr std::uint64_t kMaxRowsByDefault = 2'000'000;
constexpr std::uint64_t kMaxChunks = 500'000;  // rows, of all operations
constexpr std::size_t kMaxErrors = 1000;       // the first ones

std::array<std::size_t, kMomentKindCount> most_moments(const ExportOptions& options) {
    const bool by_default = options.every == 0 && !options.every_launch;
    const std::size_t most = by_default ? kStepsByDefault : kMaxMoments;
    return {most, most, kMaxErrors, kMaxMoments};
}

class VisualizerExport final : public Exporter {
public:
    VisualizerExport(const ExportOptions& options, const ExportTarget& target)
        : options_(options),
          tables_(target.path, target.shown_path),
          every_(std::max<std::uint64_t>(options.every, 1)),
          max_rows_(options.max_rows == 0 ? kMaxRowsByDefault : options.max_rows),
          list_(most_moments(options)) {}

    [[nodiscard]] const Status& status() const override { return tables_.status(); }

    void begin(const TrackerView& view) override {
        processes_ = &view.processes;
        state_.begin(view);
        number_.begin(view);
        begin_t_ns_ = view.last_t_ns;
        for (const auto& process : view.processes) {
            for (const Allocator& allocator : process->allocators) {
                learn(*process, allocator);
            }
        }
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        now_.allocs += options_.passes(process, key, buffer.size) ? 1 : 0;
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind) override {
        now_.ends += options_.passes(process, key, buffer.size) ? 1 : 0;
    }
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override {
        const bool same = planning && launch_.process == process.number && launch_.program == program;
        launch_ = {process.number, program, owner, same ? launch_.operation : 0};
        planned_ = same;
        launched_ = !planning;
    }
    void observe(const Event& event, const Applied&) override {
        t_ns_ = std::max(t_ns_, header_of(event).t_ns);
        begin_t_ns_ = begin_t_ns_ == 0 ? t_ns_ : begin_t_ns_;
        ++now_.events;
        if (const auto* seen = std::get_if<AllocatorSeen>(&event)) {
            learn(*seen);
        }
        if (std::exchange(planned_, false)) {
            write_graph(launch_.operation);
        }
        take(event);
        number_.observed();
    }
    void end(const TrackerView& view) override {
        t_ns_ = std::max(t_ns_, view.last_t_ns);
        const bool is_moment = !list_.moments().empty() && list_.last().counts.events == now_.events;
        if (is_moment && list_.last().kind != MomentKind::Step) {
            list_.last().name += ", end";
            return;
        }
        const std::string name = is_moment ? list_.last().name + ", end" : "end";
        if (is_moment) {
            remove({list_.drop_last()});
        }
        add_moment(MomentKind::Chosen, name);
    }
    [[nodiscard]] Status finish(const ReplayedStream& stream) override;
    [[nodiscard]] std::vector<std::string> notes() const override;

private:
    struct Launch {
        std::uint32_t process = 0;
        std::uint64_t program = 0;
        Owner owner;
        std::uint64_t operation = 0;  // its number; 0: it is none
    };

    void learn(const ProcessState& process, const Allocator& allocator) {
        const Owner& owner = process.owners[allocator.owner];
        if (allocator.alive && options_.passes_process(process.pid) && options_.filter.passes_any(owner.places)) {
            devices_.learn(process, allocator);
        }
    }
    void learn(const AllocatorSeen& seen) {
        const ProcessState& process = *state_.process(seen.header.pid);
        if (const auto known = process.allocator_index.find(seen.allocator); known != process.allocator_index.end()) {
            learn(process, process.allocators[known->second]);
        }
    }
    void take(const Event& event);
    void take_step(const Event& event, bool launch);
    void add_moment(MomentKind kind, std::string name);
    // Drops moments as long as there are too many rows.
    void make_room();
    void remove(const std::vector<std::uint64_t>& moments);
    void add_buffers(Moment& moment);
    void add_buffer(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const Moment& moment);
    void write_graph(std::uint64_t operation);
    void write_operation(std::size_t index, const ReplayedStream& stream);
    void write_errors(const ReplayedStream& stream);
    void write_metadata(const ReplayedStream& stream);
    [[nodiscard]] std::string operation_name(const Moment& moment, const StackTable& stacks) const;
    void write_stack(std::int64_t operation, std::uint32_t stack, const StackTable& stacks);

    const ExportOptions options_;
    VisualizerTables tables_;
    const std::uint64_t every_;
    const std::uint64_t max_rows_;
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
    StreamState state_;
    EventNumber number_;
    VisualizerDevices devices_;
    MomentList list_;
    std::vector<VisualizerError> errors_;
    Launch launch_;         // the latest
    bool planned_ = false;   // the present event added to it
    bool launched_ = false;  // the present event began it
    MomentCounts now_;
    std::uint64_t begin_t_ns_ = 0;
    std::uint64_t t_ns_ = 0;
    std::uint32_t stack_ = 0;     // of the present event
    std::size_t next_peak_ = 0;   // of options_.peaks
    std::uint64_t rows_ = 0;      // of buffers
    std::uint64_t chunks_ = 0;    // rows
    std::uint64_t left_out_ = 0;  // of the last moment, for want of rows
    std::uint64_t by_size_ = 0;   // buffers of the last moment whose footprint is not known
    bool rows_were_short_ = false;
    bool chunks_were_short_ = false;
};

void VisualizerExport::take(const Event& event) {
    const bool shown = state_.passes(options_, event);
    stack_ = header_of(event).stack;
    const bool launch = std::holds_alternative<ProgramLaunched>(event) && shown;
    now_.launches += launch ? 1 : 0;
    std::optional<VisualizerError> error = shown && errors_.size() < kMaxErrors ? error_of(event) : std::nullopt;
    while (next_peak_ < options_.peaks.size() && options_.peaks[next_peak_].event < number_.current()) {
        ++next_peak_;
    }
    const bool peak = next_peak_ < options_.peaks.size() && options_.peaks[next_peak_].event == number_.current();
    if (error) {
        error->event = now_.events;
        errors_.push_back(*error);
    }
    if (peak) {
        const NamedMoment& moment = options_.peaks[next_peak_];
        add_moment(MomentKind::Chosen, moment.name + (launch ? fmt::format(", launch {}", now_.launches) : ""));
        if (moment.circular_buffers) {
            write_graph(list_.last().number);
        }
    } else if (error && list_.wants(MomentKind::Failure)) {
        add_moment(MomentKind::Failure, words_of(event));
    } else {
        take_step(event, launch);
    }
    if (std::exchange(launched_, false) && launch) {
        launch_.operation = !list_.moments().empty() && list_.last().counts.events == now_.events ? list_.last().number : 0;
        write_graph(launch_.operation);
    }
}

void VisualizerExport::take_step(const Event& event, bool launch) {
    const bool launches_count = options_.every_launch || options_.every == 0;
    if (launch && launches_count) {
        if (list_.wants(MomentKind::Launch)) {
            add_moment(MomentKind::Launch, fmt::format("launch {}", now_.launches));
        }
    } else if (!options_.every_launch && now_.events % every_ == 0 && list_.wants(MomentKind::Step)) {
        add_moment(MomentKind::Step, words_of(event));
    }
}

void VisualizerExport::add_moment(MomentKind kind, std::string name) {
    if (kind != MomentKind::Chosen && list_.full(kind)) {
        remove(list_.thin(kind));
        if (!list_.fits(kind)) {
            return;
        }
    }
    make_room();
    Moment& moment = list_.add(kind, {0, kind, 0, t_ns_, now_, 0, std::move(name), stack_});
    add_buffers(moment);
    rows_ += moment.buffers;
}

void VisualizerExport::make_room() {
    std::uint64_t live = 0;
    for (const auto& process : *processes_) {
        live += process->live.buffers().size();
    }
    while (rows_ + live > max_rows_) {
        const std::vector<std::uint64_t> dropped = list_.thin();
        if (dropped.empty()) {
            return;
        }
        rows_were_short_ = true;
        remove(dropped);
    }
}

void VisualizerExport::remove(const std::vector<std::uint64_t>& moments) {
    tables_.remove(moments);
    rows_ = 0;
    for (const Moment& moment : list_.moments()) {
        rows_ += moment.buffers;
    }
}

void VisualizerExport::add_buffers(Moment& moment) {
    by_size_ = 0;
    left_out_ = 0;
    for (const auto& process : *processes_) {
        for (const auto& [key, buffer] : process->live.buffers()) {
            if (!options_.passes(*process, key, buffer.size)) {
                continue;
            }
            if (rows_ + moment.buffers >= max_rows_) {
                ++left_out_;
                continue;
            }
            ++moment.buffers;
            add_buffer(*process, key, buffer, moment);
        }
    }
}

void VisualizerExport::add_buffer(
    const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const Moment& moment
) {
    const VisualizerDevice& device = devices_.of(process, process.owner_of(key)).row;
    const auto signed_of = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    const VisualizerBuffer row{
        signed_of(key.address), signed_of(shown_bank_bytes(process, key, buffer)), std::max<std::int64_t>(signed_of(buffer.page_size), 1),
        static_cast<std::int64_t>(key.type), buffer.sharded != 0
    };
    const bool known = bank_footprint_of(process, key, buffer).has_value();
    by_size_ += known ? 0 : 1;
    tables_.add_buffer(signed_of(moment.number), device.id, row);
    const bool in_l1 = key.type == BufferType::L1 || key.type == BufferType::L1Small;
    const bool looked_at = moment.kind == MomentKind::Chosen || moment.kind == MomentKind::Failure;
    if (!in_l1 || !looked_at || !known || device.columns == 0) {
        return;
    }
    if (chunks_ + static_cast<std::uint64_t>(device.l1_banks) > kMaxChunks) {
        chunks_were_short_ = true;
        return;
    }
    chunks_ += static_cast<std::uint64_t>(device.l1_banks);
    tables_.add_chunks(signed_of(moment.number), device, row);
}

// Of what the latest launch left resident.
void VisualizerExport::write_graph(std::uint64_t operation) {
    const auto process = std::find_if(processes_->begin(), processes_->end(), [this](const auto& entry) {
        return entry->number == launch_.process;
    });
    if (operation == 0 || launch_.program == 0 || process == processes_->end()) {
        return;
    }
    const std::int64_t device = devices_.launched_on(**process, launch_.owner);
    const std::string graph = captured_graph(**process, launch_.owner.places, device, "launch");
    if (!graph.empty()) {
        tables_.add_graph(static_cast<std::int64_t>(operation), graph);
    }
}

std::string VisualizerExport::operation_name(const Moment& moment, const StackTable& stacks) const {
    const std::string operation = CallSites(stacks).of(moment.stack).operation;
    const std::string name = operation.empty() ? moment.name : clean_text(operation) + ", " + moment.name;
    return fmt::format("{}, {:.6f} s", name, static_cast<double>(moment.t_ns - std::min(begin_t_ns_, moment.t_ns)) / 1e9);
}

void VisualizerExport::write_stack(std::int64_t operation, std::uint32_t stack, const StackTable& stacks) {
    const StackSeen* seen = stacks.find(stack);
    if (seen == nullptr) {
        return;
    }
    std::string text;
    for (const std::uint32_t frame : seen->frames) {
        text += clean_text(frame_text(stacks.frame(frame), true)) + "\n";
    }
    tables_.add_stack_trace(operation, text);
}

void VisualizerExport::write_operation(std::size_t index, const ReplayedStream& stream) {
    const Moment& moment = list_.moments()[index];
    Moment before;
    before.t_ns = begin_t_ns_;
    before = index == 0 ? before : list_.moments()[index - 1];
    const auto operation = static_cast<std::int64_t>(index + 1);
    tables_.map_operation(static_cast<std::int64_t>(moment.number), operation);
    tables_.add_operation(
        operation, operation_name(moment, stream.tracker.stacks), static_cast<double>(moment.t_ns - std::min(before.t_ns, moment.t_ns)) / 1e9
    );
    write_stack(operation, moment.stack, stream.tracker.stacks);
    const auto add = [&](std::string_view name, const std::string& value) { tables_.add_argument(operation, name, value); };
    const auto add_change = [&](std::string_view name, std::uint64_t MomentCounts::*count) {
        add(name, fmt::format("{}", moment.counts.*count - before.counts.*count));
    };
    add("what", "a moment of a recording, no operation: the buffers are those that were live then");
    add("t_ns", fmt::format("{}", moment.t_ns));
    add("live buffers", fmt::format("{}", moment.buffers));
    add_change("events", &MomentCounts::events);
    add_change("allocations", &MomentCounts::allocs);
    add_change("ends of buffers", &MomentCounts::ends);
    add_change("launches", &MomentCounts::launches);
    add("recording", stream.complete ? "complete" : "incomplete: " + incomplete_words(stream));
    for (const auto& [id, device] : devices_.all()) {
        add(fmt::format("device {}", id), device.label);
    }
}

// Each belongs to the operation that ends behind it.
void VisualizerExport::write_errors(const ReplayedStream& stream) {
    const SessionInfo& session = stream.session;
    const std::vector<Moment>& moments = list_.moments();
    for (const VisualizerError& error : errors_) {
        const auto found = std::find_if(moments.begin(), moments.end(), [&error](const Moment& moment) {
            return moment.counts.events >= error.event;
        });
        const bool known = session.attached_unix_ns != 0 && error.t_ns >= session.attached_monotonic_ns;
        const std::string time =
            known ? rfc3339_utc(session.attached_unix_ns + (error.t_ns - session.attached_monotonic_ns)) : std::string();
        tables_.add_error(
            found - moments.begin() + 1, operation_name(*found, stream.tracker.stacks), error.type, clean_text(error.message), time
        );
    }
}

void VisualizerExport::write_metadata(const ReplayedStream& stream) {
    tables_.add_metadata("producer", fmt::format("tt-alloc-trace {}", stream.session.tool_version));
    tables_.add_metadata("host", clean_text(stream.session.host));
    tables_.add_metadata("target", clean_text(stream.session.target));
    tables_.add_metadata("recording", stream.complete ? "complete" : "incomplete: " + incomplete_words(stream));
    if (stream.session.attached_unix_ns != 0) {
        tables_.add_metadata("capture_timestamp_ns", fmt::format("{}", stream.session.attached_unix_ns));
    }
}

Status VisualizerExport::finish(const ReplayedStream& stream) {
    for (std::size_t i = 0; i < list_.moments().size(); ++i) {
        write_operation(i, stream);
    }
    tables_.renumber();
    write_errors(stream);
    write_metadata(stream);
    for (const auto& [id, device] : devices_.all()) {
        tables_.add_device(device.row);
    }
    return tables_.finish();
}

std::vector<std::string> VisualizerExport::notes() const {
    std::vector<std::string> notes;
    if (rows_were_short_) {
        notes.push_back(fmt::format(
            "fewer operations than asked for, {} in all: --max-rows {} allows no more buffers", list_.moments().size(), max_rows_
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
    if (chunks_were_short_) {
        notes.push_back(fmt::format("the view by core is left out of some operations: {} rows are the most", human_count(kMaxChunks)));
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
