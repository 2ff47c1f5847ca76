// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The JSON trace format that the Perfetto UI opens: counters per chip and type, a slice per buffer, instants for what went wrong.
#include <fmt/compile.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "export/formats.hpp"
#include "export/labels.hpp"
#include "export/life_map.hpp"
#include "export/perfetto_counters.hpp"
#include "export/stream_state.hpp"
#include "origin/call_site.hpp"
#include "report/human_size.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxNamedSizes = 64;      // of one type of one owner
constexpr std::size_t kMaxNamedThreads = 4096;  // more go without a name

// An event shown as an instant; no name: it is none.
struct Instant {
    std::string name;
    std::string text;              // args.message; may be empty
    std::uint64_t size = 0;        // args.size_bytes; 0: not shown
    bool whole_trace = false;
};

struct InstantOf {
    const Applied& applied;

    Instant operator()(const AllocationFailed& e) const {
        const FailureVerdict verdict = applied.verdict.value_or(FailureVerdict::Unknown);
        return {fmt::format("allocation failed ({})", to_string(verdict)), e.message, e.buffer.size, false};
    }
    Instant operator()(const CircularBufferClash& e) const { return {"launch refused: no place for its buffers", e.message, 0, false}; }
    Instant operator()(const RequestRefused& e) const { return {"refused", e.message, 0, false}; }
    Instant operator()(const Lost& e) const { return {"gap: " + counted(e.total(), "event") + " lost", {}, 0, true}; }
    Instant operator()(const Marked& e) const { return {"mark: " + e.name, {}, 0, true}; }
    Instant operator()(const ProcessNotSeen& e) const {
        return {e.partly ? "process seen only in part" : "process not seen", e.why, 0, false};
    }
    Instant operator()(const ProgramLaunched& e) const { return {fmt::format("launch of program 0x{:x}", e.program), {}, 0, false}; }
    Instant operator()(const OwnerClosing&) const { return {"close", {}, 0, false}; }
    Instant operator()(const AllocatorReleased&) const {
        if (applied.released == 0) {
            return {};
        }
        return {fmt::format("{} {}", counted(applied.released, "buffer"), to_string(applied.released_kind)), {}, applied.released_bytes, false};
    }
    Instant operator()(const ProcessExited&) const { return {"process exits", {}, 0, false}; }
    Instant operator()(const ProcessExec&) const { return {"process replaces its program", {}, 0, false}; }
    Instant operator()(const Freed& e) const {
        const bool twice = applied.unknown_free == UnknownFree::Double;
        return {twice ? "double free" : "", {}, twice ? e.buffer.size : 0, false};
    }
    template <typename Other>
    Instant operator()(const Other&) const {
        return {};
    }
};

class PerfettoExport final : public TextExporter {
public:
    PerfettoExport(const ExportOptions& options, const ExportTarget& target) : TextExporter(*target.text), options_(options) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        sites_.emplace(view.stacks);
        // An event that is always there, so that every other one may begin with its comma.
        text() += R"({"displayTimeUnit":"ns","traceEvents":[)"
                  "\n"
                  R"({"ph":"M","ts":0,"pid":0,"name":"process_name","args":{"name":"tt-alloc-trace"}})";
        t_ns_ = std::max(view.last_t_ns, options_.window.since_t_ns);
        for_each_live(view, [this](const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
            name_process(process);
            start_slice(process, key, buffer);
            touch(process, key);
        });
        counters_.settle(text(), t_ns_);
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        advance(process.last_t_ns);
        name_process(process);
        start_slice(process, key, buffer);
        touch(process, key);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer&, FreeKind kind) override {
        advance(process.last_t_ns);
        touch(process, key);
        const auto found = slices_.find({process.number, key});
        if (found != slices_.end()) {
            end_slice(found->second, to_string(kind));
            slices_.erase(found);
        }
    }
    void residency_changed(const ProcessState& process, const Place& place) override {
        advance(process.last_t_ns);
        if (options_.passes(process, place, MemoryKind::CircularBuffer)) {
            counters_.touch(process, place, MemoryKind::CircularBuffer);
        }
    }
    void observe(const Event& event, const Applied& applied) override {
        advance(header_of(event).t_ns);
        counters_.settle(text(), t_ns_);
        const Instant instant = std::visit(InstantOf{applied}, event);
        if (!instant.name.empty() && state_.passes(options_, event) && (of_no_process(event) || is_shown(event))) {
            add_instant(header_of(event), instant, state_.owner(event));
        }
        if (!of_no_process(event) && header_of(event).pid != pid_ && is_shown(event)) {
            pid_ = header_of(event).pid;
        }
        flush_if_large();
    }
    void end(const TrackerView&) override {
        counters_.finish(text(), t_ns_);
        for (const auto& [key, slice] : slices_) {
            end_slice(slice, "still live at the end of the trace");
            flush_if_large();
        }
        still_live_ = slices_.size();
        slices_.clear();
    }

