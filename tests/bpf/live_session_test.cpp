// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// A live session in this process: attached and detached again and again, it leaves job and kernel as they were.
#include <atomic>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>

#include "live/live_session.hpp"
#include "support/bpf_test.hpp"
#include "support/kernel_objects.hpp"
#include "support/proc.hpp"
#include "support/stand_in.hpp"

namespace tt::alloc_trace::test {
namespace {

class Ignore : public EventConsumer {
public:
    void consume(const Event& event) override { buffers += std::holds_alternative<Allocated>(event) ? 1 : 0; }
    std::uint64_t buffers = 0;
};

class LiveSessionTest : public BpfTest {
protected:
    std::unique_ptr<LiveSession> attach(const StandIn& job) {
        LiveOptions options;
        options.target.pids = {static_cast<std::uint32_t>(job.pid())};
        options.ring_bytes = std::size_t{1} << 20U;
        Result<std::unique_ptr<LiveSession>> session = LiveSession::start(std::move(options), ignore_);
        EXPECT_TRUE(session.has_value()) << session.error().message;
        return session ? std::move(*session) : nullptr;
    }

    Ignore ignore_;
};

std::size_t open_descriptors() {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        ++count;
    }
    return count;
}

// What the same job with the same seed did without any tracer, after as many rounds.
Truth undisturbed(const std::vector<std::string>& arguments, int rounds) {
    StandIn job(arguments);
    for (int round = 0; round < rounds; ++round) {
        job.run_all();
    }
    return job.truth();
}

// Harm test: attached and detached again and again while the job works on four threads. Its results are what they would have
// been, its code is untouched, and kernel and our own process hold nothing more than before. A hundred times with
// TAT_LONG_TESTS=1: the kernel takes nearly a second to let go of all probes.
TEST_F(LiveSessionTest, ManyAttachesUnderLoadLeaveNoTrace) {
    const int attaches = long_tests_wanted() ? 100 : 25;
    const std::vector<std::string> storm{"--threads", "4", "--ops", "4000", "--programs", "4"};
    std::vector<std::string> paced = storm;
    paced.insert(paced.end(), {"--rate", "2000"});
    StandIn job(paced);
    const std::size_t descriptors = open_descriptors();
    std::atomic<bool> working = true;
    std::thread attaching([&] {
        for (int i = 0; i < attaches && !HasFailure(); ++i) {
            const std::uint64_t before = ignore_.buffers;
            const auto session = attach(job);
            if (session == nullptr) {
                break;  // said already
            }
            EXPECT_TRUE(eventually([&] { return session->pump().has_value() && ignore_.buffers > before; }));
            EXPECT_TRUE(i > 0 || programs_in_kernel() > 0) << "the check below would see nothing";
            EXPECT_TRUE(session->stop().has_value());
        }
        working = false;
    });
    int rounds = 0;
    for (; working; ++rounds) {
        job.run_all();
    }
    attaching.join();
    const Truth truth = job.truth();
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    EXPECT_EQ(wait_for_clean_kernel(), "");
    EXPECT_EQ(open_descriptors(), descriptors);
    EXPECT_EQ(job.exit(), 0);

    const Truth other = undisturbed(storm, rounds);
    EXPECT_EQ(truth.allocs, other.allocs);
    EXPECT_EQ(truth.frees, other.frees);
    EXPECT_EQ(truth.failed, other.failed);
    EXPECT_EQ(truth.cbs, other.cbs);
    EXPECT_EQ(truth.live.size(), other.live.size());
    EXPECT_EQ(truth.live_bytes, other.live_bytes);
}

// Every probe the plan asks for is attached, at an instruction the kernel emulates: a trap costs microseconds, not tens of them.
TEST_F(LiveSessionTest, EveryProbeIsAttachedAtACheapInstruction) {
    StandIn job;
    const auto session = attach(job);
    ASSERT_NE(session, nullptr);
    std::set<std::string> roles;
    for (const ProbeOutcome& probe : session->info().probes) {
        EXPECT_TRUE(probe.attached) << probe.role << ": " << probe.detail;
        const bool rare = probe.role.starts_with("trace_");  // forwarding functions, as short as a load and a jump
        EXPECT_TRUE(rare || probe.trap == "emulated") << probe.role << " at " << probe.instruction;
        roles.insert(probe.role);
    }
    EXPECT_GE(roles.size(), 8U);
    EXPECT_FALSE(has_original_code(job.pid(), standin_library())) << "nothing is attached";
    ASSERT_TRUE(session->stop().has_value());
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
}

// A session that is dropped without an orderly stop cleans up all the same.
TEST_F(LiveSessionTest, DroppedSessionLeavesNothing) {
    StandIn job({"--threads", "2", "--ops", "0"});
    job.start();
    { const auto session = attach(job); }
    EXPECT_TRUE(has_original_code_soon(job.pid(), standin_library()));
    EXPECT_EQ(wait_for_clean_kernel(), "");
    EXPECT_EQ(job.exit(), 0);
}

TEST_F(LiveSessionTest, TargetThatIsKilledEndsTheSession) {
    StandIn job({"--threads", "2", "--ops", "0", "--rate", "100"});
    const auto session = attach(job);
    ASSERT_NE(session, nullptr);
    EXPECT_FALSE(session->targets_ended());
    job.start();
    kill(job.pid(), SIGKILL);
    EXPECT_TRUE(eventually([&] { return session->pump().has_value() && session->targets_ended(); }));
    EXPECT_TRUE(session->stop().has_value());
}

}  // namespace
}  // namespace tt::alloc_trace::test
