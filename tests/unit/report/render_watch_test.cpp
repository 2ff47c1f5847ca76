// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "report/json_envelope.hpp"
#include "report/render_watch_lines.hpp"
#include "report/render_watch_text.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

// Two chips of a mesh with buffers, a circular buffer, an older free; 65 s after the attach, 1 s after the sample
// before.
struct Session {
    Stream stream;
    UsageSample earlier;

    Session() {
        stream.process(0, kPid, "python3 serve.py").mesh(1, 0, 2).chip(1, 3);
        stream.alloc(2, 0x1000000, 142 * kMiB / 10).alloc(2, 0x100, 240 * kKiB, BufferType::L1);
        stream.circular_buffer(3, 0x77, 0x20000, 2048).launch(3, 0x77).free(3, 0x900, 12 * kKiB);
        earlier = take_sample(stream.view(), kAttach + 64 * kSecond);
        stream.alloc(64.5, 0x2000000, 43 * kMiB / 10).launch(64.5, 0x77);
    }

    [[nodiscard]] WatchModel model(bool with_baseline) const {
        WatchContext context;
        context.now_ns = kAttach + 65 * kSecond;
        context.previous = &earlier;
        context.baseline = with_baseline ? &earlier : nullptr;
        context.ring = RingFill{64 * kMiB, 2 * kMiB, 9 * kMiB};
        return build_watch_model(stream.view(), session(), context);
    }
};

