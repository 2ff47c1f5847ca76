// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export/visualizer_words.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "export/stream_state.hpp"
#include "report/event_json.hpp"
#include "report/human_size.hpp"

namespace tt::alloc_trace {

std::string words_of(const Event& event) {
    const std::optional<VisualizerError> error = error_of(event);
    std::string words(error ? error->type : to_string(event_kind(event)));
    std::replace(words.begin(), words.end(), '_', ' ');
    if (const BufferFields* buffer = subject_of(event).buffer) {
        words += fmt::format("{} {} {}", error ? ":" : "", to_string(buffer->type), human_bytes(buffer->size));
    }
    return words;
}

std::optional<VisualizerError> error_of(const Event& event) {
    const std::uint64_t t_ns = header_of(event).t_ns;
    if (const auto* failed = std::get_if<AllocationFailed>(&event)) {
        return VisualizerError{0, t_ns, "allocation failed", failed->message};
    }
    if (const auto* clash = std::get_if<CircularBufferClash>(&event)) {
        return VisualizerError{0, t_ns, "no place for the buffers of a program", clash->message};
    }
    if (const auto* refused = std::get_if<RequestRefused>(&event)) {
        return VisualizerError{0, t_ns, "refused", refused->message};
    }
    return std::nullopt;
}

}  // namespace tt::alloc_trace
