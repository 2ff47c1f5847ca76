// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `diff OLD NEW` and the views of anomalies, on recordings of the stand-in.
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>

#include "support/bpf_test.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

class DiffTest : public BpfTest {
protected:
    std::string record(const std::string& name, const std::vector<std::string>& options) {
        std::vector<std::string> arguments{"record", "-o", dir_.file(name), "--", standin_path()};
        arguments.insert(arguments.end(), options.begin(), options.end());
        const Outcome outcome = run_tool(arguments);
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        return dir_.file(name);
    }
};

// Two processes; what each held when it closed its devices is compared.
TEST_F(DiffTest, TwoRunsAreComparedByWhatTheyHeldAtTheirEnd) {
    const std::string few = record("few.ttar", {"--scenario", "submesh-overlap"});
    const std::string more = record("more.ttar", {"--scenario", "all-types"});
    const Outcome same = run_tool({"diff", few, few, "--fail-over", "0"});
    EXPECT_EQ(same.status, 0) << same.out;
    EXPECT_NE(same.out.find("no group changed"), std::string::npos) << same.out;

    const Outcome grown = run_tool({"diff", few, more, "--fail-over", "1K", "--format", "json"});
    EXPECT_EQ(grown.status, 10) << grown.err;
    const auto json = nlohmann::json::parse(grown.out);
    EXPECT_EQ(json["old"]["ended_processes"], 1);
    EXPECT_FALSE(json["over"].empty());
    const auto& groups = json["diff"];
    EXPECT_TRUE(std::any_of(groups.begin(), groups.end(), [](const auto& group) {
        return group["change"] == "new" && group["type"] == "TRACE";
    })) << groups;
    EXPECT_EQ(run_tool({"diff", few, more, "--fail-over", "1T"}).status, 0);
    EXPECT_EQ(run_tool({"diff", few, more, "--fail-over", "1K", "--type", "SYSTEM_MEMORY"}).status, 0);
}

TEST_F(DiffTest, TwoMomentsOfOneRecording) {
    const std::string file = record("x.ttar", {"--scenario", "submesh-overlap"});
    const Outcome outcome = run_tool({"diff", file + "@0s", file, "--format", "json"});
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    const auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json["old"]["buffers"], 0);
    EXPECT_GT(json["new"]["buffers"], 0);
    EXPECT_EQ(json["old"]["moment"], "time");
    for (const auto& group : json["diff"]) {
        EXPECT_EQ(group["change"], "new");
    }
}

