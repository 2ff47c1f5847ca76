// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Promise P3: a consumer that is too slow loses events, and every one of them is accounted for.
#include <csignal>
#include <map>

#include "live/live_session.hpp"
#include "support/bpf_test.hpp"
#include "support/kernel_objects.hpp"
#include "support/proc.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"
#include "tracker/tracker.hpp"

namespace tt::alloc_trace::test {
namespace {

using Arguments = std::vector<std::string>;

constexpr std::size_t kSmallRing = std::size_t{1} << 20U;

// Feeds a tracker and counts.
class Counter : public EventConsumer {
public:
    void consume(const Event& event) override {
        (void)tracker.apply(event);
        if (const auto* allocated = std::get_if<Allocated>(&event)) {
            allocs += allocated->buffer.hooked ? 0 : 1;
        } else if (const auto* freed = std::get_if<Freed>(&event)) {
            frees += freed->buffer.hooked ? 0 : 1;
        } else if (std::holds_alternative<Lost>(event)) {
            ++loss_events;
        }
    }

    Tracker tracker;
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t loss_events = 0;
};

class LossTest : public BpfTest {
protected:
    void attach(const StandIn& job) {
        LiveOptions options;
        options.target.pids = {static_cast<std::uint32_t>(job.pid())};
        options.ring_bytes = kSmallRing;
        Result<std::unique_ptr<LiveSession>> session = LiveSession::start(std::move(options), counter_);
        ASSERT_TRUE(session.has_value()) << session.error().message;
        session_ = std::move(*session);
    }

    void drain() {
        for (bool empty = false; !empty;) {
            const Result<bool> pumped = session_->pump();
            ASSERT_TRUE(pumped.has_value()) << pumped.error().message;
            empty = *pumped;
        }
    }

    const ProcessState& process() const { return *counter_.tracker.view().processes.at(0); }
    std::uint64_t unknown(UnknownFree reason) const {
        return process().unknown_frees[static_cast<std::size_t>(reason)].count;
    }

