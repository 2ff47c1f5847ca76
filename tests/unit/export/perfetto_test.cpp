// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;

struct Trace {
    std::map<std::string, Json> begun;  // by id
    std::map<std::string, Json> ended;
    std::vector<Json> counters;
    std::vector<Json> instants;
    std::set<std::int64_t> named_processes;
    Json other;
};

void check_event(const Json& event, double& latest) {
    SCOPED_TRACE(event.dump());
    ASSERT_TRUE(event.at("ph").is_string());
    ASSERT_TRUE(event.at("pid").is_number_unsigned());
    ASSERT_TRUE(event.at("name").is_string());
    ASSERT_TRUE(event.at("ts").is_number());
    ASSERT_TRUE(event.at("args").is_object());
    EXPECT_GE(event.at("ts").get<double>(), latest) << "time goes back";
    latest = event.at("ts").get<double>();
}

// The JSON trace event format, as strictly as Perfetto's importer could be.
Trace parse_trace(const std::string& text) {
    const Json document = Json::parse(text);
    Trace trace;
    trace.other = document.at("otherData");
    double latest = 0;
    for (const Json& event : document.at("traceEvents")) {
        check_event(event, latest);
        const std::string phase = event.at("ph");
        if (phase == "M") {
            EXPECT_TRUE(event.at("args").at("name").is_string());
            trace.named_processes.insert(event.at("pid").get<std::int64_t>());
        } else if (phase == "C") {
            for (const auto& [name, value] : event.at("args").items()) {
                EXPECT_TRUE(value.is_number_unsigned()) << name;
            }
            trace.counters.push_back(event);
        } else if (phase == "i") {
            EXPECT_TRUE(event.at("s") == "p" || event.at("s") == "g");
            EXPECT_TRUE(event.at("tid").is_number_unsigned());
            trace.instants.push_back(event);
        } else {
            EXPECT_TRUE(phase == "b" || phase == "e") << phase;
            EXPECT_EQ(event.at("cat"), "buffer");
            auto& seen = phase == "b" ? trace.begun : trace.ended;
            EXPECT_TRUE(seen.emplace(event.at("id"), event).second) << "an id twice";
            EXPECT_TRUE(phase == "b" || trace.begun.contains(event.at("id"))) << "ends before it begins";
        }
    }
    EXPECT_EQ(trace.begun.size(), trace.ended.size());
    for (const auto& [id, end] : trace.ended) {
        for (const char* key : {"name", "pid", "tid"}) {
            EXPECT_EQ(trace.begun[id].at(key), end.at(key)) << id;
        }
    }
    return trace;
}

TEST(PerfettoExport, EveryBufferIsASlice) {
    const Trace trace = parse_trace(export_events("perfetto", busy_stream().events()).text);
    ASSERT_EQ(trace.begun.size(), 4U);
    const Json& first = trace.begun.at("0x1");
    EXPECT_EQ(first.at("ts").get<double>(), 1001e6);
    EXPECT_EQ(first.at("name"), "mesh 0 (chips 0-1) DRAM 4.0 MiB");
    EXPECT_EQ(first.at("args").at("size_bytes"), 4 * kMiB);
    EXPECT_EQ(first.at("args").at("footprint_bytes"), 4 * kMiB);
    EXPECT_EQ(trace.ended.at("0x1").at("ts").get<double>(), 1003e6);
    EXPECT_EQ(trace.ended.at("0x1").at("args").at("end"), "freed");
    EXPECT_EQ(trace.ended.at("0x2").at("args").at("end"), "still live at the end of the trace");
    EXPECT_EQ(trace.other.at("buffers_still_live_at_the_end"), 3);
    EXPECT_TRUE(trace.named_processes.contains(kPid));
}

TEST(PerfettoExport, SlicesSayTheirCallSite) {
    const Trace trace = parse_trace(export_events("perfetto", stream_with_stack("say \"no\"\n").events()).text);
    std::vector<Json> sites;
    for (const auto& [id, slice] : trace.begun) {
        sites.push_back(slice.at("args").value("call_site", Json()));
        EXPECT_FALSE(slice.at("args").contains("operation")) << "softmax is below no device operation here";
    }
    EXPECT_THAT(sites, testing::UnorderedElementsAre(Json("model.py:41 say \"no\"\n"), Json()));
}

TEST(PerfettoExport, FailuresClashesAndGapsAreInstants) {
    const Trace trace = parse_trace(export_events("perfetto", busy_stream().events()).text);
    ASSERT_EQ(trace.instants.size(), 4U);
    EXPECT_EQ(trace.instants[0].at("name"), "launch of program 0x77");
    EXPECT_EQ(trace.instants[1].at("name").get<std::string>().rfind("allocation failed", 0), 0U);
    EXPECT_EQ(trace.instants[1].at("args").at("message"), "Out of Memory: \"no\"\nroom; none");
    EXPECT_EQ(trace.instants[2].at("name"), "launch refused: no place for its buffers");
    EXPECT_EQ(trace.instants[3].at("name"), "gap: 3 events lost");
    EXPECT_EQ(trace.instants[3].at("s"), "g");
}

