// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Marks name stretches: `report FILE phases`, and moments given by the name of a mark.
#include "report/phases_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analysis/phases.hpp"
#include "report/phase_moment.hpp"
#include "report/render_watch_lines.hpp"
#include "report/render_watch_text.hpp"
#include "view_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Marked mark(double t, std::string name) { return {{kAttach + static_cast<std::uint64_t>(t * kSecond), 0, 0}, std::move(name)}; }

// load 4 MiB and 2 MiB, which stay; decode twice, of which each needs 8 MiB for a while and the second leaves 1 MiB.
Stream marked_stream() {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, kMiB);
    stream.apply(mark(10, "load")).alloc(11, 0x200000, 4 * kMiB).alloc(12, 0x800000, 2 * kMiB).free(13, 0x100, kMiB);
    stream.apply(mark(20, "decode")).alloc(21, 0x1000000, 8 * kMiB).launch(22, 0x77).free(23, 0x1000000, 8 * kMiB);
    stream.apply(mark(30, "decode")).alloc(31, 0x1000000, 8 * kMiB).alloc(32, 0x2000000, kMiB).free(33, 0x1000000, 8 * kMiB);
    stream.apply(mark(40, "idle"));
    return stream;
}

const nlohmann::ordered_json& dram_of(const nlohmann::ordered_json& phase) {
    for (const auto& row : phase["memory"]) {
        if (row["type"] == "DRAM") {
            return row;
        }
    }
    throw std::runtime_error("no DRAM");
}

TEST(PhasesView, TheSummaryNamesThem) {
    const Answer summary = answer("summary", marked_stream().events());
    EXPECT_THAT(
        summary.text,
        HasSubstr("phases      load from +00:00:10.000000000, decode from +00:00:20.000000000, decode#2 from +00:00:30.000000000, idle from ")
    );
    ASSERT_EQ(summary.json["marks"].size(), 4U);
    EXPECT_EQ(summary.json["marks"][1]["name"], "decode");
    EXPECT_EQ(summary.json["marks"][1]["t_ns"], kAttach + 20 * kSecond);
    Stream unmarked;
    unmarked.process(0, kPid, "job").mesh(0, 0, 2).alloc(1, 0x100, kMiB);
    EXPECT_THAT(answer("summary", unmarked.events()).text, Not(HasSubstr("phase")));
    for (const char* view : {"devices", "owners", "leaks", "growth", "peak"}) {
        EXPECT_THAT(answer(view, marked_stream().events()).text, HasSubstr("phases: load from")) << view;
    }
    EXPECT_EQ(answer("devices", marked_stream().events()).json["sizing"][0]["phase"], "decode#2") << "the most was needed there";
}

TEST(PhasesView, TheLiveTableShowsTheLatest) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).alloc(1, 0x100, kMiB);
    WatchContext context;
    context.now_ns = kAttach + 40 * kSecond;
    const auto model = [&] { return build_watch_model(stream.view(), session(), context); };
    EXPECT_THAT(render_watch_text(model(), {}), Not(HasSubstr("phase")));
    EXPECT_FALSE(watch_json(model(), session()).contains("phase"));
    stream.apply(mark(10, "load"));
    EXPECT_THAT(render_watch_text(model(), {}), HasSubstr("phase load, marked 30s ago"));
    stream.apply(mark(20, "decode")).apply(mark(35, "decode"));
    EXPECT_THAT(render_watch_text(model(), {}), HasSubstr("phase decode#2, marked 5.0s ago"));
    EXPECT_THAT(render_watch_plain(model()), HasSubstr(" phase=decode#2\n"));
    EXPECT_EQ(watch_json(model(), session())["phase"]["t_ns"], kAttach + 35 * kSecond);
}

TEST(PhasesView, EachStretchHasItsCountsPeakAndGrowth) {
    const auto phases = answer("phases", marked_stream().events()).json["phases"];
    ASSERT_EQ(phases.size(), 5U);
    const std::vector<std::string> labels{"start", "load", "decode", "decode#2", "idle"};
    const std::vector<std::vector<std::uint64_t>> expected{// allocs, frees, launches, before, peak, end
                                                           {1, 0, 0, 0, 1, 1},
                                                           {2, 1, 0, 1, 7, 6},
                                                           {1, 1, 1, 6, 14, 6},
                                                           {2, 1, 0, 6, 15, 7},
                                                           {0, 0, 0, 7, 7, 7}};
    for (std::size_t i = 0; i < labels.size(); ++i) {
        SCOPED_TRACE(labels[i]);
        EXPECT_EQ(phases[i]["phase"], labels[i]);
        EXPECT_EQ(phases[i]["allocs"], expected[i][0]);
        EXPECT_EQ(phases[i]["frees"], expected[i][1]);
        EXPECT_EQ(phases[i]["launches"], expected[i][2]);
        EXPECT_EQ(dram_of(phases[i])["before_bytes"], expected[i][3] * kMiB);
        EXPECT_EQ(dram_of(phases[i])["peak_bytes"], expected[i][4] * kMiB);
        EXPECT_EQ(dram_of(phases[i])["end_bytes"], expected[i][5] * kMiB);
    }
    EXPECT_EQ(phases[0]["mark"], nullptr);
    EXPECT_EQ(phases[3]["mark"], "decode");
    EXPECT_EQ(phases[3]["number"], 2);
    EXPECT_EQ(phases[1]["first_event"], 5);
    EXPECT_EQ(phases[1]["last_event"], 8);
    EXPECT_EQ(phases[1]["to_t_ns"], kAttach + 20 * kSecond);
    EXPECT_EQ(dram_of(phases[3])["peak_t_ns"], kAttach + 32 * kSecond);
}

