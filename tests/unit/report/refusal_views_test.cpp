// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What people read of refusals of every kind: in failures, devices (sizes of regions), summary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "../analysis/script.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kTraceRegion =
    "TT_FATAL @ tt_metal/distributed/mesh_trace.cpp:78: mesh_cq.device()->get_trace_buffers_size() <= trace_region_size info: Creating trace "
    "buffers of size 53616640B on MeshDevice 0, but only 50000000B is allocated for trace region.";

Script trace_script() {
    Script script;
    BufferFields trace = Script::fields(1000 * kMb, 10 * kPage, BufferType::Trace);
    trace.size = 40'001'536;
    trace.page_size = 40'001'536;
    return script.add(Allocated{script.next(), trace}).refuse(kTraceRegion).refuse(kTraceRegion);
}

TEST(RefusalViewsTest, ATraceRegionTooSmallTellsAllItsFigures) {
    const Script script = trace_script();
    const std::string text = ViewRun("failures", {}, script.events()).text();
    EXPECT_THAT(
        text,
        AllOf(
            HasSubstr("no failed allocation was seen"),
            HasSubstr("refused besides allocations: 2 of 1 kind"),
            HasSubstr("trace region too small on mesh 0 (chips 0-1)"),
            HasSubstr("asked for 51.1 MiB (53,616,640 B) in all, limit 47.7 MiB (50,000,000 B): short by 3.4 MiB (3,616,640 B); 38.1 MiB (40,001,536 B) held by 1 trace"),
            HasSubstr("what would have helped: a trace_region_size of 53,616,640 or more"),
            HasSubstr("message: Creating trace buffers of size 53616640B on MeshDevice 0, but only 50000000B is allocated for trace region. [TT_FATAL @ tt_metal/")
        )
    );
    const auto json = ViewRun("failures", {}, script.events()).json();
    EXPECT_EQ(json["refused_count"], 2);
    const auto& refused = json["refused"][0];
    EXPECT_EQ(refused["kind"], "trace_region");
    EXPECT_EQ(refused["asked_bytes"], 53616640);
    EXPECT_EQ(refused["limit_bytes"], 50000000);
    EXPECT_EQ(refused["short_bytes"], 3616640);
    EXPECT_EQ(refused["traces"]["count"], 1);
    EXPECT_EQ(refused["traces"]["bytes"], 40001536);
    EXPECT_EQ(refused["count"], 2);
    EXPECT_THAT(
        ViewRun("summary", {}, script.events()).text(),
        AllOf(HasSubstr("! 2 requests refused by other checks of the runtime"), HasSubstr("trace region too small on mesh 0 (chips 0-1): asked for 51.1 MiB"))
    );
}

TEST(RefusalViewsTest, ThreeRefusedLaunchesAndTheirFigures) {
    Script script;
    script.refuse("TT_FATAL @ program.cpp:2215: state.offset <= max_size info: Program size (79760) too large for kernel config buffer (70656) on TENSIX");
    script.clash(0x77, "TT_THROW @ dataflow_buffer.cpp:405: tt::exception info: Statically allocated dataflow buffers in program 12 clash with L1 buffers on core "
                       "range [0-0 - 7-7]. L1 buffer allocated at 1378048 and static dataflow buffer region ends at 1430656");
    script.refuse("TT_THROW @ circular_buffer_config.cpp:120: tt::exception info: Cannot set to globally allocated buffer. Circular buffer size 28672 B exceeds "
                  "allocated L1 buffer size of 4096 B");
    EXPECT_THAT(
        ViewRun("failures", {}, script.events()).text(),
        AllOf(
            HasSubstr("refused besides allocations: 3\n"),
            HasSubstr("program larger than the kernel config buffer on mesh 0"),
            HasSubstr("asked for 77.9 KiB (79,760 B), limit 69.0 KiB (70,656 B): short by 8.9 KiB (9,104 B)"),
            HasSubstr("a worker_l1_size smaller by 9,104 B"),
            HasSubstr("dataflow buffers clash with L1 buffers on mesh 0"),
            HasSubstr("end at 0x15d480, 51.4 KiB (52,608 B) above the lowest L1 buffer at 0x150700"),
            HasSubstr("circular buffer larger than the L1 buffer it lies in at"),
            HasSubstr("asked for 28.0 KiB (28,672 B), limit 4.0 KiB (4,096 B): short by 24.0 KiB (24,576 B)")
        )
    );
    EXPECT_THAT(
        ViewRun("failures", {}, script.events()).text(80),
        AllOf(
            HasSubstr("  program larger than the kernel config buffer\n"),
            HasSubstr("  dataflow buffers clash with L1 buffers\n"),
            HasSubstr("  circular buffer larger than the L1 buffer it lies in\n")
        )
    ) << "columns go before what was refused is cut";
    EXPECT_THAT(ViewRun("summary", {}, script.events()).text(), AllOf(HasSubstr("2 requests refused"), HasSubstr("1 launch refused")));
}

