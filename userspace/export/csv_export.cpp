// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One row per event, for spreadsheets and data frames. Fields are quoted as RFC 4180 has it where they need it; lines end with a
// single line feed. A field that does not apply, or is not known, is empty. What comes from the traced process is clean text, and a
// spreadsheet does not take it for a formula.
#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

#include "export/formats.hpp"
#include "export/memory_changes.hpp"
#include "export/stream_state.hpp"
#include "report/event_json.hpp"
#include "report/human_size.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kHeader =
    "t_ns,time,pid,tid,kind,owner,chips,type,address,size,page_size,footprint,footprint_per_bank,delta_footprint,allocator,buffer,program,"
    "count,bytes,reason,text\n";

// What an event may say in the columns behind the size; in their order.
struct Details {
    std::uint64_t program = 0;
    std::optional<std::uint64_t> count;
    std::optional<std::uint64_t> bytes;
    std::string_view text;
};

struct DetailsOf {
    const Applied& applied;

    Details operator()(const CircularBufferAllocated& e) const {
        const std::uint64_t cores = CircularBuffer{e.address, e.size, e.cores, e.cores_complete, e.kind}.core_count();
        return {e.program, cores, e.size * cores, {}};
    }
    Details operator()(const ProgramLaunched& e) const { return {e.program, {}, {}, {}}; }
    Details operator()(const ProgramNotTold& e) const { return {e.program, {}, {}, {}}; }
    Details operator()(const ProgramDestroyed& e) const { return {e.program, {}, {}, {}}; }
    Details operator()(const CircularBufferClash& e) const { return {e.program, {}, {}, e.message}; }
    Details operator()(const RequestRefused& e) const { return {e.program, {}, {}, e.message}; }
    Details operator()(const AllocationFailed& e) const { return {0, {}, {}, e.message}; }
    Details operator()(const AllocatorReleased&) const { return released(); }
    Details operator()(const ProcessExec&) const { return released(); }
    Details operator()(const ProcessExited&) const { return released(); }
    Details operator()(const ProcessSeen& e) const { return {0, {}, {}, e.command}; }
    Details operator()(const ProcessForked& e) const { return {0, e.child_pid, {}, {}}; }
    Details operator()(const ProcessWalked& e) const { return {0, e.buffers, {}, e.incomplete_reason}; }
    Details operator()(const ProcessNotSeen& e) const { return {0, {}, {}, e.why}; }
    Details operator()(const ProcessStatus& e) const { return {0, e.signal == 0 ? e.exit_status : e.signal, {}, e.signal == 0 ? "" : "signal"}; }
    Details operator()(const TraceCalled& e) const { return {0, e.trace, {}, to_string(e.call)}; }
    Details operator()(const Lost& e) const { return {0, e.total(), {}, {}}; }
    Details operator()(const Marked& e) const { return {0, {}, {}, e.name}; }
    Details operator()(const AllocatorChanged& e) const { return {0, {}, {}, to_string(e.how)}; }
    template <typename Other>
    Details operator()(const Other&) const {
        return {};
    }

private:
    Details released() const { return {0, applied.released, applied.released_bytes, {}}; }
};

class CsvExport final : public TextExporter {
public:
    CsvExport(const ExportOptions& options, const ExportTarget& target)
        : TextExporter(*target.text), options_(options), session_(target.session), changes_(options_) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        labels_.take_over(view);
        text() += kHeader;
        changes_.begin(view, [this](const BufferLine& line) { append(line); });
        changes_.event_done([this](const HeldTwiceLine& line) { append(line); });
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        changes_.started(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override {
        changes_.ended(process, key, buffer, kind, [this](const BufferLine& line) { append(line); });
    }
    void known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer&, const LiveBuffer& now) override {
        changes_.known_better(process, key, now);
    }
    void observe(const Event& event, const Applied& applied) override {
        const std::string_view label = labels_.observe(event);
        if (state_.passes(options_, event)) {
            append(event, applied, label);
            ++events_;
            flush_if_large();
        }
        changes_.event_done([this](const HeldTwiceLine& line) { append(line); });
    }

private:
    void write_end(const ReplayedStream& stream) override {
        append_time(stream.tracker.last_t_ns);
        text() += ",,end,,,,,,,,,,,,,";
        append_number(events_);
        text() += stream.complete ? ",complete," : ",incomplete,";
        append_text(stream.complete ? "" : incomplete_words(stream));
        text() += '\n';
    }

