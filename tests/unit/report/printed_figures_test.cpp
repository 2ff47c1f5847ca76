// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What any view prints is taken back: its moments by --at, --since and --until, its sizes by --need, --mark and --scale.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <regex>
#include <vector>

#include "../analysis/script.hpp"
#include "report/human_size.hpp"
#include "report/time_point.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

// Iterations that each leave a buffer, at uneven times.
Script leaking(std::uint64_t steps) {
    Script script;
    script.alloc(0, 100 * kPage);
    for (std::uint64_t i = 0; i < steps; ++i) {
        script.alloc(200 * kPage, 7 * kPage).alloc(300 * kPage, 3 * kPage).free(300 * kPage, 3 * kPage).free(200 * kPage, 7 * kPage);
        script.alloc((400 + i) * kPage, kPage);
        for (std::uint64_t idle = 0; idle < i % 3; ++idle) {
            (void)script.next();
        }
    }
    return script.exited();
}

Script with_failures() {
    Script script = fragmented_script();
    for (const std::uint64_t pages : {876U, 20'000U, 876U}) {
        script.fail(pages * kPage);
    }
    return script.refuse("Program size (79760) too large for kernel config buffer (70656) on TENSIX").exited();
}

Script with_clash() {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(4 * kPage, kPage, BufferType::L1);
    script.circular_buffer(0x77, kBase, 2 * kPage).launch(0x77).circular_buffer(0x78, kBase, 4 * kPage + 192).launch(0x78);
    script.clash(0x78, "Statically allocated circular buffers in program 1 clash with L1 buffers on core range [(x=0,y=0) - (x=1,y=1)]. L1 buffer "
                       "allocated at 531072 and static circular buffer region ends at 531264");
    return script.circular_buffer(0x79, kBase, 5 * kPage).launch(0x79).alloc(6 * kPage, kPage, BufferType::L1);
}

Script with_traces() {
    Script script;
    for (const std::uint32_t trace : {7U, 8U}) {
        script.add(TraceCalled{script.next(), TraceCall::End, trace, kMesh}).alloc(trace * 100 * kPage, 30 * kPage);
        script.add(TraceCalled{script.next(), TraceCall::Replay, trace, kMesh});
    }
    return script;
}

Script at_random(unsigned seed) {
    std::mt19937 random(seed);
    Script script;
    script.regions(14 * kPage, BufferType::L1);
    std::vector<std::pair<std::uint64_t, std::uint64_t>> live;
    for (std::uint64_t i = 0; i < 200; ++i) {
        if (live.empty() || random() % 3 != 0) {
            live.emplace_back(i * 40 * kPage, (1 + random() % 40) * kPage);
            script.alloc(live.back().first, live.back().second);
        } else {
            std::swap(live[random() % live.size()], live.back());
            script.free(live.back().first, live.back().second);
            live.pop_back();
        }
    }
    return script;
}

void each_match(const std::string& text, const char* pattern, const std::function<void(const std::string&)>& look) {
    const std::regex wanted(pattern);
    for (std::sregex_iterator match(text.begin(), text.end(), wanted); match != std::sregex_iterator(); ++match) {
        look((*match)[1]);
    }
}

// Some event was then: at a moment that begins with the digits shown.
void expect_moment(const std::string& printed, const RecordingTimes& times, const std::vector<Event>& events) {
    const auto begin = parse_time_point("--at", printed, times, Edge::Begin);
    const auto end = parse_time_point("--at", printed, times, Edge::End);
    ASSERT_TRUE(begin) << printed << ": " << begin.error().message;
    ASSERT_TRUE(end) << printed;
    EXPECT_TRUE(std::any_of(events.begin(), events.end(), [&](const Event& event) {
        return header_of(event).t_ns >= *begin && header_of(event).t_ns <= *end;
    })) << printed;
}

void expect_size(const std::string& printed) {
    const std::optional<GivenBytes> size = parse_given_bytes(printed);
    ASSERT_TRUE(size) << printed;
    if (!printed.ends_with(" B")) {
        EXPECT_EQ(human_bytes(size->bytes), printed);
    }
}

TEST(PrintedFigures, AreTakenBack) {
    std::size_t moments = 0;
    std::size_t numbers = 0;
    std::size_t sizes = 0;
    for (const Script& script : {leaking(20), leaking(6), with_failures(), with_clash(), with_traces(), at_random(1), at_random(2), at_random(3)}) {
        const std::vector<Event>& events = script.events();
        SessionInfo session;
        session.attached_unix_ns = 1'770'122'096'000'000'789;
        session.attached_monotonic_ns = 1'000'500;  // in front of the first event
        const RecordingTimes times{session.attached_unix_ns, session.attached_monotonic_ns, header_of(events.front()).t_ns, script.t_ns(), script.t_ns()};
        for (const ViewKind& view : view_kinds()) {
            const ViewRun run(view.name, {}, events, session);
            for (const std::size_t width : {0U, 80U, 60U}) {
                SCOPED_TRACE(std::string(view.name) + " at " + std::to_string(width));
                const std::string text = run.text(width);
                each_match(text, R"(([+-]\d\d:\d\d:\d\d\.\d+))", [&](const std::string& moment) {
                    expect_moment(moment, times, events);
                    ++moments;
                });
                each_match(text, R"((event:[\d,]+))", [&](const std::string& event) {
                    const auto number = parse_event_number("--at", event);
                    ASSERT_TRUE(number && *number) << event;
                    EXPECT_LE(**number, events.size()) << event;
                    ++numbers;
                });
                each_match(text, R"((?:^|[^\d.,])([1-9][\d,]*(?:\.\d)? (?:B|KiB|MiB|GiB))\b)", [&](const std::string& size) {
                    expect_size(size);
                    ++sizes;
                });
            }
        }
    }
    EXPECT_GT(moments, 500U);
    EXPECT_GT(numbers, 0U);
    EXPECT_GT(sizes, 500U);
}

// One figure for one thing: what a chip holds at its peak is what it held at that event, in every view that tells it.
TEST(PrintedFigures, APeakIsWhatWasLiveThen) {
    for (const unsigned seed : {1U, 2U, 3U, 4U, 5U}) {
        const Script script = at_random(seed);
        const auto peaks = ViewRun("peak", {}, script.events()).json()["peak"];
        ASSERT_FALSE(peaks.empty());
        for (const auto& peak : peaks) {
            ViewOptions then;
            then.window.until_event = peak["event"].get<std::uint64_t>();
            for (const auto& device : ViewRun("devices", then, script.events()).json()["devices"]) {
                const auto& row = device["types"][0];
                EXPECT_EQ(row["type"], peak["type"]);
                EXPECT_EQ(row["footprint_bytes"], peak["bytes"]);
                EXPECT_EQ(row["peak_footprint_bytes"], peak["bytes"]);
                EXPECT_EQ(row["live_buffers"], peak["buffers"]);
            }
            for (const char* view : {"summary", "devices"}) {
                const auto whole = ViewRun(view, {}, script.events()).json();
                const auto& row = whole.contains("devices") ? whole["devices"][0]["types"][0] : whole["processes"][0]["usage"][0];
                EXPECT_EQ(row["peak_footprint_bytes"], peak["bytes"]) << view;
            }
        }
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