std::vector<std::string> lines_of(const WatchModel& model, const TextStyle& style) {
    std::vector<std::string> lines;
    std::istringstream text(render_watch_text(model, style));
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

TEST(RenderWatchText, EightyColumns) {
    EXPECT_EQ(
        render_watch_text(Session().model(false), {80, false, true}),
        "pid 4242  python3 serve.py  since 12:34:56Z (1m05s)  events 10  lost 0\n"
        "ring 3% of 64.0 MiB, peak 14%\n"
        "known before attach: none: buffers older than the attach are not included\n"
        "1 free before attach (12.0 KiB): of buffers older than the trace\n"
        "\n"
        "DEVICE     TYPE  BUFFERS       SIZE       PEAK  ALLOCS/S  FREES/S  LAUNCHES/S\n"
        "chips 0-1  DRAM        2   18.5 MiB   18.5 MiB       1.0        0\n"
        "           L1          1  240.0 KiB  240.0 KiB         0        0\n"
        "           CB          1    8.0 KiB    8.0 KiB                            1.0\n"
        "chip 3: no allocations seen\n"
    );
}

TEST(RenderWatchText, BaselineBesideTheTotals) {
    const std::vector<std::string> lines = lines_of(Session().model(true), {140, false, true});
    EXPECT_EQ(lines[0], "pid 4242  python3 serve.py  since 2026-02-03 12:34:56Z (1m05s)  events 10  lost 0");
    EXPECT_EQ(lines[1], "ring 3% of 64.0 MiB, peak 14%  baseline 1.0s ago");
    EXPECT_EQ(
        lines[5],
        "DEVICE     TYPE  BUFFERS                            SIZE       PEAK  ALLOCS  FREES  ALLOCS/S  FREES/S  LAUNCHES/S"
    );
    EXPECT_EQ(
        lines[6], "chips 0-1  DRAM   2 (+1)  18.5 MiB (baseline 14.2, +4.3)   18.5 MiB       2      0       1.0        0"
    );
}

TEST(RenderWatchText, LossesAreWarnedOfAndNarrowTerminalsKeepThem) {
    Session session;
    session.stream.lost(64.8, 100, 23);
    const WatchModel model = session.model(false);
    const std::vector<std::string> lines = lines_of(model, {80, false, true});
    EXPECT_EQ(lines[0], "pid 4242  python3 serve.py  since 12:34:56Z (1m05s)  events 10  lost 123");
    EXPECT_EQ(lines[2], "! 123 events lost (100 allocs, 23 frees): figures may be off by them");
    EXPECT_EQ(lines_of(model, {42, false, true})[0], "pid 4242  1m05s  events 10  lost 123");
    EXPECT_EQ(lines_of(model, {20, false, true})[0], "pid 4242  lost 123 …");
}

TEST(RenderWatchText, HostileCommandLineReachesNoTerminal) {
    Stream stream;
    stream.process(0, kPid, "\x1b]0;owned\x07 \xff\xe2\x80\xae 重み\n").mesh(0, 0, 1).alloc(1, 0x100, 1);
    WatchContext context;
    context.now_ns = kAttach + kSecond;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    for (const bool utf8 : {true, false}) {
        for (std::size_t width = 1; width < 150; ++width) {
            for (const std::string& line : lines_of(model, {width, false, utf8})) {
                EXPECT_EQ(printable(line, utf8), line);
                EXPECT_LE(display_width(line), width);
            }
        }
    }
    EXPECT_EQ(render_watch_plain(model).find('\x1b'), std::string::npos);
    EXPECT_NE(
        render_watch_plain(model).find(R"(command=\x1b]0;owned\x07 \xff\u{202e} 重み\n)"
                                       "\n"),
        std::string::npos
    );
    const std::string json = json_line(watch_json(model, session()));
    EXPECT_NE(json.find("owned"), std::string::npos);
    EXPECT_EQ(json.find('\x1b'), std::string::npos);
}

WatchModel model_after_two_seconds(const Stream& stream) {
    WatchContext context;
    context.now_ns = kAttach + 2 * kSecond;
    return build_watch_model(stream.view(), session(), context);
}

TEST(RenderWatchText, EqualChipsShareARow) {
    for (const int chips : {8, 32}) {
        Stream stream;
        stream.process(0, kPid, "job", true).mesh(0, 0, chips).alloc(1, 0x100, 4096).alloc(1, 0x100, 32, BufferType::L1);
        const std::vector<std::string> lines = lines_of(model_after_two_seconds(stream), {80, false, true});
        ASSERT_EQ(lines.size(), 5U) << chips;
        EXPECT_EQ(lines[3].substr(0, lines[3].find(" DRAM")), chips == 8 ? "chips 0-7 " : "chips 0-31 ");
        EXPECT_NE(lines[4].find("  L1 "), std::string::npos) << "of the same chips";
        EXPECT_EQ(lines[4].find("chip"), std::string::npos);
    }
}

TEST(RenderWatchText, OneChipThatDiffersStandsApart) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 8).alloc(1, 0x100, 4096).alloc(1, 0x100, 32, BufferType::L1);
    stream.chip(1, 3).chip_alloc(1, 0x2000, 64, BufferType::Dram);
    const std::vector<std::string> lines = lines_of(model_after_two_seconds(stream), {80, false, true});
    const auto rows_of = [&lines](const std::string& place) {
        return std::count_if(lines.begin(), lines.end(), [&place](const std::string& line) { return line.starts_with(place + " "); });
    };
    EXPECT_EQ(rows_of("chips 0-2,4-7"), 1);
    EXPECT_EQ(rows_of("chip 3"), 1);
    EXPECT_EQ(rows_of("  "), 2) << "each with its L1, alike or not: the rows of a chip stay together";
}

TEST(RenderWatchText, NothingSeenIsSaidInWordsWithTheReasonsItMayHave) {
    Stream stream;
    stream.process(0, kPid, "./job");
    WatchContext context;
    context.now_ns = kAttach + 5 * kSecond;
    EXPECT_EQ(
        render_watch_text(build_watch_model(stream.view(), session(), context), {0, false, true}),
        "pid 4242  ./job  since 2026-02-03 12:34:56Z (5.0s)  events 1  lost 0\n"
        "known before attach: none: buffers older than the attach are not included\n"
        "no events yet: no device memory was allocated or freed since the attach\n"
        "it may be idle, or work within buffers that are older than the attach\n"
        "if it should be busy, look at the probes: tt-alloc-trace doctor -p 4242\n"
    );
    EXPECT_EQ(
        render_watch_text(build_watch_model(Stream().view(), session(), context), {}),
        "no process seen yet: none of the watched ones used device memory\n"
    );
}

