// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every JSON output against its schema in docs/schemas. The schemas allow no key they do not name, so an output that
// grows without its schema fails here.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "diff_support.hpp"
#include "report/doctor_view.hpp"
#include "report/event_json.hpp"
#include "report/live_view.hpp"
#include "report/mark_view.hpp"
#include "report/owner_labels.hpp"
#include "report/process_list_view.hpp"
#include "report/render_watch_lines.hpp"
#include "report/snapshot_view.hpp"
#include "report/summary_view.hpp"
#include "report/timeline_view.hpp"
#include "report_support.hpp"
#include "snapshot_support.hpp"
#include "view_job.hpp"
#include "view_support.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

class SchemaFile {
public:
    explicit SchemaFile(const std::string& view) {
        std::ifstream file(std::string(TAT_SCHEMA_DIR) + "/" + view + ".schema.json");
        const nlohmann::json document = nlohmann::json::parse(file);
        valijson::SchemaParser().populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
    }

    // Empty if `text` obeys, else what does not.
    [[nodiscard]] std::string complaints(const std::string& text) const {
        const nlohmann::json value = nlohmann::json::parse(text);
        valijson::Validator validator;
        valijson::ValidationResults results;
        if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(value), &results)) {
            return {};
        }
        std::string all = "does not obey the schema: " + text;
        valijson::ValidationResults::Error error;
        while (results.popError(error)) {
            for (const std::string& context : error.context) {
                all += context;
            }
            all += ": " + error.description + "\n";
        }
        return all;
    }

private:
    valijson::Schema schema_;
};

Stream full_stream() {
    Stream stream;
    stream.process(0, kPid, "job \xff").mesh(0, 0, 2).alloc(1, 0x100, 64).alloc(1, 0x200, 64, BufferType::L1Small);
    stream.circular_buffer(2, 0x77, 0x300, 256).launch(2, 0x77).free(2, 0x900, 1).free(2, 0x900, 1);
    stream.apply(CircularBufferAllocated{stream.at(2), 0x78, kMesh, 0x400, 64, {{0, 0, 1, 1}}, true, false, PlanKind::DataflowBuffers});
    stream.launch(2, 0x79).apply(ProgramNotTold{stream.at(2), 0x79, kMesh});
    stream.chip_alloc(2, 0x100, 64).lost(3, 1, 2);  // its owner is unknown
    stream.mesh_regions(3).found(3, 0x40000, 4096).apply(walked(stream.at(3), WalkReason::Attach, 1, "torn"));
    stream.alloc(3, 0x100, 64, BufferType::Trace).alloc(3, 0x50000, 4096);
    stream.apply(AllocationFailed{stream.at(3), mesh_buffer(0, 1U << 30U), "Out of Memory: free: 5 B, largest free block: 2 B"});
    stream.apply(CircularBufferClash{
        stream.at(3), 0x77, kMesh, "Statically allocated circular buffers on core range [(x=0,y=0) - (x=7,y=7)] grow to 9 B"
    });
    stream.apply(RequestRefused{stream.at(3), 0x77, kMesh, "Program size (9) too large for kernel config buffer (8) on TENSIX"});
    stream.apply(RequestRefused{stream.at(3), 0, 0, "Creating trace buffers of size 9B on MeshDevice 0, but only 8B is allocated"});
    stream.apply(AllocationFailed{stream.at(3), mesh_buffer(0, 64), "TT_FATAL @ a: b info: no"});
    stream.alloc(3, 0x30000, 4096, BufferType::L1);
    stream.apply(CircularBufferClash{stream.at(3), 0x77, kMesh, ""});
    stream.apply(AllocatorChanged{stream.at(3), kMeshAllocator, AllocatorChange::StateOverridden});
    stream.apply(ProcessPaused{stream.at(3), 7});
    stream.apply(ProcessNotSeen{stream.at(3), true, "why", "what to do"});
    stream.apply(ProcessSeen{{stream.at(3).t_ns, 4800, 0}, 1, 77, false, "refused"}).apply(ProcessStatus{{stream.at(3).t_ns, 4800, 0}, 0, 11});
    stream.apply(ProcessNotSeen{{stream.at(3).t_ns, 4800, 0}, false, "why", ""}).apply(ProcessExited{{stream.at(3).t_ns, 4800, 0}});
    stream.apply(Marked{{stream.at(3).t_ns, 0, 0}, "load \xff"}).process(4, 5000, "other", true).mesh(4, 1, 0).alloc(5, 0x100, 64, BufferType::SystemMemory);
    return stream;
}

SessionInfo full_session() {
    SessionInfo full = session();
    full.modules = {{"/opt/libtt_metal.so", "abc", "L5", "table"}};
    full.probes = {{"close", "", "", 0, "", false, false, "no such symbol"}};
    return full;
}

