// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Python frames read by BPF at a probe equal what the program itself knows of its stack at the same call, in every call.
#include <gtest/gtest.h>

#include "python/interpreter_finder.hpp"
#include "python/python_job.hpp"
#include "python/python_offsets.hpp"
#include "python/python_probe.hpp"
#include "support/bpf_test.hpp"

namespace tt::alloc_trace::test {
namespace {

struct Compared {
    std::size_t calls = 0;
    std::size_t wrong = 0;
    std::size_t wrong_entries = 0;
    std::string first_wrong;
};

std::string described(const std::vector<SeenFrame>& frames) {
    std::string text;
    for (const SeenFrame& frame : frames) {
        text += "  " + frame.file + ":" + std::to_string(frame.line) + " " + frame.name + (frame.ends_native ? " |" : "") + "\n";
    }
    return text;
}

std::string described(const PythonJob::Call& call) {
    std::string text = "call " + std::to_string(call.number) + " of " + std::to_string(call.pid) + ", " +
                       std::to_string(call.evaluators) + " native frames of the interpreter:\n";
    for (const PythonJob::Frame& frame : *call.stack) {
        text += "  " + frame.file + ":" + std::to_string(frame.line) + " " + frame.name + "\n";
    }
    return text;
}

bool equal(const std::vector<PythonJob::Frame>& truth, const std::vector<SeenFrame>& seen) {
    return std::equal(truth.begin(), truth.end(), seen.begin(), seen.end(), [](const auto& one, const auto& other) {
        return std::tie(one.file, one.line, one.name) == other.key();
    });
}

class PythonStackTest : public testing::TestWithParam<Python> {
protected:
    void SetUp() override {
        const auto& version = GetParam().version;
        if (version < kOldestPython || version > kNewestPython) {
            GTEST_SKIP() << "Python frames are not read of this version";
        }
        if (const auto why = why_no_bpf()) {
            ASSERT_FALSE(bpf_is_required()) << *why;
            GTEST_SKIP() << "BPF cannot be tested here: " << *why;
        }
        job_.emplace(GetParam());
        probe_.emplace();
    }

    void add_process(std::uint32_t pid) {
        const auto process = ProcessHandle::open(pid);
        ASSERT_TRUE(process);
        const auto found = finder_.find(*process);
        ASSERT_TRUE(found) << found.error().message;
        ASSERT_EQ(found->state, PythonState::Found) << found->why;
        EXPECT_EQ(found->version, GetParam().version);
        EXPECT_GT(found->evaluator.end, found->evaluator.begin);
        probe_->add_process(pid, found->settings);
    }

    void run_job(const std::string& scenario, int rounds) {
        probe_->attach(job_->library());
        job_->start(scenario, rounds, [this](std::uint32_t pid) { add_process(pid); });
        job_->process().wait_until(
            [this] {
                job_->let_go_whoever_waits();
                probe_->drain();
                return job_->process().ended();
            },
            "the end of the job"
        );
        const Outcome outcome = job_->process().wait();
        ASSERT_EQ(outcome.status, 0) << outcome.err;
        probe_->drain();
        EXPECT_EQ(probe_->without_walk(), 0);
    }

    Compared compared() {
        Compared run;
        for (const PythonJob::Call& call : job_->truth()) {
            ++run.calls;
            const auto found = probe_->stacks().find({call.pid, call.number});
            const std::vector<SeenFrame> seen = found == probe_->stacks().end() ? std::vector<SeenFrame>{} : probe_->frames_of(found->second);
            const bool right = found != probe_->stacks().end() && found->second.end == TAT_PYTHON_COMPLETE && equal(*call.stack, seen);
            const auto entries = std::count_if(seen.begin(), seen.end(), [](const SeenFrame& frame) { return frame.ends_native; });
            run.wrong_entries += entries != call.evaluators ? 1 : 0;
            run.wrong += right ? 0 : 1;
            if (run.first_wrong.empty() && (!right || entries != call.evaluators)) {
                run.first_wrong = described(call) + (found == probe_->stacks().end() ? "not seen" : "seen, end " + std::to_string(found->second.end)) +
                                  ":\n" + described(seen);
            }
        }
        return run;
    }

    // TAT_LONG_TESTS=1: beyond 100,000 calls of each interpreter.
    void every_stack_is_right(const std::string& scenario, int rounds, std::size_t at_least) {
        const int times = long_tests_wanted() ? 16 : 1;
        at_least *= static_cast<std::size_t>(times);
        ASSERT_NO_FATAL_FAILURE(run_job(scenario, rounds * times));
        const Compared run = compared();
        EXPECT_EQ(run.wrong, 0) << "of " << run.calls << "\n" << run.first_wrong;
        EXPECT_EQ(run.wrong_entries, 0) << "of " << run.calls << "\n" << run.first_wrong;
        EXPECT_EQ(run.calls, probe_->stacks().size());
        EXPECT_GE(run.calls, at_least);
    }

    std::optional<PythonJob> job_;
    std::optional<PythonProbe> probe_;
    InterpreterFinder finder_;
};

TEST_P(PythonStackTest, OfEveryKindOfFrame) { every_stack_is_right("all_kinds", 300, 2000); }

TEST_P(PythonStackTest, OfManyThreads) { every_stack_is_right("threads", 50, 2500); }

TEST_P(PythonStackTest, OfForkedChildren) { every_stack_is_right("fork", 50, 1250); }

TEST_P(PythonStackTest, OfChildrenForkedInAThread) { every_stack_is_right("fork_in_thread", 25, 600); }

TEST_P(PythonStackTest, OfSpawnedChildren) { every_stack_is_right("spawn", 50, 1250); }

// Its innermost frames are there.
TEST_P(PythonStackTest, OneThatIsTooDeepIsCutAndSaysSo) {
    ASSERT_NO_FATAL_FAILURE(run_job("too_deep", 1));
    const auto calls = job_->truth();
    ASSERT_EQ(calls.size(), 1);
    ASSERT_EQ(probe_->stacks().size(), 1);
    const SeenStack& stack = probe_->stacks().begin()->second;
    EXPECT_EQ(stack.end, TAT_PYTHON_TOO_DEEP);
    const auto seen = probe_->frames_of(stack);
    ASSERT_EQ(seen.size(), TAT_MAX_PYTHON_FRAMES);
    EXPECT_TRUE(equal({calls[0].stack->begin(), calls[0].stack->begin() + TAT_MAX_PYTHON_FRAMES}, seen)) << described(seen);
}

INSTANTIATE_TEST_SUITE_P(Every, PythonStackTest, testing::ValuesIn(pythons()), [](const auto& parameter) {
    return parameter.param.name;
});
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(PythonStackTest);

}  // namespace
}  // namespace tt::alloc_trace::test
