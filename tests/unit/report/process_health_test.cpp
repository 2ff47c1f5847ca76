// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the views say of capacity, of what was known at the attach, and of what went wrong.
#include "report/process_health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/capacity_words.hpp"
#include "report/live_view.hpp"
#include "report/render_watch_lines.hpp"
#include "report/render_watch_text.hpp"
#include "report/summary_view.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;

WatchModel model_of(const Stream& stream) {
    WatchContext context;
    context.now_ns = kAttach + 65 * kSecond;
    return build_watch_model(stream.view(), session(), context);
}

std::string watch_text(const Stream& stream, std::size_t width = 120, bool utf8 = true) {
    return render_watch_text(model_of(stream), {width, false, utf8});
}

// Attached to a job that holds 3 GiB DRAM and an L1 buffer on two chips.
Stream attached() {
    Stream stream;
    stream.process(0, kPid, "python3 serve.py").mesh(0, 0, 2).mesh_regions(0.1);
    stream.found(0.1, 0x20, 2048 * kMiB).found(0.1, 0x20000000, 1024 * kMiB);
    stream.found(0.1, 0x100000, 64 * 2048, BufferType::L1);
    stream.apply(walked(stream.at(0.1), WalkReason::Attach, 3));
    return stream;
}

TEST(WatchCapacity, TableAtHundredTwentyColumns) {
    EXPECT_EQ(
        watch_text(attached()),
        "pid 4242  python3 serve.py  since 2026-02-03 12:34:56Z (1m05s)  events 7  lost 0\n"
        "known before attach: full (3 buffers found)\n"
        "\n"
        "DEVICE     TYPE  BUFFERS  FOOTPRINT       PEAK  USED               FREE   LARGEST     TOTAL  ALLOCS/S  FREES/S\n"
        "chips 0-1  DRAM        2    3.0 GiB    3.0 GiB  ███░░░░░  38%   5.0 GiB   3.0 GiB   8.0 GiB         -        -\n"
        "           L1          1  128.0 KiB  128.0 KiB  █░░░░░░░   0%  87.4 MiB  57.8 MiB  87.5 MiB         -        -\n"
    );
}

TEST(WatchCapacity, EightyColumnsKeepTheBarsAndAsciiHasBarsToo) {
    EXPECT_THAT(
        watch_text(attached(), 80, false),
        HasSubstr(
            "DEVICE     TYPE  BUFFERS  FOOTPRINT  USED               FREE   LARGEST     TOTAL\n"
            "chips 0-1  DRAM        2    3.0 GiB  ###.....  38%   5.0 GiB   3.0 GiB   8.0 GiB\n"
        )
    );
}

TEST(WatchCapacity, WithoutEveryFootprintTheHeadingSaysSize) {
    Stream stream = attached();
    BufferFields unknown = mesh_buffer(0x300000, 4096, BufferType::L1);
    unknown.sharded = true;
    stream.apply(Allocated{stream.at(1), unknown});
    const std::string text = watch_text(stream, 0);
    EXPECT_THAT(text, HasSubstr("  SIZE "));
    EXPECT_THAT(text, Not(HasSubstr("FOOTPRINT")));
    EXPECT_THAT(text, HasSubstr("not known                        87.5 MiB")) << "of L1, how much is used";
    EXPECT_THAT(text, HasSubstr("███░░░░░  38%  5.0 GiB")) << "of DRAM all is known";
}

TEST(WatchCapacity, UnknownCapacityHasNoColumns) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 64);
    EXPECT_THAT(watch_text(stream, 0), Not(HasSubstr("USED")));
}

TEST(WatchCapacity, SharedMemoryIsSaid) {
    Stream stream = attached();
    stream.chip(1, 0).chip_alloc(1, 0x900000, 4096);
    EXPECT_THAT(watch_text(stream, 0), HasSubstr("chip 0: memory shared by 2 allocators, used is their union\n"));
}

