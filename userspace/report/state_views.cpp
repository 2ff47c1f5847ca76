// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/state_views.hpp"

#include "analysis/launch_room.hpp"
#include "report/launch_words.hpp"
#include "report/live_view.hpp"
#include "report/phase_words.hpp"
#include "report/summary_view.hpp"

namespace tt::alloc_trace {
namespace {

using Json = nlohmann::ordered_json;

class Summary final : public View, private Observer {
public:
    explicit Summary(const ViewOptions& options) : filter_(options.filter), window_(options.window) {}

    Observer* observer() override { return this; }
    bool shows_live() const override { return true; }
    bool shows_ended() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        return render_summary_text(model(stream), stream.session, style);
    }
    Json json(const ReplayedStream& stream) const override { return summary_json(model(stream), stream.session); }

private:
    void begin(const TrackerView& view) override { room_.begin(view); }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        room_.started(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override {
        room_.ended(process, key, buffer, kind);
    }
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override {
        room_.launched(process, owner, program, planning);
    }
    void observe(const Event& event, const Applied& applied) override {
        counter_.observe(event);
        room_.observe(event, applied);
    }
    void end(const TrackerView& view) override { room_.end(view); }
    [[nodiscard]] SummaryView model(const ReplayedStream& stream) const {
        SummaryView summary = build_summary_view(stream.tracker, counter_, stream.warning, stream.session, filter_, stream.last_use, stream.ended);
        summary.live_at = stream.live_moment();
        summary.phases = phases_text(stream.tracker, stream.session, window_);
        summary.marks = stream.tracker.marks;
        summary.launch_overlaps = passing(room_.overlaps(), filter_);
        return summary;
    }

    ViewFilter filter_;
    ReplayWindow window_;
    EventCounter counter_;
    LaunchRoom room_;
};

class Live final : public View {
public:
    explicit Live(const ViewOptions& options) : filter_(options.filter), origins_(options.origins), top_(options.top) {}

    bool shows_live() const override { return true; }
    std::string text(const ReplayedStream& stream, const TextStyle& style) const override {
        return render_live_text(model(stream), stream.session, style, top_);
    }
    Json json(const ReplayedStream& stream) const override {
        return live_json(model(stream), stream.session, stream.complete);
    }

private:
    [[nodiscard]] LiveView model(const ReplayedStream& stream) const {
        LiveView live = build_live_view(stream.tracker, stream.session, filter_, stream.last_use, origins_);
        live.moment = stream.live_moment();
        return live;
    }

    ViewFilter filter_;
    OriginFilter origins_;
    std::size_t top_;
};

}  // namespace

std::unique_ptr<View> make_summary_view(const ViewOptions& options) { return std::make_unique<Summary>(options); }
std::unique_ptr<View> make_live_view(const ViewOptions& options) { return std::make_unique<Live>(options); }

}  // namespace tt::alloc_trace
