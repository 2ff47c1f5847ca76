// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Recordings of jobs that were at work long before: everything they hold is in them.
#include <csignal>
#include <cstdlib>

#include "support/bpf_test.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"
#include "tracker/capacity.hpp"

namespace tt::alloc_trace::test {
namespace {

using SnapshotRunTest = BpfTest;
using Arguments = std::vector<std::string>;

// What a recorder says at its end, and what its file holds, against the job that rests.
void expect_truth(const std::string& file, const Truth& truth, const char* known = "full") {
    const auto replayed = replay(file);
    EXPECT_TRUE(is_flawless(*replayed, truth.pid));
    EXPECT_TRUE(same_live_set(live_set_of(replayed->process(truth.pid)), truth.live));
    EXPECT_EQ(run_tool_json({"report", file, "--format", "json"}).at("known_before_attach"), known);
}

// Attached while the threads work, ended while they rest. A hundred times with TAT_LONG_TESTS=1.
TEST_F(SnapshotRunTest, AttachedInTheStormTheRecordingHoldsAll) {
    StandIn job({"--threads", "4", "--ops", "20000", "--shared"});
    job.run_all();
    const int rounds = long_tests_wanted() ? 100 : 5;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        const std::string file = dir_.file(std::to_string(round) + ".ttar");
        job.start();
        Recorder recorder({"-p", job.pid_text()}, file);
        job.wait();
        const Outcome outcome = recorder.interrupt();
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        expect_truth(file, job.truth());
    }
}

// Of sharded buffers too, found or allocated before our eyes.
TEST_F(SnapshotRunTest, FootprintsAndCapacitiesAreTheRuntimesOwn) {
    StandIn job({"--threads", "4", "--ops", "20000", "--shared", "--prefill", "500"});
    job.run_all();
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    const Truth truth = job.truth();
    const auto replayed = replay(file);
    const ProcessState& process = replayed->process(truth.pid);

    std::map<std::uint64_t, std::uint64_t> blocks;  // by Buffer
    for (const LiveLine& line : truth.buffers) {
        blocks[line.buffer] = line.block;
    }
    for (const auto& [key, buffer] : process.live.buffers()) {
        EXPECT_EQ(bank_footprint_of(process, key, buffer), std::optional(blocks.at(buffer.buffer)));
    }
    std::size_t compared = 0;
    for (const auto& [place, region] : truth.regions) {
        const auto allocator = process.allocator_index.find(place.first);
        if (allocator == process.allocator_index.end()) {
            continue;  // never used while we looked
        }
        for (std::size_t i = 0; i < kBufferTypeCount; ++i) {
            const auto type = static_cast<BufferType>(i);
            if (to_string(type) == place.second) {
                const Capacity capacity = allocator_capacity(process, allocator->second, type);
                EXPECT_EQ(capacity.banks, region.banks);
                EXPECT_EQ(capacity.bank_bytes, region.bytes);
                EXPECT_EQ(capacity.use, std::optional(BankUse{region.used, region.free, region.largest_free})) << place.second;
                ++compared;
            }
        }
    }
    EXPECT_GT(compared, 8U);
}

// Meshes get new allocators, chips keep their objects.
TEST_F(SnapshotRunTest, ReopenedDevicesHoldWhatTheyHoldNow) {
    StandIn job({"--threads", "2", "--ops", "3000", "--shared"});
    job.run_all();
    job.close();
    job.reopen();
    job.run_all();
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    for (int i = 0; i < 3; ++i) {
        job.close();
        job.reopen();
        job.run_all();
    }
    EXPECT_EQ(recorder.interrupt().status, 0);
    expect_truth(file, job.truth());
}

TEST_F(SnapshotRunTest, DevicesThatReopenAHundredTimesHoldWhatTheyHoldNow) {
    StandIn job({"--threads", "1", "--ops", "100"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file, {"--strict"});
    for (int i = 0; i < 100; ++i) {
        job.run_all();
        job.close();
        job.reopen();
    }
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    expect_truth(file, job.truth());
}

TEST_F(SnapshotRunTest, AJobThatIsStoppedIsKnownWhole) {
    StandIn job({"--threads", "4", "--ops", "5000", "--shared"});
    job.run_all();
    const Truth truth = job.truth();
    kill(job.pid(), SIGSTOP);
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    EXPECT_EQ(recorder.interrupt().status, 0);
    kill(job.pid(), SIGCONT);
    expect_truth(file, truth);
}

TEST_F(SnapshotRunTest, WithoutASnapshotNothingIsKnown) {
    StandIn job({"--threads", "1", "--ops", "1000"});
    job.run_all();
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text(), "--no-snapshot"}, file);
    EXPECT_EQ(recorder.interrupt().status, 0);
    Truth nothing = job.truth();
    nothing.live.clear();
    expect_truth(file, nothing, "none");
}

