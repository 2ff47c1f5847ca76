// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "analysis/event_marks.hpp"

#include <utility>

#include "analysis/last_use.hpp"
#include "tracker/failure_message.hpp"

namespace tt::alloc_trace {
namespace {

std::string owner_label(const ProcessState* process, std::uint64_t pointer) {
    if (process == nullptr) {
        return {};
    }
    const auto found = process->owner_index.find(pointer);
    return found == process->owner_index.end() ? std::string() : to_string(process->owners[found->second]);
}

// What there is to mark about one event. `mark` has time and pid already.
class Marker {
public:
    Marker(const Applied& applied, const ProcessState* process, Mark& mark)
        : applied_(applied), process_(process), mark_(mark) {}

    std::optional<MarkKind> operator()(const AllocationFailed& event) {
        mark_.amount = event.buffer.size;
        mark_.type = event.buffer.type;
        mark_.owner = owner_label(process_, event.buffer.owner);
        mark_.what = to_string(applied_.verdict.value_or(FailureVerdict::Unknown));
        return MarkKind::FailedAllocation;
    }
    std::optional<MarkKind> operator()(const CircularBufferClash& event) {
        mark_.owner = owner_label(process_, event.owner);
        return MarkKind::Clash;
    }
    std::optional<MarkKind> operator()(const RequestRefused& event) {
        mark_.what = to_string(parse_refusal(event.message).kind);
        return MarkKind::Refused;
    }
    std::optional<MarkKind> operator()(const Marked& event) {
        mark_.name = event.name;
        return MarkKind::Named;
    }
    std::optional<MarkKind> operator()(const Lost& event) {
        mark_.pid = 0;
        mark_.amount = event.total();
        return MarkKind::Gap;
    }
    std::optional<MarkKind> operator()(const Allocated& event) {
        if (event.buffer.type != BufferType::Trace || event.buffer.hooked) {
            return std::nullopt;
        }
        mark_.amount = event.buffer.size;
        mark_.owner = owner_label(process_, event.buffer.owner);
        return MarkKind::TraceCapture;
    }
    std::optional<MarkKind> operator()(const OwnerClosing& event) {
        mark_.owner = owner_label(process_, event.owner);
        return MarkKind::Close;
    }
    std::optional<MarkKind> operator()(const AllocatorReleased& /*event*/) {
        mark_.amount = applied_.released_bytes;
        mark_.what = to_string(applied_.released_kind);
        return applied_.released > 0 ? std::optional(MarkKind::Close) : std::nullopt;
    }
    std::optional<MarkKind> operator()(const ProcessWalked& event) {
        mark_.amount = event.found + event.gone;
        mark_.what = to_string(event.reason);
        return MarkKind::Walk;
    }
    std::optional<MarkKind> operator()(const ProcessSeen& /*event*/) { return MarkKind::ProcessStart; }
    std::optional<MarkKind> operator()(const ProcessExited& /*event*/) {
        return process_ != nullptr && process_->used_device() ? std::optional(MarkKind::ProcessExit) : std::nullopt;
    }
    template <typename Other>
    std::optional<MarkKind> operator()(const Other& /*event*/) {
        return std::nullopt;
    }

private:
    const Applied& applied_;
    const ProcessState* process_;
    Mark& mark_;
};

}  // namespace

std::string_view to_string(MarkKind kind) {
    constexpr std::array<std::string_view, kMarkKindCount> kNames{
        "failed_allocation", "clash", "gap", "trace_capture", "close", "process_start", "process_exit", "walk", "refused", "mark"};
    return kNames[static_cast<std::size_t>(kind)];
}

void Mark::absorb(Mark later) {
    const std::uint64_t sum = count + later.count;
    if (later.amount > amount) {
        *this = std::move(later);
    }
    count = sum;
}

void EventMarks::start(std::uint64_t t_ns) {
    marks_.assign(kMarkKindCount, TimeBuckets<Mark>(t_ns, kSlices));
}

bool EventMarks::wants_process(const Event& event) {
    const auto* allocated = std::get_if<Allocated>(&event);
    return std::holds_alternative<AllocationFailed>(event) || std::holds_alternative<CircularBufferClash>(event) ||
           std::holds_alternative<OwnerClosing>(event) || std::holds_alternative<ProcessExited>(event) ||
           (allocated != nullptr && allocated->buffer.type == BufferType::Trace);
}

void EventMarks::observe(const Event& event, const Applied& applied, const ProcessState* process) {
    Mark mark;
    mark.t_ns = header_of(event).t_ns;
    mark.pid = header_of(event).pid;
    if (!starting_.empty() && uses_memory(event)) {
        if (const auto started = starting_.find(mark.pid); started != starting_.end()) {
            add(MarkKind::ProcessStart, std::move(started->second));
            starting_.erase(started);
        }
    }
    const std::optional<MarkKind> kind = std::visit(Marker(applied, process, mark), event);
    if (kind == MarkKind::ProcessStart && starting_.size() < kMaxStarting) {
        starting_[mark.pid] = std::move(mark);
    } else if (kind) {
        add(*kind, std::move(mark));
    }
    if (std::holds_alternative<ProcessExited>(event)) {
        starting_.erase(header_of(event).pid);
    }
}

void EventMarks::add(MarkKind kind, Mark mark) {
    ++counts_[static_cast<std::size_t>(kind)];
    const std::uint64_t t_ns = mark.t_ns;
    marks_[static_cast<std::size_t>(kind)].add(t_ns, std::move(mark));
}

void EventMarks::end(std::uint64_t t_ns) {
    for (TimeBuckets<Mark>& marks : marks_) {
        marks.extend_to(t_ns);
    }
}

const std::vector<TimeBuckets<Mark>::Bucket>& EventMarks::of(MarkKind kind) const {
    static const std::vector<TimeBuckets<Mark>::Bucket> kNone;
    return marks_.empty() ? kNone : marks_[static_cast<std::size_t>(kind)].buckets();
}

}  // namespace tt::alloc_trace
