// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The views of a recording: `report FILE NAME`. A view is made for one command, watches one replay or several, and says what it
// saw. Its JSON follows docs/schemas/NAME.schema.json; the array it is about is named after it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/iteration_hint.hpp"
#include "analysis/last_use.hpp"
#include "analysis/observer.hpp"
#include "analysis/scale_rule.hpp"
#include "base/error.hpp"
#include "event/session_info.hpp"
#include "origin/origin_filter.hpp"
#include "origin/origin_key.hpp"
#include "report/display_text.hpp"
#include "report/json_envelope.hpp"
#include "report/memory_kind.hpp"
#include "report/process_health.hpp"
#include "report/view_words.hpp"

namespace tt::alloc_trace {

struct ViewOptions {
    ViewFilter filter;
    std::size_t top = 20;  // rows of each table, in text; 0: all
    ReplayWindow window;
    std::optional<std::uint64_t> need{};  // bytes per bank: would they fit
    IterationHint iterations{};  // growth: what the user calls an iteration
    std::uint64_t need_tolerance = 0;  // by how much `need` may be rounded
    std::vector<ScaleRule> scale{};  // fits: what would be larger
    OriginFilter origins{};
    OriginKey by{};  // callsites
};

// What was replayed, at the end of it.
struct ReplayedStream {
    const TrackerView& tracker;
    const SessionInfo& session;
    bool complete = true;  // no doubts, and the file is whole
    const std::string& warning;  // about the file; empty if it is whole
    // The last moment with memory in use; nullptr if some is in use at the end, or that moment was asked for, or of a view that does
    // not show what is live.
    const TrackerView* last_use = nullptr;
    const LastUse* uses = nullptr;  // nullptr: not known
    // By ProcessState::number: processes that ended and held nothing any more at that moment, as they were when they held memory last; of
    // a view that shows each process for itself.
    std::map<std::uint32_t, const ProcessState*> ended{};

    // Of what is shown as live, or of one process at that moment.
    [[nodiscard]] const TrackerView& live() const { return last_use == nullptr ? tracker : *last_use; }
    [[nodiscard]] const ProcessState& live_of(const ProcessState& process) const;
    [[nodiscard]] LiveMoment live_moment() const;
    [[nodiscard]] Completeness completeness() const;  // for json_envelope()
    // Nothing was missed, and what was live before the attach is known: that something is not there can be said.
    [[nodiscard]] bool all_known() const { return complete && nothing_unknown(tracker, session); }
};

class View {
public:
    View() = default;
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    virtual ~View() = default;

    // Of the next replay; nullptr: the final state of the tracker is enough.
    [[nodiscard]] virtual Observer* observer() { return nullptr; }
    // Whether it wants ReplayedStream::last_use.
    [[nodiscard]] virtual bool shows_live() const { return false; }
    // Whether it wants ReplayedStream::ended as well.
    [[nodiscard]] virtual bool shows_ended() const { return false; }
    // What to replay next; nullopt: all is known. Asked after each replay.
    [[nodiscard]] virtual std::optional<ReplayWindow> next_window() { return std::nullopt; }

    // After the last replay: why what was asked for cannot be answered from this recording. nullopt: it can.
    [[nodiscard]] virtual std::optional<std::string> problem() const { return std::nullopt; }
    // Likewise: what --fail-misfit asks about is so.
    [[nodiscard]] virtual bool fails() const { return false; }
    [[nodiscard]] virtual std::string text(const ReplayedStream& stream, const TextStyle& style) const = 0;
    [[nodiscard]] virtual nlohmann::ordered_json json(const ReplayedStream& stream) const = 0;
};

enum class ViewSpan : std::uint8_t {
    Stretch,        // of time: --since, --until
    Moment,         // the state at one, --at, and nothing of the past: it can be sought
    MomentAndPast,  // the state at one, and what led to it
};

// Options of single views; the others go with every view.
enum class ViewOption : std::uint8_t { Need = 1, Iterations = 2, Scale = 4, FailMisfit = 8, Origins = 16, OriginKey = 32 };

struct ViewKind {
    std::string_view name;  // as on the command line
    std::string_view help;  // one line
    ViewSpan span;
    std::unique_ptr<View> (*make)(const ViewOptions& options);
    std::uint8_t options = 0;  // ViewOption, or-ed

    [[nodiscard]] bool takes(ViewOption option) const { return (options & static_cast<std::uint8_t>(option)) != 0; }
};

[[nodiscard]] std::span<const ViewKind> view_kinds();
[[nodiscard]] const ViewKind* find_view(std::string_view name);  // nullptr: there is none

}  // namespace tt::alloc_trace
