// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/failure_words.hpp"

#include <fmt/format.h>

#include "report/capacity_words.hpp"
#include "report/display_text.hpp"
#include "report/human_size.hpp"
#include "report/json_envelope.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

std::optional<std::uint64_t> short_by(const RefusalNumbers& said) {
    return said.asked && said.limit && *said.asked > *said.limit ? std::optional(*said.asked - *said.limit) : std::nullopt;
}

}  // namespace

std::string exact_bytes(std::uint64_t bytes) {
    constexpr std::uint64_t kKibi = 1024;
    return bytes < kKibi ? human_bytes(bytes) : fmt::format("{} ({} B)", human_bytes(bytes), human_count(bytes));
}

std::string_view what_was_refused(const RequestRefusal& refusal) {
    switch (refusal.reported.kind) {
        case RefusalKind::TraceRegion: return "trace region too small";
        case RefusalKind::KernelConfig: return "program larger than the kernel config buffer";
        case RefusalKind::GlobalCircularBuffer: return "circular buffer larger than the L1 buffer it lies in";
        case RefusalKind::Other: break;
    }
    return "refused";
}

std::string_view what_was_refused(const ClashFailure& clash) {
    const bool dataflow = clash.reported.dataflow;
    switch (clash.reported.cause) {
        case ClashCause::L1Buffers: return dataflow ? "dataflow buffers clash with L1 buffers" : "circular buffers clash with L1 buffers";
        case ClashCause::L1Size: return dataflow ? "dataflow buffers larger than L1" : "circular buffers larger than L1";
        case ClashCause::ComputeGrid: return "circular buffers beyond the compute grid";
        case ClashCause::ServiceCores: return "circular buffers clash with a service core";
        case ClashCause::Unknown: break;
    }
    return dataflow ? "dataflow buffers found no place" : "circular buffers found no place";
}

std::string figures_of(const RequestRefusal& refusal) {
    const RefusalNumbers& said = refusal.reported;
    if (!said.asked || !said.limit) {
        return {};
    }
    const bool traces = said.kind == RefusalKind::TraceRegion;
    std::string text = fmt::format("asked for {}{}, limit {}", exact_bytes(*said.asked), traces ? " in all" : "", exact_bytes(*said.limit));
    if (const auto missing = short_by(said)) {
        text += fmt::format(": short by {}", exact_bytes(*missing));
    }
    if (refusal.held && refusal.held->count > 0) {
        text += fmt::format("; {} held by {}", exact_bytes(refusal.held->bytes), counted(refusal.held->count, "trace"));
    }
    return text;
}

std::string figures_of(const ClashFailure& clash) {
    const ClashNumbers& said = clash.reported;
    std::string text = said.region_end ? fmt::format("end at {:#x}", *said.region_end) : std::string();
    const auto& limit = said.l1_buffer_address ? said.l1_buffer_address : said.l1_size;
    if (said.region_end && limit && *said.region_end > *limit) {
        const char* what = said.l1_buffer_address ? "above the lowest L1 buffer at" : "beyond the end of L1 at";
        text += fmt::format(", {} {} {:#x}", exact_bytes(*said.region_end - *limit), what, *limit);
    }
    return text;
}

std::string help_of(const RequestRefusal& refusal) {
    const RefusalNumbers& said = refusal.reported;
    const auto missing = short_by(said);
    if (said.kind == RefusalKind::TraceRegion && said.asked) {
        return fmt::format("a trace_region_size of {} or more, or fewer traces at a time", human_count(*said.asked));
    }
    if (said.kind == RefusalKind::KernelConfig && missing) {
        return fmt::format("a worker_l1_size smaller by {} B, which makes room for that buffer, or a smaller program", human_count(*missing));
    }
    return {};
}

std::string message_text(std::string_view message, bool utf8) {
    const std::string_view reason = reason_of(message);
    std::string_view where = message.substr(0, message.size() - reason.size());
    constexpr std::string_view kBetween = " info: ";
    where = where.substr(0, where.size() - (where.ends_with(kBetween) ? kBetween.size() : 0));
    return printable(where.empty() ? std::string(reason) : fmt::format("{} [{}]", reason, where), utf8);
}

std::optional<BufferType> missing_region(const AllocationFailure& failure) {
    const bool empty = failure.reported.bank_size ? *failure.reported.bank_size == 0
                                                  : failure.tracked.known() && failure.tracked.bank_bytes == 0;
    return empty ? std::optional(failure.event.buffer.type) : std::nullopt;
}

std::string times_text(std::uint64_t count, const std::string& last) {
    return count < 2 ? std::string() : fmt::format(" ({} times, last at {})", human_count(count), last);
}

void add_figures(Json& json, const RequestRefusal& refusal) {
    json["asked_bytes"] = number_or_null(refusal.reported.asked);
    json["limit_bytes"] = number_or_null(refusal.reported.limit);
    json["short_bytes"] = number_or_null(short_by(refusal.reported));
    json["traces"] = nullptr;
    if (refusal.held) {
        json["traces"] = Json::object();
        json["traces"]["count"] = refusal.held->count;
        json["traces"]["bytes"] = refusal.held->bytes;
    }
}

void add_figures(Json& json, const ClashFailure& clash) {
    json["cause"] = to_string(clash.reported.cause);
    json["dataflow"] = clash.reported.dataflow;
    json["l1_buffer_address"] = hex_or_null(clash.reported.l1_buffer_address);
    json["region_end"] = hex_or_null(clash.reported.region_end);
    json["l1_bytes"] = number_or_null(clash.reported.l1_size);
    json["cores"] = nullptr;
    if (const auto& cores = clash.reported.cores) {
        json["cores"] = Json::array({cores->start_x, cores->start_y, cores->end_x, cores->end_y});
    }
}

}  // namespace tt::alloc_trace
