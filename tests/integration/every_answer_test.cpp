// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every view and every export that --help names, over real recordings, by the whole tool: each ends well and says something.
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using EveryAnswerTest = BpfTest;

// The first words of the lines behind `heading`.
std::vector<std::string> names_in_help(const std::string& command, const std::string& heading) {
    const std::string help = run_tool({command, "--help"}).out;
    std::istringstream lines(help.substr(help.find(heading) + heading.size()));
    std::vector<std::string> names;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("  ")) {
            names.push_back(line.substr(2, line.find(' ', 2) - 2));
        }
    }
    return names;
}

std::string recorded(const TempDir& dir, const std::string& scenario) {
    const std::string file = dir.file(scenario + ".ttar");
    StandIn job({"--scenario", scenario});
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    return file;
}

// Every format of every moment that has a name, of this process and of another one.
void expect_moments(const TempDir& dir, const std::string& file, const std::vector<std::string>& formats) {
    for (const std::string& format : formats) {
        for (const char* moment : {"peak", "failure", "close"}) {
            const Outcome outcome = run_tool({"export", file, "--to", format, "-o", dir.file("moment"), "--force", "--at", moment});
            EXPECT_EQ(outcome.status, 0) << format << " at " << moment << ": " << outcome.err;
        }
        const Outcome other = run_tool({"export", file, "--to", format, "-o", dir.file("moment"), "--force", "--process", "1"});
        EXPECT_EQ(other.status, 0) << format;
        EXPECT_NE(other.err.find("process 1 is not in it"), std::string::npos) << other.err;
    }
}

TEST_F(EveryAnswerTest, OverRealRecordings) {
    const std::vector<std::string> views = names_in_help("report", "Views:");
    const std::vector<std::string> formats = names_in_help("export", "Formats:");
    EXPECT_GE(views.size(), 14U);
    EXPECT_GE(formats.size(), 8U);
    for (const char* scenario : {"oom-fragmented", "oom-exhausted", "clash", "trace", "reopen"}) {
        const std::string file = recorded(dir_, scenario);
        for (const std::string& view : views) {
            const Outcome text = run_tool({"report", file, view});
            EXPECT_EQ(text.status, 0) << view << " of " << scenario << ": " << text.err;
            EXPECT_FALSE(text.out.empty()) << view;
            EXPECT_EQ(run_tool_json({"report", file, view, "--format", "json"}).at("schema"), "tt-alloc-trace/" + view);
        }
        for (const std::string& format : formats) {
            const std::string output = dir_.file(std::string(scenario) + "." + format);
            const Outcome outcome = run_tool({"export", file, "--to", format, "-o", output});
            EXPECT_EQ(outcome.status, 0) << format << " of " << scenario << ": " << outcome.err;
            EXPECT_FALSE(read_file(output).empty()) << format;
        }
        if (std::string_view(scenario) == "oom-exhausted") {
            expect_moments(dir_, file, formats);
        }
        const Outcome page = run_tool({"report", file, "--format", "html"});
        EXPECT_EQ(page.status, 0) << page.err;
        EXPECT_TRUE(page.out.starts_with("<!DOCTYPE html>")) << page.out.substr(0, 40);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