TEST(RenderWatchText, ManyFreesOfOlderBuffersAreOneLine) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 8);
    for (std::uint64_t i = 0; i < 5000; ++i) {
        stream.free(1, 0x1000 * (i + 1), kKiB);
    }
    WatchContext context;
    context.now_ns = kAttach + 2 * kSecond;
    const WatchModel model = build_watch_model(stream.view(), session(), context);
    const std::vector<std::string> lines = lines_of(model, {});
    EXPECT_LT(lines.size(), 10U);
    EXPECT_EQ(lines[2], "5,000 frees before attach (4.9 MiB): of buffers older than the trace");
}

TEST(RenderWatchText, ColorOnlyAddsEscapes) {
    const WatchModel model = Session().model(true);
    std::string colored = render_watch_text(model, {100, true, true});
    EXPECT_NE(colored.find("\x1b[1m"), std::string::npos);
    for (std::size_t start = colored.find('\x1b'); start != std::string::npos; start = colored.find('\x1b')) {
        colored.erase(start, colored.find('m', start) - start + 1);
    }
    EXPECT_EQ(colored, render_watch_text(model, {100, false, true}));
}

TEST(RenderWatchPlain, OneLinePerRowWithItsTime) {
    EXPECT_THAT(
        render_watch_plain(Session().model(false)),
        testing::StartsWith(
            "2026-02-03T12:36:01.000Z pid=4242 state=running events=10 lost=0 frees_before_attach=1 known_before=none found=0"
            " command=python3 serve.py\n"
            "2026-02-03T12:36:01.000Z pid=4242 chip=0 type=DRAM buffers=2 bytes=19398655 peak_bytes=19398655 allocs=2"
            " frees=0 released=0 allocs_per_s=1.0 frees_per_s=0.0\n"
            "2026-02-03T12:36:01.000Z pid=4242 chip=0 type=L1 buffers=1 bytes=245760 peak_bytes=245760 allocs=1 frees=0 released=0"
            " allocs_per_s=0.0 frees_per_s=0.0\n"
            "2026-02-03T12:36:01.000Z pid=4242 chip=0 type=CB buffers=1 bytes=8192 peak_bytes=8192 launches=2"
            " launches_per_s=1.0\n"
        )
    );
    const std::string with_baseline = render_watch_plain(Session().model(true));
    EXPECT_NE(
        with_baseline.find(" baseline_buffers=1 baseline_bytes=14889779 delta_bytes=+4508876\n"), std::string::npos
    );
}

TEST(WatchJson, CarriesTheEnvelopeThenTheRows) {
    Session session_state;
    session_state.stream.lost(64.9, 2, 1);
    const nlohmann::ordered_json json = watch_json(session_state.model(true), session());
    EXPECT_EQ(json["schema"], "tt-alloc-trace/watch");
    EXPECT_EQ(json["complete"], false);
    EXPECT_EQ(json["lost_events"], 3);
    EXPECT_EQ(json["attached_at"], "2026-02-03T12:34:56.000000789Z");
    EXPECT_EQ(json["time"], "2026-02-03T12:36:01.000000789Z");
    EXPECT_EQ(json["known_before_attach"], "none");
    const auto& row = json["processes"][0]["usage"][0];
    EXPECT_EQ(
        row.dump(),
        R"({"device":"chip 0","chip":0,"type":"DRAM","live_buffers":2,"live_bytes":19398655,"peak_bytes":19398655,)"
        R"("found":0,"footprint_bytes":null,"peak_footprint_bytes":null,"capacity":null,)"
        R"("allocs":2,"frees":0,"released":0,"allocs_per_s":1.0,"frees_per_s":0.0,"baseline_buffers":1,"baseline_bytes":14889779,)"
        R"("delta_buffers":1,"delta_bytes":4508876})"
    );
    EXPECT_EQ(json["processes"][0]["unknown_frees"][0]["reason"], "before attach");
}

}  // namespace
}  // namespace tt::alloc_trace::test
