// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// anomalies, devices, owners, trace-unsafe, gaps: what they say and how it looks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <sstream>

#include "report/display_text.hpp"
#include "report/filter_words.hpp"
#include "view_run.hpp"
#include "view_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

const nlohmann::ordered_json& by(const nlohmann::ordered_json& array, const std::string& key, const std::string& value) {
    return *std::find_if(array.begin(), array.end(), [&](const auto& entry) { return entry.at(key) == value; });
}

Stream excess_frees() {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 8).alloc(1, 0x16d800, 32 * kKiB, BufferType::L1);
    for (int i = 0; i < 1063; ++i) {
        stream.free(2 + i * 0.001, 0x16d800, 32 * kKiB, BufferType::L1);
    }
    return stream;
}

TEST(AnomaliesView, OneAddressFreedOverAThousandTimesMoreThanAllocated) {
    const Answer said = answer("anomalies", excess_frees().events());
    const auto& excess = by(said.json["anomalies"], "kind", "excess_frees");
    EXPECT_EQ(excess["count"], 1062);
    EXPECT_EQ(excess["places"], 1);
    EXPECT_EQ(excess["harm"], "harmful");
    EXPECT_EQ(excess["worst"][0]["count"], 1062);
    EXPECT_EQ(excess["worst"][0]["address"], "0x16d800");
    EXPECT_EQ(excess["worst"][0]["owner"], "mesh 0");
    EXPECT_EQ(excess["worst"][0]["type"], "L1");
    EXPECT_EQ(excess["worst"][0]["size"], 32 * kKiB);
    EXPECT_EQ(by(said.json["anomalies"], "kind", "double_free")["count"], 1062);
    EXPECT_EQ(by(said.json["anomalies"], "kind", "overlap")["count"], 0);
    EXPECT_THAT(said.text, ContainsRegex("mesh 0 \\(chips 0-7\\)  L1 +0x16d800 +0xa000 +1,062  32.0 KiB"));
    EXPECT_THAT(said.text, HasSubstr("! harmful: an address was freed at least two times more than allocated"));
    EXPECT_THAT(said.text, HasSubstr("not seen: launch overlap, held twice, overlap, unexplained free"));
}

TEST(AnomaliesView, NoneIsSaid) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, 64).free(2, 0x100, 64);
    const Answer said = answer("anomalies", stream.events());
    EXPECT_THAT(said.text, HasSubstr("nothing wrong\nnot seen: "));
    EXPECT_THAT(answer("anomalies", stream.free(3, 0x100, 64).events()).text, Not(HasSubstr("nothing wrong")));
    EXPECT_THAT(said.text, HasSubstr("not seen: launch overlap, held twice, overlap, excess frees, double free"));
    EXPECT_THAT(said.text, Not(HasSubstr("TIMES")));
    EXPECT_THAT(answer("anomalies", {}).text, HasSubstr("! no events: nothing was seen"));
}

TEST(AnomaliesView, TopAndFilterAreHonoured) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2);
    for (std::uint64_t i = 1; i <= 9; ++i) {
        const BufferType type = i % 3 == 0 ? BufferType::L1 : BufferType::Dram;
        stream.alloc(1, i * 64, 32, type).free(2, i * 64, 32, type).free(3, i * 64, 32, type);
    }
    ViewOptions options;
    options.top = 2;
    EXPECT_THAT(answer("anomalies", stream.events(), options).text, HasSubstr("7 more rows left out: --top 0 shows all"));
    options.filter.kinds = {MemoryKind::L1};
    EXPECT_EQ(by(answer("anomalies", stream.events(), options).json["anomalies"], "kind", "double_free")["count"], 3);
    options.filter.devices = {7};
    EXPECT_EQ(by(answer("anomalies", stream.events(), options).json["anomalies"], "kind", "double_free")["count"], 0);
}

Stream two_owners() {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 4).chip(0, 3).mesh_regions(0.5);
    stream.alloc(1, 0x100000, 16 * kKiB).alloc(1.5, 0x200000, 16 * kKiB).chip_alloc(2, 0x300, 64).free(3, 0x100000, 16 * kKiB);
    return stream;
}

