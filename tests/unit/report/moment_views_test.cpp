// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What people read in peak, failures, clash and fragmentation. The analyses behind them have their own tests.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../analysis/script.hpp"
#include "report/html_page.hpp"
#include "report/human_size.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::ordered_json;

constexpr std::uint64_t kLowest = kBase + 4 * kPage;

Script clashing_script() {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(4 * kPage, kPage, BufferType::L1);
    script.circular_buffer(0x77, kBase, 4 * kPage + 192).launch(0x77);
    script.clash(0x77, "L1 buffer allocated at " + std::to_string(kLowest) + " and static circular buffer region ends at " + std::to_string(kLowest + 192));
    return script;
}

// The program cache fills behind a capture, beside an input that is new.
TEST(MomentViewsTest, KernelBinariesUnderATraceMayBeIntended) {
    for (const std::uint64_t binaries : {1U, 2U, 5U}) {
        Script script;
        script.alloc(0, 100 * kPage);
        script.add(TraceCalled{script.next(), TraceCall::End, 7, kMesh}).alloc(9900 * kPage, 100 * kPage);
        for (std::uint64_t i = 1; i <= binaries; ++i) {
            script.alloc((9900 - 5 * i) * kPage, 5 * kPage);
        }
        script.alloc(100 * kPage, 30 * kPage).add(TraceCalled{script.next(), TraceCall::Replay, 7, kMesh});
        const ViewRun run("trace-unsafe", {}, script.events());
        const Json groups = run.json()["trace_unsafe"];
        for (const Json& group : groups) {
            EXPECT_EQ(group["like_kernel_binaries"], group["size"] == 5 * kPage * kBanks) << group.dump(1);
        }
        EXPECT_EQ(run.json()["trace_unsafe"].size(), 2U);
        EXPECT_THAT(run.text(), HasSubstr("maybe intended: " + std::to_string(binaries) + " of them"));
    }
}

TEST(MomentViewsTest, FragmentationNamesWhatWouldHaveToGo) {
    ViewOptions options;
    options.need = kNeeded;
    const ViewRun run("fragmentation", options, fragmented_script().events());
    EXPECT_THAT(
        run.text(),
        AllOf(
            HasSubstr("mesh 0 (chips 0-1) DRAM: 83.5 MiB per bank: fragmented: 123.8 MiB free, largest hole 32.6 MiB"),
            HasSubstr("2 buffers (4.8 MiB per bank) would have to go"),
            HasSubstr(hex(kPinA) + "   1.9 MiB"),
            HasSubstr(hex(kPinB) + "   2.9 MiB")
        )
    );
    const auto json = run.json();
    EXPECT_EQ(json["fragmentation"][0]["need"]["verdict"], "fragmented");
    EXPECT_EQ(json["fragmentation"][0]["need"]["to_free_bytes"], 50 * kPage);
    EXPECT_EQ(json["fragmentation"][0]["need"]["to_free"].size(), 2U);
    EXPECT_EQ(json["fragmentation"][0]["holes"].size(), 5U);
}

TEST(MomentViewsTest, WhatEndedIsShownBehindItsLastAllocation) {
    Script script = fragmented_script();
    script.fail(kNeeded).exited();
    const ViewRun run("fragmentation", {}, script.events());
    EXPECT_THAT(run.text(), AllOf(HasSubstr("all that is known was released afterwards"), HasSubstr("holes, the largest first")));
    EXPECT_EQ(run.json()["before_release"], true);
    ViewOptions at_the_end;
    at_the_end.window.until_t_ns = script.t_ns();
    EXPECT_EQ(ViewRun("fragmentation", at_the_end, script.events()).json()["before_release"], false);
    ViewOptions at_the_last_event;
    at_the_last_event.window.until_event = script.events().size();
    EXPECT_EQ(ViewRun("fragmentation", at_the_last_event, script.events()).json()["before_release"], false);
}

// Two chips; each holds 3 MB of DRAM per bank at most, and 2 when it ends.
std::vector<Event> ended_job() {
    Script script;
    script.alloc(0, kMb).alloc(kMb, 2 * kMb).free(kMb, 2 * kMb).alloc(kMb, kMb).fail(2000 * kMb);
    script.add(OwnerClosing{script.next(), kMesh}).exited();
    return script.events();
}