// Marks from outside, and what becomes of them in views and diffs.
TEST_F(DiffTest, MarksOfARunningRecordNameStretches) {
    setenv("TT_ALLOC_TRACE_RUN_DIR", dir_.path().c_str(), 1);  // recorders of other tests are none of ours
    EXPECT_EQ(run_tool({"mark", "early"}).status, 2) << "there is no recorder";
    StandIn job({"--threads", "2", "--ops", "2000"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    EXPECT_EQ(run_tool({"mark", "a\nb"}).status, 2);
    const Outcome storm = run_tool({"mark", "storm", "-o", file});
    EXPECT_EQ(storm.status, 0) << storm.err;
    EXPECT_NE(storm.out.find("storm: event:"), std::string::npos) << storm.out;
    job.run_all();
    const auto rest = run_tool_json({"mark", "rest", "-p", job.pid_text(), "--format", "json"});
    EXPECT_EQ(rest["name"], "rest");
    EXPECT_EQ(rest["file"], file);
    job.free_all();
    {
        Recorder other({"-p", job.pid_text()}, dir_.file("other.ttar"));
        const Outcome several = run_tool({"mark", "x"});
        EXPECT_EQ(several.status, 2);
        EXPECT_NE(several.err.find("other.ttar"), std::string::npos) << several.err;
        other.process().signal(SIGKILL);
        (void)other.wait();
    }
    const Outcome last = run_tool({"mark", "freed"});
    EXPECT_EQ(last.status, 0) << "a killed recorder is none: " << last.err;
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_EQ(run_tool({"mark", "late"}).status, 2);

    const auto phases = run_tool_json({"report", file, "phases", "--format", "json"})["phases"];
    ASSERT_EQ(phases.size(), 4U) << phases;
    EXPECT_EQ(phases[1]["phase"], "storm");
    EXPECT_GT(phases[1]["allocs"], 500) << "all of the storm is behind its mark";
    EXPECT_EQ(phases[2]["first_event"], rest["event"]);
    EXPECT_EQ(phases[2]["allocs"], 0) << "and before the next one";
    EXPECT_GT(phases[2]["frees"], 0);
    EXPECT_NE(storm.out.find("event:" + phases[1]["first_event"].dump() + " "), std::string::npos) << storm.out;
    const auto diff = nlohmann::json::parse(run_tool({"diff", file + "@mark:storm", file + "@phase:storm", "--format", "json"}).out);
    EXPECT_GT(diff["new"]["buffers"], diff["old"]["buffers"]);
    EXPECT_EQ(diff["new"]["phase"], "storm");
    EXPECT_EQ(run_tool({"report", file, "live", "--at", "mark:none"}).status, 2);
}

// Finished jobs that gave everything back: what one had at its peak and the other had not is a difference.
TEST_F(DiffTest, JobsThatHoldNothingAtTheirEndAreComparedAtTheirPeaks) {
    const auto replayed = [&](const std::string& name, const std::string& rows) {
        const std::string csv = dir_.file(name + ".csv");
        std::ofstream(csv) << "op_id,event,device_id,buffer_type,address,max_size_per_bank\n" << rows;
        return record(name + ".ttar", {"--replay", csv});
    };
    const std::string rows = "0,alloc,0,0,32,1048576\n1,alloc,0,0,1048608,1048576\n";
    const std::string frees = "3,free,0,0,32,1048576\n4,free,0,0,1048608,1048576\n";
    const std::string old_file = replayed("old", rows + frees);
    const std::string new_file = replayed("new", rows + "2,alloc,0,0,2097184,4194304\n5,free,0,0,2097184,4194304\n" + frees);

    const Outcome same = run_tool({"diff", old_file, old_file, "--fail-over", "0"});
    EXPECT_EQ(same.status, 0) << same.out;
    EXPECT_NE(same.out.find("2 buffers"), std::string::npos) << same.out;
    const Outcome grown = run_tool({"diff", old_file, new_file, "--fail-over", "1M", "--format", "json"});
    EXPECT_EQ(grown.status, 10) << grown.err;
    const auto json = nlohmann::json::parse(grown.out);
    EXPECT_EQ(json["ends_empty"], true);
    ASSERT_EQ(json["peaks_over"].size(), 1U);
    ASSERT_EQ(json["diff"].size(), 1U);
    EXPECT_EQ(json["diff"][0]["size"], 4194304);
    EXPECT_EQ(json["diff"][0]["change_count"], 1);
    EXPECT_EQ(run_tool({"diff", old_file, new_file, "--fail-over", "1T"}).status, 0);
    EXPECT_EQ(run_tool({"diff", old_file, new_file, "--fail-over", "0", "--type", "L1"}).status, 0);
    const auto asked = nlohmann::json::parse(run_tool({"diff", old_file + "@peak", new_file + "@peak", "--format", "json"}).out);
    EXPECT_EQ(asked["diff"], json["diff"]);
    const Outcome none = run_tool({"diff", old_file + "@failure", new_file});
    EXPECT_EQ(none.status, 2);
    EXPECT_NE(none.err.find("no allocation failed"), std::string::npos) << none.err;
}

TEST_F(DiffTest, FirstFailureIsAMoment) {
    const std::string file = record("x.ttar", {"--scenario", "oom-exhausted"});
    const auto json = nlohmann::json::parse(run_tool({"diff", file + "@0s", file + "@failure", "--format", "json"}).out);
    EXPECT_EQ(json["new"]["moment"], "failure");
    EXPECT_GT(json["new"]["buffers"], 0);
}

TEST_F(DiffTest, BadMomentsAndFilesAreRefused) {
    const std::string file = record("x.ttar", {"--scenario", "nine-buffers"});
    const Outcome bad = run_tool({"diff", file + "@soon", file});
    EXPECT_EQ(bad.status, 2);
    EXPECT_NE(bad.err.find("'soon'"), std::string::npos) << bad.err;
    const Outcome missing = run_tool({"diff", file, dir_.file("none.ttar")});
    EXPECT_EQ(missing.status, 1) << missing.err;
    EXPECT_NE(missing.err.find("none.ttar"), std::string::npos) << missing.err;
    EXPECT_EQ(run_tool({"diff", file}).status, 2);
}

// One address freed 1,062 times more than allocated, by a program as the runtime has it.
TEST_F(DiffTest, ExcessFreesAreFoundByTheirAddress) {
    const std::string file = record("x.ttar", {"--scenario", "excess-frees", "--repeat", "1062"});
    const auto json = run_tool_json({"report", file, "anomalies", "--format", "json"});
    for (const auto& anomaly : json["anomalies"]) {
        if (anomaly["kind"] != "excess_frees" && anomaly["kind"] != "double_free") {
            continue;
        }
        EXPECT_EQ(anomaly["count"], 1062) << anomaly;
        EXPECT_EQ(anomaly["places"], 1);
        EXPECT_EQ(anomaly["worst"][0]["count"], 1062);
        EXPECT_EQ(anomaly["worst"][0]["owner"], "mesh 0");
        EXPECT_EQ(anomaly["worst"][0]["type"], "L1");
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
