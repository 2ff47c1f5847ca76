// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/event_json.hpp"

#include <fmt/compile.h>
#include <fmt/format.h>

#include <array>
#include <iterator>

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

std::string_view to_string(AllocatorRelease how) {
    switch (how) {
        case AllocatorRelease::DeallocateBuffers:
            return "deallocate_buffers";
        case AllocatorRelease::Clear:
            return "clear";
        case AllocatorRelease::Destroyed:
            return "destroyed";
    }
    return "unknown";
}

std::string_view to_string(OwnerKind kind) {
    switch (kind) {
        case OwnerKind::Chip:
            return "chip";
        case OwnerKind::Mesh:
            return "mesh";
        case OwnerKind::Unknown:
            break;
    }
    return "unknown";
}

// Empty: an allocation without anything remarkable.
std::string_view change_reason(EventKind kind, const Applied& applied) {
    switch (kind) {
        case EventKind::Alloc:
            return applied.replaced_live ? to_string(FreeKind::Inferred) : std::string_view{};
        case EventKind::Free:
            if (applied.after_close) {
                return "after close";
            }
            return applied.unknown_free ? to_string(*applied.unknown_free) : to_string(FreeKind::Freed);
        case EventKind::FreeHooked:
            return to_string(FreeKind::Freed);
        case EventKind::BufferFound:
            return applied.found_as ? to_string(*applied.found_as) : std::string_view{};
        case EventKind::BufferGone:
            return applied.released > 0 ? to_string(FreeKind::Inferred) : std::string_view{};
        case EventKind::AllocFailed:
            return applied.verdict ? to_string(*applied.verdict) : std::string_view{};
        default:
            return {};
    }
}

Json start(const Event& event) {
    const EventHeader& header = header_of(event);
    Json json;
    json["t_ns"] = header.t_ns;
    json["kind"] = to_string(event_kind(event));
    if (!of_no_process(event)) {
        json["pid"] = header.pid;
        json["tid"] = header.tid;
    }
    if (header.stack != 0) {
        json["stack"] = header.stack;
    }
    return json;
}

void add_released(Json& json, const Applied& applied) {
    json["released"] = applied.released;
    json["released_bytes"] = applied.released_bytes;
}

void add_buffer(Json& json, const BufferFields& buffer, std::string_view owner_label) {
    json["owner"] = owner_label;
    json["allocator"] = hex(buffer.allocator);
    json["type"] = to_string(buffer.type);
    json["address"] = hex(buffer.address);
    json["size"] = buffer.size;
    json["page_size"] = buffer.page_size;
    json["buffer"] = hex(buffer.buffer);
    if (buffer.per_core) {
        json["per_core"] = per_core_json(buffer.cores, buffer.core);
    }
}

void add_memory(Json& json, const BufferMemory* memory) {
    if (memory == nullptr) {
        return;
    }
    const auto or_null = [](const std::optional<std::uint64_t>& bytes) { return bytes ? Json(*bytes) : Json(); };
    json["chips"] = Json::parse(memory->chips);
    json["footprint"] = or_null(memory->footprint);
    json["footprint_per_bank"] = or_null(memory->footprint_per_bank);
    json["delta_footprint"] = memory->delta;
}

// Adds what is particular to each kind of event.
struct Adder {
    Json& json;
    const Applied& applied;
    std::string_view owner_label;
    EventKind kind;
    const BufferMemory* memory;

