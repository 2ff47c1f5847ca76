// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <numeric>
#include <protozero/pbf_reader.hpp>

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

std::vector<Event> stacked_events() { return stream_with_stack("forward; a\nb").events(); }

TEST(FoldedExport, CallsAreFramesOutermostFirst) {
    const std::string text = export_events("folded", stacked_events()).text;
    EXPECT_THAT(text, HasSubstr("job (4242);model.py:41 forward: a b;ttnn::softmax;DRAM of mesh 0 (chips 0-1);8192 bytes per chip "));
    EXPECT_THAT(text, HasSubstr("job (4242);mesh 0 (chips 0-1);DRAM;thread 4243;")) << "the other one";
}

struct PprofSample {
    std::vector<std::string> stack;  // innermost first
    std::vector<std::int64_t> values;
};
struct Pprof {
    std::vector<std::string> types;
    std::vector<PprofSample> samples;
    std::string shown;
};

// By google/pprof's proto/profile.proto.
Pprof read_pprof(const std::string& bytes) {
    std::vector<std::string> strings;
    std::vector<std::int64_t> types;
    std::vector<std::pair<std::vector<std::uint64_t>, std::vector<std::int64_t>>> samples;
    std::map<std::uint64_t, std::uint64_t> function_of;
    std::map<std::uint64_t, std::int64_t> name_of;
    std::int64_t shown = 0;
    for (protozero::pbf_reader profile(bytes); profile.next();) {
        if (profile.tag() == 6) {
            strings.push_back(profile.get_string());
        } else if (profile.tag() == 14) {
            shown = profile.get_int64();
        } else if (profile.tag() == 1) {
            protozero::pbf_reader type = profile.get_message();
            EXPECT_TRUE(type.next(1));
            types.push_back(type.get_int64());
        } else if (profile.tag() == 2) {
            auto& [locations, values] = samples.emplace_back();
            for (protozero::pbf_reader sample = profile.get_message(); sample.next();) {
                if (sample.tag() == 1) {
                    const auto ids = sample.get_packed_uint64();
                    locations.assign(ids.begin(), ids.end());
                } else {
                    const auto all = sample.get_packed_int64();
                    values.assign(all.begin(), all.end());
                }
            }
        } else if (profile.tag() == 4) {
            protozero::pbf_reader location = profile.get_message();
            EXPECT_TRUE(location.next(1));
            const std::uint64_t id = location.get_uint64();
            EXPECT_TRUE(location.next(4));
            protozero::pbf_reader line = location.get_message();
            EXPECT_TRUE(line.next(1));
            function_of[id] = line.get_uint64();
        } else if (profile.tag() == 5) {
            protozero::pbf_reader function = profile.get_message();
            EXPECT_TRUE(function.next(1));
            const std::uint64_t id = function.get_uint64();
            EXPECT_TRUE(function.next(2));
            name_of[id] = function.get_int64();
        } else {
            profile.skip();
        }
    }
    EXPECT_EQ(strings.at(0), "");
    Pprof read;
    read.shown = strings.at(static_cast<std::size_t>(shown));
    for (const std::int64_t type : types) {
        read.types.push_back(strings.at(static_cast<std::size_t>(type)));
    }
    for (const auto& [locations, values] : samples) {
        PprofSample& sample = read.samples.emplace_back();
        sample.values = values;
        for (const std::uint64_t location : locations) {
            sample.stack.push_back(strings.at(static_cast<std::size_t>(name_of.at(function_of.at(location)))));
        }
    }
    return read;
}

TEST(PprofExport, HasAllWeightsAtNamedStacks) {
    const Pprof profile = read_pprof(export_events("pprof", stacked_events()).text);
    EXPECT_THAT(profile.types, testing::ElementsAre("live", "peak", "allocated"));
    EXPECT_EQ(profile.shown, "peak");
    ASSERT_EQ(profile.samples.size(), 2U);
    EXPECT_THAT(
        profile.samples[0].stack,
        testing::ElementsAre("8192 bytes per chip", "DRAM of mesh 0 (chips 0-1)", "ttnn::softmax", "model.py:41 forward; a\nb", "job (4242)")
    );
    const std::int64_t bytes = profile.samples[0].values.at(0);
    EXPECT_GT(bytes, 0);
    EXPECT_THAT(profile.samples[0].values, testing::Each(bytes));
    ExportOptions options;
    options.weight = GroupWeight::Live;
    options.weigh_counts = true;
    const Pprof counts = read_pprof(export_events("pprof", stacked_events(), options).text);
    EXPECT_EQ(counts.shown, "live");
    EXPECT_THAT(counts.samples.at(0).values, testing::ElementsAre(1, 1, 1));
}

TEST(LogExport, IsALinePerEventWithItsCallSite) {
    ExportOptions options;
    options.calls_below = true;
    const std::string text = export_events("log", stacked_events(), options).text;
    EXPECT_THAT(text, HasSubstr(" 4242/4243 alloc DRAM 8.0 KiB at 0x1000 on mesh 0  model.py:41 forward; a"));
    EXPECT_THAT(text, HasSubstr("\n    ttnn::softmax\n    model.py:41 forward; a"));
    EXPECT_THAT(text, HasSubstr("alloc DRAM 8.0 KiB at 0x9000 on mesh 0\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("a\nb"))) << "a name is no line of its own";
    EXPECT_THAT(text, testing::Not(HasSubstr(" frame"))) << "stacks are told with what they led to";
}

TEST(LogExport, OnlyWhatACallLedTo) {
    ExportOptions options;
    options.origins.call = "softmax";
    EXPECT_THAT(export_events("log", stacked_events(), options).text, testing::AllOf(HasSubstr("0x1000"), testing::Not(HasSubstr("0x9000"))));
    EXPECT_EQ(export_events("folded", stacked_events(), options).text.find("thread"), std::string::npos) << "what has no stack is left out";
    options.origins.call = "nowhere";
    EXPECT_EQ(export_events("log", stacked_events(), options).text, "");
}

}  // namespace
}  // namespace tt::alloc_trace::test
