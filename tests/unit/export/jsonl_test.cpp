// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

std::vector<nlohmann::json> lines_of(const std::string& text) {
    std::vector<nlohmann::json> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(nlohmann::json::parse(line));
    }
    return lines;
}

TEST(JsonlExport, SaysAtTheEndWhatTheHeadCannotKnow) {
    const auto lines = lines_of(export_events("jsonl", busy_stream().events()).text);
    EXPECT_EQ(lines.front().at("kind"), "header");
    EXPECT_TRUE(lines.front().at("known_before_attach").is_null());
    EXPECT_EQ(lines.back().at("kind"), "end");
    EXPECT_EQ(lines.back().at("known_before_attach"), "full");
    EXPECT_EQ(lines.back().at("events"), busy_stream().events().size() - 1) << "the gap is no event";
    EXPECT_EQ(lines.size(), busy_stream().events().size() + 2);
}

TEST(JsonlExport, FiltersByTypeSizeAndDevice) {
    ExportOptions options;
    options.filter.kinds = {MemoryKind::Dram};
    options.min_size = kMiB;
    const auto lines = lines_of(export_events("jsonl", busy_stream().events(), options).text);
    const auto count = [&lines](const std::string& kind) {
        return std::count_if(lines.begin(), lines.end(), [&kind](const auto& line) { return line.at("kind") == kind; });
    };
    EXPECT_EQ(count("alloc"), 2);
    EXPECT_EQ(count("free"), 1);
    EXPECT_EQ(count("cb_alloc"), 0);
    EXPECT_EQ(count("lost"), 1) << "a gap concerns everybody";

    options = {};
    options.filter.devices = {7};
    EXPECT_THAT(export_events("jsonl", busy_stream().events(), options).text, testing::Not(testing::HasSubstr("\"alloc\"")));
}

TEST(JsonlExport, KnowsOwnersOfBeforeItsWindow) {
    ExportOptions options;
    options.window.since_t_ns = kAttach + 6 * kSecond;
    const auto lines = lines_of(export_events("jsonl", busy_stream().events(), options).text);
    ASSERT_EQ(lines.size(), 5U);
    EXPECT_EQ(lines[1].at("kind"), "held");
    EXPECT_EQ(lines[3].at("owner"), "mesh 0");
}

// S8: what a line says is enough for live bytes per chip.
TEST(JsonlExport, BuffersHaveTheirFootprintsAndChips) {
    std::int64_t live = 0;
    for (const nlohmann::json& line : lines_of(export_events("jsonl", busy_stream().events()).text)) {
        if (line.value("type", "") != "DRAM" || line.at("kind") == "alloc_failed") {
            continue;
        }
        EXPECT_EQ(line.at("chips"), nlohmann::json({0, 1}));
        EXPECT_EQ(line.at("footprint"), line.at("footprint_per_bank").get<std::uint64_t>() * 8);
        live += line.at("delta_footprint").get<std::int64_t>();
    }
    EXPECT_EQ(live, static_cast<std::int64_t>(2 * kMiB + 64 * kKiB));
}

}  // namespace
}  // namespace tt::alloc_trace::test