TEST(MomentViewsTest, AnEndedJobIsShownAtItsLastUse) {
    constexpr std::uint64_t kHeld = 2 * kMb * kBanks;
    const std::vector<Event> events = ended_job();
    for (const char* view : {"summary", "live", "devices", "owners"}) {
        EXPECT_THAT(ViewRun(view, {}, events).text(), AllOf(HasSubstr("all that is known was released afterwards"), HasSubstr("22.9 MiB"))) << view;
    }
    EXPECT_EQ(ViewRun("live", {}, events).json()["live_bytes"], kHeld);
    EXPECT_EQ(ViewRun("live", {}, events).json()["before_release"], true);
    const auto summary = ViewRun("summary", {}, events).json();
    EXPECT_EQ(summary["live_at"]["event"], 8);
    EXPECT_EQ(summary["live_at"]["before_release"], true);
    EXPECT_EQ(summary["processes"][0]["live_buffers"], 2);
    EXPECT_EQ(summary["processes"][0]["state"], "ended");
    const auto device = ViewRun("devices", {}, events).json()["devices"][1];
    const auto owner = ViewRun("owners", {}, events).json()["owners"][0];
    EXPECT_EQ(device["closes"], 1) << "what ended is told as of the end";
    EXPECT_EQ(owner["closes"], 1);
    for (const auto& row : {summary["processes"][0]["usage"][0], device["types"][0], owner["types"][0]}) {
        EXPECT_EQ(row["live_bytes"], kHeld);
        EXPECT_EQ(row["footprint_bytes"], kHeld);
        EXPECT_EQ(row["peak_footprint_bytes"], 3 * kMb * kBanks) << "of the whole run";
        EXPECT_EQ(row["allocs"], 3);
    }
    EXPECT_EQ(summary["processes"][0]["usage"][0]["capacity"]["used_bytes"], kHeld);
}

TEST(MomentViewsTest, TheEndIsShownWhereItWasAskedForOrHoldsSomething) {
    ViewOptions at_the_end;
    at_the_end.window.until_event = ended_job().size();
    std::vector<Event> running = ended_job();
    running.resize(running.size() - 2);
    for (const char* view : {"summary", "live", "devices", "owners"}) {
        EXPECT_THAT(ViewRun(view, at_the_end, ended_job()).text(), Not(HasSubstr("all that is known was released"))) << view;
        EXPECT_THAT(ViewRun(view, {}, running).text(), Not(HasSubstr("all that is known was released"))) << view;
    }
    EXPECT_EQ(ViewRun("live", at_the_end, ended_job()).json()["live_bytes"], 0);
    EXPECT_EQ(ViewRun("live", {}, Script().exited().events()).json()["before_release"], false) << "never held anything";
}

// Behind `before`, in another process.
std::vector<Event> followed_by(std::vector<Event> before, std::vector<Event> job, std::uint32_t pid) {
    const std::uint64_t later = header_of(before.back()).t_ns;
    for (Event& event : job) {
        std::visit([&](auto& one) { one.header.pid = pid; one.header.t_ns += later; }, event);
        before.push_back(event);
    }
    return before;
}

TEST(MomentViewsTest, AProcessThatWasOverByThenIsSaid) {
    constexpr const char* kOver = "was over by then: it";
    const std::vector<Event> nothing = Script().exited().events();
    std::vector<Event> running = ended_job();
    running.resize(running.size() - 2);
    const std::string first = "pid " + std::to_string(kPid) + " " + kOver;
    for (const char* view : {"summary", "live", "devices", "owners"}) {
        const std::string text = ViewRun(view, {}, followed_by(ended_job(), ended_job(), 77)).text();
        EXPECT_THAT(text, AllOf(HasSubstr(first), HasSubstr("(event:8)"), Not(HasSubstr("pid 77 was")))) << view;
        EXPECT_THAT(ViewRun(view, {}, followed_by(ended_job(), running, 77)).text(), HasSubstr(first)) << view;
        EXPECT_THAT(ViewRun(view, {}, followed_by(nothing, ended_job(), 77)).text(), Not(HasSubstr(kOver))) << view;
        EXPECT_THAT(ViewRun(view, {}, ended_job()).text(), Not(HasSubstr(kOver))) << view;
    }
    const auto ended = ViewRun("summary", {}, followed_by(ended_job(), running, 77)).json()["live_at"]["ended"];
    ASSERT_EQ(ended.size(), 1U);
    EXPECT_EQ(ended[0]["pid"], kPid);
    EXPECT_EQ(ended[0]["event"], 8);
    EXPECT_EQ(ended[0]["shown"], true);

    std::vector<Event> many = ended_job();
    for (std::uint32_t pid = 100; pid < 106; ++pid) {
        many = followed_by(many, ended_job(), pid);
    }
    EXPECT_THAT(ViewRun("live", {}, many).text(), HasSubstr("so were 2 more processes"));
}

