// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/html_page.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "report/answer_heading.hpp"

namespace tt::alloc_trace {
namespace {

#include "page.inc"  // kPageHead, kPageTail: made of html/ by embed_page.cmake

// Forwards a replay to all of them.
class Picture final : public Observer {
public:
    Picture(std::uint64_t since_t_ns, LifeFilter passes) : series(since_t_ns), map(since_t_ns), stacks(std::move(passes)) {}

    void begin(const TrackerView& view) override {
        series.begin(view);
        map.begin(view);
        peaks.begin(view);
        room.begin(view);
        stacks.begin(view);
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        series.started(process, key, buffer);
        peaks.started(process, key, buffer);
        room.started(process, key, buffer);
        stacks.started(process, key, buffer);
    }
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override {
        series.ended(process, key, buffer, kind);
        map.ended(process, key, buffer, kind);
        room.ended(process, key, buffer, kind);
        stacks.ended(process, key, buffer, kind);
    }
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override {
        series.known_better(process, key, before, now);
        peaks.known_better(process, key, before, now);
        stacks.known_better(process, key, before, now);
    }
    void launching(const ProcessState& process, const Place& place) override { series.launching(process, place); }
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override {
        series.launched(process, owner, program, planning);
        peaks.launched(process, owner, program, planning);
        room.launched(process, owner, program, planning);
    }
    void launch_refused(const ProcessState& process, const Place& place) override { series.launch_refused(process, place); }
    void residency_changed(const ProcessState& process, const Place& place) override {
        series.residency_changed(process, place);
        map.residency_changed(process, place);
    }
    void observe(const Event& event, const Applied& applied) override {
        series.observe(event, applied);
        map.observe(event, applied);
        peaks.observe(event, applied);
        room.observe(event, applied);
    }
    void end(const TrackerView& view) override {
        series.end(view);
        map.end(view);
        peaks.end(view);
        room.end(view);
        stacks.end(view);
    }

    UsageSeries series;
    AddressMap map;
    PeakFinder peaks;
    LaunchRoom room;
    StackWeights stacks;
};

class Html final : public View {
public:
    explicit Html(const ViewOptions& options) : filter_(options.filter), picture_(options.window.since_t_ns, life_filter(options.filter)) {}

    Observer* observer() override { return &picture_; }
    bool shows_live() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& /*style*/) const override {
        return html_page(json(stream));
    }
    nlohmann::ordered_json json(const ReplayedStream& stream) const override {
        return page_data(stream, {picture_.series, picture_.map, picture_.peaks.core_peaks(), picture_.room.overlaps(), picture_.stacks}, filter_);
    }

private:
    ViewFilter filter_;
    Picture picture_;
};

}  // namespace

std::unique_ptr<View> make_html_view(const ViewOptions& options) { return std::make_unique<Html>(options); }

std::string html_page(const nlohmann::ordered_json& data) {
    // Pure ASCII. Outside of strings JSON has none of the characters that mean something to HTML.
    const std::string json = data.dump(-1, ' ', true, nlohmann::ordered_json::error_handler_t::replace);
    std::string page(kPageHead);
    page.reserve(kPageHead.size() + json.size() + kPageTail.size());
    for (const char c : json) {
        switch (c) {
            case '<': page += "\\u003c"; break;
            case '>': page += "\\u003e"; break;
            case '&': page += "\\u0026"; break;
            default: page += c;
        }
    }
    page += kPageTail;
    return page;
}

}  // namespace tt::alloc_trace