    void operator()(const Allocated& event) const { buffer_event(event.buffer); }
    void operator()(const Freed& event) const { buffer_event(event.buffer); }
    void operator()(const OwnerSeen& event) const {
        json["owner"] = owner_label;
        json["owner_kind"] = to_string(event.kind);
        json["id"] = event.id;
        json["owner_chips"] = event.chips;
        json["owner_pointer"] = hex(event.owner);
    }
    void operator()(const CircularBufferAllocated& event) const {
        json["owner"] = owner_label;
        json["type"] = "CB";
        json["address"] = hex(event.address);
        json["size"] = event.size;
        json["program"] = hex(event.program);
        json["cores"] = Json::array();
        for (const CoreRange& range : event.cores) {
            json["cores"].push_back(Json::array({range.start_x, range.start_y, range.end_x, range.end_y}));
        }
        json["cores_complete"] = event.cores_complete;
        json["globally_allocated"] = event.globally_allocated;
    }
    void operator()(const CircularBuffersReleased&) const { json["owner"] = owner_label; }
    void operator()(const ProgramLaunched& event) const {
        json["owner"] = owner_label;
        json["program"] = hex(event.program);
    }
    void operator()(const ProgramNotTold& event) const {
        json["owner"] = owner_label;
        json["program"] = hex(event.program);
        json["not_told"] = to_string(event.kind);
    }
    void operator()(const ProgramDestroyed& event) const { json["program"] = hex(event.program); }
    void operator()(const OwnerClosing& event) const {
        json["owner"] = owner_label;
        json["owner_pointer"] = hex(event.owner);
    }
    void operator()(const AllocatorReleased& event) const {
        json["owner"] = owner_label;
        json["allocator"] = hex(event.allocator);
        if (applied.released > 0) {
            json["reason"] = to_string(applied.released_kind);
        }
        json["how"] = to_string(event.how);
        add_released(json, applied);
    }
    void operator()(const ProcessSeen& event) const {
        json["parent_pid"] = event.parent_pid;
        json["start_time_ns"] = event.start_time_ns;
        json["from_first_event"] = event.from_first_event;
        json["command"] = event.command;
    }
    void operator()(const ProcessForked& event) const { json["child_pid"] = event.child_pid; }
    void operator()(const ProcessExec&) const { end_event(); }
    void operator()(const ProcessExited&) const { end_event(); }
    void operator()(const BufferFound& event) const {
        add_buffer(json, event.buffer, owner_label);
        add_sharding(event.buffer);
        json["block_bytes"] = event.block_bytes;
        add_memory(json, memory);
        add_reason();
    }
    void operator()(const BufferGone& event) const { buffer_event(event.buffer); }
    void operator()(const ProcessWalked& event) const {
        json["walk_reason"] = to_string(event.reason);
        json["complete"] = event.complete;
        json["incomplete_reason"] = event.incomplete_reason;
        json["allocators"] = event.allocators;
        json["rounds"] = event.rounds;
        json["buffers"] = event.buffers;
        json["found"] = event.found;
        json["gone"] = event.gone;
        json["duration_ns"] = event.duration_ns;
        json["stopped_ns"] = event.stopped_ns;
    }
    void operator()(const AllocatorSeen& event) const {
        json["owner"] = owner_label;
        json["allocator"] = hex(event.allocator);
        json["regions"] = Json::array();
        for (const Region& region : event.regions) {
            Json entry;
            entry["type"] = to_string(region.type);
            entry["banks"] = region.banks;
            entry["page_alignment"] = region.page_alignment;
            entry["base"] = hex(region.base);
            entry["bytes"] = region.bytes;
            entry["granularity"] = region.granularity;
            json["regions"].push_back(std::move(entry));
        }
    }
    void operator()(const AllocatorChanged& event) const {
        json["owner"] = owner_label;
        json["allocator"] = hex(event.allocator);
        json["how"] = to_string(event.how);
    }
    void operator()(const AllocationFailed& event) const {
        add_buffer(json, event.buffer, owner_label);
        add_sharding(event.buffer);
        json["message"] = event.message;
        add_reason();
    }
    void operator()(const CircularBufferClash& event) const {
        json["owner"] = owner_label;
        json["program"] = hex(event.program);
        json["message"] = event.message;
    }
    void operator()(const RequestRefused& event) const {
        json["owner"] = owner_label;
        json["program"] = hex(event.program);
        json["message"] = event.message;
    }
    void operator()(const ProcessNotSeen& event) const {
        json["partly"] = event.partly;
        json["why"] = event.why;
        json["what_to_do"] = event.what_to_do;
    }
    void operator()(const ProcessStatus& event) const {
        json["exit_status"] = event.exit_status;
        json["signal"] = event.signal;
    }
    void operator()(const TraceCalled& event) const {
        if (event.object != 0) {
            json["owner"] = owner_label;
        }
        json["call"] = to_string(event.call);
        if (event.call == TraceCall::Register) {
            json["allocator"] = hex(event.object);
        } else {
            json["trace"] = event.trace;
        }
    }
    void operator()(const ProcessPaused& event) const { json["duration_ns"] = event.duration_ns; }
    void operator()(const Marked& event) const { json["name"] = event.name; }
    void operator()(const FrameSeen& event) const {
        json["number"] = event.number;
        json["language"] = event.kind == FrameKind::Python ? "python" : "native";
        json["function"] = event.function;
        json["file"] = event.file;
        json["line"] = event.line;
        json["address"] = event.address;
    }
    void operator()(const StackSeen& event) const {
        json["number"] = event.number;
        json["frames"] = event.frames;
        json["end"] = to_string(event.end);
    }
    void operator()(const Lost& event) const {
        json["allocs"] = event.allocated;
        json["frees"] = event.freed;
        json["circular_buffers"] = event.circular_buffers;
        json["lifecycle"] = event.lifecycle;
        json["total"] = event.total();
    }

private:
    void buffer_event(const BufferFields& buffer) const {
        add_buffer(json, buffer, owner_label);
        add_memory(json, memory);
        add_reason();
    }
    void add_sharding(const BufferFields& buffer) const {
        json["sharded"] = buffer.sharded;
        json["pages_per_shard"] = buffer.pages_per_shard;
    }
    void add_reason() const {
        if (const std::string_view reason = change_reason(kind, applied); !reason.empty()) {
            json["reason"] = reason;
        }
    }
    void end_event() const {
        json["reason"] = to_string(FreeKind::ReleasedByExit);
        add_released(json, applied);
    }
};