    void append(const Event& event, const Applied& applied, std::string_view label) {
        const EventHeader& header = header_of(event);
        append_time(header.t_ns);
        if (of_no_process(event)) {
            text() += ",,";
        } else {
            fmt::format_to(std::back_inserter(text()), FMT_COMPILE("{},{},"), header.pid, header.tid);
        }
        text().append(to_string(event_kind(event))).append(",").append(label).append(",");
        const BufferMemory* memory = changes_.own();
        append_chips(memory != nullptr ? memory->chips : chips_of(event));
        append_memory(subject_of(event), memory);
        const Details details = std::visit(DetailsOf{applied}, event);
        append_address(details.program);
        append_number(details.count);
        append_number(details.bytes);
        text().append(event_reason(event, applied)).append(",");
        append_text(details.text);
        text() += '\n';
    }
    void append(const BufferLine& line) {
        append_time(line.header.t_ns);
        fmt::format_to(std::back_inserter(text()), FMT_COMPILE("{},,{},{},"), line.header.pid, line.kind, line.owner);
        append_chips(line.memory.chips);
        append_buffer(line.buffer, &line.memory);
        text().append(",,,").append(line.reason).append(",\n");
        flush_if_large();
    }
    void append(const HeldTwiceLine& line) {
        append_time(line.header.t_ns);
        fmt::format_to(
            std::back_inserter(text()), FMT_COMPILE("{},,held_twice,chip {},[{}],{},,,,,,{},,,,,,,\n"),
            line.header.pid, line.chip, line.chip, to_string(line.type), line.delta
        );
    }
    // t_ns,time
    void append_time(std::uint64_t t_ns) {
        fmt::format_to(std::back_inserter(text()), FMT_COMPILE("{},"), t_ns);
        const bool known = session_.attached_unix_ns != 0 && t_ns + session_.attached_unix_ns >= session_.attached_monotonic_ns;
        if (known) {
            const std::uint64_t unix_ns = t_ns + session_.attached_unix_ns - session_.attached_monotonic_ns;
            if (unix_ns / kSecondNs != second_) {
                second_ = unix_ns / kSecondNs;
                second_text_ = rfc3339_utc(second_ * kSecondNs);
                second_text_.resize(second_text_.find('.'));
            }
            fmt::format_to(std::back_inserter(text()), FMT_COMPILE("{}.{:09}Z"), second_text_, unix_ns % kSecondNs);
        }
        text() += ',';
    }
    [[nodiscard]] std::string_view chips_of(const Event& event) {
        const Owner* owner = state_.owner(event);
        chips_ = owner == nullptr || owner->chips.empty() ? std::string() : chips_json(owner->chips);
        return chips_;
    }
    void append_chips(std::string_view list) {
        const bool many = list.find(',') != std::string_view::npos;
        text().append(many ? "\"" : "").append(list).append(many ? "\"," : ",");
    }
    // type,address,size,page_size,footprint,footprint_per_bank,delta_footprint,allocator,buffer
    void append_memory(const EventSubject& subject, const BufferMemory* memory) {
        if (const CircularBufferAllocated* cb = subject.circular_buffer) {
            fmt::format_to(std::back_inserter(text()), FMT_COMPILE("CB,0x{:x},{},,,,,,,"), cb->address, cb->size);
        } else if (subject.buffer != nullptr) {
            append_buffer(*subject.buffer, memory);
        } else {
            text() += ",,,,,,,";
            append_address(subject.allocator);
            text() += ',';
        }
    }
    void append_buffer(const BufferFields& buffer, const BufferMemory* memory) {
        const auto to = std::back_inserter(text());
        fmt::format_to(
            to, FMT_COMPILE("{},0x{:x},{},{},"), to_string(buffer.type), buffer.address, buffer.size, buffer.page_size
        );
        append_number(memory == nullptr ? std::nullopt : memory->footprint);
        append_number(memory == nullptr ? std::nullopt : memory->footprint_per_bank);
        fmt::format_to(to, FMT_COMPILE("{},"), memory == nullptr ? 0 : memory->delta);
        append_address(buffer.allocator);
        append_address(buffer.buffer);
    }
    void append_number(const std::optional<std::uint64_t>& number) {
        if (number) {
            fmt::format_to(std::back_inserter(text()), FMT_COMPILE("{}"), *number);
        }
        text() += ',';
    }
    void append_address(std::uint64_t address) {
        if (address != 0) {
            fmt::format_to(std::back_inserter(text()), FMT_COMPILE("0x{:x}"), address);
        }
        text() += ',';
    }
    void append_text(std::string_view given) {
        const bool formula = !given.empty() && std::string_view("=+-@\t\r").find(given.front()) != std::string_view::npos;
        const std::string field = (formula ? "'" : "") + clean_text(given);
        if (field.find_first_of(",\"\r\n") == std::string::npos) {
            text() += field;
            return;
        }
        text() += '"';
        for (const char c : field) {
            text().append(c == '"' ? 2 : 1, c);
        }
        text() += '"';
    }

    static constexpr std::uint64_t kSecondNs = 1'000'000'000;

    const ExportOptions options_;
    StreamState state_;
    OwnerLabels labels_;
    const SessionInfo& session_;
    MemoryChanges changes_;
    std::uint64_t events_ = 0;
    std::uint64_t second_ = ~std::uint64_t{0};  // of the Unix clock, as second_text_ has it
    std::string second_text_;
    std::string chips_;
};

}  // namespace

std::unique_ptr<Exporter> make_csv_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<CsvExport>(options, target);
}

}  // namespace tt::alloc_trace
