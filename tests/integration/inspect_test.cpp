// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `list` and `doctor`: what can be traced, and whether it works.
#include <algorithm>
#include <set>

#include "support/bpf_test.hpp"
#include "support/kernel_objects.hpp"
#include "support/proc.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using InspectTest = BpfTest;

TEST_F(InspectTest, ListShowsARunningJob) {
    StandIn job({"--threads", "1", "--ops", "0"});
    const Json json = run_tool_json({"list", "--format", "json"});
    const Json& processes = json.at("processes");
    const auto found = std::find_if(processes.begin(), processes.end(), [&](const Json& p) { return p.at("pid") == job.pid(); });
    ASSERT_NE(found, processes.end()) << json;
    EXPECT_EQ(found->at("user"), "root");
    EXPECT_EQ(found->at("library"), standin_library());
    EXPECT_EQ(found->at("build_id").get<std::string>().size(), 40U);
    EXPECT_EQ(found->at("supported"), true) << *found;
    EXPECT_NE(found->at("command").get<std::string>().find("tt-standin --control --threads 1"), std::string::npos);
    const Outcome text = run_tool({"list"});
    EXPECT_EQ(text.status, 0);
    EXPECT_NE(text.out.find(job.pid_text()), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("libtt_metal.so"), std::string::npos) << text.out;
}

TEST_F(InspectTest, DoctorIsContentWithThisMachine) {
    const Outcome outcome = run_tool({"doctor"});
    EXPECT_EQ(outcome.status, 0) << outcome.out;
    EXPECT_NE(outcome.out.find("ready to trace"), std::string::npos) << outcome.out;
    const Json json = run_tool_json({"doctor", "--format", "json"});
    EXPECT_EQ(json.at("verdict"), "ok");
    for (const Json& check : json.at("checks")) {
        EXPECT_EQ(check.at("outcome"), "ok") << check;
    }
}

// Every probe of a running job, attached for a moment: all of them work, the job does not notice.
TEST_F(InspectTest, DoctorAttachesEveryProbeOfAJobForAMoment) {
    StandIn job({"--threads", "2", "--ops", "0", "--shared"});
    job.start();
    const Json json = run_tool_json({"doctor", "-p", job.pid_text(), "--format", "json"});
    EXPECT_EQ(json.at("verdict"), "ok") << json;
    std::set<std::string> roles;
    for (const Json& probe : json.at("probes")) {
        EXPECT_TRUE(probe.at("attached").get<bool>()) << probe;
        EXPECT_FALSE(probe.at("instruction").get<std::string>().empty()) << probe;
        roles.insert(probe.at("role"));
    }
    EXPECT_TRUE(roles.contains("allocated") && roles.contains("freed")) << json;
    EXPECT_GE(json.at("probes").size(), 9U);
    ASSERT_EQ(json.at("modules").size(), 1U);
    EXPECT_EQ(json.at("modules")[0].at("layout"), "L5");
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    EXPECT_EQ(wait_for_clean_kernel(), "");
    EXPECT_EQ(job.exit(), 0);
}

TEST_F(InspectTest, DoctorTellsWhatCouldBeProbedInAFile) {
    const Json json = run_tool_json({"doctor", "--library", standin_library(), "--format", "json"});
    EXPECT_GE(json.at("probes").size(), 9U);
    EXPECT_EQ(json.at("modules")[0].at("layout"), "L5");
}

TEST_F(InspectTest, DoctorRefusesAFileWithoutTheRuntime) {
    for (const std::string& path : {std::string("/bin/true"), std::string("/etc/passwd"), dir_.file("missing")}) {
        const Outcome outcome = run_tool({"doctor", "--library", path});
        EXPECT_EQ(outcome.status, 1) << path << outcome.out;
        EXPECT_NE(outcome.out.find("failed"), std::string::npos) << outcome.out;
        EXPECT_NE((outcome.out + outcome.err).find(path), std::string::npos) << outcome.out;
    }
}

TEST_F(InspectTest, DoctorSaysWhyAProcessCannotBeTraced) {
    Subprocess other({.arguments = {"sleep", "1000"}, .environment = {}, .user = {}, .stdout_path = {}});
    const Outcome outcome = run_tool({"doctor", "-p", std::to_string(other.pid())});
    EXPECT_NE(outcome.status, 0);
    EXPECT_NE(outcome.out.find("cannot trace"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace tt::alloc_trace::test