TEST(DevicesView, SaysWhoSharesAChipAndWhatItHolds) {
    const Answer said = answer("devices", two_owners().events());
    ASSERT_EQ(said.json["devices"].size(), 4U);
    const auto& chip = by(said.json["devices"], "device", "chip 3");
    EXPECT_EQ(chip["owners"].size(), 2U);
    EXPECT_EQ(chip["owners"][0]["owner"], "mesh 0");
    EXPECT_EQ(chip["owners"][1]["owner"], "chip 3");
    EXPECT_EQ(chip["allocators_alive"], 2);
    EXPECT_EQ(chip["last_t_ns"], kAttach + 3 * kSecond);
    const auto& dram = by(chip["types"], "type", "DRAM");
    EXPECT_EQ(dram["live_buffers"], 1);
    EXPECT_EQ(dram["footprint_bytes"], 16 * kKiB);
    EXPECT_EQ(dram["peak_footprint_bytes"], 32 * kKiB);
    EXPECT_EQ(dram["last_capacity_bytes"], 8192 * kMiB);
    EXPECT_EQ(dram["capacity"]["capacity_bytes"], 8192 * kMiB);
    EXPECT_THAT(said.text, HasSubstr("4242  chips 0-2  mesh 0 "));
    EXPECT_THAT(said.text, HasSubstr("4242  chip 3     mesh 0, chip 3           2       0"));
}

TEST(FilterWords, AFilterThatNothingPassesIsSaid) {
    const Stream stream = two_owners();
    const auto said = [&stream](std::vector<std::int32_t> devices, std::vector<MemoryKind> kinds) {
        return nothing_passes(stream.view(), {std::move(devices), std::move(kinds)});
    };
    EXPECT_EQ(said({}, {}), std::nullopt);
    EXPECT_EQ(said({3}, {MemoryKind::Dram}), std::nullopt);
    EXPECT_EQ(said({7, 1}, {}), std::nullopt) << "one of them";
    const std::optional<std::string> text = said({7}, {});
    ASSERT_TRUE(text);
    EXPECT_THAT(*text, HasSubstr("used were chips 0-3 with DRAM"));
    EXPECT_TRUE(said({}, {MemoryKind::CircularBuffer}));
    EXPECT_TRUE(said({}, {MemoryKind::L1Small, MemoryKind::Trace}));
    EXPECT_EQ(nothing_passes(Stream().view(), {{7}, {}}), std::nullopt) << "nothing was used at all";
}

TEST(DevicesView, WhatWasNeverUsedIsALine) {
    for (const int chips : {1, 4, 32}) {
        Stream stream;
        stream.process(0, kPid, "job", true).mesh(0, 0, chips);
        stream.apply(AllocatorSeen{stream.at(1), kMeshAllocator, kMesh, {dram_region(), l1_region()}}).alloc(2, 0x10000, 4096);
        const Answer said = answer("devices", stream.events());
        EXPECT_THAT(said.text, Not(testing::ContainsRegex("  L1  +0")));
        EXPECT_THAT(said.text, testing::ContainsRegex("never used on chips? [0-9-]+: L1 [0-9.]+ MiB\n"));
        EXPECT_EQ(said.json["devices"].size(), static_cast<std::size_t>(chips));
        EXPECT_EQ(said.json["devices"][0]["types"].size(), 2U);
        ViewOptions only_l1;
        only_l1.filter.kinds = {MemoryKind::L1};
        EXPECT_THAT(answer("devices", stream.events(), only_l1).text, testing::ContainsRegex("  L1  +0"));
    }
}

TEST(DevicesView, CapacityIsKnownBehindTheClose) {
    Stream stream = two_owners();
    stream.apply(OwnerClosing{stream.at(4), kMesh}).apply(AllocatorReleased{stream.at(4), kMeshAllocator, AllocatorRelease::Destroyed});
    const Answer said = answer("devices", stream.events());
    const auto& chip = by(said.json["devices"], "device", "chip 0");
    EXPECT_EQ(chip["closes"], 1);
    EXPECT_EQ(chip["allocators_alive"], 0);
    EXPECT_EQ(chip["owners"][0]["open"], false);
    EXPECT_EQ(by(chip["types"], "type", "DRAM")["last_capacity_bytes"], 8192 * kMiB);
    EXPECT_EQ(by(chip["types"], "type", "DRAM")["capacity"], nullptr);
}

