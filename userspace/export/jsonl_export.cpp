// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every event in order, one JSON object per line: report/event_json.hpp, docs/schemas/events.schema.json.
#include "export/formats.hpp"
#include "export/stream_state.hpp"
#include "report/event_json.hpp"
#include "report/owner_labels.hpp"

namespace tt::alloc_trace {
namespace {

class JsonlExport final : public TextExporter {
public:
    JsonlExport(const ExportOptions& options, const ExportTarget& target)
        : TextExporter(*target.text), options_(options), session_(target.session) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        labels_.take_over(view);
        text() += json_line(export_header_json(session_));
    }

    void observe(const Event& event, const Applied& applied) override {
        const std::string_view label = labels_.observe(event);
        if (!state_.passes(options_, event)) {
            return;
        }
        events_ += std::holds_alternative<Lost>(event) ? 0 : 1;
        append_event_json(text(), event, applied, label);
        flush_if_large();
    }

private:
    void write_end(const ReplayedStream& stream) override { text() += json_line(export_end_json(events_, stream.completeness())); }

    const ExportOptions options_;
    const SessionInfo& session_;
    StreamState state_;
    OwnerLabels labels_;
    std::uint64_t events_ = 0;
};

}  // namespace

std::unique_ptr<Exporter> make_jsonl_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<JsonlExport>(options, target);
}

}  // namespace tt::alloc_trace