TEST(RefusalViewsTest, FiguresAreThoseOfTheMessage) {
    const std::tuple<const char*, const char*, std::uint64_t, std::uint64_t> messages[] = {
        {"Creating trace buffers of size 1B on MeshDevice 0, but only 0B is allocated for trace region.", "trace_region", 1, 0},
        {"Creating trace buffers of size 8589934592B on MeshDevice 0, but only 23887872B is allocated for trace region.", "trace_region", 8589934592, 23887872},
        {"TT_FATAL @ x.cpp:1: a info: Creating trace buffers of size 4096B on MeshDevice 7, but only 2048B is allocated for trace region.", "trace_region", 4096, 2048},
        {"Program size (70657) too large for kernel config buffer (70656) on TENSIX", "kernel_config", 70657, 70656},
        {"Program size (200000) too large for kernel config buffer (25600) on ACTIVE_ETH", "kernel_config", 200000, 25600},
        {"TT_FATAL @ p.cpp:9: b info: Program size (131072) too large for kernel config buffer (70656) on IDLE_ETH", "kernel_config", 131072, 70656},
        {"Cannot set to globally allocated buffer. Circular buffer size 2 B exceeds allocated L1 buffer size of 1 B", "global_circular_buffer", 2, 1},
        {"Cannot set to globally allocated buffer. Circular buffer size 1048576 B exceeds allocated L1 buffer size of 32 B", "global_circular_buffer", 1048576, 32},
        {"TT_THROW @ c.cpp:1: tt::exception info: Cannot set to globally allocated buffer. Circular buffer size 4097 B exceeds allocated L1 buffer size of 4096 B", "global_circular_buffer", 4097, 4096},
    };
    for (const auto& [message, kind, asked, limit] : messages) {
        Script script;
        const auto refused = ViewRun("failures", {}, script.refuse(message).events()).json()["refused"];
        ASSERT_EQ(refused.size(), 1U) << message;
        EXPECT_EQ(refused[0]["kind"], kind) << message;
        EXPECT_EQ(refused[0]["asked_bytes"], asked) << message;
        EXPECT_EQ(refused[0]["limit_bytes"], limit) << message;
        EXPECT_EQ(refused[0]["short_bytes"], asked - limit) << message;
    }
}

TEST(RefusalViewsTest, AnyOtherTextIsKeptWithItsReasonFirst) {
    Script script;
    script.refuse("TT_FATAL @ ttnn/op.cpp:9: a == b info: Too many cores: 72 of 64");
    script.fail(kPage, "TT_FATAL @ allocator.cpp:7: false info: Shard grid 9x8 is larger than 8x8");
    EXPECT_THAT(
        ViewRun("failures", {}, script.events()).text(),
        AllOf(
            HasSubstr("by tid 4243: refused\n"),
            HasSubstr("  not for want of memory: Shard grid 9x8 is larger than 8x8\n"),
            HasSubstr("message: Shard grid 9x8 is larger than 8x8 [TT_FATAL @ allocator.cpp:7: false]"),
            HasSubstr("message: Too many cores: 72 of 64 [TT_FATAL @ ttnn/op.cpp:9: a == b]"),
            Not(HasSubstr("what was free is not known"))
        )
    );
    const auto json = ViewRun("failures", {}, script.events()).json();
    EXPECT_EQ(json["failures"][0]["verdict"], "refused");
    EXPECT_EQ(json["failures"][0]["reason"], "Shard grid 9x8 is larger than 8x8");
    EXPECT_EQ(json["refused"][0]["kind"], "other");
    EXPECT_EQ(json["refused"][0]["reason"], "Too many cores: 72 of 64");
    EXPECT_THAT(ViewRun("summary", {}, script.events()).text(), AllOf(HasSubstr("Too many cores: 72 of 64"), HasSubstr("(1 refused)")));
}

