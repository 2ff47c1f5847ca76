// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/peak_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "analysis/growth.hpp"
#include "analysis/life_witness.hpp"
#include "analysis/observer_list.hpp"
#include "analysis/phases.hpp"
#include "report/buffer_words.hpp"
#include "report/capacity_words.hpp"
#include "report/core_words.hpp"
#include "report/human_size.hpp"
#include "report/life_words.hpp"
#include "report/peak_words.hpp"
#include "report/phase_words.hpp"
#include "report/text_table.hpp"

namespace tt::alloc_trace {
namespace {

using Align = TextTable::Align;
using Json = nlohmann::ordered_json;

// Equal peaks of several chips: those of a mesh rise and fall together.
struct PeakRow {
    const FoundPeak* first = nullptr;
    std::vector<Place> places;
    const PeakContent* content = nullptr;  // nullptr: not looked at
    std::optional<LifeSplit> life{};       // likewise; DRAM only
};

// Likewise of the fullest core.
struct CoreRow {
    const FoundCorePeak* first = nullptr;
    std::vector<Place> places;
};

class PeakView final : public View {
public:
    explicit PeakView(const ViewOptions& options) : options_(options) {}

    Observer* observer() override { return looking_ ? &second_ : &first_; }

    std::optional<ReplayWindow> next_window() override {
        if (std::exchange(looking_, true)) {
            return std::nullopt;
        }
        choose();
        for (const FoundPeak& peak : peaks_) {
            witness_.expect(peak.key, moment(peak).place.event);
            if (peak.key.of == PeakOf::Dram) {
                lives_.expect(peak.key, moment(peak).place.event);
            }
        }
        return witness_.expects_any() ? std::optional(options_.window) : std::nullopt;
    }

    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        std::vector<std::string> lines;
        append_notes(lines, head(stream), style);
        const std::vector<PeakRow> rows = joined_rows();
        if (!rows.empty()) {
            append_peaks(lines, rows, stream, style);
        }
        for (const CoreRow& row : joined_core_rows()) {
            append_core_peak(lines, row, stream.session, style);
        }
        for (const PeakRow& row : rows) {
            append_content(lines, row, stream, style);
        }
        return joined(lines);
    }

    Json json(const ReplayedStream& stream) const override {
        Json json = json_envelope(stream.session, "peak", stream.completeness());
        json["measure"] = footprints_ ? "footprint" : "size";
        json["circular_buffers_seen"] = circular_buffers_seen_;
        json["forgotten_places"] = finder_.forgotten_places();
        json["peak"] = Json::array();
        for (const FoundPeak& peak : peaks_) {
            json["peak"].push_back(peak_json(peak));
            json["peak"].back()["phase"] = phase_json(stream.tracker.marks, moment(peak).place.event);
        }
        json["cores"] = Json::array();
        for (const FoundCorePeak& core : core_peaks_) {
            json["cores"].push_back(core_json(core));
        }
        return json;
    }

private:
    // One measure for all of them, so that they can be compared.
    void choose() {
        for (const FoundPeak& peak : finder_.peaks()) {
            if (options_.filter.passes(peak.key.place)) {
                circular_buffers_seen_ = circular_buffers_seen_ || peak.key.of == PeakOf::CircularBuffers;
                if (passes(options_.filter, peak.key.of)) {
                    peaks_.push_back(peak);
                    footprints_ = footprints_ && peak.peak.footprint_known;
                }
            }
        }
        for (const FoundCorePeak& core : finder_.core_peaks()) {
            if (options_.filter.passes(core.place) && passes(options_.filter, PeakOf::L1AndCircularBuffers)) {
                core_peaks_.push_back(core);
            }
        }
        if (!circular_buffers_seen_) {  // their sum with L1 would say the same as L1
            std::erase_if(peaks_, [](const FoundPeak& peak) { return peak.key.of == PeakOf::L1AndCircularBuffers; });
        }
    }

    [[nodiscard]] const PeakMoment& moment(const FoundPeak& peak) const { return peak.peak.moment(footprints_); }

