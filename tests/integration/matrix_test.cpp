// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The truth test over builds of the runtime: every period of tt-metal, compilers, optimization, stripped, link-time optimized,
// in a library, a Python-like extension or the executable itself. One storm each, attached to while it rests, then in mid-run.
#include <fstream>
#include <sstream>

#include "support/bpf_test.hpp"
#include "support/replayed.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

struct Variant {
    std::string name;
    std::string driver;
    std::string era;     // "202502": year and month
    std::string layout;  // "L3"
};

void PrintTo(const Variant& variant, std::ostream* out) { *out << variant.name; }

// NAME DRIVER LIBRARY ERA LAYOUT FLAGS... per line.
std::vector<Variant> variants() {
    std::vector<Variant> all;
    std::ifstream file(TAT_VARIANTS);
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        Variant variant;
        std::string library;
        if (words >> variant.name >> variant.driver >> library >> variant.era >> variant.layout) {
            all.push_back(variant);
        }
    }
    return all;
}

class MatrixTest : public BpfTest, public testing::WithParamInterface<Variant> {
protected:
    static StandIn start(const std::vector<std::string>& arguments) {
        SpawnOptions options;
        options.arguments = {GetParam().driver, "--control"};
        options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
        return StandIn(options);
    }

    // Which chips a mesh covers is known of builds from January 2026 on.
    static bool chips_known(const Replayed& replayed) {
        const auto& owners = replayed.view().processes.front()->owners;
        return std::none_of(owners.begin(), owners.end(), [](const Owner& owner) {
            return owner.kind == OwnerKind::Mesh && owner.chips.empty();
        });
    }

    // Where the hook of circular buffers was inlined they are read from the program, if its layout is known. doctor says so.
    static bool programs_are_traced() {
        const bool optimized_by_linker = GetParam().name.find("lto") != std::string::npos;
        return !optimized_by_linker || GetParam().era == "202510" || GetParam().era == "202602";
    }

    // Buffers that were copied and moved: their pointers are no part of the truth. Their frees come without a size.
    static bool objects_move() { return GetParam().layout == "L0" || GetParam().layout == "L1"; }

    static LiveSet live_set(const Truth& truth, bool with_chips) {
        LiveSet live;
        for (LiveLine buffer : truth.buffers) {
            if (!with_chips && buffer.owner.starts_with("mesh")) {
                buffer.chips.clear();
            }
            buffer.buffer = objects_move() ? 0 : buffer.buffer;
            live.push_back(to_text(buffer));
        }
        std::sort(live.begin(), live.end());
        return live;
    }

    static void expect_same_events(const Replayed& replayed, const Truth& truth) {
        Threads recorded = replayed.threads(truth.pid);
        Threads expected = truth.threads;
        for (Threads* threads : {&recorded, &expected}) {
            for (auto& [tid, account] : *threads) {
                account.digest = objects_move() ? 0 : account.digest;
            }
        }
        EXPECT_TRUE(same_threads(recorded, expected));
        const ProcessAccount& account = replayed.account(truth.pid);
        EXPECT_EQ(account.allocs, truth.allocs);
        EXPECT_EQ(account.frees, truth.frees);
        if (programs_are_traced()) {
            EXPECT_EQ(account.launches, truth.launches);
            EXPECT_EQ(account.cbs > 0, truth.cbs > 0);
        }
    }

    const std::string file_ = dir_.file("matrix.ttar");
};

TEST_P(MatrixTest, StormMatchesTheTruthAndTheCloseLeavesNothing) {
    StandIn job = start({"--threads", "4", "--ops", "8000", "--shared", "--programs", "4"});
    Recorder recorder({"-p", job.pid_text()}, file_);
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(job.exit(), 0);
    const Outcome outcome = recorder.wait();
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    ASSERT_GE(truth.events, 8000U);

    const auto replayed = replay(file_, {truth});
    EXPECT_EQ(replayed->session.modules.at(0).layout, GetParam().layout);
    EXPECT_TRUE(is_flawless(*replayed, truth.pid));
    EXPECT_TRUE(chips_known(*replayed) || GetParam().era != "202602");
    ASSERT_TRUE(replayed->live_at.at(0).has_value());
    EXPECT_TRUE(same_live_set(*replayed->live_at[0], live_set(truth, chips_known(*replayed))));
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::Double), truth.double_frees);
    EXPECT_TRUE(replayed->process(truth.pid).live.buffers().empty()) << "live behind the close";
    EXPECT_EQ(replayed->ended(truth.pid, FreeKind::ReleasedByExit), 0U) << "the close should have come first";
    EXPECT_EQ(replayed->unknown(truth.pid, UnknownFree::BeforeAttach), 0U);
}

TEST_P(MatrixTest, EachThreadsEventsAreThoseOfTheTruth) {
    StandIn job = start({"--threads", "2", "--ops", "4000", "--programs", "4"});
    Recorder recorder({"-p", job.pid_text()}, file_);
    job.run_all();
    const Truth truth = job.truth();
    EXPECT_EQ(recorder.interrupt().status, 0);
    EXPECT_EQ(job.exit(), 0);
    expect_same_events(*replay(file_), truth);
}

TEST_P(MatrixTest, AttachInMidRunInventsNothing) {
    StandIn job = start({"--threads", "4", "--ops", "0", "--rate", "4000", "--shared"});
    job.start();
    Recorder recorder({"-p", job.pid_text(), "--duration", "1"}, file_);
    EXPECT_EQ(recorder.wait().status, 0);
    job.stop();
    EXPECT_EQ(job.exit(), 0);
    const auto replayed = replay(file_);
    const auto pid = static_cast<std::uint32_t>(job.pid());
    EXPECT_TRUE(is_flawless(*replayed, pid));
    EXPECT_GT(replayed->account(pid).allocs, 0U);
    EXPECT_GT(replayed->account(pid).frees, 0U);
}

INSTANTIATE_TEST_SUITE_P(Variants, MatrixTest, testing::ValuesIn(variants()), [](const auto& variant) {
    std::string name = variant.param.name;
    std::replace_if(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
    return name;
});

TEST(MatrixTest, HasVariantsOfEveryPeriod) {
    std::set<std::string> layouts;
    for (const Variant& variant : variants()) {
        layouts.insert(variant.layout);
    }
    EXPECT_EQ(layouts, (std::set<std::string>{"L0", "L1", "L2", "L3", "L4", "L5", "L6"}));
}

}  // namespace
}  // namespace tt::alloc_trace::test
