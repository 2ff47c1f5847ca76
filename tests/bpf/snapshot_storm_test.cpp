// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The protocol of the snapshot against threads that allocate and free at full speed: whenever they rest, what walk and events
// together say is live equals the job's own books, byte for byte.
#include "live/snapshot_keeper.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <memory>
#include <optional>

#include "live/live_session.hpp"
#include "probes/traceable_module.hpp"
#include "support/bpf_test.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {
namespace {

class Tracking : public EventConsumer {
public:
    void consume(const Event& event) override {
        tracker.apply(event);
        if (const auto* walked = std::get_if<ProcessWalked>(&event)) {
            walks.push_back(*walked);
        }
        lost += std::holds_alternative<Lost>(event) ? std::get<Lost>(event).total() : 0;
    }

    Tracker tracker;
    std::vector<ProcessWalked> walks;
    std::uint64_t lost = 0;
};

class Switch : public EventConsumer {
public:
    void consume(const Event& event) override {
        if (to != nullptr) {
            to->consume(event);
        }
    }
    EventConsumer* to = nullptr;
};

// A job traced without snapshots, and a keeper of our own that learns of it in mid-run, again and again.
class SnapshotTest : public BpfTest {
protected:
    void trace(const std::vector<std::string>& arguments, std::size_t ring_bytes = std::size_t{64} << 20U) {
        ASSERT_EQ(setpriority(PRIO_PROCESS, 0, 0), 0);  // the job's
        job_ = std::make_unique<StandIn>(arguments);
        LiveOptions options;
        options.target.pids = {pid()};
        options.ring_bytes = ring_bytes;
        options.snapshot.enabled = false;
        auto session = LiveSession::start(std::move(options), switch_);
        ASSERT_TRUE(session) << session.error().message;
        session_ = std::move(*session);
        // As the tool does: beside sixteen busy threads an equal share of the processors is too little to keep up.
        ASSERT_EQ(setpriority(PRIO_PROCESS, 0, -15), 0);
        const auto process = ProcessHandle::open(pid());
        ModuleFinder finder(screening_symbols());
        const auto scan = finder.scan(*process);
        ASSERT_TRUE(scan && scan->modules.size() == 1);
        auto module = resolve_module(scan->modules[0].elf);
        ASSERT_TRUE(module) << module.error().message;
        const auto layout = std::make_shared<const LayoutProfile>(module->layout);
        modules_ = {{layout, scan->modules[0].load_biases.at(0)}};
    }

    [[nodiscard]] std::uint32_t pid() const { return static_cast<std::uint32_t>(job_->pid()); }

    void begin() {
        tracking_ = std::make_unique<Tracking>();
        keeper_ = std::make_unique<SnapshotKeeper>(*tracking_, SnapshotOptions{true, false, 0});
        ProcessSeen seen;
        seen.header = {1, pid(), 0};
        seen.start_time_ns = 1;
        keeper_->consume(seen);
        keeper_->set_modules(pid(), modules_);
        switch_.to = keeper_.get();
    }

    // True if everything was read that was there.
    bool pump() {
        const auto drained = session_->pump();
        EXPECT_TRUE(drained) << drained.error().message;
        keeper_->proceed(drained.value_or(true));
        return drained.value_or(true);
    }

    void until_known() {
        while (!keeper_->idle()) {
            pump();
        }
    }

    // The threads rest.
    testing::AssertionResult knows_the_truth() {
        while (!pump()) {
        }
        until_known();
        return same_live_set(live_set_of(*tracking_->tracker.view().processes.at(0)), job_->truth().live);
    }

    std::unique_ptr<StandIn> job_;
    std::unique_ptr<LiveSession> session_;
    std::vector<MappedLayout> modules_;
    Switch switch_;
    std::unique_ptr<Tracking> tracking_;
    std::unique_ptr<SnapshotKeeper> keeper_;
};

class SnapshotStormTest : public SnapshotTest, public testing::WithParamInterface<const char*> {};

// A thousand rounds with TAT_LONG_TESTS=1.
TEST_P(SnapshotStormTest, AttachedInTheStormItKnowsTheTruthAtTheNextRest) {
    trace({"--threads", GetParam(), "--ops", "0", "--shared", "--programs", "0"});
    const int rounds = long_tests_wanted() ? 1000 : 25;
    for (int round = 0; round < rounds && !HasFailure(); ++round) {
        job_->start();
        begin();
        until_known();
        job_->stop();
        EXPECT_TRUE(knows_the_truth()) << "round " << round;
        ASSERT_FALSE(tracking_->walks.empty());
        EXPECT_TRUE(tracking_->walks.back().complete) << tracking_->walks.back().incomplete_reason;
    }
}

INSTANTIATE_TEST_SUITE_P(Threads, SnapshotStormTest, testing::Values("1", "4", "16"), [](const auto& threads) {
    return std::string("Threads") + threads.param;
});

// A reader that is kept from reading loses most of what happens; what it knows afterwards is exact again.
TEST_F(SnapshotTest, AGapHealsExactly) {
    trace({"--threads", "4", "--ops", "20000", "--shared", "--programs", "0"}, std::size_t{1} << 20U);
    begin();
    until_known();
    for (int round = 0; round < 10 && !HasFailure(); ++round) {
        job_->run_all();  // nobody reads meanwhile
        EXPECT_TRUE(knows_the_truth()) << "round " << round;
        EXPECT_GT(tracking_->lost, 0U) << "nothing was to be healed";
        EXPECT_EQ(tracking_->walks.back().reason, WalkReason::Gap);
        EXPECT_TRUE(tracking_->walks.back().complete) << tracking_->walks.back().incomplete_reason;
    }
}

TEST_F(SnapshotTest, AnAuditOfAnExactStateFindsNothing) {
    trace({"--threads", "4", "--ops", "0", "--rate", "20000", "--shared", "--programs", "0"});  // what a reader can keep up with on any machine
    begin();
    until_known();
    job_->start();
    for (int round = 0; round < 20 && !HasFailure(); ++round) {
        keeper_->request_all(WalkReason::Audit);
        until_known();
        EXPECT_EQ(tracking_->walks.back().reason, WalkReason::Audit);
        EXPECT_EQ(tracking_->walks.back().found, 0U) << "round " << round;
        EXPECT_EQ(tracking_->walks.back().gone, 0U) << "round " << round;
    }
    job_->stop();
    EXPECT_TRUE(knows_the_truth());
}

}  // namespace
}  // namespace tt::alloc_trace::test