void append_or_null(std::string& out, const std::optional<std::uint64_t>& bytes) {
    if (bytes) {
        fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), *bytes);
    } else {
        out += "null";
    }
}

void append_memory(std::string& out, const BufferMemory& memory) {
    out.append(R"(,"chips":)").append(memory.chips).append(R"(,"footprint":)");
    append_or_null(out, memory.footprint);
    out += R"(,"footprint_per_bank":)";
    append_or_null(out, memory.footprint_per_bank);
    fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"delta_footprint":{})"), memory.delta);
}

void append_stack(std::string& out, const EventHeader& header) {
    if (header.stack != 0) {
        fmt::format_to(std::back_inserter(out), FMT_COMPILE(R"(,"stack":{})"), header.stack);
    }
}

void append_buffer_line(
    std::string& out,
    const EventHeader& header,
    const BufferFields& buffer,
    std::string_view kind,
    std::string_view owner_label,
    std::string_view reason,
    const BufferMemory* memory
) {
    fmt::format_to(
        std::back_inserter(out),
        FMT_COMPILE(
            R"({{"t_ns":{},"kind":"{}","pid":{},"tid":{},"owner":"{}","allocator":"0x{:x}","type":"{}","address":"0x{:x}",)"
            R"("size":{},"page_size":{},"buffer":"0x{:x}")"
        ),
        header.t_ns,
        kind,
        header.pid,
        header.tid,
        owner_label,
        buffer.allocator,
        tt::alloc_trace::to_string(buffer.type),
        buffer.address,
        buffer.size,
        buffer.page_size,
        buffer.buffer
    );
    append_stack(out, header);
    if (buffer.per_core) {
        out.append(R"(,"per_core":)").append(per_core_json(buffer.cores, buffer.core).dump());
    }
    if (memory != nullptr) {
        append_memory(out, *memory);
    }
    if (!reason.empty()) {
        out.append(R"(,"reason":")").append(reason).append(R"(")");
    }
    out += "}\n";
}

