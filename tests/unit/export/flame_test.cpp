// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "export_support.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr const char* kRoot = "python3 (4242);mesh 0 (chips 0-1);";

std::string folded(GroupWeight weight, bool counts = false) {
    ExportOptions options;
    options.weight = weight;
    options.weigh_counts = counts;
    return export_events("folded", busy_stream().events(), options).text;
}

TEST(FoldedExport, WeighsBytesOfAllChips) {
    const std::string big = std::string(kRoot) + "DRAM;thread 4243;1-16 MiB;4194304 bytes per chip " + std::to_string(2 * 4 * kMiB) + "\n";
    EXPECT_THAT(folded(GroupWeight::Peak), HasSubstr(big));
    EXPECT_THAT(folded(GroupWeight::Peak), testing::Not(HasSubstr("2097152 bytes"))) << "it came after the peak";
    EXPECT_THAT(folded(GroupWeight::Live), testing::Not(HasSubstr("4194304 bytes")));
    EXPECT_THAT(folded(GroupWeight::Live), HasSubstr("thread 4243;1-16 MiB;2097152 bytes per chip " + std::to_string(2 * 2 * kMiB)));
    EXPECT_THAT(folded(GroupWeight::Allocated), HasSubstr("4194304 bytes"));
    EXPECT_THAT(folded(GroupWeight::Allocated), HasSubstr("2097152 bytes"));
    EXPECT_THAT(folded(GroupWeight::Live, true), HasSubstr("2097152 bytes per chip 1\n"));
}

TEST(FoldedExport, DevicesLimitTheWeight) {
    ExportOptions options;
    options.weight = GroupWeight::Live;
    options.filter.devices = {1};
    EXPECT_THAT(
        export_events("folded", busy_stream().events(), options).text, HasSubstr("bytes per chip " + std::to_string(2 * kMiB))
    );
}

TEST(FoldedExport, SaysWhenThereIsNothing) {
    const Exported exported = export_events("folded", {});
    EXPECT_EQ(exported.text, "");
    EXPECT_THAT(exported.notes, testing::ElementsAre(HasSubstr("nothing")));
}

// https://www.speedscope.app/file-format-schema.json, what it demands of sampled profiles.
void check_profile(const Json& profile, std::size_t frames) {
    EXPECT_EQ(profile.at("type"), "sampled");
    EXPECT_TRUE(profile.at("name").is_string());
    EXPECT_TRUE(profile.at("unit") == "bytes" || profile.at("unit") == "none");
    EXPECT_EQ(profile.at("startValue"), 0);
    const auto weights = profile.at("weights").get<std::vector<std::uint64_t>>();
    EXPECT_EQ(profile.at("samples").size(), weights.size());
    EXPECT_EQ(profile.at("endValue"), std::accumulate(weights.begin(), weights.end(), std::uint64_t{0}));
    for (const Json& sample : profile.at("samples")) {
        EXPECT_FALSE(sample.empty());
        for (const Json& frame : sample) {
            EXPECT_LT(frame.get<std::size_t>(), frames);
        }
    }
}

TEST(SpeedscopeExport, ObeysTheSchema) {
    for (const auto& events : {busy_stream().events(), one_of_each(), std::vector<Event>{}}) {
        const Json file = Json::parse(export_events("speedscope", events).text);
        EXPECT_EQ(file.at("$schema"), "https://www.speedscope.app/file-format-schema.json");
        EXPECT_EQ(file.at("profiles").size(), 3U);
        EXPECT_EQ(file.at("activeProfileIndex"), 1) << "the peak";
        for (const Json& frame : file.at("shared").at("frames")) {
            EXPECT_TRUE(frame.at("name").is_string());
        }
        for (const Json& profile : file.at("profiles")) {
            check_profile(profile, file.at("shared").at("frames").size());
        }
    }
}

TEST(SpeedscopeExport, HoldsAllWeights) {
    const Json file = Json::parse(export_events("speedscope", busy_stream().events()).text);
    const Json& profiles = file.at("profiles");
    const std::uint64_t rest = 64 * kKiB + kMiB;  // footprints equal sizes here
    EXPECT_EQ(profiles[0].at("endValue"), 2 * (2 * kMiB + rest));
    EXPECT_EQ(profiles[1].at("endValue"), 2 * (4 * kMiB + rest));
    EXPECT_EQ(profiles[2].at("endValue"), 2 * (6 * kMiB + rest));
}

}  // namespace
}  // namespace tt::alloc_trace::test