TEST(WatchCapacity, BarsNeverLieAtTheEnds) {
    EXPECT_EQ(usage_bar(0, 100, 4, false), "....");
    EXPECT_EQ(usage_bar(1, 1'000'000, 4, false), "#...");
    EXPECT_EQ(usage_bar(999'999, 1'000'000, 4, false), "###.");
    EXPECT_EQ(usage_bar(100, 100, 4, false), "####");
    EXPECT_EQ(usage_bar(0, 0, 4, false), "....");
    EXPECT_EQ(usage_bar(50, 100, 4, true), "██░░");
}

TEST(WatchCapacity, LinesAndJsonHaveTheNumbers) {
    const WatchModel model = model_of(attached());
    const std::string plain = render_watch_plain(model);
    EXPECT_THAT(plain, HasSubstr(" known_before=full found=3 command="));
    EXPECT_THAT(
        plain,
        HasSubstr("type=DRAM buffers=2 bytes=3221225472 peak_bytes=3221225472 footprint_bytes=3221225472 "
                  "peak_footprint_bytes=3221225472 capacity_bytes=8589934592 used_bytes=3221225472 free_bytes=5368709120 "
                  "largest_free_bytes=3221225472 allocators=1 allocs=0 frees=0 released=0\n")
    );
    const nlohmann::ordered_json json = watch_json(model, session());
    EXPECT_EQ(json["known_before_attach"], "full");
    EXPECT_EQ(json["processes"][0]["found"]["pre_existing"], 3);
    EXPECT_EQ(json["processes"][0]["walks"][0]["last"]["duration_ns"], 12'000'000);
    EXPECT_EQ(json["processes"][0]["usage"][0]["found"], 2);
    EXPECT_EQ(
        json["processes"][0]["usage"][0]["capacity"].dump(),
        R"({"banks":8,"bank_bytes":1073741824,"capacity_bytes":8589934592,"used_bytes":3221225472,"free_bytes":5368709120,)"
        R"("largest_free_bytes":3221225472,"largest_free_bank_bytes":402653184,"allocators":1})"
    );
}

TEST(ProcessHealth, HeaderSaysWhatIsKnownOfTheTimeBefore) {
    Stream partial;
    partial.process(0, kPid, "job").mesh(0, 0, 1).found(0, 0x100, 64);
    partial.apply(walked(partial.at(0), WalkReason::Attach, 1, "list of chip 0 is torn"));
    EXPECT_THAT(
        watch_text(partial, 0),
        HasSubstr("! known before attach: partial (list of chip 0 is torn), 1 buffer found: older buffers may be missing\n")
    );
    Stream nothing;
    nothing.process(0, kPid, "job").mesh(0, 0, 1).apply(walked(nothing.at(0), WalkReason::Attach, 0));
    EXPECT_THAT(watch_text(nothing, 0), HasSubstr("known before attach: full (nothing was held)\n"));
    Stream started;
    started.process(0, kPid, "job", true).mesh(0, 0, 1).alloc(1, 0x100, 64);
    EXPECT_THAT(watch_text(started, 0), Not(HasSubstr("known before")));
    EXPECT_EQ(known_before_attach(started.view(), session()), KnownBefore::Full);
}

// What --strict asks for.
TEST(ProcessHealth, NothingIsUnknownOnlyIfAllBeforeAndSinceIsKnown) {
    EXPECT_TRUE(nothing_unknown(Stream().view(), session())) << "there was nobody";
    EXPECT_TRUE(nothing_unknown(attached().view(), session()));
    Stream started;
    started.process(0, kPid, "job", true).mesh(0, 0, 1).alloc(1, 0x100, 64);
    EXPECT_TRUE(nothing_unknown(started.view(), session()));
    Stream shell = attached();
    shell.process(1, 77, "shell");
    EXPECT_TRUE(nothing_unknown(shell.view(), session())) << "it used no device memory";

    Stream partial;
    partial.process(0, kPid, "job").mesh(0, 0, 1).apply(walked(partial.at(0), WalkReason::Attach, 0, "torn"));
    EXPECT_FALSE(nothing_unknown(partial.view(), session()));
    partial.apply(walked(partial.at(0), WalkReason::Audit, 0));
    EXPECT_TRUE(nothing_unknown(partial.view(), session())) << "a later walk read it all";
    Stream unread;
    unread.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 64);
    EXPECT_FALSE(nothing_unknown(unread.view(), session())) << "not walked: --no-snapshot";
    Stream lost = attached();
    lost.apply(Lost{{}, 1, 0, 0, 0});
    EXPECT_FALSE(nothing_unknown(lost.view(), session()));
}

// It was gone before its memory was read: what it held is not known, if it had the runtime at all.
TEST(ProcessHealth, ProcessThatEndedUnreadIsUnknown) {
    Stream stream;
    stream.process(0, kPid, "job").apply(ProcessExited{stream.at(0)});
    SessionInfo with_runtime = session();
    with_runtime.modules.emplace_back();
    EXPECT_FALSE(nothing_unknown(stream.view(), with_runtime));
    SessionInfo without = session();
    without.modules.clear();
    EXPECT_TRUE(nothing_unknown(stream.view(), without));
}

TEST(ProcessHealth, LeastKnownProcessThatUsedMemoryDecidesForAll) {
    Stream stream = attached();
    EXPECT_EQ(known_before_attach(stream.view(), session()), KnownBefore::Full);
    stream.process(1, 77, "shell");
    EXPECT_EQ(known_before_attach(stream.view(), session()), KnownBefore::Full) << "it used none";
    stream.alloc(1, 0x100, 64);
    EXPECT_EQ(known_before_attach(stream.view(), session()), KnownBefore::None);
    SessionInfo recorded = session();
    recorded.known_before_attach = KnownBefore::Partial;
    EXPECT_EQ(known_before_attach(stream.view(), recorded), KnownBefore::Partial) << "an old recording's own word";
    EXPECT_EQ(known_before_attach(Stream().view(), recorded), KnownBefore::Partial);
}

TEST(ProcessHealth, RepairedLossesAreToldFromOpenOnes) {
    Stream stream = attached();
    stream.lost(1, 100, 23);
    EXPECT_THAT(watch_text(stream, 0), HasSubstr("! 123 events lost (100 allocs, 23 frees): figures may be off by them\n"));
    stream.found(2, 0x5000000, 64);
    stream.apply(walked(stream.at(2), WalkReason::Gap, 1));
    const std::string text = watch_text(stream, 0);
    EXPECT_THAT(text, HasSubstr("(100 allocs, 23 frees): live buffers are right again, counts and peaks may be off by them\n"));
    EXPECT_THAT(text, HasSubstr("repaired by walks: 1 buffer found, 0 gone\n"));
    EXPECT_EQ(watch_json(model_of(stream), session())["losses_repaired"], true);
    EXPECT_EQ(watch_json(model_of(stream), session())["complete"], false);
}

TEST(ProcessHealth, UnexplainedDifferencesAreLoudAndIncomplete) {
    Stream stream = attached();
    stream.apply(walked(stream.at(2), WalkReason::Audit, 2));
    EXPECT_THAT(
        watch_text(stream, 0),
        HasSubstr("! this tool missed something (2 buffers found by a walk only): figures may be off; please report this\n")
    );
    EXPECT_EQ(watch_json(model_of(stream), session())["complete"], false);
    EXPECT_EQ(live_json(build_live_view(stream.view(), session()), session())["complete"], false);
    const SummaryView summary = build_summary_view(stream.view(), {}, {}, session());
    EXPECT_EQ(summary_json(summary, session())["complete"], false);
}

TEST(ProcessHealth, FailuresTellStateAndVerdict) {
    Stream stream = attached();
    stream.apply(AllocationFailed{stream.at(65), mesh_buffer(0, 4096 * kMiB), ""});
    stream.apply(AllocationFailed{stream.at(66), mesh_buffer(0, 7168 * kMiB), ""});
    const std::string text = watch_text(stream, 0);
    EXPECT_THAT(text, HasSubstr("! 2 failed allocations (1 exhausted, 1 fragmented)\n"));
    EXPECT_THAT(
        text,
        HasSubstr("  +00:01:05.000000000 DRAM 4.0 GiB on mesh 0 (chips 0-1), needs 512.0 MiB per bank, 640.0 MiB free, largest hole "
                  "384.0 MiB: fragmented\n")
    );
    const nlohmann::ordered_json json = watch_json(model_of(stream), session());
    const auto& failed = json["processes"][0]["failed_allocations"];
    EXPECT_EQ(failed["count"], 2);
    EXPECT_EQ(failed["kinds"][1]["verdict"], "exhausted");
    EXPECT_EQ(failed["kinds"][1]["needed_bank_bytes"], 896 * kMiB);
    EXPECT_EQ(failed["kinds"][1]["reported"]["free_bank_bytes"], nullptr);
    EXPECT_THAT(render_watch_plain(model_of(stream)), HasSubstr(" failed_allocs=2 command="));
}

TEST(ProcessHealth, ClashesTraceAndPausesAreSaid) {
    Stream stream = attached();
    stream.apply(CircularBufferClash{
        stream.at(1),
        0x77,
        kMesh,
        "Statically allocated circular buffers in program 3 clash with L1 buffers on core range [(x=0,y=0) - (x=7,y=7)]. L1 "
        "buffer allocated at 1048576 and static circular buffer region ends at 1331936"
    });
    stream.alloc(2, 0x100, 64, BufferType::Trace).alloc(3, 0x7000000, 64);
    stream.apply(ProcessPaused{stream.at(4), kSecond / 2});
    const std::string text = watch_text(stream, 0);
    EXPECT_THAT(text, HasSubstr("! 1 launch refused: no place for circular or dataflow buffers\n"));
    EXPECT_THAT(
        text,
        HasSubstr("  +00:00:01.000000000 circular buffers clash with L1 buffers on mesh 0 (chips 0-1): they end at 0x1452e0, 276.7 KiB (283,360 B) "
                  "above the lowest L1 buffer at 0x100000; live there: 128.0 KiB at 0x100000 of mesh 0 (chips 0-1)\n")
    );
    EXPECT_THAT(
        text,
        HasSubstr("! a trace's replay may overwrite: 1 buffer (64 B)\n")
    );
    EXPECT_THAT(text, HasSubstr("paused 1 time, 0.5s in all, so that nothing is lost\n"));
}

TEST(ProcessHealth, RefusedLaunchesTellWhy) {
    Stream stream = attached();
    const auto refuse = [&stream](const char* message) { stream.apply(CircularBufferClash{stream.at(1), 0x77, kMesh, message}); };
    refuse("Statically allocated circular buffers on core range [0-0 - 7-7] grow to 2724096 B which is beyond max L1 size of 1499136 B");
    refuse("Circular buffer core range [0-0 - 12-9] in program 5 exceeds device compute grid (8x8)");
    refuse("Statically allocated dataflow buffers in program 3 clash with L1 buffers on core range [0-0 - 7-7]. L1 buffer allocated at "
           "1048576 and static dataflow buffer region ends at 1331936");
    const std::string text = watch_text(stream, 0);
    EXPECT_THAT(text, HasSubstr(" circular buffers larger than L1 on mesh 0 (chips 0-1): they end at 0x299100, 1.2 MiB (1,224,960 B) beyond the end of L1 at 0x16e000\n")) << "no buffer is to blame";
    EXPECT_THAT(text, HasSubstr(" circular buffers beyond the compute grid on mesh 0 (chips 0-1)\n"));
    EXPECT_THAT(text, HasSubstr(" dataflow buffers clash with L1 buffers on mesh 0 (chips 0-1): they end at 0x1452e0, 276.7 KiB"));
}

TEST(ProcessHealth, LaunchesWithUnknownCircularBuffersAreSaidEverywhere) {
    Stream stream = attached();
    stream.launch(1, 0x77);
    stream.apply(ProgramNotTold{stream.at(1), 0x77, kMesh});
    stream.launch(2, 0x77).launch(3, 0x77);
    const std::string said = "! 3 launches of 1 program whose circular or dataflow buffers are not known\n";
    EXPECT_THAT(watch_text(stream, 0), HasSubstr(said));
    EXPECT_THAT(render_live_text(build_live_view(stream.view(), session()), session(), {}), HasSubstr(said));
    EXPECT_THAT(render_summary_text(build_summary_view(stream.view(), {}, {}, session()), session(), {}), HasSubstr(said));
    EXPECT_THAT(render_watch_plain(model_of(stream)), HasSubstr(" launches_not_told=3 "));
    const nlohmann::ordered_json json = watch_json(model_of(stream), session());
    EXPECT_EQ(json["processes"][0]["launches_not_told"]["programs"], 1);
    EXPECT_EQ(json["processes"][0]["launches_not_told"]["launches"], 3);
}

TEST(ProcessHealth, HostileMessagesReachNoTerminal) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).alloc(1, 0x100, 64);
    stream.apply(walked(stream.at(1), WalkReason::Attach, 0, "\x1b]0;owned\x07"));
    const std::string text = watch_text(stream, 0);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_THAT(text, HasSubstr(R"(partial (\x1b]0;owned\x07))"));
}