    [[nodiscard]] std::optional<LifeSplit> life_of(const FoundPeak& peak) const {
        std::optional<std::vector<BufferLife>> lives = lives_.lives(peak.key);
        const std::uint64_t t_ns = moment(peak).place.t_ns;
        return lives ? std::optional(split_by_life(std::move(*lives), iterations_around(growth_.result(), peak.pid, t_ns), t_ns)) : std::nullopt;
    }

    [[nodiscard]] std::vector<PeakRow> joined_rows() const {
        std::vector<PeakRow> rows;
        std::map<std::tuple<std::uint32_t, PeakOf, std::uint64_t, std::uint64_t>, std::vector<std::size_t>> alike;  // into rows
        for (const FoundPeak& peak : peaks_) {
            const PeakContent* content = witness_.content(peak.key);
            std::optional<LifeSplit> life = life_of(peak);
            const PeakMoment& at = moment(peak);
            std::vector<std::size_t>& candidates = alike[{peak.key.process, peak.key.of, at.bytes, at.place.event}];
            const auto same = std::find_if(candidates.begin(), candidates.end(), [&](std::size_t row) {
                const PeakContent* other = rows[row].content;
                return life == rows[row].life && (content == nullptr || other == nullptr ? content == other : *content == *other);
            });
            if (same == candidates.end()) {
                candidates.push_back(rows.size());
                rows.push_back({&peak, {peak.key.place}, content, std::move(life)});
            } else {
                rows[*same].places.push_back(peak.key.place);
            }
        }
        return rows;
    }

    [[nodiscard]] std::vector<CoreRow> joined_core_rows() const {
        std::vector<CoreRow> rows;
        for (const FoundCorePeak& core : core_peaks_) {
            const auto same = std::find_if(rows.begin(), rows.end(), [&core](const CoreRow& row) {
                return row.first->process == core.process && row.first->peak == core.peak;
            });
            if (same == rows.end()) {
                rows.push_back({&core, {core.place}});
            } else {
                same->places.push_back(core.place);
            }
        }
        return rows;
    }

    void append_core_peak(
        std::vector<std::string>& lines, const CoreRow& row, const SessionInfo& session, const TextStyle& style
    ) const {
        const CorePeak& peak = row.first->peak;
        const CoreFill fill = core_fill(peak);
        lines.push_back({});
        append_notes(
            lines,
            {{fmt::format(
                  "{} L1, fullest core: {}, {} B{}", place_list(row.places), busiest_core(fill), human_count(peak.bytes),
                  peak.core_bytes == 0 ? "" : " of " + human_count(peak.core_bytes)
              ),
              Ink::Strong},
             {fmt::format(
                  "  {} B circular buffers and {} B buffers, at {}, event {}{}", human_count(peak.bytes - peak.buffer_bytes),
                  human_count(peak.buffer_bytes), human_offset(peak.place.t_ns, session.attached_monotonic_ns), peak.place.event,
                  peak.program == 0 ? "" : ", launch of " + hex(peak.program)
              ),
              Ink::Plain}},
            style
        );
        if (!fill.parts.empty()) {
            append_cores(lines, fill, options_.top, style);
        }
        if (!fill.cores_complete) {
            append_notes(lines, {{"more cores hold circular buffers than are known", Ink::Warning}}, style);
        }
    }

    [[nodiscard]] static Json core_json(const FoundCorePeak& core) {
        Json json;
        json["pid"] = core.pid;
        add_place(json, core.place);
        add_stream_place(json, core.peak.place);
        json["bytes"] = core.peak.bytes;
        json["program"] = core.peak.program == 0 ? Json(nullptr) : Json(hex(core.peak.program));
        json["by_core"] = core_fill_json(core_fill(core.peak));
        return json;
    }