TEST(RefusalViewsTest, ARetryLoopIsARowPerKind) {
    Script script;
    for (int i = 0; i < 200; ++i) {
        script.fail(2000 * kMb).fail(1500 * kMb).alloc(0, kMb).free(0, kMb);
    }
    const ViewRun run("failures", {}, script.events());
    EXPECT_THAT(run.text(), AllOf(HasSubstr("failed allocations: 400 of 2 kinds"), HasSubstr("exhausted (200 times, last at +")));
    const auto json = run.json();
    EXPECT_EQ(json["count"], 400);
    ASSERT_EQ(json["failures"].size(), 2U);
    EXPECT_EQ(json["failures"][0]["count"], 200);
    EXPECT_EQ(json["failures"][0]["event"], 4);
    EXPECT_EQ(json["failures"][1]["last"]["event"], script.count() - 2);
}

// models.md 19: no second command is needed to see what held the memory.
TEST(RefusalViewsTest, AFailureTellsWhatHeldTheMemory) {
    using Group = std::pair<std::uint64_t, std::uint64_t>;  // of a size: how many, MB of a bank each
    for (const std::vector<Group>& held :
         {std::vector<Group>{{9, 100}}, {{3, 20}, {7, 100}}, {{1, 400}, {2, 10}, {9, 50}}, {{30, 10}, {1, 310}, {1, 300}}}) {
        Script script;
        std::uint64_t at = 0;
        for (const auto& [count, mb] : held) {
            for (std::uint64_t i = 0; i < count; ++i, at += mb * kMb) {
                script.alloc(at, mb * kMb);
            }
        }
        script.fail(700 * kMb);
        script.free(0, held.front().second * kMb);  // what is freed behind the failure held it all the same
        const auto groups = ViewRun("failures", {}, script.events()).json()["failures"][0]["groups"];
        std::vector<Group> most = held;
        std::sort(most.begin(), most.end(), [](const Group& a, const Group& b) { return a.first * a.second > b.first * b.second; });
        ASSERT_EQ(groups.size(), most.size());
        for (std::size_t i = 0; i < most.size(); ++i) {
            EXPECT_EQ(groups[i]["count"], most[i].first);
            EXPECT_EQ(groups[i]["footprint_per_bank"], most[i].first * most[i].second * kMb);
        }
        EXPECT_THAT(ViewRun("failures", {}, script.events()).text(), HasSubstr("what held DRAM then: the largest groups"));
    }
}

TEST(RefusalViewsTest, ADeviceWithoutARegionSaysSo) {
    Script script;
    script.regions(0, 500 * kMb, BufferType::L1Small);
    BufferFields asked = Script::fields(0, 10 * kPage, BufferType::L1Small);
    asked.address = 0;
    script.add(AllocationFailed{script.next(), asked, ""});
    EXPECT_THAT(
        ViewRun("failures", {}, script.events()).text(),
        AllOf(
            HasSubstr("this device has no L1_SMALL region"),
            HasSubstr("opening the device with an l1_small_size of 1,000,000 B or more"),
            Not(HasSubstr("larger than what a bank has"))
        )
    );
    EXPECT_EQ(ViewRun("failures", {}, script.events()).json()["failures"][0]["missing_region"], true);
    EXPECT_THAT(ViewRun("summary", {}, script.events()).text(), HasSubstr("this device has no L1_SMALL region"));
}

