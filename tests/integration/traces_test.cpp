// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a replay may overwrite, from the runtime's calls to the report. Scripts of the stand-in, with the storage of the trace in DRAM
// or in a region of its own.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "support/bpf_test.hpp"
#include "support/script.hpp"
#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;
using testing::Not;

class TracesTest : public BpfTest {
protected:
    static Json view_of(const std::string& recording) { return Json::parse(report_text(recording, {"trace-unsafe", "--format", "json"})); }
    Json view_of_script(const std::string& lines) { return view_of(record_script(dir_, lines)); }

    TempDir dir_;
};

// Case 1 of the reports: without a trace region the storage looks like any other DRAM buffer.
TEST_F(TracesTest, AStorageInDramIsNoBufferAtRiskAndWhatComesAfterItIs) {
    const std::string recording = record_case(dir_, "c17_dyntrace.dom");
    const Json view = view_of(recording);
    EXPECT_EQ(view["captured_traces"], 1);
    EXPECT_EQ(view["traces"][0]["trace_id"], 1);
    EXPECT_EQ(view["traces"][0]["storage"]["type"], "DRAM");
    EXPECT_EQ(view["traces"][0]["storage"]["size"], 53616640);
    EXPECT_EQ(view["live_buffers"], 1);
    EXPECT_EQ(view["live_bytes"], 1048576);
    EXPECT_EQ(view["replays_seen"], true);
    EXPECT_THAT(report_text(recording), HasSubstr("1 buffer (1.0 MiB)"));
}

// Case 12: what was freed before a replay is not warned of, in any head.
TEST_F(TracesTest, FreedInTimeIsCountedAndNotWarnedOf) {
    const std::string recording = record_case(dir_, "p4_trace.dom");
    const Json view = view_of(recording);
    EXPECT_EQ(view["captured_traces"], 1);
    EXPECT_EQ(view["allocs"], 6);
    EXPECT_EQ(view["live_buffers"], 0);
    EXPECT_EQ(view["no_longer_at_risk"], 6);
    EXPECT_THAT(report_text(recording), Not(HasSubstr("overwrite")));
    EXPECT_THAT(report_text(recording, {"trace-unsafe"}), HasSubstr("nothing is at risk at the end"));
}

constexpr const char* kReplays =
    "mesh m 1 1\n"
    "alloc w m DRAM 1048576 32768\n"
    "begin_trace m 1\n"
    "alloc inner m DRAM 65536 2048\n"
    "free inner\n"
    "end_trace m 1 4096\n"
    "alloc over m DRAM 65536 2048\n"
    "alloc elsewhere m L1 4096 2048\n"
    "replay_trace m 1\n"
    "free over\n"
    "replay_trace m 1\n"
    "alloc late m DRAM 2048 2048\n"
    "release_trace m 1\n";

TEST_F(TracesTest, DISABLED_TheVerdictIsGivenAtEachReplay) {
    for (const char* region : {"set trace_region 0\n", "set trace_region 1048576\n"}) {
        const Json view = view_of_script(std::string(region) + kReplays);
        EXPECT_EQ(view["replays"], 2) << region;
        EXPECT_EQ(view["allocs"], 3) << region;
        EXPECT_EQ(view["replayed_over"], 2) << region;
        EXPECT_EQ(view["written_over"], 1) << region << "the one that lies where the capture had a buffer";
        EXPECT_EQ(view["live_buffers"], 0) << region << "the trace was released";
    }
}

TEST_F(TracesTest, NoTraceIsSaidToBeNoneOnlyByThoseWhoWouldKnow) {
    EXPECT_THAT(
        report_text(record_script(dir_, "mesh m 1 1\nalloc w m DRAM 4096 4096\n"), {"trace-unsafe"}), HasSubstr("no trace was captured")
    );
}

}  // namespace
}  // namespace tt::alloc_trace::test