TEST(PhasesView, TextFitsAndSaysWhatGrew) {
    const std::string text = answer("phases", marked_stream().events(), {}, {80, false, true}).text;
    EXPECT_THAT(text, HasSubstr("5 phases between marks; bytes on each chip: footprints"));
    EXPECT_THAT(text, HasSubstr("load      chips 0-1  DRAM"));
    EXPECT_THAT(text, HasSubstr("+5.0 MiB"));
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n'); end != std::string::npos; begin = end + 1, end = text.find('\n', begin)) {
        EXPECT_LE(end - begin, 80U) << text.substr(begin, end - begin);
    }
    EXPECT_THAT(answer("phases", marked_stream().events(), {{}, 2, {}}).text, HasSubstr("3 more phases left out: --top 0 shows all"));
}

TEST(PhasesView, TheFilterIsForCountsAndMemory) {
    Stream stream = marked_stream();
    stream.alloc(41, 0x500, 64, BufferType::L1).chip(42, 3).chip_alloc(43, 0x100, kMiB);
    ViewOptions options;
    options.filter.kinds = {MemoryKind::L1};
    const auto idle = answer("phases", stream.events(), options).json["phases"][4];
    EXPECT_EQ(idle["allocs"], 2);
    options.filter.devices = {3};
    const auto chip = answer("phases", stream.events(), options).json["phases"];
    EXPECT_EQ(chip[4]["allocs"], 1);
    EXPECT_EQ(chip[1]["allocs"], 0);
    EXPECT_EQ(chip[4]["memory"].size(), 1U);
}

TEST(PhasesView, WithoutMarksThereIsOnePhaseAndAHint) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).alloc(1, 0x100, kMiB);
    const Answer one = answer("phases", stream.events());
    EXPECT_EQ(one.json["phases"].size(), 1U);
    EXPECT_THAT(one.text, HasSubstr("! no marks: tt-alloc-trace mark NAME"));
    EXPECT_TRUE(answer("phases", {}).json["phases"].empty());
}

TEST(PhasesView, AStretchKnowsThePhaseItBeginsIn) {
    ViewOptions options;
    options.window.since_t_ns = kAttach + 31 * kSecond;
    const auto within = answer("phases", marked_stream().events(), options);
    EXPECT_EQ(within.json["phases"][0]["phase"], "decode#2");
    EXPECT_EQ(within.json["phases"][0]["began_before"], true);
    EXPECT_EQ(dram_of(within.json["phases"][0])["before_bytes"], 6 * kMiB);
    EXPECT_THAT(within.text, HasSubstr("decode#2 began before this"));
    options.window.since_t_ns = kAttach + 30 * kSecond;
    const auto at_mark = answer("phases", marked_stream().events(), options);
    EXPECT_EQ(at_mark.json["phases"].size(), 2U) << "nothing of the phase before";
    EXPECT_EQ(at_mark.json["phases"][0]["phase"], "decode#2");
    EXPECT_EQ(at_mark.json["phases"][0]["began_before"], false);
}

TEST(PhasesView, CircularBuffersOfALaunchBelongToThePhaseOfTheLaunch) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 1).mesh_regions(0).alloc(1, 0x100, kMiB);
    stream.circular_buffer(2, 0x77, 0x300, 1024).launch(2, 0x77).apply(mark(5, "after")).alloc(6, 0x200000, kMiB);
    const auto phases = answer("phases", stream.events()).json["phases"];
    const auto& start = phases[0]["memory"];
    EXPECT_TRUE(std::any_of(start.begin(), start.end(), [](const auto& row) { return row["type"] == "CB" && row["peak_bytes"] == 4096; })) << phases;
}

