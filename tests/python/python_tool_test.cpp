// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The whole tool: a Python program is recorded from its start, and each allocation has the lines the program said it came from.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "python/python_offsets.hpp"
#include "support/bpf_test.hpp"
#include "support/pythons.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

class PythonToolTest : public BpfTest, public testing::WithParamInterface<Python> {
protected:
    // Size of an allocation -> "function:line function:line ...", innermost first; of the frames in model.py and Python's own library.
    using Origins = std::map<std::uint64_t, std::string>;

    static Origins said(const std::string& out) {
        Origins origins;
        std::istringstream lines{out};
        for (std::string line; std::getline(lines, line);) {
            const std::size_t space = line.find(' ');
            origins[std::stoull(line.substr(0, space))] = line.substr(space + 1);
        }
        return origins;
    }

    // A qualified name's last part.
    static std::string plain(const std::string& name) { return name.substr(name.rfind('.') + 1); }

    Origins recorded(const std::string& file) const {
        Origins origins;
        std::map<std::uint64_t, std::string> frames;  // by number
        std::map<std::uint64_t, std::string> stacks;
        const std::string exported = dir_.file("job.jsonl");
        EXPECT_EQ(run_tool({"export", file, "--to", "jsonl", "-o", exported}).status, 0);
        std::istringstream lines{read_file(exported)};
        for (std::string line; std::getline(lines, line);) {
            const auto event = nlohmann::json::parse(line, nullptr, false);
            const std::string kind = event.is_object() ? event.value("kind", "") : "";
            if (kind == "frame" && event.value("language", "") == "python") {
                frames[event.at("number")] = plain(event.at("function")) + ":" + std::to_string(event.value("line", 0));
            } else if (kind == "stack") {
                EXPECT_EQ(event.value("end", ""), "complete") << line;
                std::string& text = stacks[event.at("number")];
                for (const auto& frame : event.at("frames")) {
                    const auto python = frames.find(frame.get<std::uint64_t>());
                    text += python == frames.end() ? "" : (text.empty() ? "" : " ") + python->second;
                }
            } else if (kind == "alloc") {
                origins[event.at("size")] = stacks[event.value("stack", 0)];
            }
        }
        return origins;
    }
};

TEST_P(PythonToolTest, EveryAllocationHasItsLines) {
    if (GetParam().version < kOldestPython || GetParam().version > kNewestPython) {
        GTEST_SKIP() << "Python frames are not read of this version";
    }
    const std::string file = dir_.file("job.ttar");
    const Outcome outcome = run_tool({"record", "--stacks", "all", "-o", file, "--", GetParam().path, TAT_PYTHON_MODEL, TAT_PYTHON_STANDIN});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const Origins truth = said(outcome.out);
    EXPECT_EQ(truth.size(), 7) << outcome.out;
    EXPECT_EQ(recorded(file), truth) << outcome.err;
}

// The innermost ones, and it is said.
TEST_P(PythonToolTest, NoMoreCallsThanAskedFor) {
    if (GetParam().version < kOldestPython || GetParam().version > kNewestPython) {
        GTEST_SKIP() << "Python frames are not read of this version";
    }
    const std::string file = dir_.file("job.ttar");
    const Outcome outcome =
        run_tool({"record", "--max-depth", "3", "-o", file, "--", GetParam().path, TAT_PYTHON_MODEL, TAT_PYTHON_STANDIN});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto json = nlohmann::json::parse(run_tool({"report", file, "callsites", "--format", "json"}).out);
    ASSERT_FALSE(json["call_stacks"].empty());
    for (const auto& stack : json["call_stacks"]) {
        EXPECT_NE(stack["end"], "complete");
        EXPECT_LE(stack["frames"].size(), 6U) << stack.dump(1);
        EXPECT_THAT(stack["call_site"], testing::HasSubstr("model.py:"));
    }
}

INSTANTIATE_TEST_SUITE_P(Every, PythonToolTest, testing::ValuesIn(pythons()), [](const auto& parameter) {
    return parameter.param.name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PythonToolTest);

}  // namespace
}  // namespace tt::alloc_trace::test