TEST(OwnersView, SaysWhatEachAllocated) {
    Stream stream = two_owners();
    stream.apply(OwnerClosing{stream.at(4), kMesh}).apply(AllocatorReleased{stream.at(4), kMeshAllocator, AllocatorRelease::Destroyed});
    const Answer said = answer("owners", stream.events());
    const auto& mesh = by(said.json["owners"], "owner", "mesh 0");
    EXPECT_EQ(mesh["owner_chips"], nlohmann::ordered_json({0, 1, 2, 3}));
    EXPECT_EQ(mesh["state"], "closed");
    EXPECT_EQ(mesh["closed_t_ns"], kAttach + 4 * kSecond);
    const auto& dram = by(mesh["types"], "type", "DRAM");
    EXPECT_EQ(dram["allocs"], 2);
    EXPECT_EQ(dram["peak_footprint_bytes"], 32 * kKiB);
    EXPECT_EQ(by(mesh["ends"], "reason", "released by close")["count"], 1);
    EXPECT_THAT(said.text, HasSubstr("size: logical bytes on each chip of the owner; footprints are not known of all"));
    EXPECT_THAT(said.text, HasSubstr("4242  mesh 0 (chips 0-3)  closed  DRAM       2      1         1     0   0 B  32.0 KiB"));
    ViewOptions only_l1;
    only_l1.filter.kinds = {MemoryKind::L1};
    EXPECT_THAT(answer("owners", stream.events(), only_l1).text, Not(HasSubstr("mesh 0")));
    EXPECT_THAT(answer("owners", {}).text, HasSubstr("no owner was seen"));
}

TEST(TraceUnsafeView, SaysWhichTraceAndWhatIsStillLive) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64, BufferType::Trace);
    EXPECT_THAT(answer("trace-unsafe", stream.events()).text, HasSubstr("nothing was allocated after the capture of a trace"));
    stream.alloc(2, 0x1000, 4096).alloc(3, 0x2000, 4096).free(4, 0x1000, 4096);
    const Answer said = answer("trace-unsafe", stream.events());
    EXPECT_EQ(said.json["trace_unsafe"][0]["count"], 2);
    EXPECT_EQ(said.json["trace_unsafe"][0]["live_count"], 1);
    EXPECT_EQ(said.json["trace_unsafe"][0]["traces"], nlohmann::ordered_json({1}));
    EXPECT_EQ(said.json["live_buffers"], 1);
    EXPECT_EQ(said.json["live_bytes"], 4096);
    EXPECT_EQ(said.json["no_longer_at_risk"], 1);
    EXPECT_THAT(said.text, HasSubstr("1 captured trace, replays are not seen here\n"));
    EXPECT_THAT(said.text, HasSubstr("! a trace's replay may overwrite at the end: 1 buffer (4.0 KiB)\n"));
    EXPECT_THAT(said.text, HasSubstr("DRAM  4.0 KiB       2          0     1    4.0 KiB  #1"));
    stream.free(5, 0x2000, 4096).free(6, 0x100, 64, BufferType::Trace);
    const Answer later = answer("trace-unsafe", stream.events());
    EXPECT_THAT(later.text, HasSubstr("nothing is at risk at the end\n"));
    EXPECT_THAT(later.text, Not(HasSubstr("! ")));
    EXPECT_EQ(later.json["no_longer_at_risk"], 2);
    EXPECT_EQ(later.json["traces"][0]["released_t_ns"], kAttach + 6 * kSecond);
}

TEST(TraceUnsafeView, GivesTheVerdictAtEachReplay) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2);
    stream.apply(TraceCalled{stream.at(1), TraceCall::End, 7, kMesh}).alloc(1, 0x90000, 64).alloc(2, 0x1000, 4096);
    stream.apply(TraceCalled{stream.at(3), TraceCall::Replay, 7, kMesh}).free(4, 0x1000, 4096).alloc(5, 0x2000, 8192);
    const Answer said = answer("trace-unsafe", stream.events());
    EXPECT_THAT(said.text, HasSubstr("1 captured trace, 1 replay\n"));
    EXPECT_THAT(
        said.text,
        HasSubstr("! live at a replay of an older trace: 1 buffer (4.0 KiB), maybe overwritten\n")
    );
    EXPECT_THAT(said.text, HasSubstr("! a trace's replay may overwrite at the end: 1 buffer (8.0 KiB)"));
    EXPECT_EQ(said.json["replayed_over"], 1);
    EXPECT_EQ(said.json["traces"][0]["trace_id"], 7);
    EXPECT_EQ(said.json["traces"][0]["storage"]["type"], "DRAM");
    EXPECT_EQ(said.json["traces"][0]["replayed_over"], 1);
}

