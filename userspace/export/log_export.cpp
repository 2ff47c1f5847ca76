// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every event in order as a line for people, and below it, if asked for, the calls that led to it.
#include <fmt/format.h>

#include <iterator>
#include <optional>

#include "export/formats.hpp"
#include "export/stream_state.hpp"
#include "report/display_text.hpp"
#include "report/event_json.hpp"
#include "report/human_size.hpp"
#include "report/owner_labels.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

constexpr std::size_t kMaxTextBytes = 200;  // of a message

std::string of_message(const std::string& message) { return message.empty() ? "" : ": " + message.substr(0, std::min(message.find('\n'), kMaxTextBytes)); }

std::string on(std::string_view owner) { return owner.empty() ? "" : fmt::format(" on {}", owner); }

// What an event says behind its kind; `owner`: its label, may be empty.
struct LogWords {
    std::string_view owner;

    std::string operator()(const Allocated& e) const { return of(e.buffer); }
    std::string operator()(const Freed& e) const { return of(e.buffer); }
    std::string operator()(const BufferFound& e) const { return of(e.buffer); }
    std::string operator()(const BufferGone& e) const { return of(e.buffer); }
    std::string operator()(const AllocationFailed& e) const {
        return fmt::format(" {} {}{}{}", to_string(e.buffer.type), human_bytes(e.buffer.size), on(owner), of_message(e.message));
    }
    std::string operator()(const CircularBufferAllocated& e) const {
        return fmt::format(" {} per core at 0x{:x} of program 0x{:x}{}", human_bytes(e.size), e.address, e.program, on(owner));
    }
    std::string operator()(const ProgramLaunched& e) const { return fmt::format(" of program 0x{:x}{}", e.program, on(owner)); }
    std::string operator()(const ProgramNotTold& e) const { return fmt::format(" of program 0x{:x}{}", e.program, on(owner)); }
    std::string operator()(const ProgramDestroyed& e) const { return fmt::format(" 0x{:x}", e.program); }
    std::string operator()(const CircularBufferClash& e) const { return on(owner) + of_message(e.message); }
    std::string operator()(const RequestRefused& e) const { return on(owner) + of_message(e.message); }
    std::string operator()(const ProcessSeen& e) const { return " " + e.command; }
    std::string operator()(const ProcessForked& e) const { return fmt::format(" pid {}", e.child_pid); }
    std::string operator()(const ProcessNotSeen& e) const { return of_message(e.why); }
    std::string operator()(const ProcessStatus& e) const {
        return e.signal != 0 ? fmt::format(" killed by signal {}", e.signal) : fmt::format(" exit status {}", e.exit_status);
    }
    std::string operator()(const TraceCalled& e) const { return fmt::format(" {} {}{}", to_string(e.call), e.trace, on(owner)); }
    std::string operator()(const Marked& e) const { return " " + e.name; }
    std::string operator()(const Lost& e) const { return " " + counted(e.total(), "event"); }
    std::string operator()(const ProcessWalked& e) const { return fmt::format(" {}: {}", to_string(e.reason), counted(e.buffers, "buffer")); }
    template <typename Other>
    std::string operator()(const Other&) const {
        return on(owner);
    }

private:
    [[nodiscard]] std::string of(const BufferFields& buffer) const {
        return fmt::format(" {} {} at 0x{:x}{}", to_string(buffer.type), human_bytes(buffer.size), buffer.address, on(owner));
    }
};

class LogExport final : public TextExporter {
public:
    LogExport(const ExportOptions& options, const ExportTarget& target)
        : TextExporter(*target.text), options_(options), session_(target.session), origins_(options.origins) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        labels_.take_over(view);
        stacks_ = &view.stacks;
        sites_.emplace(view.stacks);
        origins_.begin(view.stacks);
    }

    void observe(const Event& event, const Applied& applied) override {
        const std::string_view label = labels_.observe(event);
        const bool is_stack = std::holds_alternative<FrameSeen>(event) || std::holds_alternative<StackSeen>(event);
        const std::uint32_t stack = applied.stack != 0 ? applied.stack : header_of(event).stack;
        if (is_stack || !state_.passes(options_, event) || !origins_.passes(stack)) {
            return;
        }
        append(event, applied, stack, label);
        if (options_.calls_below) {
            append_calls(header_of(event).stack);
        }
        flush_if_large();
    }

private:
    void append(const Event& event, const Applied& applied, std::uint32_t stack, std::string_view label) {
        const EventHeader& header = header_of(event);
        const std::string who = of_no_process(event) ? "" : fmt::format(" {}/{}", header.pid, header.tid);
        std::string line = fmt::format("{}{} {}{}", human_offset(header.t_ns, session_.attached_monotonic_ns), who, to_string(event_kind(event)),
                                       std::visit(LogWords{label}, event));
        const std::string_view reason = event_reason(event, applied);
        if (!reason.empty() && reason != to_string(FreeKind::Freed)) {
            line += fmt::format(" ({})", reason);
        }
        if (const CallSites::CallSite& site = sites_->of(stack); !site.text.empty()) {
            line += "  " + site.text + (site.operation.empty() ? "" : ", " + site.operation);
        }
        text().append(printable(line)) += '\n';
    }

    void append_calls(std::uint32_t number) {
        if (const StackSeen* stack = stacks_->find(number)) {
            for (const std::uint32_t frame : stack->frames) {
                text().append("    ").append(printable(frame_text(stacks_->frame(frame)))) += '\n';
            }
        }
    }

    void write_end(const ReplayedStream&) override {}

    const ExportOptions options_;
    const SessionInfo& session_;
    OriginMatcher origins_;
    StreamState state_;
    OwnerLabels labels_;
    const StackTable* stacks_ = nullptr;
    std::optional<CallSites> sites_;
};

}  // namespace

std::unique_ptr<Exporter> make_log_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<LogExport>(options, target);
}

}  // namespace tt::alloc_trace