void append_launch_line(std::string& out, const ProgramLaunched& event, std::string_view owner_label) {
    fmt::format_to(
        std::back_inserter(out),
        FMT_COMPILE(R"({{"t_ns":{},"kind":"launch","pid":{},"tid":{},"owner":"{}","program":"0x{:x}")"),
        event.header.t_ns,
        event.header.pid,
        event.header.tid,
        owner_label,
        event.program
    );
    append_stack(out, event.header);
    out += "}\n";
}

}  // namespace

EventKind event_kind(const Event& event) {
    struct Classify {
        EventKind operator()(const Allocated& e) const {
            return e.buffer.hooked ? EventKind::AllocHooked : EventKind::Alloc;
        }
        EventKind operator()(const Freed& e) const { return e.buffer.hooked ? EventKind::FreeHooked : EventKind::Free; }
        EventKind operator()(const OwnerSeen&) const { return EventKind::Owner; }
        EventKind operator()(const CircularBufferAllocated& e) const {
            return e.kind == PlanKind::DataflowBuffers ? EventKind::DfbAlloc : EventKind::CbAlloc;
        }
        EventKind operator()(const CircularBuffersReleased&) const { return EventKind::CbReleaseAll; }
        EventKind operator()(const ProgramLaunched&) const { return EventKind::Launch; }
        EventKind operator()(const ProgramNotTold&) const { return EventKind::LaunchNotTold; }
        EventKind operator()(const ProgramDestroyed&) const { return EventKind::ProgramEnd; }
        EventKind operator()(const OwnerClosing&) const { return EventKind::OwnerClose; }
        EventKind operator()(const AllocatorReleased&) const { return EventKind::AllocatorRelease; }
        EventKind operator()(const ProcessSeen&) const { return EventKind::ProcessStart; }
        EventKind operator()(const ProcessForked&) const { return EventKind::Fork; }
        EventKind operator()(const ProcessExec&) const { return EventKind::Exec; }
        EventKind operator()(const ProcessExited&) const { return EventKind::Exit; }
        EventKind operator()(const AllocatorSeen&) const { return EventKind::Allocator; }
        EventKind operator()(const AllocatorChanged&) const { return EventKind::AllocatorChange; }
        EventKind operator()(const BufferFound&) const { return EventKind::BufferFound; }
        EventKind operator()(const BufferGone&) const { return EventKind::BufferGone; }
        EventKind operator()(const ProcessWalked&) const { return EventKind::Walk; }
        EventKind operator()(const ProcessNotSeen&) const { return EventKind::NotSeen; }
        EventKind operator()(const ProcessStatus&) const { return EventKind::ProcessStatus; }
        EventKind operator()(const TraceCalled&) const { return EventKind::Trace; }
        EventKind operator()(const ProcessPaused&) const { return EventKind::Pause; }
        EventKind operator()(const AllocationFailed&) const { return EventKind::AllocFailed; }
        EventKind operator()(const CircularBufferClash&) const { return EventKind::CbClash; }
        EventKind operator()(const RequestRefused&) const { return EventKind::Refused; }
        EventKind operator()(const Lost&) const { return EventKind::Lost; }
        EventKind operator()(const Marked&) const { return EventKind::Mark; }
        EventKind operator()(const FrameSeen&) const { return EventKind::Frame; }
        EventKind operator()(const StackSeen&) const { return EventKind::Stack; }
    };
    return std::visit(Classify{}, event);
}

