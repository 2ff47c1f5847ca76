// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
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
    ASSERT_EQ(rows.size(), stream.events().size() + 1);
    EXPECT_EQ(rows[0]["text"], "/usr/bin/python3 \"x\".py");
    EXPECT_EQ(rows[3]["kind"], "alloc");
    EXPECT_EQ(rows[3]["t_ns"], std::to_string(kAttach + kSecond));
    EXPECT_EQ(rows[3]["owner"], "mesh 0");
    EXPECT_EQ(rows[3]["time"], "2026-02-03T12:34:57.000000789Z");
    EXPECT_EQ(rows[3]["chips"], "[0,1]");
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
    const auto rows = records(export_events("csv", one_of_each()).text);
    const auto no_event = std::count_if(rows.begin(), rows.end(), [](const auto& row) {
        return row.at("kind") == "release" || row.at("kind") == "end";
    });
    EXPECT_EQ(rows.size() - static_cast<std::size_t>(no_event), one_of_each().size());
}

using Rows = std::vector<std::map<std::string, std::string>>;

// By chip and type: what a reader adds up, at each row. It must be what the tracker holds behind each event.
std::map<std::pair<std::string, std::string>, std::int64_t> sums_of(const Rows& rows, std::size_t count = ~std::size_t{0}) {
    std::map<std::pair<std::string, std::string>, std::int64_t> sums;
    for (std::size_t i = 0; i < std::min(count, rows.size()); ++i) {
        if (!rows[i].at("delta_footprint").empty()) {
            sums[{rows[i].at("chips"), rows[i].at("type")}] += std::stoll(rows[i].at("delta_footprint"));
        }
    }
    return sums;
}

// S7: frees of what was there before, releases of all kinds, and footprints that come to be known late.
TEST(CsvExport, ARunningSumIsWhatIsLive) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2);
    stream.free(1, 0x9000, kMiB);                      // older than the attach
    stream.alloc(2, 0x1000, 100).mesh_regions(2.5);    // its footprint is known only at its end
    stream.alloc(3, 0x4000, 4 * kMiB).alloc(4, 0x90000, 64 * kKiB);
    stream.free(5, 0x1000, 100).free(5.5, 0x4000, 4 * kMiB);
    stream.lost(6, 0, 1).alloc(7, 0x90000, 128 * kKiB);  // in the place of one whose free was lost
    stream.alloc(8, 150 * kKiB, kMiB, BufferType::L1);
    stream.apply(AllocatorReleased{stream.at(9), kMeshAllocator, AllocatorRelease::Destroyed});
    const Rows rows = records(export_events("csv", stream.events()).text);
    for (const auto& [where, sum] : sums_of(rows)) {
        EXPECT_EQ(sum, 0) << where.first << " " << where.second;
    }
    const auto released = std::count_if(rows.begin(), rows.end(), [](const auto& row) { return row.at("kind") == "release"; });
    EXPECT_EQ(released, 3) << "two by the close, one in whose place another came";
    const auto close = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row.at("kind") == "allocator_release"; });
    const auto before = sums_of(rows, static_cast<std::size_t>(close - rows.begin()) - 2);
    EXPECT_EQ(before.at({"[0,1]", "DRAM"}), 128 * kKiB);
    EXPECT_EQ(before.at({"[0,1]", "L1"}), kMiB);
    EXPECT_EQ(rows[2].at("delta_footprint"), "0") << "a free of no known buffer: " << rows[2].at("reason");
}

// A chip's own allocator over the memory of the mesh: the report tells it by address, and so must the sum.
TEST(CsvExport, WhatTwoOwnersHoldIsCountedOnce) {
    Stream stream;
    stream.process(0, kPid, "job").mesh(0, 0, 2).mesh_regions(0).chip(0.5, 1);
    stream.apply(AllocatorSeen{stream.at(0.6), kChipAllocator, kChip3, {dram_region(), l1_region()}});
    stream.alloc(1, 0x4000, kMiB).chip_alloc(2, 0x4000, kMiB, BufferType::Dram).free(3, 0x4000, kMiB);
    const Rows rows = records(export_events("csv", stream.events()).text);
    std::vector<std::string> changes;
    for (const auto& row : rows) {
        if (row.at("type") == "DRAM") {
            changes.push_back(row.at("kind") + " " + row.at("chips") + " " + row.at("delta_footprint"));
        }
    }
    EXPECT_EQ(changes, (std::vector<std::string>{
        "alloc [0,1] 1048576", "alloc [1] 1048576", "held_twice [1] -1048576", "free [0,1] -1048576", "held_twice [1] 1048576"}));
}

TEST(CsvExport, AWindowBeginsWithWhatIsHeld) {
    ExportOptions options;
    options.window.since_t_ns = kAttach + 6 * kSecond;
    const Rows rows = records(export_events("csv", busy_stream().events(), options).text);
    EXPECT_EQ(rows[0].at("kind"), "held");
    EXPECT_EQ(sums_of(rows).at({"[0,1]", "DRAM"}), 2 * kMiB + 64 * kKiB);
    EXPECT_EQ(rows.back().at("kind"), "end");
    EXPECT_EQ(rows.back().at("count"), "1");
}

TEST(CsvExport, OneProcessOnly) {
    Stream stream = busy_stream();
    stream.process(7, kPid + 1, "other").mesh(7, 0, 2).alloc(8, 0x5000, kMiB);
    ExportOptions options;
    options.processes = {kPid + 1};
    for (const auto& row : records(export_events("csv", stream.events(), options).text)) {
        EXPECT_TRUE(row.at("pid").empty() || row.at("pid") == std::to_string(kPid + 1)) << row.at("kind");
    }
}

TEST(CsvExport, TextOfTheProcessIsNoFormulaAndCleanUtf8) {
    for (const auto& [given, shown] : std::map<std::string, std::string>{
             {"=HYPERLINK(\"x\")", "'=HYPERLINK(\"x\")"},
             {"+1", "'+1"},
             {"-1", "'-1"},
             {"@x", "'@x"},
             {"\tx", "'\tx"},
             {"a\n\"b\",c", "a\n\"b\",c"},
             {"a\x1b[2Jb", "a\xef\xbf\xbd[2Jb"},
             {"a\xff", "a\xef\xbf\xbd"}}) {
        Stream stream;
        stream.process(0, kPid, given);
        EXPECT_EQ(records(export_events("csv", stream.events()).text)[0].at("text"), shown);
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
