// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Refusals of every kind, from the exception in the job to the view: tests/data/cases c01, c02, c08, p1 and p11 in one job.
#include <regex>

#include "recording/recording_writer.hpp"
#include "support/bpf_test.hpp"
#include "support/script.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using RefusalCasesTest = BpfTest;

constexpr const char* kJob = R"(set l1_small 0
set l1_size 1499136
mesh m 1 1
alloc w m DRAM 9663676416 32768
begin_trace m 1
end_trace m 1 40001536
throw TT_FATAL @ a.cpp:78: a <= b\ninfo:\nCreating trace buffers of size 53616640B on MeshDevice 0, but only 50000000B is allocated for trace region.
throw TT_FATAL @ b.cpp:2215: a <= b\ninfo:\nProgram size (79760) too large for kernel config buffer (70656) on TENSIX
alloc s m L1_SMALL 27776 448 shard 0 0 7 7
alloc b m SYSTEM_MEMORY 1048576 2048
loop k 20
alloc try m DRAM 6442450944 32768
alloc try m DRAM 3221225472 32768
alloc try m DRAM 1610612736 32768
free try
end
throw TT_THROW @ c.cpp:1: tt::exception\ninfo:\nToo many cores: 72 of 64
)";

TEST_F(RefusalCasesTest, EachIsToldWithItsFiguresOrItsReason) {
    const std::string file = record_script(dir_, kJob);
    const nlohmann::json view = run_tool_json({"report", file, "failures", "--format", "json"});
    EXPECT_EQ(view["count"], 42);
    ASSERT_EQ(view["failures"].size(), 4U);
    EXPECT_EQ(view["failures"][0]["missing_region"], true);
    EXPECT_EQ(view["failures"][0]["type"], "L1_SMALL");
    EXPECT_EQ(view["failures"][1]["verdict"], "refused");
    EXPECT_EQ(view["failures"][1]["reason"], "Unsupported buffer type!");
    EXPECT_EQ(view["failures"][2]["count"], 20);
    EXPECT_EQ(view["failures"][3]["count"], 20);
    EXPECT_EQ(view["refused_count"], 3);
    ASSERT_EQ(view["refused"].size(), 3U);
    EXPECT_EQ(view["refused"][0]["kind"], "trace_region");
    EXPECT_EQ(view["refused"][0]["short_bytes"], 3'616'640);
    EXPECT_EQ(view["refused"][0]["traces"]["bytes"], 40'001'536);
    EXPECT_EQ(view["refused"][1]["kind"], "kernel_config");
    EXPECT_EQ(view["refused"][1]["short_bytes"], 9'104);
    EXPECT_EQ(view["refused"][2]["reason"], "Too many cores: 72 of 64");
    EXPECT_FALSE(view.contains("nothing_passes"));

    constexpr const char* kNothing = "nothing passes --device and --type as given: used were chip 0 with DRAM, TRACE";
    EXPECT_EQ(run_tool_json({"report", file, "leaks", "--device", "7", "--format", "json"})["nothing_passes"], kNothing);
    EXPECT_EQ(run_tool_json({"report", file, "peak", "--type", "L1", "--format", "json"})["nothing_passes"], kNothing);
    for (const char* format : {"text", "html"}) {
        EXPECT_NE(run_tool({"report", file, "--device", "7", "--format", format}).out.find(kNothing), std::string::npos) << format;
    }
}

// A job whose events are microseconds apart: each printed moment is given back, as time and as event, and shows what was printed.
TEST_F(RefusalCasesTest, PrintedMomentsShowWhatWasPrinted) {
    const std::string file = record_script(dir_, kJob);
    const std::string peaks = run_tool({"report", file, "peak"}).out;
    std::smatch peak;
    ASSERT_TRUE(std::regex_search(peaks, peak, std::regex(R"(DRAM: (10\.5 GiB) at (\+[0-9:.]+), event ([0-9]+))"))) << peaks;
    for (const std::string& at : {peak[2].str(), "event:" + peak[3].str()}) {
        const std::string live = run_tool({"report", file, "live", "--at", at}).out;
        EXPECT_NE(live.find("event " + peak[3].str() + "): 3 buffers, sizes 10.5 GiB"), std::string::npos) << at << "\n" << live;
        const nlohmann::json until = run_tool_json({"report", file, "--until", at, "--format", "json"});
        EXPECT_EQ(std::to_string(until.at("events").get<std::uint64_t>()), peak[3].str()) << at;
        const nlohmann::json since = run_tool_json({"report", file, "--since", at, "--until", at, "--format", "json"});
        EXPECT_EQ(since.at("events_by_kind").at("alloc"), 1) << at << ": the event itself, and none before";
    }
    for (const char* option : {"--since", "--until"}) {
        const Outcome beyond = run_tool({"report", file, option, "event:9999"});
        EXPECT_EQ(beyond.status, 2);
        EXPECT_NE(beyond.err.find("is after the end"), std::string::npos) << beyond.err;
        EXPECT_NE(beyond.err.find("the last is event:"), std::string::npos) << beyond.err;
    }
    EXPECT_EQ(run_tool({"report", file, "--since", "event:9", "--until", "event:8"}).status, 2);
}

// Finding 14: the kernel takes its time to let go of the probes, so a recording ends long after its last event.
TEST_F(RefusalCasesTest, TimesBeforeTheEndCountFromTheLastEvent) {
    constexpr std::uint64_t kSecond = 1'000'000'000;
    constexpr std::uint64_t kAttached = 1000 * kSecond;
    const std::string file = dir_.file("late.ttar");
    SessionInfo info;
    info.attached_monotonic_ns = kAttached;
    info.attached_unix_ns = 1'770'000'000 * kSecond;
    auto writer = RecordingWriter::create(file, info, {});
    ASSERT_TRUE(writer) << writer.error().message;
    (*writer)->consume(ProcessSeen{{kAttached, 7, 7}, 1, 1, true, "job"});
    for (std::uint64_t i = 1; i <= 10; ++i) {
        BufferFields buffer;
        buffer.owner = 0x1000;
        buffer.allocator = 0x2000;
        buffer.buffer = 0x3000 + i;
        buffer.address = i * 4096;
        buffer.size = 4096;
        (*writer)->consume(Allocated{{kAttached + i * kSecond, 7, 7}, buffer});
    }
    Totals totals;
    totals.detached_monotonic_ns = kAttached + 60 * kSecond;
    ASSERT_TRUE((*writer)->finish(totals));
    for (const auto& [at, second] : {std::pair{"-0s", 10U}, {"-0.3s", 9U}, {"-1s", 9U}, {"-2.5s", 7U}, {"-9s", 1U}}) {
        const nlohmann::json live = run_tool_json({"report", file, "live", "--at", at, "--format", "json"});
        EXPECT_EQ(live.at("buffers").size(), second) << at;
        EXPECT_EQ(live.at("t_ns"), kAttached + second * kSecond) << at;
    }
    const nlohmann::json since = run_tool_json({"report", file, "--since", "-3s", "--format", "json"});
    EXPECT_EQ(since.at("events_by_kind").at("alloc"), 4);
    EXPECT_EQ(run_tool_json({"report", file, "live", "--at", "11s", "--format", "json"}).at("buffers").size(), 10) << "it is traced yet";
    EXPECT_EQ(run_tool({"report", file, "live", "--at", "61s"}).status, 2);
}

}  // namespace
}  // namespace tt::alloc_trace::test
