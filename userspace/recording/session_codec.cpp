// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "recording/session_codec.hpp"

#include <string>

#include "recording/fields.hpp"

namespace tt::alloc_trace {

namespace {

// A required field this version does not know.
[[nodiscard]] tl::unexpected<Error> unknown_field(const char* where, const ChunkField& field) {
    return fail(
        ErrorCode::RunTime,
        std::string("the ") + where + " chunk needs a newer version (field " + std::to_string(field.id) + ")",
        "read it with the version of tt-alloc-trace that wrote it, or a newer one"
    );
}

[[nodiscard]] tl::unexpected<Error> broken(const char* where) {
    return fail(ErrorCode::RunTime, std::string("the ") + where + " chunk makes no sense");
}

Bytes encode_module(const ModuleInfo& module) {
    ByteWriter out;
    write_text_field(out, 1, module.path);
    write_text_field(out, 2, module.build_id);
    write_text_field(out, 3, module.layout);
    write_text_field(out, 4, module.evidence);
    return out.bytes();
}

Result<ModuleInfo> decode_module(std::span<const std::uint8_t> data) {
    ModuleInfo module;
    FieldReader in(data);
    for (ChunkField field; in.next(field);) {
        switch (field.id) {
            case 1: module.path = field.text(); break;
            case 2: module.build_id = field.text(); break;
            case 3: module.layout = field.text(); break;
            case 4: module.evidence = field.text(); break;
            default:
                if (field.required) {
                    return unknown_field("session", field);
                }
        }
    }
    if (in.failed()) {
        return broken("session");
    }
    return module;
}

Bytes encode_probe(const ProbeOutcome& probe) {
    ByteWriter out;
    write_text_field(out, 1, probe.role);
    write_text_field(out, 2, probe.symbol);
    write_text_field(out, 3, probe.module);
    write_number_field(out, 4, probe.offset);
    write_text_field(out, 5, probe.instruction);
    write_number_field(out, 6, probe.required ? 1 : 0);
    write_number_field(out, 7, probe.attached ? 1 : 0);
    write_text_field(out, 8, probe.detail);
    return out.bytes();
}

Result<ProbeOutcome> decode_probe(std::span<const std::uint8_t> data) {
    ProbeOutcome probe;
    FieldReader in(data);
    for (ChunkField field; in.next(field);) {
        switch (field.id) {
            case 1: probe.role = field.text(); break;
            case 2: probe.symbol = field.text(); break;
            case 3: probe.module = field.text(); break;
            case 4: probe.offset = in.number(field); break;
            case 5: probe.instruction = field.text(); break;
            case 6: probe.required = in.number(field) != 0; break;
            case 7: probe.attached = in.number(field) != 0; break;
            case 8: probe.detail = field.text(); break;
            default:
                if (field.required) {
                    return unknown_field("session", field);
                }
        }
    }
    if (in.failed()) {
        return broken("session");
    }
    return probe;
}

// More modules or probes than any process has; a hostile file could claim millions in a few bytes each.
constexpr std::size_t kMaxListEntries = 1U << 16;

template <typename T>
[[nodiscard]] Status append(std::vector<T>& list, Result<T> item) {
    if (list.size() == kMaxListEntries) {
        return broken("session");
    }
    if (!item) {
        return tl::make_unexpected(std::move(item.error()));
    }
    list.push_back(std::move(*item));
    return {};
}

[[nodiscard]] Status decode_session_field(FieldReader& in, const ChunkField& field, SessionInfo& session) {
    switch (field.id) {
        case 1: session.tool_version = field.text(); break;
        case 2: session.host = field.text(); break;
        case 3: session.kernel = field.text(); break;
        case 4: session.target = field.text(); break;
        case 5: session.attached_unix_ns = in.number(field); break;
        case 6: session.attached_monotonic_ns = in.number(field); break;
        case 7: {
            const std::uint64_t known = in.number(field);
            if (known > static_cast<std::uint64_t>(KnownBefore::Full)) {
                return broken("session");
            }
            session.known_before_attach = static_cast<KnownBefore>(known);
            break;
        }
        case 8: return append(session.modules, decode_module(field.data));
        case 9: return append(session.probes, decode_probe(field.data));
        case 10: session.part = static_cast<std::uint32_t>(in.number(field)); break;
        default:
            if (field.required) {
                return unknown_field("session", field);
            }
    }
    return {};
}

}  // namespace

Bytes encode_session(const SessionInfo& session) {
    ByteWriter out;
    write_text_field(out, 1, session.tool_version);
    write_text_field(out, 2, session.host);
    write_text_field(out, 3, session.kernel);
    write_text_field(out, 4, session.target);
    write_number_field(out, 5, session.attached_unix_ns);
    write_number_field(out, 6, session.attached_monotonic_ns);
    write_number_field(out, 7, static_cast<std::uint64_t>(session.known_before_attach));
    for (const ModuleInfo& module : session.modules) {
        write_field(out, 8, false, encode_module(module));
    }
    for (const ProbeOutcome& probe : session.probes) {
        write_field(out, 9, false, encode_probe(probe));
    }
    write_number_field(out, 10, session.part);
    return out.bytes();
}

Result<SessionInfo> decode_session(std::span<const std::uint8_t> data) {
    SessionInfo session;
    FieldReader in(data);
    for (ChunkField field; in.next(field);) {
        if (Status decoded = decode_session_field(in, field, session); !decoded) {
            return tl::make_unexpected(std::move(decoded.error()));
        }
    }
    if (in.failed()) {
        return broken("session");
    }
    return session;
}

Bytes encode_end(const RecordingEnd& end) {
    ByteWriter out;
    write_number_field(out, 1, end.events);
    write_number_field(out, 2, end.events_not_written);
    write_text_field(out, 3, end.write_error);
    write_number_field(out, 4, end.totals.detached_monotonic_ns);
    write_text_field(out, 5, end.totals.end_reason);
    write_number_field(out, 6, end.totals.lost_allocated);
    write_number_field(out, 7, end.totals.lost_freed);
    write_number_field(out, 8, end.totals.lost_circular_buffers);
    write_number_field(out, 9, end.totals.lost_lifecycle);
    write_number_field(out, 10, end.totals.ring_bytes);
    write_number_field(out, 11, end.totals.ring_peak_bytes);
    write_number_field(out, 12, end.goes_on ? 1 : 0);
    return out.bytes();
}

Result<RecordingEnd> decode_end(std::span<const std::uint8_t> data) {
    RecordingEnd end;
    FieldReader in(data);
    for (ChunkField field; in.next(field);) {
        switch (field.id) {
            case 1: end.events = in.number(field); break;
            case 2: end.events_not_written = in.number(field); break;
            case 3: end.write_error = field.text(); break;
            case 4: end.totals.detached_monotonic_ns = in.number(field); break;
            case 5: end.totals.end_reason = field.text(); break;
            case 6: end.totals.lost_allocated = in.number(field); break;
            case 7: end.totals.lost_freed = in.number(field); break;
            case 8: end.totals.lost_circular_buffers = in.number(field); break;
            case 9: end.totals.lost_lifecycle = in.number(field); break;
            case 10: end.totals.ring_bytes = in.number(field); break;
            case 11: end.totals.ring_peak_bytes = in.number(field); break;
            case 12: end.goes_on = in.number(field) != 0; break;
            default:
                if (field.required) {
                    return unknown_field("end", field);
                }
        }
    }
    if (in.failed()) {
        return broken("end");
    }
    return end;
}

}  // namespace tt::alloc_trace