ProbeOutcome attached_probe(const char* role) {
    ProbeOutcome probe;
    probe.role = role;
    probe.attached = true;
    return probe;
}

TEST(TraceUnsafeView, NoTraceIsGoodNewsOnlyWhereOneWouldHaveBeenSeen) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64);
    SessionInfo blind;
    EXPECT_THAT(ViewRun("trace-unsafe", {}, stream.events(), blind).text(), HasSubstr("! not known: captures are not seen here"));
    SessionInfo seeing;
    seeing.probes = {attached_probe("trace_ended"), attached_probe("trace_replayed")};
    EXPECT_THAT(ViewRun("trace-unsafe", {}, stream.events(), seeing).text(), HasSubstr("no trace was captured\n"));
    Stream late;
    late.process(0, kPid, "job", false).mesh(0, 0, 2).alloc(1, 0x100, 64);
    EXPECT_THAT(
        ViewRun("trace-unsafe", {}, late.events(), seeing).text(),
        HasSubstr("no trace was captured or replayed since the attach; older ones are not known\n")
    );
}

TEST(GapsView, SaysWhatWasLostAndWhatStayedUncertain) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64).lost(2, 5, 4).free(3, 0x900, 64);
    const Answer unrepaired = answer("gaps", stream.events());
    EXPECT_EQ(unrepaired.json["gaps"][0]["after_event"], 3);
    EXPECT_EQ(unrepaired.json["gaps"][0]["lost"]["allocs"], 5);
    EXPECT_EQ(unrepaired.json["gaps"][0]["repaired_t_ns"], nullptr);
    EXPECT_EQ(unrepaired.json["uncertain"][0]["unrepaired_losses"], 1);
    EXPECT_EQ(unrepaired.json["uncertain"][0]["frees_in_a_gap"], 1);
    EXPECT_THAT(unrepaired.text, HasSubstr("#1              3  +00:00:01.000000000  +00:00:02.000000000     9       5      4        no"));

    stream.apply(walked(stream.at(4), WalkReason::Gap, 3)).apply(walked(stream.at(5), WalkReason::Audit, 0, "torn"));
    const Answer repaired = answer("gaps", stream.events());
    EXPECT_EQ(repaired.json["gaps"][0]["repaired_t_ns"], kAttach + 4 * kSecond);
    EXPECT_EQ(repaired.json["uncertain"][0]["unrepaired_losses"], 0);
    EXPECT_EQ(by(repaired.json["walk_sums"], "reason", "gap")["found"], 3);
    EXPECT_THAT(repaired.text, HasSubstr("12.0 ms         2  no: torn"));
}

TEST(GapsView, NothingIsSaidInWords) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, 64);
    const std::string text = answer("gaps", stream.events()).text;
    EXPECT_THAT(text, HasSubstr("no event was lost\n"));
    EXPECT_THAT(text, HasSubstr("nothing stayed uncertain"));
    EXPECT_THAT(answer("gaps", {}).text, Not(HasSubstr("nothing stayed uncertain"))) << "nothing is known";
}

// What it would have told is missing: a close, a launch.
TEST(GapsView, AProbeThatIsNotAttachedLeavesNothingExact) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, 64);
    SessionInfo without_close = session();
    without_close.probes.push_back({"device close", "", "", 0, "", false, false, "no such symbol"});
    const std::string text = answer("gaps", stream.events(), {}, {}, without_close).text;
    EXPECT_THAT(text, HasSubstr("! probe not attached: device close: no such symbol\n"));
    EXPECT_THAT(text, Not(HasSubstr("exact")));
}

// A program launched before the attach may be resident, and nobody tells its circular buffers.
TEST(GapsView, WhatIsResidentAtAnAttachInMidRunIsNotKnown) {
    Stream stream;
    stream.process(0, kPid, "job", false).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, 64);
    const Answer gaps = answer("gaps", stream.events());
    EXPECT_THAT(gaps.text, HasSubstr("pid 4242: circular buffers of programs launched before the attach are not known"));
    EXPECT_THAT(gaps.text, Not(HasSubstr("exact")));
    EXPECT_EQ(gaps.json["uncertain"][0]["circular_buffers_at_attach_known"], false);

    Stream before_any_device;
    before_any_device.process(0, kPid, "job", false);
    ProcessWalked nothing = walked(before_any_device.at(0), WalkReason::Attach, 0);
    nothing.allocators = 0;
    before_any_device.apply(nothing).mesh(0, 0, 2).mesh_regions(0).alloc(1, 0x100, 64);
    EXPECT_THAT(answer("gaps", before_any_device.events()).text, HasSubstr("exact"));
}