private:
    // Compilers and shells that a job starts by the hundred have nothing to show.
    bool is_shown(const Event& event) {
        const ProcessState* process = state_.process(header_of(event).pid);
        const bool shown = process != nullptr && (process->used_device() || process->not_seen);
        if (shown) {
            name_process(*process);
        }
        return shown;
    }

    struct Slice {
        std::uint64_t id = 0;
        std::uint32_t pid = 0;
        std::uint32_t tid = 0;
        std::uint32_t name = 0;  // index into names_
    };

    void write_end(const ReplayedStream& stream) override {
        nlohmann::ordered_json other = json_envelope(stream.session, "perfetto", stream.completeness());
        other["end_t_ns"] = t_ns_;
        other["buffers_still_live_at_the_end"] = still_live_;
        other["counter_period_ns"] = PerfettoCounters::kPeriodNs;
        text() += "\n],\"otherData\":" + json_line(other);
        text().back() = '}';
        text() += '\n';
    }

    // Events of two threads may be a little out of order; a trace goes forward.
    void advance(std::uint64_t t_ns) {
        const std::uint64_t next = std::max(t_ns, t_ns_);
        counters_.advance(text(), next);
        t_ns_ = next;
    }
    void open(char phase, std::uint32_t pid, std::uint32_t tid) {
        fmt::format_to(
            std::back_inserter(text()),
            FMT_COMPILE(",\n{{\"ph\":\"{}\",\"ts\":{}.{:03},\"pid\":{},\"tid\":{}"),
            phase,
            t_ns_ / 1000,
            t_ns_ % 1000,
            pid,
            tid
        );
    }
    void name_process(const ProcessState& process) {
        if (!named_.insert(process.number).second) {
            return;
        }
        open('M', process.pid, process.pid);
        text() += R"(,"name":"process_name","args":{"name":)" + json_string(process_name(process)) + "}}";
    }
    void name_thread(std::uint32_t pid, std::uint32_t tid) {
        if (tid == 0 || threads_.size() >= kMaxNamedThreads || !threads_.insert({pid, tid}).second) {
            return;
        }
        open('M', pid, tid);
        fmt::format_to(std::back_inserter(text()), FMT_COMPILE(R"(,"name":"thread_name","args":{{"name":"thread {}"}}}})"), tid);
    }
    void touch(const ProcessState& process, const AllocationKey& key) {
        const MemoryKind kind = memory_kind(key.type);
        const Region* region = process.allocators[key.allocator].region(key.type);
        for (const Place& place : process.owner_of(key).places) {
            if (!options_.passes(process, place, kind)) {
                continue;
            }
            counters_.touch(process, place, kind);
            if (region != nullptr) {
                counters_.set_capacity(text(), process, place, kind, region->bytes * region->banks, t_ns_);
            }
        }
    }
    void start_slice(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
        if (!options_.passes(process, key, buffer.size)) {
            return;
        }
        const std::uint32_t name = name_index(process, key, buffer.size);
        const Slice slice{++last_id_, process.pid, buffer.tid, name};
        slices_[{process.number, key}] = slice;
        open('b', slice.pid, slice.tid);
        const auto to = std::back_inserter(text());
        fmt::format_to(
            to,
            FMT_COMPILE(R"(,"cat":"buffer","id":"0x{:x}","name":{},"args":{{"address":"0x{:x}","size_bytes":{})"),
            slice.id,
            names_[slice.name],
            key.address,
            buffer.size
        );
        if (const auto footprint = footprint_of(process, key, buffer)) {
            fmt::format_to(to, FMT_COMPILE(R"(,"footprint_bytes":{})"), *footprint);
        }
        if (buffer.origin() != FoundAs::Allocated) {
            text().append(R"(,"origin":")").append(to_string(buffer.origin())).append("\"");
        }
        if (buffer.t_ns < t_ns_) {
            fmt::format_to(to, FMT_COMPILE(R"(,"since_t_ns":{})"), buffer.t_ns);
        }
        if (const CallSites::CallSite& site = sites_->of(static_cast<std::uint32_t>(buffer.stack)); !site.text.empty()) {
            fmt::format_to(to, FMT_COMPILE(R"(,"call_site":{})"), json_string(site.text));
            if (!site.operation.empty()) {
                fmt::format_to(to, FMT_COMPILE(R"(,"operation":{})"), json_string(site.operation));
            }
        }
        text() += "}}";
    }
    void end_slice(const Slice& slice, std::string_view how) {
        open('e', slice.pid, slice.tid);
        fmt::format_to(
            std::back_inserter(text()),
            FMT_COMPILE(R"(,"cat":"buffer","id":"0x{:x}","name":{},"args":{{"end":"{}"}}}})"),
            slice.id,
            names_[slice.name],
            how
        );
    }
    // Slices of one name share a track: the size is in it, as long as there are few; later ones share that of their class.
    std::uint32_t name_index(const ProcessState& process, const AllocationKey& key, std::uint64_t size) {
        const std::string& owner = owner_names_.of(process, process.owner_of(key));
        std::set<std::uint64_t>& sizes = sizes_[{process.number, owner, key.type}];
        const bool own = sizes.size() < kMaxNamedSizes || sizes.contains(size);
        if (own) {
            sizes.insert(size);
        }
        std::string name = json_string(fmt::format("{} {} {}", owner, to_string(key.type), own ? human_bytes(size) : std::string(size_class(size))));
        const auto [entry, added] = name_numbers_.try_emplace(std::move(name), static_cast<std::uint32_t>(names_.size()));
        if (added) {
            names_.push_back(entry->first);
        }
        return entry->second;
    }
    void add_instant(const EventHeader& header, const Instant& instant, const Owner* owner) {
        const std::uint32_t pid = header.pid == 0 ? pid_ : header.pid;
        name_thread(pid, header.tid);
        open('i', pid, header.tid == 0 ? pid : header.tid);
        text() += instant.whole_trace ? R"(,"s":"g","name":)" : R"(,"s":"p","name":)";
        nlohmann::ordered_json args = nlohmann::ordered_json::object();
        if (owner != nullptr) {
            args["owner"] = to_string(*owner);
        }
        if (instant.size != 0) {
            args["size_bytes"] = instant.size;
        }
        if (!instant.text.empty()) {
            args["message"] = instant.text;
        }
        if (const CallSites::CallSite& site = sites_->of(header.stack); !site.text.empty()) {
            args["call_site"] = site.text;
        }
        text() += json_string(instant.name) + ",\"args\":" + json_line(args);
        text().back() = '}';
    }

    const ExportOptions options_;
    StreamState state_;
    std::optional<CallSites> sites_;
    PerfettoCounters counters_;
    OwnerNames owner_names_;
    LifeMap<Slice> slices_;
    std::map<std::tuple<std::uint32_t, std::string, BufferType>, std::set<std::uint64_t>> sizes_;  // that have a name
    std::vector<std::string> names_;  // as JSON
    tsl::robin_map<std::string, std::uint32_t> name_numbers_;
    std::set<std::uint32_t> named_;                              // processes
    std::set<std::pair<std::uint32_t, std::uint32_t>> threads_;  // pid and tid
    std::uint64_t t_ns_ = 0;  // of what was written last
    std::uint64_t last_id_ = 0;
    std::uint64_t still_live_ = 0;
    std::uint32_t pid_ = 0;  // of the latest event of a process that is shown
};

}  // namespace

std::unique_ptr<Exporter> make_perfetto_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<PerfettoExport>(options, target);
}

}  // namespace tt::alloc_trace
