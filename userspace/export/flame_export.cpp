// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Flame graphs: folded lines ("a;b;c 42") for flamegraph.pl, inferno and their like, and the file format of speedscope.app.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "export/formats.hpp"
#include "export/group_export.hpp"

namespace tt::alloc_trace {
namespace {

class FoldedExport final : public GroupExport {
public:
    using GroupExport::GroupExport;

private:
    void write_end(const ReplayedStream&) override {
        for (const WeightedGroup* group : sorted(options().shown_weight())) {
            bool first = true;
            for (const std::uint32_t frame : group->frames) {
                text() += first ? "" : ";";
                append_frame(groups().frames()[frame]);
                first = false;
            }
            fmt::format_to(std::back_inserter(text()), " {}\n", group->weight(options().shown_weight()));
            flush_if_large();
        }
    }
    // A frame is what stands between two semicolons of one line.
    void append_frame(const std::string& name) {
        std::transform(name.begin(), name.end(), std::back_inserter(text()), [](char c) {
            return c == ';' ? ':' : static_cast<unsigned char>(c) < ' ' ? ' ' : c;
        });
    }
};

// All three weights, as profiles of one file; the one asked for is shown first.
class SpeedscopeExport final : public GroupExport {
public:
    using GroupExport::GroupExport;

private:
    void write_end(const ReplayedStream& stream) override {
        nlohmann::ordered_json head;
        head["$schema"] = "https://www.speedscope.app/file-format-schema.json";
        head["exporter"] = fmt::format("tt-alloc-trace {}", stream.session.tool_version);
        head["name"] = fmt::format(
            "device memory of {}{}", stream.session.target, stream.complete ? "" : " (incomplete: " + incomplete_words(stream) + ")"
        );
        head["activeProfileIndex"] = static_cast<std::size_t>(options().shown_weight());
        text() += json_line(head);
        text().resize(text().rfind('}'));
        text() += ",\"shared\":{\"frames\":[";
        const char* separator = "";
        for (const std::string& frame : groups().frames()) {
            text().append(separator).append("{\"name\":").append(json_string(frame)).append("}");
            separator = ",\n";
        }
        text() += "]},\n\"profiles\":[";
        add_profile(GroupWeight::Live, "live at the end");
        text() += ",\n";
        add_profile(GroupWeight::Peak, "live at the peak");
        text() += ",\n";
        add_profile(GroupWeight::Allocated, "all allocations");
        text() += "]}\n";
    }
    void add_profile(GroupWeight weight, std::string_view name) {
        const std::vector<const WeightedGroup*> some = sorted(weight);
        fmt::format_to(
            std::back_inserter(text()),
            R"({{"type":"sampled","name":"{}","unit":"{}","startValue":0,"endValue":{},"samples":[)",
            fmt::format("{}, {}", name, options().weigh_counts ? "buffers" : "bytes of all chips together"),
            options().weigh_counts ? "none" : "bytes",
            groups().total(weight)
        );
        const char* separator = "";
        for (const WeightedGroup* group : some) {
            fmt::format_to(std::back_inserter(text()), "{}[{}]", separator, fmt::join(group->frames, ","));
            separator = ",";
        }
        text() += "],\"weights\":[";
        separator = "";
        for (const WeightedGroup* group : some) {
            fmt::format_to(std::back_inserter(text()), "{}{}", separator, group->weight(weight));
            separator = ",";
        }
        text() += "]}";
    }
};

}  // namespace

std::unique_ptr<Exporter> make_folded_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<FoldedExport>(options, target);
}

std::unique_ptr<Exporter> make_speedscope_export(const ExportOptions& options, const ExportTarget& target) {
    return std::make_unique<SpeedscopeExport>(options, target);
}

}  // namespace tt::alloc_trace