TEST(LiveCapacity, TableOfEveryPlaceAndType) {
    const std::string text = render_live_text(build_live_view(attached().view(), session()), session(), {});
    EXPECT_THAT(
        text,
        HasSubstr("capacity per chip; largest free block over all banks\n"
                  "DEVICE     PID   TYPE  USED               FREE  LARGEST HOLE     TOTAL  BANKS  ALLOCATORS\n"
                  "chips 0-1  4242  DRAM  ███░░░░░  38%   5.0 GiB       3.0 GiB   8.0 GiB      8           1\n")
    );
    EXPECT_THAT(text, HasSubstr("known before attach: full (3 buffers found)\n"));
}

TEST(SummaryCapacity, RowsHaveCapacityAndOlderProcessesAreCounted) {
    Stream stream = attached();
    const std::string text = render_summary_text(build_summary_view(stream.view(), {}, {}, session()), session(), {});
    EXPECT_THAT(
        text,
        HasSubstr("DEVICE     TYPE  ALLOCS  FREES  LIVE  FOOTPRINT       PEAK  USED               FREE  LARGEST HOLE     TOTAL\n"
                  "chips 0-1  DRAM       0      0     2    3.0 GiB    3.0 GiB  ███░░░░░  38%   5.0 GiB       3.0 GiB   8.0 GiB\n")
    );
    for (std::uint32_t pid = 100; pid < 170; ++pid) {
        stream.process(70, pid, "job").exited(71);
    }
    EXPECT_THAT(
        render_summary_text(build_summary_view(stream.view(), {}, {}, session()), session(), {}),
        HasSubstr("6 more processes ended before these, with 12 events\n")
    );
}

}  // namespace
}  // namespace tt::alloc_trace::test
