// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/snapshot_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report_support.hpp"
#include "snapshot_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

TEST(SnapshotView, ChipsComeBeforeMeshesAndAlikeBuffersTogether) {
    const SnapshotView view = build_snapshot_view(sample_walk(), sample_context());
    ASSERT_THAT(view.allocators, SizeIs(3));
    EXPECT_EQ(view.allocators[0].label, "chip 3");
    EXPECT_EQ(view.allocators[1].label, "mesh 0");
    EXPECT_EQ(view.allocators[2].label, "mesh 0, sub-device allocator 1");
    EXPECT_THAT(view.buffers, SizeIs(4));
    EXPECT_EQ(view.bytes, 4096U + 2 * 65536 + 512);
    ASSERT_THAT(view.groups, SizeIs(3));
    EXPECT_EQ(view.groups[0].count, 2U);
    EXPECT_EQ(view.groups[0].bytes, 131072U);
    EXPECT_EQ(view.groups[0].block_bytes, 6144U);
}

TEST(SnapshotView, FiltersByChipAndType) {
    ViewFilter filter;
    filter.devices = {3};
    EXPECT_THAT(build_snapshot_view(sample_walk(), sample_context(), filter).allocators, SizeIs(1));
    filter.devices = {1};
    EXPECT_THAT(build_snapshot_view(sample_walk(), sample_context(), filter).allocators, SizeIs(2));
    filter = {{}, {MemoryKind::L1}};
    const SnapshotView view = build_snapshot_view(sample_walk(), sample_context(), filter);
    EXPECT_THAT(view.buffers, SizeIs(1));
    EXPECT_EQ(view.allocators[1].label, "mesh 0");
    EXPECT_TRUE(view.allocators[1].rows.empty());
}

TEST(SnapshotText, ShowsCapacitiesGroupsAndUnownedBlocks) {
    const std::string text = render_snapshot_text(build_snapshot_view(sample_walk(), sample_context()), session(), {});
    EXPECT_THAT(text, HasSubstr("mesh 0 (chips 0-1, 2 on other hosts)"));
    EXPECT_THAT(text, HasSubstr("1 block in use, but of no buffer (2.0 KiB of each bank)"));
    EXPECT_THAT(text, HasSubstr("0x9000"));
    EXPECT_THAT(text, HasSubstr("1.2%"));
    EXPECT_THAT(text, Not(HasSubstr("not all of it")));
}

TEST(SnapshotText, SaysWhatIsNotKnown) {
    Walk walk = sample_walk();
    walk.complete = false;
    walk.incomplete_reason = "the sky is \x1b[31m red";
    walk.allocators[0].regions.clear();
    const std::string text = render_snapshot_text(build_snapshot_view(walk, sample_context()), session(), {});
    EXPECT_THAT(text, HasSubstr("! not all of it could be read: the sky is \\x1b[31m red"));
    EXPECT_THAT(text, HasSubstr("?"));
}

TEST(SnapshotText, LeavesOutWhatIsTooMuch) {
    const SnapshotView view = build_snapshot_view(sample_walk(), sample_context());
    EXPECT_THAT(render_snapshot_text(view, session(), {}, 1), HasSubstr("2 more groups left out (2 buffers, 4.5 KiB): --top 0 shows all"));
}

TEST(SnapshotText, NothingOpenIsSaid) {
    Walk walk;
    walk.complete = walk.roots_known = true;
    EXPECT_THAT(render_snapshot_text(build_snapshot_view(walk, sample_context()), session(), {}), HasSubstr("no device is open"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
