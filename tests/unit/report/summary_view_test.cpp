// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/summary_view.hpp"

#include <gtest/gtest.h>

#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

SummaryView summarize(const Stream& stream, std::string incomplete = {}) {
    EventCounter counts;
    for (const Event& event : stream.events()) {
        counts.observe(event);
    }
    return build_summary_view(stream.view(), counts, std::move(incomplete), session());
}

Stream job() {
    Stream stream;
    stream.process(0, kPid, "python3 serve.py").mesh(1, 0, 2).alloc(2, 0x1000, 64 * kKiB).alloc(2, 0x2000, 64 * kKiB);
    stream.free(3, 0x1000, 64 * kKiB).free(3, 0x1000, 64 * kKiB).free(4, 0x9000, 512);
    stream.circular_buffer(5, 0x77, 0x300, 256).launch(5, 0x77);
    return stream;
}

TEST(SummaryView, Text) {
    SessionInfo with_probes = session();
    with_probes.probes.push_back({"device close", "", "", 0, "", false, false, "no such symbol"});
    EXPECT_EQ(
        render_summary_text(summarize(job(), "the file ends in the middle of a chunk"), with_probes, {}),
        "target      pid 4242\n"
        "host        host1, Linux 6.1.0\n"
        "recorded by tt-alloc-trace 0.1.0\n"
        "attached    2026-02-03 12:34:56Z\n"
        "span        5.0s between the first event (+00:00:00.000000000 from the attach) and the last\n"
        "events      9: alloc 2, free 3, owner 1, cb_alloc 1, launch 1, process_start 1\n"
        "! the file ends in the middle of a chunk\n"
        "! probe not attached: device close: no such symbol\n"
        "\n"
        "pid 4242  python3 serve.py\n"
        "live        1 buffer, size 64.0 KiB\n"
        "ends        1 freed\n"
        "programs    1 with 1 circular buffer\n"
        "known before attach: none: buffers older than the attach are not included\n"
        "1 free before attach (512 B): of buffers older than the trace\n"
        "! 1 free double (64.0 KiB): freed already; first: DRAM address 0x1000, 64.0 KiB, Buffer 0xf0001000, tid 4243\n"
        "\n"
        "DEVICE     TYPE  ALLOCS  FREES  LIVE      SIZE       PEAK  LAUNCHES\n"
        "chips 0-1  DRAM       2      1     1  64.0 KiB  128.0 KiB\n"
        "           CB                      1   1.0 KiB    1.0 KiB         1\n"
    );
}

TEST(SummaryView, EmptyRecordingSaysLoudlyThatNothingWasSeen) {
    const std::string text = render_summary_text(summarize(Stream()), session(), {});
    EXPECT_NE(text.find("span        no events\n"), std::string::npos);
    EXPECT_NE(
        text.find("! nothing was seen: the target was idle, used no device, or the probes never fired\n"),
        std::string::npos
    );
}

TEST(SummaryView, JsonCountsABufferOfAMeshOnceInTheTotal) {
    const nlohmann::ordered_json json = summary_json(summarize(job()), session());
    EXPECT_EQ(json["events_by_kind"]["alloc"], 2);
    EXPECT_EQ(json["events_by_kind"]["exit"], 0);
    EXPECT_EQ(json["complete"], true);
    const auto& process = json["processes"][0];
    EXPECT_EQ(process["live_buffers"], 1);
    EXPECT_EQ(process["live_bytes"], 64 * kKiB);
    EXPECT_EQ(process["ends"][0].dump(), R"({"reason":"freed","count":1})");
    EXPECT_EQ(process["unknown_frees"][1]["reason"], "double");
    EXPECT_EQ(process["unknown_frees"][1]["example"]["address"], "0x1000");
    EXPECT_EQ(process["usage"].size(), 4U);
}

TEST(SummaryView, LossOrCutMakesItIncomplete) {
    EXPECT_EQ(summary_json(summarize(job().lost(6, 0, 1)), session())["complete"], false);
    EXPECT_EQ(summary_json(summarize(job(), "cut"), session())["complete"], false);
}

TEST(SummaryView, EndsByKind) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 1).alloc(1, 0x100, 1).alloc(1, 0x200, 1).alloc(1, 0x200, 1);
    stream.exited(2);
    const std::string text = render_summary_text(summarize(stream), session(), {});
    EXPECT_NE(text.find("ends        2 released by exit, 1 inferred\n"), std::string::npos) << text;
}

}  // namespace
}  // namespace tt::alloc_trace::test
