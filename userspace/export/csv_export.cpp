// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// One row per event, for spreadsheets and data frames. Fields are quoted as RFC 4180 has it where they need it; lines end with a
// single line feed. A field that does not apply, or is not known, is empty.
#include <fmt/compile.h>
#include <fmt/format.h>

#include <iterator>

#include "export/formats.hpp"
#include "export/stream_state.hpp"
#include "report/event_json.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::string_view kHeader =
    "t_ns,pid,tid,kind,owner,chips,type,address,size,page_size,footprint,footprint_per_bank,allocator,buffer,program,count,bytes,"
    "reason,text\n";

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
    CsvExport(const ExportOptions& options, const ExportTarget& target) : TextExporter(*target.text), options_(options) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        labels_.take_over(view);
        text() += kHeader;
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        footprint_ = footprint_of(process, key, buffer);
        bank_footprint_ = bank_footprint_of(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind) override {
        started(process, key, buffer);
    }
    void observe(const Event& event, const Applied& applied) override {
        const std::string_view label = labels_.observe(event);
        if (state_.passes(options_, event)) {
            append(event, applied, label);
            flush_if_large();
        }
        footprint_.reset();
        bank_footprint_.reset();
    }

private:
    void write_end(const ReplayedStream&) override {}

    void append(const Event& event, const Applied& applied, std::string_view label) {
        const EventHeader& header = header_of(event);
        const auto to = std::back_inserter(text());
        fmt::format_to(to, FMT_COMPILE("{},"), header.t_ns);
        if (of_no_process(event)) {
            text() += ",,";
        } else {
            fmt::format_to(to, FMT_COMPILE("{},{},"), header.pid, header.tid);
        }
        text().append(to_string(event_kind(event))).append(",").append(label).append(",");
        append_chips(event);
        append_memory(subject_of(event));
        const Details details = std::visit(DetailsOf{applied}, event);
        append_address(details.program);
        append_number(details.count);
        append_number(details.bytes);
        text().append(event_reason(event, applied)).append(",");
        append_text(details.text);
        text() += '\n';
    }
    void append_chips(const Event& event) {
        const Owner* owner = state_.owner(event);
        if (owner != nullptr && !owner->chips.empty()) {
            const std::string list = chip_list(owner->chips);
            append_text(std::string_view(list).substr(list.find(' ') + 1));
        }
        text() += ',';
    }
    // type,address,size,page_size,footprint,footprint_per_bank,allocator,buffer
    void append_memory(const EventSubject& subject) {
        const auto to = std::back_inserter(text());
        if (const CircularBufferAllocated* cb = subject.circular_buffer) {
            fmt::format_to(to, FMT_COMPILE("CB,0x{:x},{},,,,,,"), cb->address, cb->size);
            return;
        }
        const BufferFields* buffer = subject.buffer;
        if (buffer == nullptr) {
            text() += ",,,,,,";
            append_address(subject.allocator);
            text() += ',';
            return;
        }
        fmt::format_to(
            to, FMT_COMPILE("{},0x{:x},{},{},"), to_string(buffer->type), buffer->address, buffer->size, buffer->page_size
        );
        append_number(footprint_);
        append_number(bank_footprint_);
        append_address(buffer->allocator);
        append_address(buffer->buffer);
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
    void append_text(std::string_view field) {
        if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
            text() += field;
            return;
        }
        text() += '"';
        for (const char c : field) {
            text().append(c == '"' ? 2 : 1, c);
        }
        text() += '"';
    }

    const ExportOptions options_;
    StreamState state_;
    OwnerLabels labels_;
    std::optional<std::uint64_t> footprint_;  // of the buffer the present event started or ended
    std::optional<std::uint64_t> bank_footprint_;
};

}  // namespace

std::unique_ptr<Exporter> make_csv_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<CsvExport>(options, target);
}

}  // namespace tt::alloc_trace