TEST(PhaseWords, OtherViewsNameThePhases) {
    const std::vector<Event> events = marked_stream().events();
    for (const char* name : {"peak", "growth", "leaks", "timeline", "failures", "clash", "fragmentation", "fits"}) {
        EXPECT_THAT(answer(name, events).text, HasSubstr("load from +00:00:10.000000000")) << name;
    }
    ViewOptions options;
    options.window.since_t_ns = kAttach + 31 * kSecond;
    const std::string late = answer("growth", events, options).text;
    EXPECT_THAT(late, HasSubstr("phases: decode#2 from"));
    options.window.since_t_ns = kAttach + 40 * kSecond;
    EXPECT_THAT(answer("growth", events, options).text, HasSubstr("phase: idle from"));
    EXPECT_THAT(answer("live", events).text, HasSubstr("phase idle"));
    EXPECT_EQ(phase_at(Stream().view().marks, 7), "");
    EXPECT_EQ(phase_at(marked_stream().view().marks, 4), "start");
    EXPECT_EQ(phase_at(marked_stream().view().marks, 5), "load");
    EXPECT_EQ(phase_at(marked_stream().view().marks, 16), "decode#2");
}

RecordingMarks recorded() {
    RecordingMarks recording;
    recording.marks = {{"load", 5, 10}, {"decode", 9, 20}, {"decode", 13, 30}, {"a@b#2", 17, 40}};
    recording.last_event = 20;
    recording.last_t_ns = 50;
    return recording;
}

std::uint64_t event_of(std::string_view text, MomentUse use) {
    const Result<MarkedMoment> moment = find_mark("--x", text, use, recorded());
    return moment ? moment->event : ~std::uint64_t{0};
}

TEST(PhaseMoment, AMarkIsAMomentAndAPhaseAStretch) {
    EXPECT_EQ(event_of("mark:load", MomentUse::Since), 5U);
    EXPECT_EQ(event_of("mark:load", MomentUse::At), 5U);
    EXPECT_EQ(event_of("mark:load", MomentUse::Until), 4U) << "what was before it";
    EXPECT_EQ(event_of("phase:load", MomentUse::Since), 5U);
    EXPECT_EQ(event_of("phase:load", MomentUse::Until), 8U);
    EXPECT_EQ(event_of("phase:load", MomentUse::At), 8U) << "its end";
    EXPECT_EQ(event_of("phase:start", MomentUse::Since), 1U);
    EXPECT_EQ(event_of("phase:start", MomentUse::At), 4U);
    EXPECT_EQ(event_of("phase:a@b#2", MomentUse::Until), 20U) << "the last one ends with the recording";
}

TEST(PhaseMoment, OfSeveralOfOneNameTheFirstBeginsAndTheLastEnds) {
    EXPECT_EQ(event_of("mark:decode", MomentUse::Since), 9U);
    EXPECT_EQ(event_of("mark:decode", MomentUse::At), 13U);
    EXPECT_EQ(event_of("phase:decode", MomentUse::Until), 16U);
    EXPECT_EQ(event_of("mark:decode#1", MomentUse::At), 9U);
    EXPECT_EQ(event_of("mark:decode#2", MomentUse::Since), 13U);
    EXPECT_EQ(event_of("mark:a@b#2", MomentUse::At), 17U) << "its very name";
    EXPECT_THAT(find_mark("--at", "mark:decode", MomentUse::At, recorded())->note, HasSubstr("2 marks are named decode: --at takes the last"));
    EXPECT_EQ(find_mark("--at", "mark:decode#2", MomentUse::At, recorded())->note, "");
}

TEST(PhaseMoment, WhatIsNotThereIsRefusedWithWhatIs) {
    for (const char* text : {"mark:", "mark:foo", "mark:decode#3", "mark:decode#0", "mark:decode#x", "mark:start", "phase:foo"}) {
        const Result<MarkedMoment> moment = find_mark("--at", text, MomentUse::At, recorded());
        ASSERT_FALSE(moment) << text;
        EXPECT_EQ(moment.error().code, ErrorCode::Usage);
        EXPECT_THAT(moment.error().hint, HasSubstr("its marks: load, decode, decode#2, a@b#2"));
    }
    EXPECT_THAT(find_mark("--at", "mark:x", MomentUse::At, {}).error().hint, HasSubstr("it has no marks"));
}

// A later part of a recording limited in size knows the marks of those before.
TEST(PhaseMoment, WhatIsInAnOlderPartIsSaidSo) {
    RecordingMarks part = recorded();
    part.first_event = 11;
    EXPECT_EQ(find_mark("--since", "phase:decode#1", MomentUse::Since, part)->event, 11U) << "what is here of it";
    EXPECT_FALSE(find_mark("--since", "phase:load", MomentUse::Since, part));
    EXPECT_FALSE(find_mark("--at", "mark:load", MomentUse::At, part));
    EXPECT_EQ(find_mark("--at", "mark:decode#2", MomentUse::At, part)->event, 13U);
}

}  // namespace
}  // namespace tt::alloc_trace::test