TEST(RefusalViewsTest, IdleRegionsAreNamedWithHowMuchWouldHaveHelped) {
    Script script;
    script.regions(100 * kMb, 1000 * kMb, BufferType::Trace).alloc(0, 950 * kMb).fail(80 * kMb);
    EXPECT_THAT(
        ViewRun("failures", {}, script.events()).text(),
        AllOf(
            HasSubstr("short by 28.6 MiB (30,000,000 B) per bank"),
            HasSubstr("95.4 MiB (100,000,000 B) of each bank lie idle in the TRACE region: smaller by 28.6 MiB (30,000,000 B), it would have left enough"),
            HasSubstr("what held DRAM then: the largest groups")
        )
    );
    const auto json = ViewRun("failures", {}, script.events()).json();
    EXPECT_EQ(json["failures"][0]["idle_region"]["bank_bytes"], 100'000'000);
    EXPECT_EQ(json["failures"][0]["idle_region"]["wanted_bank_bytes"], 30'000'000);
    Script too_small;
    too_small.regions(20 * kMb, 1000 * kMb, BufferType::Trace).alloc(0, 950 * kMb).fail(80 * kMb);
    EXPECT_THAT(
        ViewRun("failures", {}, too_small.events()).text(),
        HasSubstr("19.1 MiB (20,000,000 B) of each bank lie idle in the TRACE region: not enough to help, 9.5 MiB (10,000,000 B) more are missing")
    );
}

TEST(RefusalViewsTest, CircularBuffersLargerThanL1AreNoClash) {
    Script script;
    script.regions(14 * kPage, BufferType::L1).alloc(4 * kPage, kPage, BufferType::L1);
    script.launch(0x77).circular_buffer(0x77, kBase, 27 * kPage);
    script.clash(0x77, "Statically allocated circular buffers on core range [0-0 - 1-1] grow to 2831072 B which is beyond max L1 size of 1531072 B");
    const std::string text = ViewRun("summary", {}, script.events()).text();
    EXPECT_THAT(text, AllOf(HasSubstr("circular buffers larger than L1 on mesh 0"), HasSubstr("beyond the end of L1"), Not(HasSubstr("live there"))));
    EXPECT_THAT(text, Not(HasSubstr("clash with")));
    EXPECT_THAT(ViewRun("peak", {}, script.events()).text(), Not(HasSubstr("CB"))) << "it never ran";
    EXPECT_THAT(ViewRun("failures", {}, script.events()).text(), HasSubstr("circular buffers larger than L1"));
}

TEST(RefusalViewsTest, DevicesTellWhatEachRegionNeeded) {
    Script script = trace_script();
    script.regions(100 * kMb, 1000 * kMb, BufferType::Trace).alloc(0, 950 * kMb).fail(80 * kMb);
    const ViewRun run("devices", {}, script.events());
    EXPECT_THAT(
        run.text(),
        AllOf(
            HasSubstr("sizes of regions: what was needed at most"),
            testing::ContainsRegex("TRACE +trace_region_size +50,000,000 B +53,616,640 B"),
            testing::ContainsRegex("DRAM +1,000,000,000 B +1,030,000,000 B")
        )
    );
    const auto json = run.json();
    EXPECT_EQ(json["sizing"].size(), 2U);
    EXPECT_EQ(json["sizing"][0]["needed_bytes"], 1'030'000'000);
    EXPECT_EQ(json["sizing"][0]["refused"], true);
    ViewOptions other;
    other.filter.devices = {7};
    EXPECT_THAT(ViewRun("devices", other, script.events()).text(), Not(HasSubstr("sizes of regions")));
}

// The parameter of before June 2026 is of one bank.
TEST(RefusalViewsTest, ATraceRegionIsToldInAllBanksAndInOne) {
    for (const std::uint64_t held : {1U, 3U, 40U}) {
        Script script;
        script.regions(100 * kPage, 100 * kPage, BufferType::Trace);
        script.alloc(100 * kPage, held * kPage, BufferType::Trace);
        const ViewRun run("devices", {}, script.events());
        const auto sizing = run.json()["sizing"];
        for (const auto& row : sizing) {
            const bool trace = row["type"] == "TRACE";
            EXPECT_EQ(row["opened_with_bytes_of_bank"], trace ? nlohmann::ordered_json(100 * kPage) : nullptr);
            EXPECT_EQ(row["needed_bytes_of_bank"], trace ? nlohmann::ordered_json(held * kPage) : nullptr);
            EXPECT_TRUE(!trace || row["needed_bytes"] == kBanks * held * kPage);
        }
        EXPECT_THAT(run.text(), testing::ContainsRegex("in one bank +[0-9,]+ B +[0-9,]+ B"));
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
