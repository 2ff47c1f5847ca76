// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "python/code_record.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string_view>

#include "python/python_abi.hpp"

namespace tt::alloc_trace {
namespace {

struct Record {
    tat_code_event event{};

    Record() {
        event.code = 7;
        event.minor = 9;
        event.first_line = 20;
        event.table_bytes = 2;
        event.table_read = 1;
        event.table[0] = 4;
        event.table[1] = 3;
    }
    static void put(tat_code_text& text, std::uint8_t* to, std::string_view content, std::uint32_t width = 1) {
        text = {static_cast<std::uint32_t>(content.size()), width};
        std::memcpy(to, content.data(), content.size());
    }
    [[nodiscard]] std::optional<PythonCode> decoded(std::size_t bytes = sizeof(tat_code_event)) const {
        return decode_code(std::as_bytes(std::span{&event, 1}).first(bytes));
    }
};

TEST(CodeRecordTest, NamesAndLines) {
    Record record;
    Record::put(record.event.name, record.event.name_text, "forward");
    Record::put(record.event.file, record.event.file_text, "model.py");
    const auto code = record.decoded();
    ASSERT_TRUE(code);
    EXPECT_EQ(code->id, 7);
    EXPECT_EQ(code->name.text, "forward");
    EXPECT_EQ(code->file.text, "model.py");
    EXPECT_FALSE(code->name.cut || code->file.cut || code->table_cut);
    EXPECT_EQ(line_of(code->lines(), 4), 23);
}

TEST(CodeRecordTest, WhatWasCutSaysSo) {
    Record record;
    record.event.name = {TAT_CODE_NAME_SIZE + 4, 4};
    record.event.file = {0xffffffff, 1};
    record.event.table_bytes = TAT_CODE_SMALL_TABLE_SIZE + 2;
    const auto code = record.decoded();
    ASSERT_TRUE(code);
    EXPECT_TRUE(code->name.cut && code->file.cut && code->table_cut);
    EXPECT_EQ(code->name.text.size(), TAT_CODE_NAME_SIZE / 4);
    EXPECT_EQ(code->table.size(), TAT_CODE_SMALL_TABLE_SIZE);
}

TEST(CodeRecordTest, WhatCouldNotBeReadIsEmpty) {
    Record record;
    record.event.name = {5, 0};
    record.event.table_read = 0;
    const auto code = record.decoded();
    ASSERT_TRUE(code);
    EXPECT_FALSE(code->name.read);
    EXPECT_TRUE(code->name.text.empty());
    EXPECT_TRUE(code->table.empty() && code->table_cut);
}

TEST(CodeRecordTest, ARecordThatEndsEarly) {
    Record record;
    EXPECT_FALSE(record.decoded(offsetof(tat_code_event, table) - 1));
    const auto code = record.decoded(offsetof(tat_code_event, table));
    ASSERT_TRUE(code);
    EXPECT_TRUE(code->table_cut);
}

}  // namespace
}  // namespace tt::alloc_trace