    [[nodiscard]] std::vector<Note> head(const ReplayedStream& stream) const {
        std::vector<Note> notes;
        notes.push_back(
            {footprints_ ? "peaks: highest footprint, bytes reserved on each chip, and what was live then"
                         : "peaks: highest sum of sizes on each chip, as not all footprints are known, and what was live then",
             Ink::Strong}
        );
        for (Note& note : knowledge_notes(stream, options_.window)) {
            notes.push_back(std::move(note));
        }
        if (circular_buffers_seen_) {
            notes.push_back({"L1+CB: circular buffers of a program that ran, and the buffers live at its launch", Ink::Plain});
        } else {
            notes.push_back({"L1: buffers only, no circular buffer was seen", Ink::Plain});
        }
        if (peaks_.empty() && stream.tracker.events > 0) {
            notes.push_back(none_note("no device memory was used", stream.all_known(), Ink::Plain));
        }
        if (finder_.forgotten_places() > 0) {
            notes.push_back({counted(finder_.forgotten_places(), "chip") + " of early processes left out: there were too many", Ink::Warning});
        }
        return notes;
    }

    [[nodiscard]] std::string title(const PeakRow& row) const {
        const char* what = row.first->key.of == PeakOf::L1 ? " (buffers only)" : "";
        return fmt::format("{} {}{}", place_list(row.places), to_string(row.first->key.of), what);
    }

    void append_peaks(
        std::vector<std::string>& lines, const std::vector<PeakRow>& rows, const ReplayedStream& stream, const TextStyle& style
    ) const {
        TextTable table({
            {"PID", Align::Left, 2, false},
            {"DEVICES", Align::Left, 0, true},
            {"TYPE", Align::Left, 0, false},
            {"PEAK", Align::Right, 0, false},
            {"AT", Align::Right, 0, false},
            {"EVENT", Align::Right, 1, false},
            {"PHASE", Align::Left, 0, true},
            {"BUFFERS", Align::Right, 0, false},
            {"CBS", Align::Right, 0, false},
        });
        for (const PeakRow& row : rows) {
            const PeakMoment& peak = moment(*row.first);
            const PeakContent* content = row.content;
            table.add_row({
                {fmt::format("{}", row.first->pid)},
                {place_list(row.places), Ink::Strong},
                {std::string(to_string(row.first->key.of))},
                {human_bytes(peak.bytes), Ink::Strong},
                {human_offset(peak.place.t_ns, stream.session.attached_monotonic_ns)},
                {human_count(peak.place.event), Ink::Dim},
                {phase_at(stream.tracker.marks, peak.place.event)},
                {content == nullptr ? "?" : human_count(content->buffers)},
                {content == nullptr || content->circular_buffer_count == 0 ? "" : human_count(content->circular_buffer_count)},
            });
        }
        lines.push_back({});
        append_table(lines, table, style);
    }

    void append_content(
        std::vector<std::string>& lines, const PeakRow& row, const ReplayedStream& stream, const TextStyle& style
    ) const {
        const SessionInfo& session = stream.session;
        if (row.content == nullptr) {
            return;
        }
        const PeakMoment& peak = moment(*row.first);
        lines.push_back({});
        append_notes(
            lines,
            {{fmt::format(
                  "{}: {} at {}, event {}", title(row), human_bytes(peak.bytes), human_offset(peak.place.t_ns, session.attached_monotonic_ns),
                  peak.place.event
              ),
              Ink::Strong}},
            style
        );
        if (const auto beyond = beyond_sizes(row); beyond && row.first->key.of == PeakOf::L1 && *beyond > 0) {
            append_notes(
                lines,
                {{fmt::format("{} of it is reserved beyond the sizes: each core reserves what one needs (lock-step), and padding", human_bytes(*beyond)), Ink::Plain}},
                style
            );
        }
        if (row.content->double_bytes > 0) {
            append_notes(
                lines,
                {{fmt::format("{} more is held by several allocators at once: counted once above, by each below", human_bytes(row.content->double_bytes)), Ink::Plain}},
                style
            );
        }
        if (row.life) {
            append_life(lines, *row.life, footprints_, session, style);
            lines.emplace_back();
        }
        if (row.content->group_count > 0) {
            append_groups(lines, row.content->groups, row.content->group_count, options_.top, stream, style);
        }
        if (row.content->circular_buffer_count > 0) {
            append_circular_buffers(lines, *row.content, style);
        }
    }

