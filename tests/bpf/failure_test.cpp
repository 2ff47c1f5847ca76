// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Allocations and launches that throw, and what else does not show in a buffer's own events: as records of a live session.
#include <algorithm>
#include <atomic>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "live/live_session.hpp"
#include "support/bpf_test.hpp"
#include "support/stand_in.hpp"

namespace tt::alloc_trace::test {
namespace {

class Collector : public EventConsumer {
public:
    void consume(const Event& event) override { events.push_back(event); }

    template <typename T>
    [[nodiscard]] std::vector<T> all() const {
        std::vector<T> found;
        for (const Event& event : events) {
            if (const T* one = std::get_if<T>(&event)) {
                found.push_back(*one);
            }
        }
        return found;
    }

    std::vector<Event> events;
};

class FailureTest : public BpfTest {
protected:
    // Attaches, lets the stand-in do its work, detaches. The stand-in's own account of it.
    Truth trace(const std::vector<std::string>& arguments) {
        StandIn job(arguments);
        LiveOptions options;
        options.target.pids = {static_cast<std::uint32_t>(job.pid())};
        Result<std::unique_ptr<LiveSession>> session = LiveSession::start(std::move(options), collector_);
        EXPECT_TRUE(session.has_value()) << session.error().message;
        if (!session) {
            return {};
        }
        std::atomic<bool> working = true;
        std::thread work([&] {
            job.run_all();
            working = false;
        });
        while (working) {
            EXPECT_TRUE((*session)->pump().has_value());
        }
        work.join();
        const Truth truth = job.truth();
        EXPECT_TRUE((*session)->stop().has_value());
        EXPECT_EQ((*session)->losses().total(), 0U);
        EXPECT_EQ((*session)->decoder_statistics().implausible, 0U);
        EXPECT_EQ((*session)->decoder_statistics().malformed, 0U);
        for (const ProbeOutcome& probe : (*session)->info().probes) {
            attached_.insert(probe.attached ? probe.role : "");
        }
        EXPECT_EQ(job.exit(), 0);
        return truth;
    }

    Truth trace_scenario(const std::string& name, const std::string& repeat = "1") {
        return trace({"--scenario", name, "--repeat", repeat});
    }

    template <typename T>
    [[nodiscard]] std::uint64_t real() const {
        const std::vector<T> events = collector_.all<T>();
        return static_cast<std::uint64_t>(
            std::count_if(events.begin(), events.end(), [](const T& event) { return !event.buffer.hooked; })
        );
    }

    Collector collector_;
    std::set<std::string> attached_;
};

// Harm test as well: a hundred thousand exceptions thrown and caught while each is looked at.
TEST_F(FailureTest, EveryFailureIsToldWithItsMessageAndHarmsNothing) {
    const Truth truth = trace_scenario("oom", "33334");
    EXPECT_EQ(truth.failed, 3U * 33334U);
    EXPECT_EQ(attached_.count("exception_thrown"), 1U);
    const std::vector<AllocationFailed> failures = collector_.all<AllocationFailed>();
    ASSERT_EQ(failures.size(), truth.failed);
    EXPECT_EQ(real<Allocated>(), truth.allocs);
    EXPECT_EQ(real<Freed>(), truth.frees);
    std::map<BufferType, std::set<std::uint64_t>> asked;
    for (const AllocationFailed& failure : failures) {
        asked[failure.buffer.type].insert(failure.buffer.size);
        EXPECT_NE(failure.buffer.owner, 0U);
        EXPECT_NE(failure.buffer.allocator, 0U);
        EXPECT_EQ(failure.buffer.address, 0U);
        ASSERT_TRUE(failure.message.starts_with("TT_")) << failure.message;
        const bool out_of_memory = failure.message.find("Out of Memory") != std::string::npos;
        ASSERT_EQ(out_of_memory, failure.buffer.type != BufferType::SystemMemory) << failure.message;
    }
    EXPECT_EQ(asked.size(), 3U);
    for (const auto& [type, sizes] : asked) {
        EXPECT_EQ(sizes.size(), 1U);
    }
}

TEST_F(FailureTest, LaunchesThatClashNameProgramAndOwner) {
    const Truth truth = trace_scenario("clash", "3");
    const std::vector<CircularBufferClash> clashes = collector_.all<CircularBufferClash>();
    ASSERT_EQ(truth.clashes, 6U);
    ASSERT_EQ(clashes.size(), truth.clashes);
    std::set<std::uint64_t> programs;
    for (const ProgramLaunched& launched : collector_.all<ProgramLaunched>()) {
        programs.insert(launched.program);
    }
    for (const CircularBufferClash& clash : clashes) {
        EXPECT_EQ(programs.count(clash.program), 1U);
        EXPECT_NE(clash.owner, 0U);
        EXPECT_NE(clash.message.find("Statically allocated circular buffers"), std::string::npos) << clash.message;
    }
    EXPECT_NE(clashes[0].program, clashes[1].program);
    EXPECT_TRUE(collector_.all<AllocationFailed>().empty());
}

TEST_F(FailureTest, AllocatorsThatChangeSayHow) {
    (void)trace_scenario("override-state");
    (void)trace_scenario("shrink-reset");
    std::vector<AllocatorChange> how;
    for (const AllocatorChanged& changed : collector_.all<AllocatorChanged>()) {
        EXPECT_NE(changed.allocator, 0U);
        how.push_back(changed.how);
    }
    using enum AllocatorChange;
    EXPECT_EQ(how, (std::vector{StateOverridden, Shrunk, Reset, Shrunk}));
}

// Hooked, empty and foreign buffers, frees without effect, sub-devices: the storm has all of them.
TEST_F(FailureTest, StormFreesExactlyWhatItsTruthSays) {
    const Truth truth = trace({"--threads", "4", "--ops", "20000", "--shared", "--anomalies", "--oom-percent", "2"});
    EXPECT_EQ(real<Allocated>(), truth.allocs);
    EXPECT_EQ(real<Freed>(), truth.frees);
    EXPECT_EQ(collector_.all<AllocationFailed>().size(), truth.failed);
    EXPECT_GT(truth.failed, 0U);
    EXPECT_GT(truth.hooked, 0U);
    const auto allocated = collector_.all<Allocated>();
    EXPECT_TRUE(std::any_of(allocated.begin(), allocated.end(), [](const Allocated& event) {
        return event.buffer.sharded && event.buffer.pages_per_shard > 0;
    }));
}

// Buffers that outlived their chips: freed, by objects that know no better, of an allocator that is gone.
TEST_F(FailureTest, FreeBehindTheCloseNamesTheDeadAllocator) {
    const Truth truth = trace_scenario("free-after-close");
    std::set<std::uint64_t> dead;
    std::uint64_t late = 0;
    for (const Event& event : collector_.events) {
        if (const auto* released = std::get_if<AllocatorReleased>(&event)) {
            dead.insert(released->allocator);
        } else if (const auto* freed = std::get_if<Freed>(&event)) {
            EXPECT_EQ(dead.count(freed->buffer.allocator), 1U);
            ++late;
        }
    }
    EXPECT_EQ(truth.frees, 0U);
    EXPECT_GT(late, 0U);
    for (const OwnerSeen& owner : collector_.all<OwnerSeen>()) {
        EXPECT_NE(owner.kind, OwnerKind::Unknown);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
