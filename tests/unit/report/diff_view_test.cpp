// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/diff_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "diff_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Stream base(std::uint32_t pid) {
    Stream stream;
    stream.process(0, pid, "job", true).mesh(0, 0, 2).chip(0, 3).mesh_regions(0);
    stream.alloc(1, 0x100000, 16 * kKiB).alloc(1, 0x200000, 16 * kKiB).alloc(1, 0x300000, 32 * kKiB).alloc(1, 0x400000, 64 * kKiB);
    return stream;
}

TEST(Diff, NewGoneGrownShrunkAcrossPids) {
    Stream before = base(kPid);
    before.alloc(2, 0x500000, 8 * kKiB);
    Stream after = base(9999);
    after.alloc(2, 0x600000, 64 * kKiB).free(3, 0x200000, 16 * kKiB).alloc(3, 0x700000, 128 * kKiB);
    const DiffModel diff = build_diff(side_of(before), side_of(after));
    ASSERT_EQ(diff.groups.size(), 4U);
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> changes;
    for (const DiffGroup& group : diff.groups) {
        changes[std::string(to_string(group.change))] = {group.key.size, diff.bytes(group.after) - diff.bytes(group.before)};
    }
    EXPECT_EQ(diff.groups[0].key.size, 128 * kKiB) << "largest change first";
    EXPECT_EQ(changes["new"], std::pair(128 * kKiB, 128 * kKiB));
    EXPECT_EQ(changes["grown"], std::pair(64 * kKiB, 64 * kKiB));
    EXPECT_EQ(changes["shrunk"], std::pair(16 * kKiB, 0 - 16 * kKiB));
    EXPECT_EQ(changes["gone"].first, 8 * kKiB);
    EXPECT_EQ(diff.unchanged, 1U);
    ASSERT_EQ(diff.totals.size(), 2U) << "both chips of the mesh";
    EXPECT_TRUE(diff.footprints);
    EXPECT_EQ(diff.bytes(diff.totals[0].before), 144 * kKiB) << "8 KiB take a page in each of 8 banks";
    EXPECT_EQ(diff.bytes(diff.totals[0].after), 304 * kKiB);
}

TEST(Diff, EqualSidesSayThatNothingChanged) {
    const DiffModel diff = build_diff(side_of(base(kPid)), side_of(base(1)), {}, 0);
    EXPECT_TRUE(diff.groups.empty());
    EXPECT_TRUE(diff.over.empty());
    const std::string text = render_diff_text(diff, {});
    EXPECT_THAT(text, HasSubstr("the same buffers are held: no group changed"));
    EXPECT_THAT(text, HasSubstr("no chip and type grew by more than 0 B"));
    EXPECT_THAT(render_diff_text(build_diff({}, {}), {}), HasSubstr("neither holds anything there"));
}

TEST(Diff, FailOverIsPerChipAndType) {
    Stream after = base(kPid);
    after.alloc(2, 0x600000, 64 * kKiB);
    EXPECT_EQ(build_diff(side_of(base(kPid)), side_of(after), {}, 64 * kKiB - 1).over.size(), 2U);
    EXPECT_TRUE(build_diff(side_of(base(kPid)), side_of(after), {}, 64 * kKiB).over.empty());
    EXPECT_TRUE(build_diff(side_of(after), side_of(base(kPid)), {}, 0).over.empty()) << "less is no growth";
    ViewFilter filter;
    filter.devices = {1};
    const DiffModel one = build_diff(side_of(base(kPid)), side_of(after), filter, 1000);
    ASSERT_EQ(one.over.size(), 1U);
    EXPECT_EQ(one.totals.size(), 1U);
    EXPECT_THAT(render_diff_text(one, {}), HasSubstr("! chip 1 DRAM grew by 64.0 KiB: more than 1000 B"));
    filter.kinds = {MemoryKind::L1};
    EXPECT_TRUE(build_diff(side_of(base(kPid)), side_of(after), filter, 0).over.empty());
}

TEST(Diff, SizesWhereAFootprintIsNotKnown) {
    Stream after = base(kPid);
    after.chip_alloc(2, 0x300, 64);
    const DiffModel diff = build_diff(side_of(base(kPid)), side_of(after), {}, 63);
    EXPECT_FALSE(diff.footprints);
    ASSERT_EQ(diff.over.size(), 1U);
    EXPECT_EQ(diff.over[0].place, (Place{OwnerKind::Chip, 3}));
    EXPECT_THAT(render_diff_text(diff, {}), HasSubstr("size: logical bytes on each chip; footprints are not known of all"));
}

TEST(Diff, UnequalCompletenessIsSaid) {
    Stream after = base(kPid);
    after.lost(2, 1, 1);
    const std::string text = render_diff_text(build_diff(side_of(base(kPid)), side_of(after)), {});
    EXPECT_THAT(text, HasSubstr("! only OLD is complete"));
    EXPECT_THAT(text, HasSubstr("! NEW: 2 events lost"));
    Stream attached;
    attached.process(0, kPid, "job").mesh(0, 0, 2).alloc(1, 0x100, 64);
    EXPECT_THAT(
        render_diff_text(build_diff(side_of(base(kPid)), side_of(attached)), {}), HasSubstr("! known before attach: OLD full, NEW none")
    );
}

