// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "unwind/table_store.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace::test {
namespace {

TEST(RunArenaTest, NeighboursThatAreFreeBecomeOne) {
    RunArena arena(10);
    EXPECT_EQ(arena.take(4), 0U);
    EXPECT_EQ(arena.take(3), 4U);
    EXPECT_EQ(arena.take(3), 7U);
    EXPECT_EQ(arena.take(1), std::nullopt);
    arena.give_back(0, 4);
    arena.give_back(7, 3);
    EXPECT_EQ(arena.take(5), std::nullopt) << "the free ones are apart";
    arena.give_back(4, 3);
    EXPECT_EQ(arena.take(10), 0U);
    EXPECT_EQ(RunArena(0).take(1), std::nullopt);
}

class TableStoreTest : public ::testing::Test {
protected:
    static UnwindTable table_of(std::size_t words, std::uint32_t value) {
        UnwindTable table;
        table.base = 0x1000;
        table.pages = 1;
        table.words.assign(words, value);
        return table;
    }

    std::vector<std::uint32_t> words_ = std::vector<std::uint32_t>(100);
    std::vector<tat_unwind_rule> rules_ = std::vector<tat_unwind_rule>(8);
    std::vector<tat_unwind_table> tables_ = std::vector<tat_unwind_table>(2);
    TableStore store_{{words_, rules_, tables_}};
};

TEST_F(TableStoreTest, WhatIsGivenUpIsMarkedAndItsRoomUsedAgain) {
    const auto first = store_.put(table_of(60, 7));
    ASSERT_TRUE(first);
    EXPECT_EQ(tables_[first->table].generation, first->generation);
    EXPECT_EQ(words_[tables_[first->table].first], 7U);
    EXPECT_EQ(store_.put(table_of(60, 8)), std::nullopt) << "no room";
    store_.remove(first->table);
    EXPECT_EQ(tables_[first->table].generation, 0U);
    const auto second = store_.put(table_of(60, 8));
    ASSERT_TRUE(second);
    EXPECT_NE(second->generation, first->generation) << "a walk that still has the first one notices";
    EXPECT_EQ(words_[tables_[second->table].first], 8U);
}

TEST_F(TableStoreTest, ThereIsNoRoomForMoreTablesThanPlaces) {
    ASSERT_TRUE(store_.put(table_of(2, 1)));
    const auto second = store_.put(table_of(2, 2));
    ASSERT_TRUE(second);
    EXPECT_EQ(store_.put(table_of(2, 3)), std::nullopt);
    store_.remove(second->table);
    EXPECT_TRUE(store_.put(table_of(2, 3)));
}

TEST_F(TableStoreTest, TellsWhichTablesAreNeeded) {
    const auto place = store_.put(table_of(2, 1));
    ASSERT_TRUE(place);
    EXPECT_TRUE(store_.take_used(place->table)) << "a new one is not the first to go";
    EXPECT_FALSE(store_.take_used(place->table));
    tables_[place->table].used = 1;  // as a walk does
    EXPECT_TRUE(store_.take_used(place->table));
}

TEST(MappingListsTest, MappingsBelongToOneListAtATime) {
    std::vector<tat_unwind_mapping> memory(4);
    MappingLists lists(memory);
    const std::vector<tat_unwind_mapping> three(3, tat_unwind_mapping{0x1000, 0x2000, 0x1000, 0, 1, 77});
    const auto first = lists.put(three);
    ASSERT_TRUE(first);
    EXPECT_EQ(first->count, 3U);
    for (const std::uint32_t i : {0U, 1U, 2U}) {
        EXPECT_EQ(memory[first->first + i].list, first->list) << "its own, whatever the caller says";
    }
    EXPECT_EQ(lists.put(three), std::nullopt) << "no room";
    lists.remove(*first);
    EXPECT_EQ(memory[first->first].list, 0U);
    const auto second = lists.put(three);
    ASSERT_TRUE(second);
    EXPECT_NE(second->list, first->list);
    const auto none = lists.put({});
    ASSERT_TRUE(none);
    EXPECT_EQ(none->count, 0U);
    lists.remove(*none);
}

}  // namespace
}  // namespace tt::alloc_trace::test
