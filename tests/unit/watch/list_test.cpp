// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "watch/list.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace tt::alloc_trace::watch {
namespace {

// Rows by number; 100 and more are headings.
ListSource source_of(const std::vector<std::uint64_t>& rows) {
    return {
        rows.size(),
        [rows](std::size_t i) { return rows[i] >= 100 ? std::nullopt : std::optional(RowId{rows[i]}); },
        [rows](std::size_t i) {
            Line line(20, true);
            line.add(std::to_string(rows[i]));
            return line;
        },
    };
}

std::string drawn(List& list, const std::vector<std::uint64_t>& rows, std::size_t height) {
    std::string text;
    for (const Line& line : list.draw(source_of(rows), height)) {
        text += (line.selected ? ">" : "") + line.text() + " ";
    }
    return text;
}

TEST(List, TheFirstRowIsItUntilSomebodyChooses) {
    List list;
    EXPECT_EQ(drawn(list, {1, 2, 3}, 5), ">1 2 3 ");
    EXPECT_EQ(drawn(list, {3, 1, 2}, 5), ">3 1 2 ");
}

TEST(List, TheChoiceStaysWithItsRow) {
    List list;
    (void)drawn(list, {1, 2, 3}, 5);
    list.move(1);
    EXPECT_EQ(drawn(list, {1, 2, 3}, 5), "1 >2 3 ");
    EXPECT_EQ(drawn(list, {3, 1, 2}, 5), "3 1 >2 ");
    EXPECT_EQ(drawn(list, {3, 1}, 5), "3 >1 ") << "gone: its neighbour";
    EXPECT_EQ(drawn(list, {}, 5), "");
    EXPECT_FALSE(list.current());
}

TEST(List, ScrollsAndStopsAtItsEnds) {
    List list;
    list.move(-3);
    EXPECT_EQ(drawn(list, {1, 2, 3, 4, 5}, 2), ">1 2 ");
    list.move(2);
    EXPECT_EQ(drawn(list, {1, 2, 3, 4, 5}, 2), "2 >3 ");
    list.move_end();
    EXPECT_EQ(drawn(list, {1, 2, 3, 4, 5}, 2), "4 >5 ");
    list.move_pages(1);
    EXPECT_EQ(drawn(list, {1, 2, 3, 4, 5}, 2), "4 >5 ");
    list.move_home();
    EXPECT_EQ(drawn(list, {1, 2, 3, 4, 5}, 2), ">1 2 ");
    EXPECT_EQ(drawn(list, {1}, 2), ">1 ") << "a list that became short";
}

TEST(List, HeadingsAreSeenButNotChosen) {
    List list;
    EXPECT_EQ(drawn(list, {100, 1, 101, 2}, 4), "100 >1 101 2 ");
    list.move(1);
    EXPECT_EQ(drawn(list, {100, 1, 101, 2}, 4), "100 1 101 >2 ");
    list.move(-1);
    EXPECT_EQ(drawn(list, {100, 1, 101, 2}, 4), "100 >1 101 2 ");
    list.move(-1);
    EXPECT_EQ(drawn(list, {100, 1, 101, 2}, 4), "100 >1 101 2 ");
    EXPECT_EQ(drawn(list, {100}, 4), "100 ");
    EXPECT_FALSE(list.current());
}

TEST(List, AClickChoosesTheLineItIsAt) {
    List list;
    list.move_end();
    (void)drawn(list, {1, 2, 3, 4}, 2);
    list.choose_line(0);
    EXPECT_EQ(drawn(list, {1, 2, 3, 4}, 2), ">3 4 ");
    list.choose_line(9);
    EXPECT_EQ(drawn(list, {1, 2, 3, 4}, 2), ">3 4 ");
}

TEST(List, AHundredThousandRowsMakeOnlyTheLinesSeen) {
    std::size_t made = 0;
    ListSource source{100'000, [](std::size_t i) { return std::optional(RowId{i}); }, [&made](std::size_t) {
                          ++made;
                          return Line(10, true);
                      }};
    List list;
    list.move_end();
    EXPECT_EQ(list.draw(source, 20).size(), 20U);
    EXPECT_EQ(made, 20U);
}

}  // namespace
}  // namespace tt::alloc_trace::watch