// Sizes that stand for what was reserved are not exact.
TEST(GapsView, SaysWhoseFootprintsAreNotKnown) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64).free(2, 0x100, 64).mesh_regions(3);
    const Answer freed_before = answer("gaps", stream.events());
    EXPECT_THAT(freed_before.text, HasSubstr("pid 4242: footprint and free space not known, DRAM of chips 0-1"));
    EXPECT_THAT(freed_before.text, Not(HasSubstr("exact")));
    EXPECT_THAT(freed_before.text, Not(HasSubstr("what stayed uncertain"))) << "a table of noughts";
    const auto& where = freed_before.json["uncertain"][0]["footprints_not_known"];
    EXPECT_EQ(where.size(), 2U);
    EXPECT_EQ(where[1]["device"], "chip 1");
    EXPECT_EQ(where[1]["type"], "DRAM");

    stream.alloc(4, 0x100, 64);
    EXPECT_THAT(answer("gaps", stream.events()).text, HasSubstr("nothing stayed uncertain")) << "as high a peak, and known";
    stream.alloc(5, 0x100, 64, BufferType::L1Small);
    EXPECT_THAT(answer("gaps", stream.events()).text, HasSubstr("not known, L1_SMALL of chips 0-1"));
}

// What was not seen is said in every view, with the reason and the way out, and no view claims that there was nothing.
TEST(HistoryViews, ProcessThatWasNotSeenIsSaidInEveryView) {
    Stream stream;
    stream.process(0, kPid, "python3 serve.py", true).apply(ProcessNotSeen{stream.at(1), false, "no layout", "give --layout FILE"});
    stream.apply(ProcessStatus{stream.at(2), 0, 6}).apply(ProcessExited{stream.at(2)});
    for (const ViewKind& kind : view_kinds()) {
        const std::string name(kind.name);
        const Answer said = answer(name, stream.events());
        EXPECT_THAT(said.text, HasSubstr("! pid 4242 (python3 serve.py) was not seen: no layout; give --layout FILE\n")) << name;
        EXPECT_EQ(said.json["complete"], false) << name;
        EXPECT_EQ(said.json["not_seen"]["processes"][0]["what_to_do"], "give --layout FILE") << name;
        EXPECT_NE(said.json["known_before_attach"], "full") << name;
        for (const char* claim : {"\nnothing ", "\nno clash", "\nno failed", "\nno device", "\nno owner", "\nno captured", "\nno live",
                                  "no allocations seen", "exact"}) {
            EXPECT_THAT(said.text, Not(HasSubstr(claim))) << name;
        }
    }
    EXPECT_THAT(answer("summary", stream.events()).text, HasSubstr("pid 4242 (killed by signal 6, SIGABRT)  python3 serve.py\n"));
}

TEST(HistoryViews, ProcessThatWasSeenInPartIsSaidInEveryView) {
    Stream stream;
    stream.process(0, kPid, "job", true).apply(ProcessNotSeen{stream.at(0), true, "its linker tells nothing", ""});
    stream.mesh(0, 0, 2).alloc(1, 0x100, 64);
    for (const ViewKind& kind : view_kinds()) {
        const std::string name(kind.name);
        const Answer said = answer(name, stream.events());
        EXPECT_THAT(said.text, HasSubstr("! pid 4242 (job) was seen only in part: its linker tells nothing\n")) << name;
        EXPECT_EQ(said.json["complete"], false) << name;
        EXPECT_EQ(said.json["not_seen"]["processes"][0]["partly"], true) << name;
        EXPECT_THAT(said.text, Not(HasSubstr("exact"))) << name;
    }
}

constexpr std::uint32_t kFirstChild = 10'000;

// What is said of the job: without the children themselves, and numbers of events.
nlohmann::ordered_json without_children(nlohmann::ordered_json json) {
    if (json.is_object()) {
        for (const char* of_the_stream : {"event", "first_event", "last_event", "events", "events_by_kind", "older_processes", "marks"}) {
            json.erase(of_the_stream);
        }
    } else if (json.is_array()) {
        nlohmann::ordered_json kept = nlohmann::ordered_json::array();
        std::copy_if(json.begin(), json.end(), std::back_inserter(kept), [](const auto& entry) {
            return !entry.is_object() || entry.value("pid", 0U) < kFirstChild;
        });
        json = std::move(kept);
    }
    for (auto& part : json) {
        if (part.is_structured()) {
            part = without_children(part);
        }
    }
    return json;
}