// Its rows are not zeros beside those of a process that ended later, or runs yet, unless one moment was asked for.
TEST(MomentViewsTest, AProcessThatWasOverByThenShowsWhatItHeldLast) {
    std::vector<Event> running = ended_job();
    running.resize(running.size() - 2);
    const std::uint64_t held = ViewRun("summary", {}, ended_job()).json()["processes"][0]["live_buffers"];
    ASSERT_GT(held, 0U);
    for (const std::vector<Event>& events :
         {followed_by(ended_job(), ended_job(), 77), followed_by(ended_job(), running, 77), followed_by(followed_by(ended_job(), ended_job(), 76), running, 77)}) {
        const auto summary = ViewRun("summary", {}, events).json();
        for (const auto& process : summary["processes"]) {
            EXPECT_EQ(process["live_buffers"], held) << process["pid"];
            EXPECT_EQ(process["usage"][0]["live_buffers"], held) << process["pid"];
        }
        const auto devices = ViewRun("devices", {}, events).json();
        for (const auto& device : devices["devices"]) {
            EXPECT_EQ(device["types"][0]["live_buffers"], held) << device["pid"];
        }
        const auto owners = ViewRun("owners", {}, events).json();
        for (const auto& owner : owners["owners"]) {
            EXPECT_EQ(owner["types"][0]["live_buffers"], held) << owner["pid"];
        }
        ViewOptions at_the_end;
        at_the_end.window.until_event = events.size();
        EXPECT_EQ(ViewRun("summary", at_the_end, events).json()["processes"][0]["live_buffers"], 0);
    }
}

TEST(MomentViewsTest, WhatTheEndReleasedIsNoFree) {
    const auto summary = ViewRun("summary", {}, ended_job()).json()["processes"][0]["usage"][0];
    const auto device = ViewRun("devices", {}, ended_job()).json()["devices"][0]["types"][0];
    const auto owner = ViewRun("owners", {}, ended_job()).json()["owners"][0]["types"][0];
    for (const auto& row : {summary, device, owner}) {
        EXPECT_EQ(row["frees"], 1);
        EXPECT_EQ(row["released"], 2);
    }
    for (const char* view : {"summary", "owners"}) {
        EXPECT_THAT(ViewRun(view, {}, ended_job()).text(), HasSubstr("FREES  RELEASED")) << view;
        std::vector<Event> running = ended_job();
        running.resize(running.size() - 2);
        EXPECT_THAT(ViewRun(view, {}, running).text(), Not(HasSubstr("RELEASED"))) << view;
    }
}

// A request that is refused after all was freed leaves nothing to look at.
TEST(MomentViewsTest, AFailureWithNothingLiveIsNoLastUse) {
    Script script;
    script.alloc(0, kMb).free(0, kMb).fail(2000 * kMb).exited();
    EXPECT_EQ(ViewRun("live", {}, script.events()).json()["live_bytes"], kMb * kBanks);
}

TEST(MomentViewsTest, ThePageShowsAnEndedJobAtItsLastUse) {
    const std::vector<Event> events = ended_job();
    const auto page = ViewRun(make_html_view({}), {}, events).json();
    EXPECT_EQ(page["live_groups"].size(), 1U);
    EXPECT_EQ(page["live_groups"][0]["count"], 2);
    EXPECT_FALSE(page["live_t"].is_null());
    EXPECT_EQ(page["processes"][0]["live"], 2);
    EXPECT_THAT(page["notes"].dump(), HasSubstr("all that is known was released afterwards"));
}