TEST(Schema, TheSchemasDoRefuse) {
    const SchemaFile schema("list");
    nlohmann::ordered_json json = process_list_json({}, session());
    EXPECT_EQ(schema.complaints(json_line(json)), "");
    nlohmann::ordered_json more = json;
    more["surprise"] = 1;
    EXPECT_NE(schema.complaints(json_line(more)), "");
    nlohmann::ordered_json mistyped = json;
    mistyped["lost_events"] = -1;
    EXPECT_NE(schema.complaints(json_line(mistyped)), "");
    json.erase("host");
    EXPECT_NE(schema.complaints(json_line(json)), "");
}

TEST(Schema, Watch) {
    const SchemaFile schema("watch");
    Stream stream = full_stream();
    const UsageSample earlier = take_sample(stream.view(), kAttach + 6 * kSecond);
    stream.alloc(7, 0x5000, 64);
    WatchContext context;
    context.now_ns = kAttach + 8 * kSecond;
    EXPECT_EQ(
        schema.complaints(json_line(watch_json(build_watch_model(stream.view(), session(), context), session()))), ""
    );
    context.previous = context.baseline = context.reset = &earlier;
    context.ring = RingFill{1, 2, 3};
    stream.apply(Marked{{kAttach + 7 * kSecond, 0, 0}, "decode"});
    EXPECT_EQ(
        schema.complaints(json_line(watch_json(build_watch_model(stream.view(), session(), context), session()))), ""
    );
    EXPECT_EQ(schema.complaints(json_line(watch_json(build_watch_model(Stream().view(), {}, {}), {}))), "");
}

TEST(Schema, Live) {
    const SchemaFile schema("live");
    EXPECT_EQ(schema.complaints(json_line(live_json(build_live_view(full_stream().view(), session()), session()))), "");
    EXPECT_EQ(schema.complaints(json_line(live_json(build_live_view(Stream().view(), {}), {}))), "");
}

TEST(Schema, Summary) {
    const SchemaFile schema("summary");
    const Stream stream = full_stream();
    EventCounter counts;
    for (const Event& event : stream.events()) {
        counts.observe(event);
    }
    const SummaryView summary = build_summary_view(stream.view(), counts, "cut", session());
    EXPECT_EQ(schema.complaints(json_line(summary_json(summary, full_session()))), "");
    EXPECT_EQ(schema.complaints(json_line(summary_json(build_summary_view(Stream().view(), {}, {}, {}), {}))), "");
}

TEST(Schema, Leaks) {
    const SchemaFile schema("leaks");
    ViewJob job("leaks");
    job.alloc(64);
    job.alloc(64, BufferType::L1, kChip3);
    job.apply(AllocatorReleased{job.next(), kMeshAllocator, AllocatorRelease::Destroyed});
    job.apply(AllocationFailed{job.next(), mesh_buffer(0, 64), "Cannot allocate at an address below 7. Allocation at 5"});
    job.end();
    EXPECT_EQ(schema.complaints(json_line(job.json())), "");
    ViewJob nothing("leaks");
    nothing.end();
    EXPECT_EQ(schema.complaints(json_line(nothing.json())), "");
}

TEST(Schema, Growth) {
    const SchemaFile schema("growth");
    for (const bool launches : {false, true}) {
        ViewJob job("growth");
        for (int i = 0; i < 40; ++i) {
            job.alloc(64);
            if (launches) {
                job.launch(0x77);
            } else {
                job.temporary(4096);
            }
        }
        job.end();
        EXPECT_EQ(job.json()["growth"].size(), 1U);
        EXPECT_EQ(schema.complaints(json_line(job.json())), "");
    }
    ViewJob nothing("growth");
    nothing.end();
    EXPECT_EQ(schema.complaints(json_line(nothing.json())), "");
}

TEST(Schema, HistoryViews) {
    for (const std::string view : {"anomalies", "callsites", "devices", "gaps", "ops", "owners", "trace-unsafe"}) {
        const SchemaFile schema(view);
        std::vector<Event> events = full_stream().events();
        EXPECT_EQ(schema.complaints(json_line(answer(view, events).json)), "") << view;
        EXPECT_EQ(schema.complaints(json_line(answer(view, one_of_each()).json)), "") << view;
        EXPECT_EQ(schema.complaints(json_line(answer(view, {}).json)), "") << view;
    }
}

TEST(Schema, Diff) {
    const SchemaFile schema("diff");
    const DiffSide full = side_of(full_stream());
    EXPECT_EQ(schema.complaints(json_line(diff_json(build_diff(full, {}, {}, 5)))), "");
    EXPECT_EQ(schema.complaints(json_line(diff_json(build_diff({}, full, {}, 5)))), "");
    EXPECT_EQ(schema.complaints(json_line(diff_json(build_diff(full, full)))), "");
    DiffSide peak = full;
    peak.moment = DiffMoment::Peak;
    peak.peak = PeakKey{0, {OwnerKind::Chip, 3}, PeakOf::L1AndCircularBuffers};
    peak.peaks = {FoundPeak{*peak.peak, 1, {}}, FoundPeak{{0, {OwnerKind::Chip, 3}, PeakOf::CircularBuffers}, 1, {{7, {}}, {7, {}}, true}}};
    DiffSide none = full;
    none.peaks.emplace();
    EXPECT_EQ(schema.complaints(json_line(diff_json(build_diff(none, peak, {}, 5)))), "");
}