// A job that compiles kernels: no view loses it, or what it held, behind 5,000 processes that came and went.
TEST(HistoryViews, JobBehindItsChildrenIsWholeInEveryView) {
    const auto stream_with = [](std::uint32_t children) {
        Stream stream;
        stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64).alloc(1, 0x2000, 4096).free(2, 0x100, 64);
        for (std::uint32_t pid = kFirstChild; pid < kFirstChild + children; ++pid) {
            EventHeader header = stream.at(2);
            stream.apply(ProcessForked{header, pid});
            header.pid = pid;
            stream.apply(ProcessSeen{header, kPid, pid, true, "cc1plus"});
            stream.apply(ProcessExec{header}).apply(ProcessExited{header});
        }
        stream.alloc(3, 0x4000, 64).apply(ProcessExited{stream.at(4)});
        return stream.events();
    };
    const auto alone = stream_with(0);
    const auto behind = stream_with(5'000);
    for (const ViewKind& kind : view_kinds()) {
        const std::string name(kind.name);
        EXPECT_EQ(without_children(answer(name, behind).json), without_children(answer(name, alone).json)) << name;
    }
}

TEST(HistoryViews, WhatThisToolMissedSpoilsExactEverywhere) {
    Stream stream;
    stream.process(0, kPid, "job", true).mesh(0, 0, 2).alloc(1, 0x100, 64).free(2, 0x100, 64).free(2, 0x900, 64);
    for (const ViewKind& kind : view_kinds()) {
        const std::string name(kind.name);
        const Answer said = answer(name, stream.events());
        EXPECT_THAT(said.text, HasSubstr("! this tool missed something (1 free of unknown buffers)")) << name;
        EXPECT_EQ(said.json["complete"], false) << name;
        EXPECT_EQ(said.json["contradictions"]["frees"], 1) << name;
        EXPECT_THAT(said.text, Not(HasSubstr("exact"))) << name;
        EXPECT_THAT(said.text, Not(HasSubstr("\nno leaks"))) << name;
    }
}

// Attached to with --no-snapshot: nothing is said not to be there.
TEST(HistoryViews, WhatWasThereBeforeAndIsNotKnownIsNotDenied) {
    Stream stream;
    stream.process(0, kPid, "job", false).mesh(0, 0, 2).alloc(1, 0x100, 64).free(2, 0x100, 64);
    EXPECT_THAT(answer("leaks", stream.events()).text, HasSubstr("\nas far as is known: no leaks"));
    EXPECT_THAT(answer("clash", stream.events()).text, HasSubstr("\nas far as is known: no clash"));
}

TEST(HistoryViews, AWindowIsSaidAndCountsOnlyItsPart) {
    ViewOptions options;
    options.window.since_t_ns = kAttach + 5 * kSecond / 2;
    const Answer said = answer("anomalies", excess_frees().events(), options);
    EXPECT_EQ(by(said.json["anomalies"], "kind", "double_free")["count"], 563);
    EXPECT_EQ(said.json["first_t_ns"], options.window.since_t_ns);
    EXPECT_THAT(said.text, HasSubstr("from +00:00:02.500000000 since the attach on"));
}

TEST(HistoryViews, NoLineIsWiderThanTheTerminal) {
    Stream stream = two_owners();
    stream.alloc(4, 0x900, 64, BufferType::Trace).alloc(5, 0x5000, 64).free(5, 0x5000, 64).free(5, 0x5000, 64).lost(6, 1, 1);
    stream.circular_buffer(7, 0x77, 0x300, 256).launch(7, 0x77).apply(AllocationFailed{
        stream.at(8), mesh_buffer(0, 1U << 30U), "Out of Memory: Not enough space to allocate " + std::string(300, 'x')
    });
    stream.process(9, 7, "/a/very/long/command/line/without/any/space/" + std::string(200, 'y')).exited(9);
    for (const ViewKind& kind : view_kinds()) {
        for (const std::size_t width : {60, 80}) {
            TextStyle style;
            style.width = width;
            std::istringstream lines(answer(std::string(kind.name), stream.events(), {}, style).text);
            for (std::string line; std::getline(lines, line);) {
                EXPECT_LE(display_width(line), width) << kind.name << ": " << line;
            }
        }
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