// Holes of 32.6 MiB and less, one of 34,168,832 B: a size that prints as it does fits, a plain number is taken by its word.
TEST(MomentViewsTest, APrintedHoleFits) {
    const auto space = [](ViewOptions options) {
        return ViewRun("fragmentation", options, fragmented_script().events()).json()["fragmentation"][0];
    };
    const std::uint64_t largest = space({})["largest_free_bank_bytes"];
    const GivenBytes printed = parse_given_bytes(human_bytes(largest)).value();
    ASSERT_NE(printed.bytes, largest);
    ViewOptions options;
    options.need = printed.bytes;
    options.need_tolerance = printed.tolerance;
    EXPECT_EQ(space(options)["need"]["verdict"], "fits");
    options.need = largest + 1;
    options.need_tolerance = 0;
    EXPECT_EQ(space(options)["need"]["verdict"], "fragmented");
}

TEST(MomentViewsTest, ACaughtFailureIsTold) {
    Script script = fragmented_script();
    script.fail(kNeeded).free(7494 * kPage, 20 * kPage).free(7814 * kPage, 30 * kPage).alloc(7152 * kPage, kNeeded).fail(2 * kNeeded);
    const ViewRun run("failures", {}, script.events());
    EXPECT_THAT(
        run.text(),
        AllOf(
            HasSubstr("failed allocations: 2"),
            HasSubstr("needs 83.5 MiB per bank; 123.8 MiB free there, largest hole 32.6 MiB: enough is free, but in no one piece"),
            HasSubstr("freeing 2 buffers (4.8 MiB per bank)"),
            HasSubstr("retry: the same was granted 0.000 s later"),
            HasSubstr("retry: the same (size, type, owner) never succeeded"),
            HasSubstr("short by")
        )
    );
    const auto json = run.json();
    EXPECT_EQ(json["failures"][0]["verdict"], "fragmented");
    EXPECT_EQ(json["failures"][0]["granted"]["event"], script.count() - 1);
    EXPECT_EQ(json["failures"][1]["verdict"], "exhausted");
    EXPECT_TRUE(json["failures"][1]["granted"].is_null());
}

TEST(MomentViewsTest, AClashIsMeasuredAndDrawn) {
    const ViewRun run("clash", {}, clashing_script().events());
    EXPECT_THAT(
        run.text(),
        AllOf(
            HasSubstr("overlap 192 B"),
            HasSubstr("192 B above the lowest buffer at 0x81a80: 1 buffer is in the way"),
            HasSubstr("room for 390.6 KiB (400000 B) of circular buffers per core"),
            HasSubstr("! buffer"),
            HasSubstr("CB of 0x77")
        )
    );
    const auto json = run.json();
    EXPECT_EQ(json["clash"][0]["maps"][0]["gap_bytes"], -192);
    EXPECT_EQ(json["clash"][0]["maps"][0]["in_the_way"], 1);
    EXPECT_EQ(json["moment"]["maps"][0]["in_the_way"], 0) << "the program was refused";
}

// The launch that clashed and the buffer in its way; what was allocated beside a captured trace.
TEST(MomentViewsTest, WhatWentWrongNamesItsCallSite) {
    Script traced;
    traced.alloc(0, kPage).add(TraceCalled{traced.next(), TraceCall::End, 7, kMesh}).alloc(9 * kPage, kPage).alloc(2 * kPage, 3 * kPage);
    traced.add(TraceCalled{traced.next(), TraceCall::Replay, 7, kMesh});
    const auto with_calls = [](std::vector<Event> events) {
        for (Event& event : events) {
            std::visit([&event](auto& one) { one.header.stack = std::holds_alternative<CircularBufferClash>(event) ? 1 : 2; }, event);
        }
        const FrameSeen launch{{}, 1, FrameKind::Python, 41, 10, "forward", "/home/me/model.py", ""};
        const FrameSeen load{{}, 2, FrameKind::Python, 7, 10, "load", "/home/me/model.py", ""};
        events.insert(events.begin() + 1, {launch, load, StackSeen{{}, 1, {1}, StackEnd::Complete}, StackSeen{{}, 2, {2}, StackEnd::Complete}});
        return events;
    };
    const ViewRun clash("clash", {}, with_calls(clashing_script().events()));
    EXPECT_THAT(clash.text(), AllOf(HasSubstr("launched by model.py:41 forward\n"), HasSubstr("model.py:7 load")));
    EXPECT_EQ(clash.json()["clash"][0]["stack"], 1);
    EXPECT_EQ(clash.json()["clash"][0]["maps"][0]["buffers"][0]["stack"], 2);
    const ViewRun unsafe("trace-unsafe", {}, with_calls(traced.events()));
    EXPECT_THAT(unsafe.text(), HasSubstr("model.py:7 load"));
    EXPECT_EQ(unsafe.json()["trace_unsafe"][0]["stacks"], Json::array({2}));
}

