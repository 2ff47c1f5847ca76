// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/export_window.hpp"

#include <fmt/format.h>

#include <map>
#include <utility>

#include "cli/named_moments.hpp"
#include "cli/replay.hpp"
#include "report/human_size.hpp"
#include "report/peak_words.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {
namespace {

bool passes(const ExportOptions& exporting, const FoundPeak& peak) {
    return exporting.passes_process(peak.pid) && exporting.filter.passes(peak.key.place) && passes(exporting.filter, peak.key.of);
}

ReplayWindow until(std::uint64_t event) {
    ReplayWindow window;
    window.until_event = event;
    return window;
}

// --at peak: the highest there is of all that passes the filters.
Result<ReplayWindow> window_to_peak(const std::string& path, const ExportOptions& exporting) {
    const Result<std::vector<FoundPeak>> peaks = find_peaks(path);
    if (!peaks) {
        return tl::make_unexpected(peaks.error());
    }
    const FoundPeak* peak = highest(*peaks, [&exporting](const FoundPeak& found) { return passes(exporting, found); });
    if (peak == nullptr) {
        return fail(ErrorCode::Usage, "--at peak: no memory was used that passes the filters", "see report FILE peak");
    }
    return until(shown_moment(*peak).place.event);
}

Result<ReplayWindow> window_to(const Options& options, const ExportOptions& exporting) {
    if (options.at == "peak") {
        return window_to_peak(options.file, exporting);
    }
    if (options.at == "failure") {
        const Result<std::uint64_t> failure = find_first_failure(options.file, "--at failure");
        return failure ? Result<ReplayWindow>(until(*failure)) : tl::make_unexpected(failure.error());
    }
    if (options.at == "close") {
        const Result<std::optional<std::uint64_t>> close = find_close(options.file);
        return close ? Result<ReplayWindow>(*close ? until(**close) : ReplayWindow{}) : tl::make_unexpected(close.error());
    }
    return read_window(options.file, {}, options.at, "--at");
}

Result<ReplayWindow> select_window(const Options& options, const ExportOptions& exporting) {
    const bool stretch = !options.since.empty() || !options.until.empty();
    if (!options.at.empty() && stretch) {
        return fail(ErrorCode::Usage, "--at does not go with --since and --until", "give the one or the others");
    }
    if (!options.at.empty()) {
        return window_to(options, exporting);
    }
    return stretch ? read_window(options.file, options.since, options.until) : ReplayWindow{};
}

// Peaks at one event are one moment: those of a mesh's chips rise and fall together.
Result<std::vector<NamedMoment>> peak_moments(const std::string& path, const ExportOptions& exporting) {
    const Result<std::vector<FoundPeak>> peaks = find_peaks(path, exporting.window);
    if (!peaks) {
        return tl::make_unexpected(peaks.error());
    }
    struct OfEvent {
        std::map<std::pair<PeakOf, std::uint64_t>, std::vector<Place>> places;  // by what it is of, and bytes
    };
    std::map<std::uint64_t, OfEvent> found;  // by event
    for (const FoundPeak& peak : *peaks) {
        if (passes(exporting, peak)) {
            const PeakMoment& moment = shown_moment(peak);
            found[moment.place.event].places[{peak.key.of, moment.bytes}].push_back(peak.key.place);
        }
    }
    std::vector<NamedMoment> moments;
    for (const auto& [event, peaks_then] : found) {
        NamedMoment moment{event, {}, false};
        for (const auto& [what, places] : peaks_then.places) {
            const auto& [of, bytes] = what;
            moment.name += fmt::format("{}peak of {} on {} ({})", moment.name.empty() ? "" : ", ", to_string(of), place_list(places), human_bytes(bytes));
            moment.circular_buffers = moment.circular_buffers || of == PeakOf::CircularBuffers || of == PeakOf::L1AndCircularBuffers;
        }
        moments.push_back(std::move(moment));
    }
    return moments;
}

}  // namespace

Result<ExportOptions> export_options(const Options& options, const ExportKind& kind) {
    ExportOptions exporting = options.exporting;
    exporting.filter = options.filter;
    exporting.origins = options.origins;
    exporting.at_moment = !options.at.empty();
    const Result<ReplayWindow> window = select_window(options, exporting);
    if (!window) {
        return tl::make_unexpected(window.error());
    }
    exporting.window = *window;
    if (kind.wants_peaks) {
        Result<std::vector<NamedMoment>> peaks = peak_moments(options.file, exporting);
        if (!peaks) {
            return tl::make_unexpected(peaks.error());
        }
        exporting.peaks = std::move(*peaks);
    }
    return exporting;
}

}  // namespace tt::alloc_trace