TEST_F(SnapshotRunTest, FreezingStopsTheJobAndContinuesIt) {
    StandIn job({"--threads", "4", "--ops", "20000", "--shared"});
    job.run_all();
    const std::string file = dir_.file("x.ttar");
    job.start();
    Recorder recorder({"-p", job.pid_text(), "--freeze"}, file);
    job.wait();  // so it was continued
    EXPECT_EQ(recorder.interrupt().status, 0);
    expect_truth(file, job.truth());
}

// The recorder dies while the job is stopped every other moment: somebody continues it.
TEST_F(SnapshotRunTest, AKilledRecorderLeavesNoJobStopped) {
    StandIn job({"--threads", "4", "--ops", "200000", "--shared", "--prefill", "20000"});
    job.start();
    for (int i = 0; i < 5; ++i) {
        Recorder recorder(
            {"-p", job.pid_text(), "--freeze", "--lossless", "--ring-size", "1M"}, dir_.file(std::to_string(i) + ".ttar")
        );
        recorder.process().signal(SIGKILL);
        recorder.wait();
    }
    job.wait();
    EXPECT_EQ(job.exit(), 0);
}

// A ring of 1 MB holds some 6,000 events: without pauses most of these would be lost.
TEST_F(SnapshotRunTest, LosslessLosesNothing) {
    StandIn job({"--threads", "4", "--ops", "100000", "--shared"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text(), "--lossless", "--ring-size", "1M"}, file);
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_TRUE(matches(*replay(file, {truth}), truth));
}

// What happens to a job while it is read does not hurt the recorder, and what it holds afterwards is right.
TEST_F(SnapshotRunTest, AJobKilledInTheMiddleOfTheWalkIsSimplyOver) {
    for (int i = 0; i < 3; ++i) {
        StandIn job({"--prefill", "50000"});
        const std::string file = dir_.file(std::to_string(i) + ".ttar");
        Recorder recorder({"-p", job.pid_text()}, file);
        kill(job.pid(), SIGKILL);
        const Outcome outcome = recorder.wait();
        EXPECT_EQ(outcome.status, 0) << outcome.err;
        EXPECT_TRUE(live_set_of(replay(file)->process(static_cast<std::uint32_t>(job.pid()))).empty());
    }
}

TEST_F(SnapshotRunTest, DevicesClosedInTheMiddleOfTheWalkHoldNothing) {
    StandIn job({"--prefill", "50000"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.close();
    job.reopen();
    EXPECT_EQ(recorder.interrupt().status, 0);
    expect_truth(file, job.truth());
}

// The recorder is held until most of a million events found no room; then the job goes on, and rests.
TEST_F(SnapshotRunTest, AGapOfAMillionEventsHeals) {
    StandIn job({"--threads", "4", "--ops", "1200000", "--shared"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file, {"--ring-size", "1M"});
    recorder.process().signal(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return process_state(recorder.process().pid()) == 'T'; }));
    job.run_all();
    recorder.process().signal(SIGCONT);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    const Truth truth = job.truth();
    const auto replayed = replay(file);
    EXPECT_GT(replayed->view().lost.total(), 1'000'000U);
    EXPECT_TRUE(replayed->view().losses_repaired());
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::Unexplained), 0U);
    EXPECT_EQ(replayed->view().doubts().contradictions.total(), 0U);
    EXPECT_TRUE(same_live_set(live_set_of(replayed->process(truth.pid)), truth.live));
}

TEST_F(SnapshotRunTest, ManyBuffersAreKnown) {
    StandIn job({"--prefill", long_tests_wanted() ? "2000000" : "100000", "--threads", "2", "--ops", "5000", "--shared"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    expect_truth(file, job.truth());
}

// Attached in the middle of a job of realistic shape: the model's buffers, some thousand operations old, are there.
TEST_F(SnapshotRunTest, TheModelOfARunningJobIsKnown) {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    StandIn job({"--replay", std::string(shared) + "/workloads/llama-n300-reconstructed.csv.zst", "--from-op", "40000"});
    const std::string file = dir_.file("x.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    const Truth before = job.truth();
    EXPECT_GE(before.live.size(), 592U);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);
    const Truth after = job.truth();
    EXPECT_EQ(after.live.size(), 592U);
    expect_truth(file, after);
}

}  // namespace
}  // namespace tt::alloc_trace::test