// A program of 5 pages from the bottom, over a buffer that lies at 2.
Script overlapping_script() {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(2 * kPage, kPage, BufferType::L1).launch(0x77);
    script.circular_buffer(0x77, kBase, 5 * kPage, {{1, 0, 2, 7}}).free(2 * kPage, kPage, BufferType::L1).launch(0x88);
    return script;
}

TEST(MomentViewsTest, ALaunchOverALiveBufferIsToldEverywhere) {
    const Script script = overlapping_script();
    for (const char* view : {"clash", "summary"}) {
        const ViewRun run(view, {}, script.events());
        EXPECT_THAT(
            run.text(),
            AllOf(
                HasSubstr("1 launch of 1 program ran over live L1 buffers and was not refused"),
                HasSubstr("circular buffers of 0x77, 0x20000 to 0x9a120, over the buffer at 0x50d40")
            )
        );
        EXPECT_THAT(run.text(), Not(HasSubstr("no clash was seen")));
    }
    EXPECT_THAT(ViewRun("anomalies", {}, script.events()).text(), AllOf(HasSubstr("launch overlap"), HasSubstr("97.7 KiB")));
    const auto json = ViewRun("clash", {}, script.events()).json();
    EXPECT_EQ(json["overlaps"][0]["bytes_per_core"], kPage);
    EXPECT_EQ(json["overlaps"][0]["buffer"]["address"], "0x50d40");
    EXPECT_EQ(json["overlapping_launches"], 1);
    EXPECT_EQ(json["closest"][0]["gap_bytes"], -3 * static_cast<std::int64_t>(kPage));
    ViewOptions elsewhere;
    elsewhere.filter.devices = {7};
    EXPECT_TRUE(ViewRun("clash", elsewhere, script.events()).json()["overlaps"].empty());
}

TEST(MomentViewsTest, WithoutAClashTheTightestLaunchIsDrawn) {
    const Script script = overlapping_script();
    const ViewRun run("clash", {}, script.events());
    EXPECT_THAT(run.text(), AllOf(HasSubstr("the launch at which it was tightest"), HasSubstr("(1,0)-(2,7)")));
    const auto json = run.json();
    EXPECT_EQ(json["moment"]["chosen"], "closest_launch");
    EXPECT_EQ(json["moment"]["maps"][0]["circular_buffers"][0]["core_ranges"][0], (std::vector<int>{1, 0, 2, 7}));
    EXPECT_EQ(json["moment"]["maps"][0]["by_core"]["busiest"]["bytes"], 6 * kPage);
    ViewOptions at_the_end;
    at_the_end.window.until_t_ns = script.t_ns();
    EXPECT_EQ(ViewRun("clash", at_the_end, script.events()).json()["moment"]["chosen"], "asked");
}

// shared/cases: c07_semaphore
TEST(MomentViewsTest, TheMapIsToScale) {
    Script script;
    script.regions(1000 * kPage, BufferType::L1).alloc(380 * kPage, kPage, BufferType::L1).alloc(381 * kPage, kPage, BufferType::L1);
    const ViewRun run("clash", {}, script.events());
    EXPECT_EQ(run.json()["moment"]["chosen"], "lowest_buffer");
    EXPECT_THAT(run.text(), HasSubstr(" .......#............ "));
}

TEST(MomentViewsTest, TheFullestCoreIsNamed) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(12 * kPage, 2 * kPage, BufferType::L1).launch(1);
    script.circular_buffer(1, kBase, 10 * kPage, {{0, 0, 0, 0}}).circular_buffer(1, kBase, 7 * kPage, {{1, 0, 1, 0}});
    const ViewRun run("peak", {}, script.events());
    EXPECT_THAT(
        run.text(),
        AllOf(
            HasSubstr("chips 0-1 L1, fullest core: core (0,0), 1,200,000 B of 1,400,000"),
            HasSubstr("1,000,000 B circular buffers and 200,000 B buffers"),
            HasSubstr("900,000"),
            HasSubstr("all others")
        )
    );
    const auto json = run.json();
    ASSERT_EQ(json["cores"].size(), 2U);
    EXPECT_EQ(json["cores"][1]["bytes"], 12 * kPage);
    EXPECT_EQ(json["cores"][1]["by_core"]["busiest"]["x"], 0);
    EXPECT_EQ(json["cores"][1]["by_core"]["ranges"][1]["bytes"], 9 * kPage);
}

