// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "cli/named_moments.hpp"

#include "analysis/first_failure.hpp"
#include "cli/replay.hpp"

namespace tt::alloc_trace {

Result<std::vector<FoundPeak>> find_peaks(const std::string& path, const ReplayWindow& window) {
    PeakFinder finder;
    Replay replay;
    if (Status replayed = replay_recording(path, replay, window, &finder); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    return finder.peaks();
}

const PeakMoment& shown_moment(const FoundPeak& peak) { return peak.peak.moment(peak.peak.footprint_known); }

const FoundPeak* highest(const std::vector<FoundPeak>& peaks, const std::function<bool(const FoundPeak&)>& passes) {
    const FoundPeak* most = nullptr;
    for (const FoundPeak& peak : peaks) {
        if (passes(peak) && (most == nullptr || shown_moment(peak).bytes > shown_moment(*most).bytes)) {
            most = &peak;
        }
    }
    return most;
}

Result<std::uint64_t> find_first_failure(const std::string& path, const std::string& name) {
    FirstFailure failure;
    Replay replay;
    if (Status replayed = replay_recording(path, replay, {}, &failure); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    if (!failure.event()) {
        return fail(ErrorCode::Usage, name + ": no allocation failed and no launch was refused", "see report FILE failures and clash");
    }
    return *failure.event();
}

Result<std::optional<std::uint64_t>> find_close(const std::string& path) {
    Replay replay;
    if (Status replayed = replay_recording(path, replay); !replayed) {
        return tl::make_unexpected(replayed.error());
    }
    const bool held = any_in_use(replay.tracker.view().processes) || replay.last_use.event() == 0;
    return held ? std::nullopt : std::optional(replay.last_use.event());
}

}  // namespace tt::alloc_trace