std::string_view event_reason(const Event& event, const Applied& applied) {
    if (std::holds_alternative<ProcessExec>(event) || std::holds_alternative<ProcessExited>(event)) {
        return to_string(FreeKind::ReleasedByExit);
    }
    if (std::holds_alternative<AllocatorReleased>(event)) {
        return applied.released > 0 ? to_string(applied.released_kind) : std::string_view{};
    }
    return change_reason(event_kind(event), applied);
}

std::string_view to_string(EventKind kind) {
    constexpr std::array<std::string_view, kEventKindCount> kNames{
        "alloc",
        "alloc_hooked",
        "free",
        "free_hooked",
        "owner",
        "cb_alloc",
        "cb_release_all",
        "launch",
        "program_end",
        "owner_close",
        "allocator_release",
        "process_start",
        "fork",
        "exec",
        "exit",
        "lost",
        "buffer_found",
        "buffer_gone",
        "walk",
        "allocator",
        "allocator_change",
        "alloc_failed",
        "cb_clash",
        "pause",
        "dfb_alloc",
        "launch_not_told",
        "not_seen",
        "status",
        "trace",
        "refused",
        "mark",
        "frame",
        "stack"};
    const auto index = static_cast<std::size_t>(kind);
    return index < kNames.size() ? kNames[index] : "unknown";
}

nlohmann::ordered_json event_json(
    const Event& event, const Applied& applied, std::string_view owner_label, const BufferMemory* memory
) {
    Json json = start(event);
    std::visit(Adder{json, applied, owner_label, event_kind(event), memory}, event);
    return json;
}

// The three frequent kinds hold numbers and words of our own only, and are written directly.
void append_event_json(
    std::string& out, const Event& event, const Applied& applied, std::string_view owner_label, const BufferMemory* memory
) {
    const EventKind kind = event_kind(event);
    const std::string_view reason = change_reason(kind, applied);
    if (const auto* allocated = std::get_if<Allocated>(&event)) {
        append_buffer_line(out, allocated->header, allocated->buffer, to_string(kind), owner_label, reason, memory);
    } else if (const auto* freed = std::get_if<Freed>(&event)) {
        append_buffer_line(out, freed->header, freed->buffer, to_string(kind), owner_label, reason, memory);
    } else if (const auto* launched = std::get_if<ProgramLaunched>(&event)) {
        append_launch_line(out, *launched, owner_label);
    } else {
        out += json_line(event_json(event, applied, owner_label, memory));
    }
}

void append_buffer_json(
    std::string& out, const EventHeader& header, const BufferFields& buffer, std::string_view kind, std::string_view owner_label,
    std::string_view reason, const BufferMemory& memory
) {
    append_buffer_line(out, header, buffer, kind, owner_label, reason, &memory);
}

void append_held_twice_json(std::string& out, const EventHeader& header, std::int32_t chip, BufferType type, std::int64_t delta) {
    fmt::format_to(
        std::back_inserter(out),
        FMT_COMPILE(R"({{"t_ns":{},"kind":"held_twice","pid":{},"tid":{},"type":"{}","chips":[{}],"delta_footprint":{}}})"
                    "\n"),
        header.t_ns,
        header.pid,
        header.tid,
        tt::alloc_trace::to_string(type),
        chip,
        delta
    );
}

nlohmann::ordered_json export_header_json(const SessionInfo& session) {
    Json json = json_envelope(session, "events", {});
    json["known_before_attach"] = nullptr;
    json["kind"] = "header";
    return json;
}

nlohmann::ordered_json export_end_json(std::uint64_t events, const Completeness& completeness) {
    Json json;
    json["kind"] = "end";
    json["events"] = events;
    json["complete"] = nullptr;
    if (completeness.complete) {
        json["complete"] = *completeness.complete;
    }
    add_doubts(json, completeness.doubts);
    json["known_before_attach"] = nullptr;
    if (completeness.known_before) {
        json["known_before_attach"] = tt::alloc_trace::to_string(*completeness.known_before);
    }
    return json;
}

}  // namespace tt::alloc_trace
