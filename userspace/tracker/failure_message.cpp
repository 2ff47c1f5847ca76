// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/failure_message.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace tt::alloc_trace {
namespace {

// The decimal number at the start of `text`.
std::optional<std::uint64_t> leading_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end != text.data() ? std::optional(value) : std::nullopt;
}

std::string_view behind(std::string_view text, std::string_view phrase) {
    const std::size_t at = text.find(phrase);
    return at == std::string_view::npos ? std::string_view() : text.substr(at + phrase.size());
}

std::optional<std::uint64_t> number_behind(std::string_view text, std::string_view phrase) {
    return leading_number(behind(text, phrase));
}

std::optional<std::uint64_t> either(std::optional<std::uint64_t> first, std::optional<std::uint64_t> second) {
    return first ? first : second;
}

// "[(x=0,y=0) - (x=7,y=7)]": its four numbers, whatever stands between them.
std::optional<CoreRange> core_range(std::string_view text) {
    constexpr std::size_t kLongest = 80;
    constexpr std::string_view kDigits = "0123456789";
    text = text.substr(0, kLongest);
    std::array<std::uint32_t, 4> numbers{};
    for (std::uint32_t& number : numbers) {
        const std::size_t start = text.find_first_of(kDigits);
        if (start == std::string_view::npos) {
            return std::nullopt;
        }
        text = text.substr(start);
        const std::size_t length = std::min(text.find_first_not_of(kDigits), text.size());
        const auto [end, error] = std::from_chars(text.data(), text.data() + length, number);
        if (error != std::errc()) {
            return std::nullopt;
        }
        text = text.substr(length);
    }
    return CoreRange{numbers[0], numbers[1], numbers[2], numbers[3]};
}

std::optional<CoreRange> range_up_to_bracket(std::string_view text) {
    return core_range(text.substr(0, std::min(text.find(']'), text.size())));
}

bool has(std::string_view text, std::string_view phrase) { return text.find(phrase) != std::string_view::npos; }

std::optional<std::int32_t> mesh_id(std::string_view text) {
    const std::optional<std::uint64_t> id = leading_number(text);
    return id && *id <= std::numeric_limits<std::int32_t>::max() ? std::optional(static_cast<std::int32_t>(*id)) : std::nullopt;
}

}  // namespace

std::string_view to_string(ClashCause cause) {
    switch (cause) {
        case ClashCause::L1Buffers: return "l1_buffers";
        case ClashCause::L1Size: return "l1_size";
        case ClashCause::ComputeGrid: return "compute_grid";
        case ClashCause::ServiceCores: return "service_cores";
        case ClashCause::Unknown: break;
    }
    return "unknown";
}

std::string_view to_string(RefusalKind kind) {
    switch (kind) {
        case RefusalKind::TraceRegion: return "trace_region";
        case RefusalKind::KernelConfig: return "kernel_config";
        case RefusalKind::GlobalCircularBuffer: return "global_circular_buffer";
        case RefusalKind::Other: break;
    }
    return "other";
}

bool tells_out_of_memory(std::string_view message) { return has(message, "Out of Memory"); }

std::string_view reason_of(std::string_view message) {
    const std::string_view reason = behind(message, " info: ");
    return reason.empty() ? message : reason;
}

RefusalNumbers parse_refusal(std::string_view message) {
    RefusalNumbers numbers;
    if (const std::string_view trace = behind(message, "Creating trace buffers of size "); !trace.empty()) {
        numbers.kind = RefusalKind::TraceRegion;
        numbers.asked = leading_number(trace);
        numbers.limit = number_behind(trace, "but only ");
        numbers.mesh = mesh_id(behind(trace, "on MeshDevice "));
    } else if (has(message, "exceed the configured trace-region capacity")) {
        numbers.kind = RefusalKind::TraceRegion;
    } else if (const std::string_view program = behind(message, "Program size ("); has(program, "too large for kernel config buffer")) {
        numbers.kind = RefusalKind::KernelConfig;
        numbers.asked = leading_number(program);
        numbers.limit = number_behind(program, "kernel config buffer (");
    } else if (const std::string_view global = behind(message, "Cannot set to globally allocated buffer."); !global.empty()) {
        numbers.kind = RefusalKind::GlobalCircularBuffer;
        numbers.asked = number_behind(global, "Circular buffer size ");
        numbers.limit = number_behind(global, "L1 buffer size of ");
    }
    return numbers;
}

OutOfMemoryNumbers parse_out_of_memory(std::string_view message) {
    const std::string_view what = behind(message, "Out of Memory: Not enough ");
    OutOfMemoryNumbers numbers;
    numbers.requested = either(number_behind(what, "space to allocate "), number_behind(what, "dependencies to allocate "));
    numbers.banks = number_behind(what, " across ");
    numbers.needed = either(number_behind(what, "needs to store "), number_behind(what, " banks ("));
    numbers.bank_size = either(number_behind(what, "bank size is only "), number_behind(what, "bank size is "));
    numbers.allocated = number_behind(what, "(allocated: ");
    numbers.free = number_behind(what, ", free: ");
    numbers.largest_free = number_behind(what, "largest free block: ");
    const std::string_view left = behind(what, "additional occupied range(s), ");
    numbers.placeable = leading_number(left);
    numbers.largest_placeable = number_behind(left, "largest ");
    numbers.dependencies = has(what, "after considering dependencies");
    return numbers;
}

ClashNumbers parse_clash(std::string_view message) {
    ClashNumbers numbers;
    numbers.dataflow = has(message, "Statically allocated dataflow buffers");
    const std::string_view grid = behind(message, "Circular buffer core range ");
    const std::string_view service = behind(message, "Circular buffers on service-core range ");
    if (!grid.empty() || !service.empty()) {
        numbers.cause = grid.empty() ? ClashCause::ServiceCores : ClashCause::ComputeGrid;
        numbers.region_end = number_behind(service, "region ends at ");
        numbers.cores = range_up_to_bracket(grid.empty() ? service : grid);
        return numbers;
    }
    const std::string_view what =
        behind(message, numbers.dataflow ? "Statically allocated dataflow buffers" : "Statically allocated circular buffers");
    numbers.l1_buffer_address = number_behind(what, "L1 buffer allocated at ");
    numbers.region_end = either(number_behind(what, "region ends at "), number_behind(what, "grow to "));
    numbers.l1_size = number_behind(what, "max L1 size of ");
    numbers.cores = range_up_to_bracket(behind(what, "core range "));
    if (has(what, "clash with L1 buffers")) {
        numbers.cause = ClashCause::L1Buffers;
    } else if (has(what, "beyond max L1 size")) {
        numbers.cause = ClashCause::L1Size;
    }
    return numbers;
}

}  // namespace tt::alloc_trace