    // What buffers reserve more than they asked for; nullopt: not known, or not of buffers.
    [[nodiscard]] std::optional<std::uint64_t> beyond_sizes(const PeakRow& row) const {
        const bool buffers_only = row.first->key.of != PeakOf::CircularBuffers && row.first->key.of != PeakOf::L1AndCircularBuffers;
        if (!footprints_ || !buffers_only || row.content == nullptr) {
            return std::nullopt;
        }
        const std::uint64_t reserved = moment(*row.first).bytes + row.content->double_bytes;
        return reserved - std::min(reserved, row.content->bytes);
    }

    void append_circular_buffers(std::vector<std::string>& lines, const PeakContent& content, const TextStyle& style) const {
        TextTable table({
            {"PROGRAM", Align::Left, 0, false},
            {"OF", Align::Left, 0, false},
            {"CB AT", Align::Right, 0, false},
            {"SIZE/CORE", Align::Right, 0, false},
            {"CORES", Align::Right, 0, false},
            {"TOTAL", Align::Right, 0, false},
        });
        const std::size_t shown = rows_shown(content.circular_buffers.size(), options_.top);
        for (std::size_t i = 0; i < shown; ++i) {
            const ResidentCircularBuffer& cb = content.circular_buffers[i];
            table.add_row({
                {hex(cb.program)},
                {cb.kind == PlanKind::DataflowBuffers ? "dataflow buffers" : ""},
                {hex(cb.address)},
                {human_bytes(cb.size)},
                {human_count(cb.cores) + (cb.cores_complete ? "" : "+")},
                {human_bytes(cb.size * cb.cores)},
            });
        }
        append_table(lines, table, style);
        append_left_out(lines, content.circular_buffer_count, shown, "circular buffer", style);
    }

    [[nodiscard]] Json peak_json(const FoundPeak& peak) const {
        const PeakMoment& at = moment(peak);
        const PeakContent* content = witness_.content(peak.key);
        Json json;
        json["pid"] = peak.pid;
        add_place(json, peak.key.place);
        json["type"] = to_string(peak.key.of);
        json["bytes"] = at.bytes;
        json["size_bytes"] = peak.peak.by_size.bytes;
        json["footprint_bytes"] = number_or_null(
            peak.peak.footprint_known ? std::optional(peak.peak.by_footprint.bytes) : std::nullopt
        );
        add_stream_place(json, at.place);
        const std::optional<LifeSplit> life = life_of(peak);
        json["life"] = life ? life_json(*life) : Json(nullptr);
        json["live_buffers"] = content == nullptr ? Json(nullptr) : Json(content->buffers);
        json["beyond_sizes_bytes"] = number_or_null(beyond_sizes({&peak, {}, content}));
        json["double_bytes"] = content == nullptr ? Json(nullptr) : Json(content->double_bytes);
        json["group_count"] = content == nullptr ? Json(nullptr) : Json(content->group_count);
        json["groups"] = Json::array();
        json["circular_buffer_count"] = content == nullptr ? Json(nullptr) : Json(content->circular_buffer_count);
        json["circular_buffers"] = Json::array();
        if (content != nullptr) {
            for (const BufferGroup& group : content->groups) {
                json["groups"].push_back(buffer_group_json(group));
            }
            for (const ResidentCircularBuffer& cb : content->circular_buffers) {
                json["circular_buffers"].push_back(
                    {{"program", hex(cb.program)},
                     {"plan", to_string(cb.kind)},
                     {"address", hex(cb.address)},
                     {"size", cb.size},
                     {"cores", cb.cores},
                     {"cores_complete", cb.cores_complete}}
                );
            }
        }
        return json;
    }

    ViewOptions options_;
    PeakFinder finder_;
    GrowthObserver growth_;
    ObserverList first_{{&finder_, &growth_}};  // replay
    PeakWitness witness_;
    LifeWitness lives_;
    ObserverList second_{{&witness_, &lives_}};
    bool looking_ = false;
    bool footprints_ = true;
    bool circular_buffers_seen_ = false;
    std::vector<FoundPeak> peaks_;  // that pass the filter
    std::vector<FoundCorePeak> core_peaks_;  // likewise
};

}  // namespace

std::unique_ptr<View> make_peak_view(const ViewOptions& options) { return std::make_unique<PeakView>(options); }

}  // namespace tt::alloc_trace
