// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/timeline_view.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "report/timeline_model.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string timeline_text(const Stream& stream, const TextStyle& style, const ViewOptions& options = {}) {
    const std::unique_ptr<View> view = make_timeline_view(options);
    const std::unique_ptr<Tracker> tracker = replayed(stream, *view->observer());
    return view->text({tracker->view(), session(), true, ""}, style);
}

Stream busy_stream() {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).alloc(0, 0x100, 4 * kMiB).alloc(50, 0x900000, 8 * kMiB);
    stream.apply(AllocationFailed{stream.at(60), mesh_buffer(0, 1U << 30U), "Out of Memory"}).lost(70, 3, 4);
    stream.free(75, 0x900000, 8 * kMiB).free(100, 0x100, 4 * kMiB);
    return stream;
}

TEST(TimelineView, DrawsLevelsAndMarksTheMoments) {
    const std::string text = timeline_text(busy_stream(), {80, false, true});
    EXPECT_THAT(text, HasSubstr("memory over 1m40s, attached 2026-02-03 12:34:56Z, from +00:00:00.000000000 since"));
    EXPECT_THAT(text, HasSubstr("chips 0-1  DRAM  0 B  12.0 MiB  +00:00:50.000000000  ▃▃▃"));
    EXPECT_THAT(text, HasSubstr("███▃▃▃"));
    EXPECT_THAT(text, HasSubstr("F  1 failed allocation, +00:01:00.000000000 1.0 GiB of DRAM on mesh 0 (chips"));
    EXPECT_THAT(text, HasSubstr("G  1 gap, +00:01:10.000000000 7 events lost"));
    EXPECT_THAT(text, HasSubstr("bytes on each chip: sizes"));
    EXPECT_THAT(text, HasSubstr("7 events lost (3 allocs, 4 frees)"));
}

TEST(TimelineView, FitsTheWidthInAscii) {
    for (const std::size_t width : {80, 100, 120}) {
        const std::string text = timeline_text(busy_stream(), {width, false, false});
        const std::size_t table = text.find("DEVICE");
        ASSERT_NE(table, std::string::npos);
        std::size_t begin = table;
        for (int line = 0; line < 3; ++line) {  // heading, row, marks
            const std::size_t end = text.find('\n', begin);
            EXPECT_LE(end - begin, width);
            begin = end + 1;
        }
        EXPECT_EQ(text.find_first_of("\x80\xe2"), std::string::npos);
        EXPECT_THAT(text, HasSubstr("###"));
    }
}

TEST(TimelineView, HonoursTheFilterAndTop) {
    Stream stream = busy_stream();
    stream.chip(0, 3).chip_alloc(101, 0x100, kMiB);
    EXPECT_THAT(timeline_text(stream, {}, {{{3}, {}}, 20, {}}), Not(HasSubstr("chips 0-1  DRAM")));
    EXPECT_THAT(timeline_text(stream, {}, {{{}, {MemoryKind::L1}}, 20, {}}), Not(HasSubstr("  DRAM  ")));
    EXPECT_THAT(timeline_text(stream, {}, {{}, 1, {}}), HasSubstr("1 more row left out"));
}

TEST(TimelineView, AnEmptyRecordingSaysSo) {
    const std::string text = timeline_text({}, {});
    EXPECT_THAT(text, HasSubstr("! nothing was seen"));
    EXPECT_THAT(text, HasSubstr("no device memory was held"));
}

TEST(TimelineModel, AColumnShowsTheHighestOfItsTime) {
    TimelineRow row;
    row.slices = {{2, {0, 9, 5, false}}, {6, {1, 5, 1, false}}};
    EXPECT_THAT(highest_levels(row, 10, 10), testing::ElementsAre(0, 0, 9, 5, 5, 5, 5, 1, 1, 1));
    EXPECT_THAT(highest_levels(row, 10, 5), testing::ElementsAre(0, 9, 5, 5, 1));
    EXPECT_THAT(highest_levels(row, 10, 1), testing::ElementsAre(9));
}

}  // namespace
}  // namespace tt::alloc_trace::test
