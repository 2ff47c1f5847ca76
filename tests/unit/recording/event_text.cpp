// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "event_text.hpp"

#include <sstream>

namespace tt::alloc_trace::test {

namespace {

class Line {
public:
    Line(std::string_view name, const EventHeader& header) {
        const auto& [t_ns, pid, tid, stack] = header;
        out_ << name;
        (*this)("t", t_ns)("pid", pid)("tid", tid)("stack", stack);
    }
    template <typename T>
    Line& operator()(const char* name, const T& value) {
        out_ << ' ' << name << '=' << value;
        return *this;
    }
    [[nodiscard]] std::string str() const { return out_.str(); }

private:
    std::ostringstream out_;
};

std::string buffer_text(const char* name, const EventHeader& header, const BufferFields& fields) {
    const auto& [buffer, owner, allocator, address, size, page_size, type, hooked, sharded, pages, per_core, cores, core] = fields;
    Line out(name, header);
    out("buffer", buffer)("owner", owner)("allocator", allocator)("address", address);
    out("size", size)("page_size", page_size)("type", to_string(type))("hooked", hooked);
    out("sharded", sharded)("pages", pages);
    return out("per_core", per_core)("cores", int{cores})("core", int{core}).str();
}

std::string line(const Allocated& event) {
    const auto& [header, buffer] = event;
    return buffer_text("allocated", header, buffer);
}

std::string line(const Freed& event) {
    const auto& [header, buffer] = event;
    return buffer_text("freed", header, buffer);
}

std::string line(const OwnerSeen& event) {
    const auto& [header, owner, kind, id, chips] = event;
    Line out("owner seen", header);
    out("owner", owner)("kind", static_cast<int>(kind))("id", id);
    for (const std::int32_t chip : chips) {
        out("chip", chip);
    }
    return out.str();
}

std::string line(const CircularBufferAllocated& event) {
    const auto& [header, program, owner, address, size, cores, cores_complete, globally_allocated, kind] = event;
    Line out(to_string(kind), header);
    out("program", program)("owner", owner)("address", address)("size", size);
    for (const auto& [start_x, start_y, end_x, end_y] : cores) {
        out("from", start_x)("y", start_y)("to", end_x)("y", end_y);
    }
    return out("complete", cores_complete)("global", globally_allocated).str();
}

std::string line(const CircularBuffersReleased& event) {
    const auto& [header, owner] = event;
    return Line("circular buffers released", header)("owner", owner).str();
}

std::string line(const ProgramLaunched& event) {
    const auto& [header, program, owner] = event;
    return Line("launched", header)("program", program)("owner", owner).str();
}

std::string line(const ProgramDestroyed& event) {
    const auto& [header, program] = event;
    return Line("program destroyed", header)("program", program).str();
}

std::string line(const OwnerClosing& event) {
    const auto& [header, owner] = event;
    return Line("closing", header)("owner", owner).str();
}

std::string line(const AllocatorReleased& event) {
    const auto& [header, allocator, how] = event;
    return Line("released", header)("allocator", allocator)("how", static_cast<int>(how)).str();
}

std::string line(const ProcessSeen& event) {
    const auto& [header, parent_pid, start_time_ns, from_first_event, command] = event;
    Line out("process", header);
    out("parent", parent_pid)("start", start_time_ns)("first", from_first_event);
    return out("command", command).str();
}

std::string line(const ProcessForked& event) {
    const auto& [header, child_pid] = event;
    return Line("forked", header)("child", child_pid).str();
}

std::string line(const ProcessExec& event) {
    const auto& [header] = event;
    return Line("exec", header).str();
}

std::string line(const ProcessExited& event) {
    const auto& [header] = event;
    return Line("exited", header).str();
}

std::string line(const Lost& event) {
    const auto& [header, allocated, freed, circular_buffers, lifecycle] = event;
    Line out("lost", header);
    return out("allocated", allocated)("freed", freed)("cb", circular_buffers)("lifecycle", lifecycle).str();
}

std::string line(const AllocatorSeen& event) {
    const auto& [header, allocator, owner, regions] = event;
    Line out("allocator", header);
    out("allocator", allocator)("owner", owner);
    for (const auto& [type, banks, page_alignment, base, bytes, granularity] : regions) {
        out("type", to_string(type))("banks", banks)("alignment", page_alignment);
        out("base", base)("bytes", bytes)("granularity", granularity);
    }
    return out.str();
}

std::string line(const AllocatorChanged& event) {
    const auto& [header, allocator, how] = event;
    return Line("allocator changed", header)("allocator", allocator)("how", to_string(how)).str();
}

std::string line(const BufferFound& event) {
    const auto& [header, buffer, block_bytes] = event;
    return buffer_text("found", header, buffer) + " block=" + std::to_string(block_bytes);
}

std::string line(const BufferGone& event) {
    const auto& [header, buffer] = event;
    return buffer_text("gone", header, buffer);
}

std::string line(const ProcessWalked& event) {
    const auto& [header, reason, complete, why, allocators, rounds, buffers, found, gone, duration_ns, stopped_ns] = event;
    Line out("walked", header);
    out("reason", to_string(reason))("complete", complete)("why", why)("allocators", allocators)("rounds", rounds);
    return out("buffers", buffers)("found", found)("gone", gone)("ns", duration_ns)("stopped", stopped_ns).str();
}

std::string line(const ProcessPaused& event) {
    const auto& [header, duration_ns] = event;
    return Line("paused", header)("ns", duration_ns).str();
}

std::string line(const AllocationFailed& event) {
    const auto& [header, buffer, message] = event;
    return buffer_text("failed", header, buffer) + " message=" + message;
}

std::string line(const ProgramNotTold& event) {
    const auto& [header, program, owner, kind] = event;
    return Line("not told", header)("program", program)("owner", owner)("kind", to_string(kind)).str();
}

std::string line(const ProcessNotSeen& event) {
    const auto& [header, partly, why, what_to_do] = event;
    return Line("not seen", header)("partly", partly)("why", why)("what to do", what_to_do).str();
}

std::string line(const ProcessStatus& event) {
    const auto& [header, exit_status, signal] = event;
    return Line("status", header)("exit", exit_status)("signal", signal).str();
}

std::string line(const TraceCalled& event) {
    const auto& [header, call, trace, object] = event;
    return Line("trace", header)("call", to_string(call))("trace", trace)("object", object).str();
}

std::string line(const Marked& event) {
    const auto& [header, name] = event;
    return Line("marked", header)("name", name).str();
}

std::string line(const FrameSeen& event) {
    const auto& [header, number, kind, code_line, address, function, file, build_id] = event;
    Line out("frame", header);
    out("number", number)("kind", static_cast<int>(kind))("line", code_line)("address", address);
    return out("function", function)("file", file)("build-id", build_id).str();
}

std::string line(const StackSeen& event) {
    const auto& [header, number, frames, end] = event;
    Line out("stack seen", header);
    out("number", number)("end", to_string(end));
    for (const std::uint32_t frame : frames) {
        out("frame", frame);
    }
    return out.str();
}

std::string line(const CircularBufferClash& event) {
    const auto& [header, program, owner, message] = event;
    return Line("clash", header)("program", program)("owner", owner)("message", message).str();
}

std::string line(const RequestRefused& event) {
    const auto& [header, program, owner, message] = event;
    return Line("refused", header)("program", program)("owner", owner)("message", message).str();
}

}  // namespace

std::string text(const Event& event) {
    return std::visit([](const auto& alternative) { return line(alternative); }, event);
}

std::vector<std::string> texts(const std::vector<Event>& events) {
    std::vector<std::string> all;
    all.reserve(events.size());
    for (const Event& event : events) {
        all.push_back(text(event));
    }
    return all;
}

std::string text(const SessionInfo& session) {
    const auto& [tool_version, host, kernel, target, unix_ns, monotonic_ns, known, modules, probes, part] = session;
    std::ostringstream out;
    out << tool_version << '|' << host << '|' << kernel << '|' << target << '|' << unix_ns << '|' << monotonic_ns << '|'
        << to_string(known) << '\n';
    if (part != 0) {
        out << "part " << part << '\n';
    }
    for (const ModuleInfo& module : modules) {
        out << "module " << module.path << '|' << module.build_id << '|' << module.layout << '|' << module.evidence << '\n';
    }
    for (const ProbeOutcome& probe : probes) {
        out << "probe " << probe.role << '|' << probe.symbol << '|' << probe.module << '|' << probe.offset << '|'
            << probe.instruction << '|' << probe.required << '|' << probe.attached << '|' << probe.planned << '|'
            << probe.detail << '\n';
    }
    return out.str();
}

}  // namespace tt::alloc_trace::test
