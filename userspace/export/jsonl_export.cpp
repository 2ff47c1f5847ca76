// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every event in order, one JSON object per line: report/event_json.hpp, docs/schemas/events.schema.json.
#include "export/formats.hpp"
#include "export/memory_changes.hpp"
#include "export/stream_state.hpp"
#include "report/event_json.hpp"
#include "report/owner_labels.hpp"

namespace tt::alloc_trace {
namespace {

class JsonlExport final : public TextExporter {
public:
    JsonlExport(const ExportOptions& options, const ExportTarget& target)
        : TextExporter(*target.text), options_(options), session_(target.session), changes_(options_) {}

    void begin(const TrackerView& view) override {
        state_.begin(view);
        labels_.take_over(view);
        text() += json_line(export_header_json(session_));
        changes_.begin(view, [this](const BufferLine& line) { append(line); });
        changes_.event_done([this](const HeldTwiceLine& line) { append(line); });
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        changes_.started(process, key, buffer);
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override {
        changes_.ended(process, key, buffer, kind, [this](const BufferLine& line) { append(line); });
    }
    void known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer&, const LiveBuffer& now) override {
        changes_.known_better(process, key, now);
    }

    void observe(const Event& event, const Applied& applied) override {
        const std::string_view label = labels_.observe(event);
        if (state_.passes(options_, event)) {
            events_ += std::holds_alternative<Lost>(event) ? 0 : 1;
            append_event_json(text(), event, applied, label, changes_.own());
            flush_if_large();
        }
        changes_.event_done([this](const HeldTwiceLine& line) { append(line); });
    }

private:
    void append(const HeldTwiceLine& line) { append_held_twice_json(text(), line.header, line.chip, line.type, line.delta); }
    void append(const BufferLine& line) {
        append_buffer_json(text(), line.header, line.buffer, line.kind, line.owner, line.reason, line.memory);
        flush_if_large();
    }
    void write_end(const ReplayedStream& stream) override { text() += json_line(export_end_json(events_, stream.completeness())); }

    const ExportOptions options_;
    const SessionInfo& session_;
    StreamState state_;
    OwnerLabels labels_;
    MemoryChanges changes_;
    std::uint64_t events_ = 0;
};

}  // namespace

std::unique_ptr<Exporter> make_jsonl_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<JsonlExport>(options, target);
}

}  // namespace tt::alloc_trace