// S9: compilers that a job starts by the hundred.
TEST(PerfettoExport, ProcessesWithoutDeviceUseAreLeftOut) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1).alloc(1, 0x1000, kMiB);
    stream.apply(ProcessForked{stream.at(1), kPid + 1});
    stream.process(2, kPid + 1, "/usr/bin/g++ -c x.cpp").exited(3);
    const Trace trace = parse_trace(export_events("perfetto", stream.events()).text);
    EXPECT_TRUE(trace.named_processes.contains(kPid));
    EXPECT_FALSE(trace.named_processes.contains(kPid + 1));
    EXPECT_TRUE(trace.instants.empty());
}

TEST(PerfettoExport, CapacityIsALineFromItsFirstMomentToTheEnd) {
    const Trace trace = parse_trace(export_events("perfetto", busy_stream().events()).text);
    std::vector<std::pair<double, std::uint64_t>> line;
    for (const Json& counter : trace.counters) {
        if (counter.at("name") == "chip 1 L1 capacity") {
            line.emplace_back(counter.at("ts"), counter.at("args").at("bytes"));
        }
    }
    const std::uint64_t bytes = l1_region().bytes * l1_region().banks;
    EXPECT_EQ(line, (std::vector<std::pair<double, std::uint64_t>>{{1002.5e6, bytes}, {1006e6, bytes}}));
}

TEST(PerfettoExport, FewSizesHaveTheirOwnNames) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1);
    for (std::uint64_t i = 0; i < 100; ++i) {
        stream.alloc(1, 0x100000 * (i + 1), 2048 * (i + 1));
    }
    std::set<std::string> names;
    for (const auto& [id, slice] : parse_trace(export_events("perfetto", stream.events()).text).begun) {
        names.insert(slice.at("name"));
    }
    EXPECT_TRUE(names.contains("mesh 0 (chip 0) DRAM 2.0 KiB"));
    EXPECT_TRUE(names.contains("mesh 0 (chip 0) DRAM 64 KiB-1 MiB"));
    EXPECT_EQ(names.size(), 65U);
}

TEST(PerfettoExport, CountersFollowTheSumsOfEachChip) {
    const Trace trace = parse_trace(export_events("perfetto", busy_stream().events()).text);
    std::vector<std::uint64_t> sizes;
    for (const Json& counter : trace.counters) {
        if (counter.at("name") == "chip 1 DRAM") {
            sizes.push_back(counter.at("args").at("size_bytes"));
        }
    }
    const std::uint64_t small = 64 * kKiB;
    EXPECT_EQ(sizes, (std::vector<std::uint64_t>{4 * kMiB, 4 * kMiB + small, small, 2 * kMiB + small}));
}

// 1000 events within a period: each new high, what holds when the period is over, and the last value; nothing is shown too late.
TEST(PerfettoExport, ManyEventsMakeFewCounters) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1);
    const auto at = [](std::uint64_t ns) { return EventHeader{kAttach + kSecond + ns, kPid, kPid}; };
    stream.apply(Allocated{at(0), mesh_buffer(0x1000, 100)});
    for (std::uint64_t i = 0; i < 500; ++i) {
        stream.apply(Freed{at(1000 + 2 * i), mesh_buffer(0x1000, 100)});
        stream.apply(Allocated{at(1001 + 2 * i), mesh_buffer(0x1000, 100)});
    }
    stream.apply(Freed{at(3000), mesh_buffer(0x1000, 100)});
    stream.apply(ProcessPaused{at(5 * kSecond), 1});
    const Trace trace = parse_trace(export_events("perfetto", stream.events()).text);
    ASSERT_EQ(trace.counters.size(), 2U);
    EXPECT_EQ(trace.counters[1].at("args").at("size_bytes"), 0);
    EXPECT_EQ(trace.counters[1].at("ts").get<double>(), 1001e6 + 1000) << "one period, not five seconds later";
}

TEST(PerfettoExport, WhatIsOlderThanTheWindowBeginsWithIt) {
    ExportOptions options;
    options.window.since_t_ns = kAttach + 6 * kSecond;
    const Trace trace = parse_trace(export_events("perfetto", busy_stream().events(), options).text);
    ASSERT_EQ(trace.begun.size(), 3U);
    EXPECT_EQ(trace.begun.at("0x1").at("ts").get<double>(), 1006e6);
    EXPECT_LT(trace.begun.at("0x1").at("args").at("since_t_ns"), options.window.since_t_ns);
}

TEST(PerfettoExport, EveryKindOfEventAndTimesThatFall) {
    parse_trace(export_events("perfetto", one_of_each()).text);
    Stream stream = busy_stream();
    stream.alloc(1, 0x300000, 64).free(0.5, 0x300000, 64);
    parse_trace(export_events("perfetto", stream.events()).text);
    parse_trace(export_events("perfetto", {}).text);
}

}  // namespace
}  // namespace tt::alloc_trace::test
