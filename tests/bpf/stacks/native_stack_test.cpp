// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Programs compiled in many ways; each stack that BPF takes against what the program's own unwinder found at the same call.
#include <sys/stat.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <string>

#include "stack_capture.hpp"
#include "support/bpf_test.hpp"
#include "support/subprocess.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint32_t kComplete = 0;
constexpr std::uint32_t kTooDeep = 1;
constexpr std::uint32_t kNoTable = 3;
constexpr std::size_t kMaxFrames = 128;

using Frames = std::vector<std::uint64_t>;

const char* const kJobs[] = {
    "gcc", "gcc-frame-pointers", "gcc-unoptimised", "gcc-no-pie", "gcc-static", "gcc-static-pie", "gcc-no-header", "clang",
    "clang-frame-pointers", "clang-stripped"
};

std::string job(const std::string& name) { return std::string(TAT_STACK_JOBS) + "/" + name; }

std::map<std::uint32_t, std::vector<Frames>> read_truth(const std::string& path) {
    std::map<std::uint32_t, std::vector<Frames>> truth;
    std::ifstream file(path, std::ios::binary);
    std::uint64_t head[2];
    while (file.read(reinterpret_cast<char*>(head), sizeof head)) {
        Frames frames(head[1]);
        file.read(reinterpret_cast<char*>(frames.data()), static_cast<std::streamsize>(frames.size() * sizeof frames[0]));
        truth[static_cast<std::uint32_t>(head[0])].push_back(std::move(frames));
    }
    return truth;
}

std::string words(const Frames& frames) {
    std::ostringstream text;
    for (const std::uint64_t frame : frames) {
        text << std::hex << frame << ' ';
    }
    return text.str();
}

// The probe's own instruction, its return into record(), and from there on the truth.
bool is_equal(const TakenStack& taken, const Frames& truth) {
    const std::size_t expected = std::min(truth.size() + 1, kMaxFrames);
    return taken.frames.size() == expected && taken.end == (truth.size() + 1 > kMaxFrames ? kTooDeep : kComplete) &&
           std::equal(taken.frames.begin() + 2, taken.frames.end(), truth.begin() + 1);
}

class NativeStackTest : public BpfTest {
protected:
    // How many stacks were compared.
    std::size_t run(const std::string& name, const std::string& scenario, int count, const std::vector<std::string>& plugins = {}) {
        const std::string truth_path = dir_.file("truth");
        StackCapture capture(job(name), "stack_probe");
        std::vector<std::string> arguments{job(name), truth_path, scenario, std::to_string(count)};
        arguments.insert(arguments.end(), plugins.begin(), plugins.end());
        SpawnOptions options;
        options.arguments = arguments;
        Subprocess process(options);
        process.wait_until(
            [&, answered = std::size_t{0}]() mutable {
                const std::string& out = process.out();
                const auto said = static_cast<std::size_t>(std::count(out.begin(), out.end(), '\n'));
                for (; answered < said; ++answered) {
                    capture.update(static_cast<std::uint32_t>(process.pid()));
                    process.send("go\n");
                }
                capture.poll();
                return process.ended();
            },
            "the end of the job"
        );
        EXPECT_EQ(process.wait().status, 0) << process.err();
        capture.poll();
        EXPECT_EQ(capture.lost(), 0U);
        for (const std::string& note : capture.tables().take_notes()) {
            ADD_FAILURE() << note;
        }
        return compare(capture, read_truth(truth_path));
    }

    static std::size_t compare(const StackCapture& capture, const std::map<std::uint32_t, std::vector<Frames>>& truth) {
        std::size_t compared = 0;
        std::size_t different = 0;
        for (const auto& [thread, stacks] : truth) {
            const auto taken = capture.by_thread().find(thread);
            if (taken == capture.by_thread().end() || taken->second.size() != stacks.size()) {
                ADD_FAILURE() << stacks.size() << " stacks, taken: " << (taken == capture.by_thread().end() ? 0 : taken->second.size());
                continue;
            }
            for (std::size_t i = 0; i < stacks.size(); ++i, ++compared) {
                const TakenStack& stack = taken->second[i];
                if (!is_equal(stack, stacks[i]) && ++different <= 3) {
                    ADD_FAILURE() << "stack " << i << " of thread " << thread << ", end " << stack.end << "\n  taken " << words(stack.frames)
                                  << "\n  truth " << words(stacks[i]);
                }
            }
        }
        EXPECT_EQ(different, 0U) << "of " << compared;
        return compared;
    }
};

class EveryBuild : public NativeStackTest, public testing::WithParamInterface<const char*> {
protected:
    // TAT_LONG_TESTS=1: 100,000 and more.
    void every_stack_is_right(const std::string& scenario, int count, std::size_t at_least) {
        const std::size_t times = long_tests_wanted() ? 100'000 / at_least + 1 : 1;
        EXPECT_GE(run(GetParam(), scenario, count * static_cast<int>(times)), at_least * times);
    }
};

INSTANTIATE_TEST_SUITE_P(Compilers, EveryBuild, testing::ValuesIn(kJobs), [](const auto& build) {
    std::string name = build.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

TEST_P(EveryBuild, PlainCalls) { every_stack_is_right("plain", 300, 1500); }

TEST_P(EveryBuild, ExceptionsThrownThroughProbedFrames) { every_stack_is_right("exceptions", 300, 1500); }

TEST_P(EveryBuild, SignalHandlers) { every_stack_is_right("signals", 300, 450); }

TEST_P(EveryBuild, RecursionTooDeepIsCut) { EXPECT_EQ(run(GetParam(), "deep", 1), 1U); }

TEST_P(EveryBuild, EightThreads) { every_stack_is_right("threads", 400, 4000); }

TEST_F(NativeStackTest, LibrariesAtTheSameAddressOneAfterTheOther) {
    EXPECT_EQ(run("gcc", "plugins", 100, {job("plugin-a.so"), job("plugin-b.so")}), 800U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