FoundPeak peak(std::uint32_t process, PeakOf of, std::uint64_t bytes) {
    FoundPeak found{{process, {OwnerKind::Chip, 3}, of}, process, {}};
    found.peak.by_size.bytes = bytes / 2;
    found.peak.by_footprint.bytes = bytes;
    return found;
}

TEST(Diff, PeaksCountAlthoughNothingRemains) {
    DiffSide before;
    before.peaks = {peak(0, PeakOf::Dram, 100), peak(1, PeakOf::Dram, 300), peak(0, PeakOf::L1, 50), peak(0, PeakOf::L1AndCircularBuffers, 50)};
    DiffSide after;
    after.peaks = {peak(0, PeakOf::Dram, 400), peak(0, PeakOf::L1, 10), peak(0, PeakOf::L1AndCircularBuffers, 10)};
    const DiffModel diff = build_diff(before, after, {}, 99);
    ASSERT_EQ(diff.peaks.size(), 2U) << "without circular buffers their sum with L1 says nothing";
    ASSERT_EQ(diff.peaks_over.size(), 1U);
    EXPECT_EQ(diff.peaks_over[0].before, 300U) << "of several processes the highest";
    ASSERT_TRUE(telling_peak(diff));
    EXPECT_EQ(telling_peak(diff)->of, PeakOf::Dram);
    EXPECT_EQ(telling_peak(build_diff(after, after))->of, PeakOf::Dram) << "the highest, if none grew";
    EXPECT_THAT(render_diff_text(diff, {}), HasSubstr("! the DRAM peak of chip 3 grew by 100 B: more than 99 B"));
    EXPECT_FALSE(build_diff(before, after, {}, 100).is_over());
    ViewFilter l1;
    l1.kinds = {MemoryKind::L1};
    EXPECT_FALSE(build_diff(before, after, l1, 0).is_over());
    after.peaks->front().peak.footprint_known = false;
    EXPECT_EQ(build_diff(before, after).peaks[0].after, 200U) << "one measure for all";
    after.peaks.reset();
    EXPECT_TRUE(build_diff(before, after).peaks.empty());
}

TEST(Diff, NothingDiffersIsNotSaidOfPeaksThatDo) {
    for (const PeakOf of : {PeakOf::CircularBuffers, PeakOf::L1, PeakOf::Dram}) {
        DiffSide before;
        before.peaks = {peak(0, of, 100)};
        DiffSide after;
        after.peaks = {peak(0, of, 300)};
        const std::string text = render_diff_text(build_diff(before, after), {});
        EXPECT_THAT(text, HasSubstr("neither holds a buffer there\n"));
        EXPECT_THAT(text, testing::ContainsRegex("PEAK OLD +NEW +CHANGE"));
        EXPECT_THAT(render_diff_text(build_diff(before, before), {}), HasSubstr("so nothing differs"));
    }
}

TEST(Diff, TopSaysWhatItLeavesOut) {
    Stream after = base(kPid);
    after.alloc(2, 0x600000, 1).alloc(2, 0x700000, 2).alloc(2, 0x800000, 3);
    const DiffModel diff = build_diff(side_of(base(kPid)), side_of(after));
    EXPECT_THAT(render_diff_text(diff, {}, 1), HasSubstr("2 more rows left out: --top 0 shows all"));
    EXPECT_THAT(render_diff_text(diff, {}, 0), Not(HasSubstr("left out")));
}

// One size of two lines: told apart if asked, named in any case.
TEST(Diff, CallSites) {
    const auto held = [](int by_load, int by_forward) {
        Stream stream = base(kPid);
        stream.apply(FrameSeen{{}, 1, FrameKind::Python, 7, 10, "load", "/home/me/model.py", ""});
        stream.apply(FrameSeen{{}, 2, FrameKind::Python, 41, 10, "forward", "/home/me/model.py", ""});
        stream.apply(StackSeen{{}, 1, {1}, StackEnd::Complete});
        stream.apply(StackSeen{{}, 2, {2}, StackEnd::Complete});
        for (int i = 0; i < by_load + by_forward; ++i) {
            Allocated event{stream.at(2), mesh_buffer(0x1000 * (static_cast<std::uint64_t>(i) + 1), kKiB)};
            event.header.stack = i < by_load ? 1 : 2;
            stream.apply(event);
        }
        return stream;
    };
    const auto side = [](const Stream& stream, const std::optional<OriginKey>& by) {
        DiffSide made = side_of(stream);
        made.groups = held_live(stream.view(), by);
        name_call_sites(made, stream.view().stacks);
        return made;
    };
    const Stream before = held(3, 1);
    const Stream after = held(1, 3);
    const DiffModel by_size = build_diff(side(before, {}), side(after, {}));
    EXPECT_TRUE(by_size.groups.empty()) << "as many of that size as before";
    const DiffModel by_line = build_diff(side(before, OriginKey{}), side(after, OriginKey{}));
    ASSERT_EQ(by_line.groups.size(), 2U);
    const std::string text = render_diff_text(by_line, {});
    EXPECT_THAT(text, AllOf(HasSubstr("model.py:41 forward"), HasSubstr("model.py:7 load"), HasSubstr("size and call site")));
    const DiffModel more = build_diff(side(before, {}), side(held(3, 2), {}));
    ASSERT_EQ(more.groups.size(), 1U);
    EXPECT_EQ(diff_json(more)["diff"][0]["call_site"], "model.py:7 load and 1 more");
}

}  // namespace
}  // namespace tt::alloc_trace::test
