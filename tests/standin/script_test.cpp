// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Scripts: what their lines do to the runtime, and what is said of bad ones.

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace standin_test {
namespace {

struct Outcome {
    std::vector<std::string> lines;  // of both outputs, without the one that tells the pid
    int status = -1;

    bool has(const std::string& line) const { return std::find(lines.begin(), lines.end(), line) != lines.end(); }
    bool tells(const std::string& part) const {
        return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.find(part) != std::string::npos;
        });
    }
};

class ScriptTest : public testing::Test {
protected:
    ~ScriptTest() override { std::filesystem::remove(file_); }

    Outcome run(const std::string& script) {
        std::ofstream(file_) << script;
        const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        const std::string command =
            "TT_METAL_DISABLE_BACKTRACE=1 " + (folder / "tt-standin").string() + " --script " + file_ + " 2>&1";
        std::FILE* pipe = ::popen(command.c_str(), "r");
        Outcome outcome;
        std::array<char, 4096> line{};
        while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
            const std::string text(line.data());
            if (!text.starts_with("ready ")) {
                outcome.lines.push_back(text.substr(0, text.find('\n')));
            }
        }
        outcome.status = WEXITSTATUS(::pclose(pipe));
        return outcome;
    }

    const std::string file_ =
        (std::filesystem::temp_directory_path() / ("script_test." + std::to_string(::getpid()))).string();
};

TEST_F(ScriptTest, SettingsDecideWhatIsThere) {
    const Outcome outcome = run(
        "set l1_size 1499136\nset l1_small 0\nset dram_banks 4\nset dram_bank 1048576\nset dram_base 0\nset trace_region 0\n"
        "mesh m 1 1\nstat m L1\nstat m DRAM\nalloc a m DRAM 65536 2048\nstat m DRAM\n");
    EXPECT_EQ(
        outcome.lines,
        (std::vector<std::string>{
            "one bank: used 0, free 1394688, largest 1394688",
            "one bank: used 0, free 1048576, largest 1048576",
            "one bank: used 16384, free 1032192, largest 1032192",
            "done"}));
    EXPECT_EQ(outcome.status, 0);
}

TEST_F(ScriptTest, LoopsNestAndNameTheirRounds) {
    const Outcome outcome = run("loop i 2\nloop k 2\nsay $i and $k\nend\nend\n");
    EXPECT_EQ(outcome.lines, (std::vector<std::string>{"0 and 0", "0 and 1", "1 and 0", "1 and 1", "done"}));
}

TEST_F(ScriptTest, RefusedAllocationIsToldInTheWordsSetAndTheJobGoesOn) {
    const Outcome outcome = run(
        "set out_of_memory_text Out of Memory: <per_bank> of <type>, largest <largest>\nset trace_region 0\nset dram_base 0\n"
        "mesh m 1 1\nalloc a m DRAM 25769803776 32768\nfree a\nalloc b chip0 L1 2048 2048\naddr b\n");
    EXPECT_TRUE(outcome.has("Out of Memory: 2147483648 of DRAM, largest 1073741824"));
    EXPECT_TRUE(outcome.has("line 6 failed: the allocation of 'a' was refused"));
    EXPECT_TRUE(outcome.has("address of b: 1497088"));
    EXPECT_EQ(outcome.status, 0);
}

TEST_F(ScriptTest, ProgramsTracesAndSubDevicesAreThoseOfTheRuntime) {
    const Outcome outcome = run(
        "set clash_text program <program> on <x0>-<y0>\nmesh m 1 1\nalloc l m L1 87031808 2048\nprog p\ncb p 65536 1 0 7 7\n"
        "launch m p\nfree l\nlaunch m p\nunprog p\nbegin_trace m 3\nend_trace m 3 4096\nreplay_trace m 3\nrelease_trace m 3\n"
        "replay_trace m 3\nsubdev s m 3200 0 0 3 7 4 0 7 7\nalloc x m L1 2048 2048 shard 0 0 0 0 sub 1\nfree x\nunload m\n");
    EXPECT_TRUE(outcome.has("program 0 on 1-0"));
    EXPECT_TRUE(outcome.has("There is no trace of this id"));
    EXPECT_EQ(std::count_if(outcome.lines.begin(), outcome.lines.end(), [](const std::string& line) {
        return line.starts_with("line ");
    }), 2);
}

TEST_F(ScriptTest, BadLinesAreNamedWithWhatToWrite) {
    struct Case {
        std::string script;
        std::vector<std::string> told;
    };
    const std::vector<Case> cases{
        {"mesh m 1 1\nalloc a m DRAM many 32\n", {":2: BYTES is 'many', not a number", "write: alloc NAME OWNER"}},
        {"mesh m 1 1\n\nfree a\n", {":3: no buffer is called 'a'", "'alloc'"}},
        {"alloc a m DRAM 32 32\n", {":1: no chip is called 'm'"}},
        {"mesh m 1 1 0 1\nmesh n 1 1 0 x\n", {":2: CHIP is 'x'"}},
        {"mesh m 1 1\nalloc a m RAM 32 32\n", {":2: 'RAM' is none of DRAM, L1"}},
        {"mesh m 1\n", {":1: COLUMNS is missing", "write: mesh MESH ROWS COLUMNS"}},
        {"chip 0 1\n", {":1: '1' is too much"}},
        {"chip 0\nset l1_base 0\n", {":2: settings belong to the head"}},
        {"set l1_bass 0\n", {":1: no setting is called 'l1_bass'", "l1_base"}},
        {"mesh m 1 1\nalloc p m DRAM 32 32 up\ndrop m\n", {":3: 'p' is still held on this mesh"}},
    };
    for (const Case& bad : cases) {
        const Outcome outcome = run(bad.script);
        EXPECT_EQ(outcome.status, 2) << bad.script;
        for (const std::string& part : bad.told) {
            EXPECT_TRUE(outcome.tells(file_ + part) || outcome.tells(part)) << bad.script << part;
        }
    }
}

// Found before the first line has an effect.
TEST_F(ScriptTest, UnknownCommandsAndUnmatchedLoopsAreFoundFirst) {
    for (const std::string script : {"say hello\nsing\n", "say hello\nloop i 3\n", "say hello\nend\n", "say hello\nloop i\n"}) {
        const Outcome outcome = run(script);
        EXPECT_EQ(outcome.status, 2) << script;
        EXPECT_TRUE(outcome.tells(":2: ")) << script;
        EXPECT_FALSE(outcome.has("hello")) << script;
    }
}

}  // namespace
}  // namespace standin_test