TEST(Schema, ViewsThatLookBack) {
    ViewOptions options;
    options.need = 1;
    Stream ended = full_stream();
    ended.process(6, kPid, "job").exited(7);
    for (const char* name : {"peak", "failures", "fits", "clash", "fragmentation"}) {
        const SchemaFile schema(name);
        for (const std::vector<Event>& events : {full_stream().events(), ended.events(), std::vector<Event>{}}) {
            const ViewRun run(name, options, events, session());
            EXPECT_EQ(schema.complaints(json_line(run.json())), "");
        }
    }
}

TEST(Schema, Timeline) {
    const SchemaFile schema("timeline");
    const std::unique_ptr<View> view = make_timeline_view({});
    const std::unique_ptr<Tracker> tracker = replayed(full_stream(), *view->observer());
    EXPECT_EQ(schema.complaints(json_line(view->json({tracker->view(), full_session(), true, ""}))), "");
    const Tracker nothing;
    EXPECT_EQ(schema.complaints(json_line(make_timeline_view({})->json({nothing.view(), {}, true, ""}))), "");
}

TEST(Schema, Phases) {
    const SchemaFile schema("phases");
    for (const std::vector<Event>& events : {full_stream().events(), one_of_each(), std::vector<Event>{}}) {
        EXPECT_EQ(schema.complaints(json_line(answer("phases", events).json)), "");
    }
    EXPECT_EQ(answer("phases", full_stream().events()).json["phases"].size(), 2U);
}

TEST(Schema, ListAndDoctor) {
    const std::vector<ProcessListRow> rows{
        {1, 17, "a", "b", "c", "d0", {0, 3}, true, ""},
        {2, 0, "a", "b", "c", "", {}, true, "", "", ProcessListRow::Container{"docker", std::string(64, '0'), "n", "i"}},
    };
    EXPECT_EQ(SchemaFile("list").complaints(json_line(process_list_json(rows, session()))), "");
    const std::vector<DoctorCheck> checks{{"kernel", CheckOutcome::Warning, "x", "y"}};
    EXPECT_EQ(SchemaFile("doctor").complaints(json_line(doctor_json(checks, full_session()))), "");
}

TEST(Schema, Mark) {
    const nlohmann::ordered_json json = mark_json({"decode \x1b[2J", "job.ttar", 1282, 2'000, 1'000});
    EXPECT_EQ(SchemaFile("mark").complaints(json_line(json)), "");
    EXPECT_EQ(json["event"], 1282);
}

TEST(Schema, Snapshot) {
    const SchemaFile schema("snapshot");
    Walk walk = sample_walk();
    EXPECT_EQ(schema.complaints(json_line(snapshot_json(build_snapshot_view(walk, sample_context()), session()))), "");
    walk.allocators[1].regions.clear();
    walk.allocators[2].regions = walk.allocators[0].regions;
    walk.allocators[2].regions[0].free_list_known = false;
    EXPECT_EQ(schema.complaints(json_line(snapshot_json(build_snapshot_view(walk, sample_context()), session()))), "");
    EXPECT_EQ(schema.complaints(json_line(snapshot_json(build_snapshot_view({}, {}), {}))), "");
}

TEST(Schema, EveryLineOfAnExport) {
    const SchemaFile schema("events");
    EXPECT_EQ(schema.complaints(json_line(export_header_json(session()))), "");
    EXPECT_EQ(schema.complaints(json_line(export_end_json(5, {false, Doubts{}, KnownBefore::Full}))), "");
    Tracker tracker;
    OwnerLabels labels;
    for (const Event& event : one_of_each()) {
        std::string line;
        const std::string owner(labels.observe(event));
        const Applied applied = tracker.apply(event);
        append_event_json(line, event, applied, owner);
        EXPECT_EQ(schema.complaints(line), "");
        const BufferMemory memory{"[0,1]", 4096, std::nullopt, -4096};
        line.clear();
        append_event_json(line, event, applied, owner, &memory);
        EXPECT_EQ(line, json_line(event_json(event, applied, owner, &memory)));
        if (event_kind(event) != EventKind::AllocHooked && event_kind(event) != EventKind::FreeHooked) {  // no memory, so never with it
            EXPECT_EQ(schema.complaints(line), "");
        }
        for (const std::string_view kind : {"release", "held"}) {
            line.clear();
            append_buffer_json(line, {1, 2, 0}, {}, kind, "mesh 0", "inferred", memory);
            EXPECT_EQ(schema.complaints(line), "");
        }
        line.clear();
        append_held_twice_json(line, {1, 2, 0}, 3, BufferType::L1, -5);
        EXPECT_EQ(schema.complaints(line), "");
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
