// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `diff OLD NEW` and the views of anomalies, on recordings of the stand-in.
#include <algorithm>

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
    EXPECT_EQ(json["old"]["whole"], false);
    for (const auto& group : json["diff"]) {
        EXPECT_EQ(group["change"], "new");
    }
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