TEST(MomentViewsTest, PeaksOfEqualChipsShareARow) {
    Script script = clashing_script();
    script.launch(0x88).circular_buffer(0x88, kBase, kPage).alloc(0, kMb);
    const ViewRun run("peak", {}, script.events());
    EXPECT_THAT(
        run.text(), AllOf(HasSubstr("chips 0-1  DRAM"), HasSubstr("chips 0-1  L1+CB"), HasSubstr("chips 0-1 L1 (buffers only): "))
    );
    const auto json = run.json();
    EXPECT_EQ(json["measure"], "footprint");
    EXPECT_EQ(json["peak"].size(), 8U);  // two chips: DRAM, L1, CB, L1+CB
    ViewOptions one_chip;
    one_chip.filter.devices = {1};
    one_chip.filter.kinds = {MemoryKind::Dram};
    EXPECT_EQ(ViewRun("peak", one_chip, script.events()).json()["peak"].size(), 1U);
}

TEST(MomentViewsTest, LaunchesWithUnknownCircularBuffersAreSaid) {
    Script script;
    script.alloc(0, kPage).launch(0x77).add(ProgramNotTold{script.next(), 0x77, 0}).launch(0x77);
    std::vector<Event> events = script.events();
    std::get<ProcessSeen>(events.front()).from_first_event = false;
    for (const char* view : {"peak", "clash", "gaps", "summary"}) {
        EXPECT_THAT(ViewRun(view, {}, events).text(), HasSubstr(view == std::string("gaps") ? "CBS NOT KNOWN" : "2 launches of 1 program whose"));
    }
    EXPECT_EQ(ViewRun("gaps", {}, events).json()["uncertain"][0]["launches_not_told"], 2);
}

TEST(MomentViewsTest, DataflowBuffersAreCalledSo) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).launch(0x77).circular_buffer(0x77, kBase, kPage);
    script.add(CircularBufferAllocated{
        script.next(), 0x77, kMesh, kBase + kPage, kPage, {{4, 4, 4, 4}}, true, false, PlanKind::DataflowBuffers
    });
    EXPECT_THAT(ViewRun("peak", {}, script.events()).text(), HasSubstr("dataflow buffers"));
    EXPECT_THAT(ViewRun("clash", {}, script.events()).text(), AllOf(HasSubstr("dataflow buffers of 0x77"), HasSubstr("CB of 0x77")));
    EXPECT_THAT(ViewRun("summary", {}, script.events()).text(), HasSubstr("1 with 1 circular buffer and 1 region of dataflow buffers"));
    const auto json = ViewRun("clash", {}, script.events()).json();
    const auto& rows = json["moment"]["maps"][0]["circular_buffers"];
    EXPECT_EQ(rows[0]["plan"], "circular_buffer");
    EXPECT_EQ(rows[1]["plan"], "dataflow_buffers");
}

TEST(MomentViewsTest, WithoutFootprintsPeaksAreOfSizes) {
    Script script;
    script.alloc(0, kPage, BufferType::L1);
    const ViewRun run("peak", {}, script.events());
    EXPECT_THAT(run.text(), AllOf(HasSubstr("highest sum of sizes"), HasSubstr("no circular buffer was seen"), Not(HasSubstr("L1+CB"))));
    EXPECT_EQ(run.json()["measure"], "size");
}

TEST(MomentViewsTest, AnEmptyAnswerSaysWhy) {
    Script script;
    EXPECT_THAT(ViewRun("failures", {}, script.events()).text(), HasSubstr("no failed allocation was seen"));
    EXPECT_THAT(ViewRun("clash", {}, script.events()).text(), HasSubstr("no clash was seen"));
    EXPECT_THAT(ViewRun("peak", {}, script.events()).text(), HasSubstr("no device memory was used"));
    EXPECT_THAT(ViewRun("fragmentation", {}, script.events()).text(), HasSubstr("no allocator whose memory is known held anything"));
    EXPECT_THAT(ViewRun("peak", {}, {}).text(), HasSubstr("nothing was seen of any process"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
