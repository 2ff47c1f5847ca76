// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <map>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Row = std::vector<std::string>;

// RFC 4180, strictly: a quote stands inside quotes only, and doubled.
std::vector<Row> parse_csv(const std::string& text) {
    std::vector<Row> rows(1, Row(1));
    bool quoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        std::string& field = rows.back().back();
        if (quoted) {
            if (c != '"') {
                field += c;
            } else if (i + 1 < text.size() && text[i + 1] == '"') {
                field += text[++i];
            } else {
                quoted = false;
                EXPECT_TRUE(text[i + 1] == ',' || text[i + 1] == '\n') << "text behind a quoted field";
            }
        } else if (c == '"') {
            EXPECT_EQ(field, "") << "a quote inside a plain field";
            quoted = true;
        } else if (c == ',') {
            rows.back().emplace_back();
        } else if (c == '\n') {
            rows.emplace_back(1);
        } else {
            field += c;
        }
    }
    EXPECT_FALSE(quoted);
    EXPECT_EQ(rows.back(), Row(1)) << "the last line has no end";
    rows.pop_back();
    return rows;
}

std::vector<std::map<std::string, std::string>> records(const std::string& text) {
    const std::vector<Row> rows = parse_csv(text);
    std::vector<std::map<std::string, std::string>> records;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        EXPECT_EQ(rows[i].size(), rows[0].size()) << "row " << i;
        for (std::size_t column = 0; column < rows[i].size(); ++column) {
            records.resize(i);
            records.back()[rows[0][column]] = rows[i][column];
        }
    }
    return records;
}

TEST(CsvExport, OneRowPerEventWithAllItsColumns) {
    const Stream stream = busy_stream();
    auto rows = records(export_events("csv", stream.events()).text);
    ASSERT_EQ(rows.size(), stream.events().size());
    EXPECT_EQ(rows[0]["text"], "/usr/bin/python3 \"x\".py");
    EXPECT_EQ(rows[3]["kind"], "alloc");
    EXPECT_EQ(rows[3]["t_ns"], std::to_string(kAttach + kSecond));
    EXPECT_EQ(rows[3]["owner"], "mesh 0");
    EXPECT_EQ(rows[3]["chips"], "0-1");
    EXPECT_EQ(rows[3]["type"], "DRAM");
    EXPECT_EQ(rows[3]["address"], "0x1000");
    EXPECT_EQ(rows[3]["size"], std::to_string(4 * kMiB));
    EXPECT_EQ(rows[3]["footprint"], std::to_string(4 * kMiB));
    EXPECT_EQ(rows[3]["footprint_per_bank"], std::to_string(kMiB / 2));
    EXPECT_EQ(rows[6]["kind"], "free");
    EXPECT_EQ(rows[6]["reason"], "freed");
    EXPECT_EQ(rows[6]["footprint"], std::to_string(4 * kMiB));
    EXPECT_EQ(rows[7]["type"], "CB");
    EXPECT_EQ(rows[7]["count"], "4") << "cores";
    EXPECT_EQ(rows[7]["bytes"], std::to_string(4 * 4096));
    EXPECT_EQ(rows[9]["text"], "Out of Memory: \"no\"\nroom; none");
    EXPECT_EQ(rows[9]["footprint"], "") << "it took nothing";
    EXPECT_EQ(rows[11]["kind"], "lost");
    EXPECT_EQ(rows[11]["pid"], "");
    EXPECT_EQ(rows[11]["count"], "3");
}

TEST(CsvExport, EveryKindOfEventHasAllColumns) {
    EXPECT_EQ(records(export_events("csv", one_of_each()).text).size(), one_of_each().size());
}

}  // namespace
}  // namespace tt::alloc_trace::test
