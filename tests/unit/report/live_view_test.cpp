// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/live_view.hpp"

#include <gtest/gtest.h>

#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

Stream job() {
    Stream stream;
    stream.process(0, kPid, "python3 serve.py").mesh(1, 0, 2).chip(1, 3);
    stream.alloc(2, 0x2000, 64 * kKiB).alloc(3, 0x1000, 64 * kKiB).alloc(4, 0x100, kMiB, BufferType::Trace);
    stream.chip_alloc(5, 0x2000, 4096).chip_alloc(6, 0x100, 32);
    stream.circular_buffer(7, 0x77, 0x300, 256).circular_buffer(7, 0x77, 0x300, 256).launch(7, 0x77);
    return stream;
}

TEST(LiveView, TextGroupsByOwnerTypeAndSize) {
    const Stream stream = job();
    EXPECT_EQ(
        render_live_text(build_live_view(stream.view(), session()), session(), {}),
        "live buffers at 2026-02-03 12:35:03Z (+00:00:07.000000000 since the attach, event 11): 5 buffers, sizes 1.1 MiB (each counted once)\n"
        "pid 4242  python3 serve.py\n"
        "known before attach: none: buffers older than the attach are not included\n"
        "size: logical bytes per chip; a mesh buffer takes them on each of its chips\n"
        "\n"
        "PID   OWNER               TYPE       SIZE  COUNT      TOTAL                FIRST                 LAST\n"
        "4242  mesh 0 (chips 0-1)  TRACE   1.0 MiB      1    1.0 MiB  +00:00:04.000000000  +00:00:04.000000000\n"
        "4242  mesh 0 (chips 0-1)  DRAM   64.0 KiB      2  128.0 KiB  +00:00:02.000000000  +00:00:03.000000000\n"
        "4242  chip 3              L1      4.0 KiB      1    4.0 KiB  +00:00:05.000000000  +00:00:05.000000000\n"
        "4242  chip 3              L1         32 B      1       32 B  +00:00:06.000000000  +00:00:06.000000000\n"
        "\n"
        "resident circular buffers\n"
        "PID   DEVICES    PROGRAM  ADDRESS  SIZE/CORE  CORES  TOTAL/CHIP\n"
        "4242  chips 0-1  0x77       0x300      256 B      4     1.0 KiB\n"
        "4242  chips 0-1  0x77       0x300      256 B      4     1.0 KiB\n"
    );
}

TEST(LiveView, TopSaysWhatItLeavesOut) {
    const Stream stream = job();
    const std::string text = render_live_text(build_live_view(stream.view(), session()), session(), {}, 1);
    EXPECT_NE(text.find("\n3 more groups left out (4 buffers, 132.0 KiB): --top 0 shows all\n"), std::string::npos);
    EXPECT_NE(text.find("\n1 more row left out: --top 0 shows all\n"), std::string::npos);
}

TEST(LiveView, JsonHasEverySingleBufferInOrder) {
    const Stream stream = job();
    const nlohmann::ordered_json json = live_json(build_live_view(stream.view(), session()), session());
    ASSERT_EQ(json["buffers"].size(), 5U);
    EXPECT_EQ(
        json["buffers"][0].dump(),
        R"({"owner":"mesh 0","owner_chips":[0,1],"allocator":"0xa000","type":"DRAM","address":"0x1000","size":65536,)"
        R"("page_size":2048,"buffer":"0xf0001000","pid":4242,"tid":4243,"t_ns":1003000000000,)"
        R"("origin":"allocated","trace_unsafe":false,"footprint_bytes":null,"stack":null})"
    );
    EXPECT_EQ(json["buffers"][1]["address"], "0x2000");
    EXPECT_EQ(json["buffers"][2]["type"], "TRACE");
    EXPECT_EQ(json["buffers"][3]["owner"], "chip 3");
    EXPECT_EQ(json["buffers"][3]["address"], "0x100");
    EXPECT_EQ(json["live_buffers"], 5);
    EXPECT_EQ(json["live_bytes"], 128 * kKiB + kMiB + 4096 + 32);
    EXPECT_EQ(json["groups"][1]["count"], 2);
    EXPECT_EQ(json["groups"][1]["bytes"], 128 * kKiB);
    EXPECT_EQ(json["circular_buffers"].size(), 4U);
    EXPECT_EQ(json["circular_buffers"][0]["bytes"], 1024);
    EXPECT_EQ(json["complete"], true);
    EXPECT_EQ(live_json(build_live_view(stream.view(), session()), session(), false)["complete"], false);
}

TEST(LiveView, FilterByDeviceAndType) {
    const Stream stream = job();
    const LiveView chip3 = build_live_view(stream.view(), session(), {{3}, {}});
    EXPECT_EQ(chip3.buffers.size(), 2U);
    EXPECT_TRUE(chip3.circular_buffers.empty());
    const LiveView mesh_trace = build_live_view(stream.view(), session(), {{1}, {MemoryKind::Trace}});
    EXPECT_EQ(mesh_trace.buffers.size(), 1U);
    EXPECT_TRUE(mesh_trace.circular_buffers.empty());
}

TEST(LiveView, EmptyIsSaidInWords) {
    EXPECT_EQ(
        render_live_text(build_live_view(Stream().view(), session()), session(), {}),
        "live buffers: 0 buffers\n"
        "! no events: nothing was seen of any process, so this says nothing about what is live\n"
    );
    Stream ended;
    ended.process(0, kPid, "job", true).mesh(0, 0, 1).alloc(1, 0x100, 1).exited(2);
    EXPECT_EQ(
        render_live_text(build_live_view(ended.view(), session()), session(), {}),
        "live buffers at 2026-02-03 12:34:58Z (+00:00:02.000000000 since the attach, event 4): 0 buffers\n"
        "pid 4242 (ended)  job\n"
        "no live buffers\n"
    );
}

}  // namespace
}  // namespace tt::alloc_trace::test