    Counter counter_;
    std::unique_ptr<LiveSession> session_;
};

// Seed: eight chips, sixteen threads, hundreds of buffers at full speed, and nobody reads. Nothing is lost silently: of each
// kind, what came and what was counted as lost is what was done.
TEST_F(LossTest, StalledConsumerAccountsForEveryEvent) {
    StandIn job({"--threads", "16", "--ops", "200000", "--shared"});
    ASSERT_NO_FATAL_FAILURE(attach(job));
    job.run_all();
    const Truth truth = job.truth();
    ASSERT_TRUE(session_->stop().has_value());

    const LossCounters lost = session_->losses();
    const Lost& told = counter_.tracker.view().lost;
    EXPECT_GT(lost.allocated, 0U);
    EXPECT_GT(lost.freed, 0U);
    EXPECT_EQ(counter_.allocs + lost.allocated, truth.allocs);
    EXPECT_EQ(counter_.frees + lost.freed, truth.frees);
    EXPECT_EQ(lost.ring_full + lost.headroom + lost.fault, lost.total());
    EXPECT_EQ(lost.fault, 0U);
    // The events in the stream say the same as the kernel's counters.
    EXPECT_EQ(told.allocated, lost.allocated);
    EXPECT_EQ(told.freed, lost.freed);
    EXPECT_EQ(told.lifecycle, lost.lifecycle);
    EXPECT_EQ(session_->decoder_statistics().malformed, 0U);
    EXPECT_EQ(unknown(UnknownFree::Unexplained), 0U);
    // The ring was full, and that is known.
    EXPECT_GT(session_->ring().peak_bytes, kSmallRing - kSmallRing / 8);
    EXPECT_LE(session_->ring().peak_bytes, kSmallRing);
    EXPECT_EQ(job.exit(), 0);
}

// A gap in the stream, then everything again: the places of the losses are where events are missing, thread by thread, and
// what was allocated and freed behind the gap is right.
TEST_F(LossTest, SequenceGapsAddUpToTheLosses) {
    StandIn job({"--threads", "16", "--ops", "0", "--rate", "1000", "--shared", "--live-target", "50"});
    ASSERT_NO_FATAL_FAILURE(attach(job));
    job.start();
    ASSERT_TRUE(eventually([&] { return session_->losses().freed > 1000; }));
    // From here on we keep up, so every thread is heard of again.
    const std::uint64_t seen = counter_.allocs;
    ASSERT_TRUE(eventually([&] {
        drain();
        return counter_.allocs > seen + 30'000;
    }));
    job.stop();
    const Truth truth = job.truth();
    ASSERT_TRUE(session_->stop().has_value());

    const LossCounters lost = session_->losses();
    EXPECT_EQ(session_->decoder_statistics().sequence_gaps, lost.total());
    EXPECT_EQ(counter_.allocs + lost.allocated, truth.allocs);
    EXPECT_EQ(counter_.frees + lost.freed, truth.frees);
    EXPECT_GE(counter_.loss_events, 1U);
    EXPECT_EQ(unknown(UnknownFree::Unexplained), 0U);
    EXPECT_EQ(job.exit(), 0);
}

// Room is kept for frees: as long as only allocations had to be left out, nothing dead is shown as live and no free had to be
// inferred. Every lost buffer was freed since, or the last walk found it.
TEST_F(LossTest, HeadroomKeepsFreesAndWithThemTheStateHonest) {
    StandIn job({"--threads", "8", "--ops", "40", "--shared"});  // 320 events a run: less than half of what is kept for frees
    ASSERT_NO_FATAL_FAILURE(attach(job));
    while (session_->losses().headroom <= 20) {
        job.run_all();
    }
    const Truth truth = job.truth();
    ASSERT_EQ(session_->losses().ring_full, 0U);
    ASSERT_TRUE(session_->stop().has_value());

    const LossCounters lost = session_->losses();
    EXPECT_EQ(lost.allocated, lost.headroom);
    EXPECT_EQ(lost.freed, 0U);
    EXPECT_EQ(lost.lifecycle, 0U);
    EXPECT_EQ(counter_.frees, truth.frees);
    EXPECT_EQ(live_set_of(process()), truth.live);
    EXPECT_EQ(process().found.inferred + unknown(UnknownFree::InGap), lost.allocated);
    EXPECT_EQ(process().contradictions.total(), 0U);
    EXPECT_EQ(process().ends[static_cast<std::size_t>(FreeKind::Inferred)], 0U);
    EXPECT_EQ(unknown(UnknownFree::Double), 0U);
}

// The same for the whole tool, held for a while: the job was known from its first event, so any free that the losses do not
// explain would be `unexplained`.
TEST_F(LossTest, HeldRecorderTellsWhatItLost) {
    const std::string file = dir_.file("x.ttar");
    StandIn job(StandIn::under(
        tool_with({"record", "-o", file, "--ring-size", "1M", "--strict", "--"}),
        {"--threads", "16", "--ops", "100000", "--shared", "--programs", "16"}
    ));
    job.run_all();
    Subprocess& tool = job.process();
    const Truth before = job.truth();
    tool.signal(SIGSTOP);
    ASSERT_TRUE(eventually([&] { return process_state(tool.pid()) == 'T'; }));
    job.run_all();
    tool.signal(SIGCONT);
    job.run_all();
    job.free_all();  // the closing may be lost, too, and what was left would then be freed behind it
    const Truth truth = job.truth();
    EXPECT_EQ(job.exit(), 5) << tool.err();
    EXPECT_NE(tool.err().find("lost: "), std::string::npos) << tool.err();
    EXPECT_NE(tool.err().find("--ring-size"), std::string::npos) << tool.err();
    EXPECT_NE(tool.err().find("of 1.0 MiB at most"), std::string::npos) << tool.err();

    const auto replayed = replay(file);
    EXPECT_TRUE(replayed->complete) << "the file, not the stream";
    const Lost& lost = replayed->view().lost;
    const ProcessAccount& account = replayed->account(truth.pid);
    EXPECT_GT(lost.total(), 0U);
    EXPECT_EQ(account.allocs + lost.allocated, truth.allocs);
    EXPECT_EQ(account.frees + lost.freed, truth.frees);
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::Unexplained), 0U);
    ASSERT_TRUE(replayed->end.has_value());
    EXPECT_EQ(replayed->end->totals.lost_allocated, lost.allocated);
    EXPECT_EQ(replayed->end->totals.lost_freed, lost.freed);
    EXPECT_EQ(replayed->end->totals.lost_circular_buffers, lost.circular_buffers);
    EXPECT_EQ(replayed->end->totals.ring_bytes, kSmallRing);
    EXPECT_GT(replayed->end->totals.ring_peak_bytes, kSmallRing / 2);

    const Outcome report = run_tool({"report", file});
    EXPECT_EQ(report.status, 0);
    EXPECT_NE(report.out.find(" lost ("), std::string::npos) << report.out;
    EXPECT_EQ(run_tool({"report", file, "--strict"}).status, 5);
    const auto json = run_tool_json({"report", file, "--format", "json"});
    EXPECT_EQ(json.at("lost_events"), lost.total());
    EXPECT_EQ(json.at("complete"), false);
}

}  // namespace
}  // namespace tt::alloc_trace::test
