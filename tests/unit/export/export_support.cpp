// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "export_support.hpp"

#include <memory>

namespace tt::alloc_trace::test {
namespace {

class StringSink final : public TextSink {
public:
    [[nodiscard]] Status write(std::string_view piece) override {
        text += piece;
        return {};
    }
    std::string text;
};

}  // namespace

Exported export_events(
    std::string_view format, const std::vector<Event>& events, const ExportOptions& options, const std::string& path
) {
    StringSink sink;
    const SessionInfo info = session();
    Tracker tracker;
    Exported exported;
    const std::unique_ptr<Exporter> exporter = find_export_kind(format)->make(options, {&sink, path, "FILE", info});
    bool open = false;
    for (const Event& event : events) {
        if (!open && header_of(event).t_ns >= options.window.since_t_ns) {
            open = true;
            exporter->begin(tracker.view());
            tracker.listen(exporter.get());
        }
        const Applied applied = tracker.apply(event);
        if (open) {
            exporter->observe(event, applied);
        }
    }
    if (!open) {
        exporter->begin(tracker.view());
    }
    tracker.listen(nullptr);
    exporter->end(tracker.view());
    const std::string warning;
    exported.status = exporter->finish({tracker.view(), info, true, warning});
    exported.notes = exporter->notes();
    exported.text = std::move(sink.text);
    return exported;
}

Stream busy_stream() {
    Stream stream;
    stream.process(0, kPid, "/usr/bin/python3 \"x\".py", true).mesh(0, 0, 2).mesh_regions(0);
    stream.alloc(1, 0x1000, 4 * kMiB).alloc(2, 0x90000, 64 * kKiB);
    stream.alloc(2.5, 150 * kKiB, kMiB, BufferType::L1);
    stream.free(3, 0x1000, 4 * kMiB);
    stream.circular_buffer(3.5, 0x77, 100 * kKiB, 4096).launch(3.5, 0x77);
    stream.apply(AllocationFailed{stream.at(4), mesh_buffer(0, 64 * kMiB), "Out of Memory: \"no\"\nroom; none"});
    stream.apply(CircularBufferClash{stream.at(4), 0x77, kMesh, "clash"});
    stream.lost(5, 2, 1);
    stream.alloc(6, 0x1000, 2 * kMiB);
    return stream;
}

}  // namespace tt::alloc_trace::test
