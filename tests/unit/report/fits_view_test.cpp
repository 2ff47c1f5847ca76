// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Would it fit if some of it were larger: by bytes of a bank, and where it would fail first.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../analysis/script.hpp"
#include "report/scale_words.hpp"
#include "view_run.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::ordered_json;

ViewOptions scaled(const std::vector<std::string>& rules) {
    ViewOptions options;
    for (const std::string& rule : rules) {
        options.scale.push_back(*parse_scale(rule));
    }
    return options;
}

// 10,000 pages of each bank in DRAM (1000 "MB"), 100 in L1.
Script loaded() {
    Script script;
    script.regions(100 * kPage, BufferType::L1);
    script.alloc(0, 4000 * kPage);             // weights
    script.alloc(4000 * kPage, 2000 * kPage);  // cache
    script.alloc(6000 * kPage, 500 * kPage).free(6000 * kPage, 500 * kPage);
    return script;
}

Json row(const Json& json, const std::string& type, int chip = 0) {
    for (const Json& one : json["fits"]) {
        if (one["type"] == type && one["chip"] == chip) {
            return one;
        }
    }
    ADD_FAILURE() << type << " " << json["fits"].dump(1);
    return {};
}

std::string size_text(std::uint64_t pages) { return std::to_string(pages * kPage * kBanks); }

TEST(FitsView, FailsUnlessAllIsKnownToFit) {
    const auto fails = [](const Script& script, const std::vector<std::string>& rules) {
        return ViewRun("fits", scaled(rules), script.events()).fails();
    };
    EXPECT_FALSE(fails(loaded(), {"DRAM:" + size_text(2000) + " x2"}));
    EXPECT_FALSE(fails(loaded(), {}));
    EXPECT_TRUE(fails(loaded(), {"DRAM x2"}));
    EXPECT_TRUE(fails(Script(), {})) << "nothing was used";
}

TEST(FitsView, TwiceTheCacheFitsTwiceAllDoesNot) {
    const Script script = loaded();
    const ViewRun cache("fits", scaled({"DRAM:" + size_text(2000) + " x2"}), script.events());
    const Json fits = row(cache.json(), "DRAM");
    EXPECT_EQ(fits["verdict"], "fits");
    EXPECT_EQ(fits["recorded_per_bank"], 6500 * kPage);
    EXPECT_EQ(fits["needed_per_bank"], 8500 * kPage);
    EXPECT_EQ(fits["capacity_per_bank"], 10'000 * kPage);
    EXPECT_EQ(cache.json()["scale"][0]["matched"], 1);
    EXPECT_THAT(cache.text(), AllOf(HasSubstr("by bytes"), HasSubstr("chips 0-1  DRAM"), HasSubstr("fits")));

    const ViewRun all("fits", scaled({"DRAM x2"}), script.events());
    const Json not_fits = row(all.json(), "DRAM");
    EXPECT_EQ(not_fits["verdict"], "does not fit");
    const Json first = not_fits["first_failure"];
    EXPECT_EQ(first["event"], script.count() - 2);  // the cache
    EXPECT_EQ(first["asked_per_bank"], 4000 * kPage);
    EXPECT_EQ(first["free_per_bank"], 2000 * kPage);
    EXPECT_THAT(all.text(), HasSubstr("fails first at event:" + std::to_string(script.count() - 2)));
}

TEST(FitsView, ExactlyFullStillFits) {
    for (const auto& [factor, verdict] : {std::pair{"x2.25", "fits"}, {"x2.2501", "does not fit"}}) {
        Script script;
        script.alloc(0, 1000 * kPage).alloc(1000 * kPage, 4000 * kPage);
        const ViewRun run("fits", scaled({"DRAM:" + size_text(4000) + " " + factor}), script.events());
        EXPECT_EQ(row(run.json(), "DRAM")["verdict"], verdict) << factor;
    }
}

TEST(FitsView, RulesMultiplyAndOthersStay) {
    const Script script = loaded();
    const ViewRun run("fits", scaled({"DRAM:" + size_text(2000) + " x1.5", "mesh 0 interleaved x0.5"}), script.events());
    EXPECT_EQ(row(run.json(), "DRAM")["needed_per_bank"], (2000 + 1500 + 250) * kPage);
    const ViewRun thread("fits", scaled({"thread " + std::to_string(kTid) + " x1.5"}), script.events());
    EXPECT_EQ(row(thread.json(), "DRAM")["needed_per_bank"], 9750 * kPage);
}

TEST(FitsView, L1WithCircularBuffersAtALaunch) {
    Script script;
    script.regions(100 * kPage, BufferType::L1);
    script.alloc(70 * kPage, 30 * kPage, BufferType::L1).circular_buffer(0x77, kBase, 35 * kPage).launch(0x77);
    const std::uint64_t launch = script.count();
    script.free(70 * kPage, 30 * kPage, BufferType::L1).alloc(60 * kPage, 40 * kPage, BufferType::L1);
    const Json twice = row(ViewRun("fits", scaled({"L1 x2"}), script.events()).json(), "L1+CB");
    EXPECT_EQ(twice["verdict"], "fits");
    EXPECT_EQ(twice["recorded_per_bank"], 65 * kPage);
    EXPECT_EQ(twice["needed_per_bank"], 95 * kPage);
    const ViewRun both("fits", scaled({"L1 x2", "CB x1.5"}), script.events());
    const Json refused = row(both.json(), "L1+CB");
    EXPECT_EQ(refused["verdict"], "does not fit");
    EXPECT_LE(refused["first_failure"]["event"], launch);
    EXPECT_EQ(refused["first_failure"]["asked_per_bank"], 35 * kPage * 3 / 2);
    EXPECT_EQ(refused["first_failure"]["free_per_bank"], 40 * kPage);
    EXPECT_EQ(row(both.json(), "L1")["verdict"], "fits");
    EXPECT_THAT(both.text(), HasSubstr("for circular buffers"));
}

TEST(FitsView, TwiceTheIterationsKeepWhatWasLoaded) {
    Script script = loaded();
    for (int i = 0; i < 12; ++i) {
        std::uint64_t at = 6000 * kPage;
        for (const std::uint64_t pages : {300, 700, 1500, 200}) {
            script.alloc(at, pages * kPage).free(at, pages * kPage);
            at += pages * kPage;
        }
    }
    const Json fits = row(ViewRun("fits", scaled({"iteration x2"}), script.events()).json(), "DRAM");
    EXPECT_EQ(fits["needed_per_bank"], 9000 * kPage);
    const Json loads = row(ViewRun("fits", scaled({"loaded x1.5"}), script.events()).json(), "DRAM");
    EXPECT_EQ(loads["needed_per_bank"], 10'500 * kPage);
    EXPECT_EQ(loads["verdict"], "does not fit");
}

TEST(FitsView, WhatSeveralAllocatorsHoldCountsOnce) {
    Script script;
    script.alloc(0, 3000 * kPage);
    script.add(OwnerSeen{script.next(), kMesh + 8, OwnerKind::Mesh, 1, {0}});
    script.add(AllocatorSeen{script.next(), kAllocator + 8, kMesh + 8, {{BufferType::Dram, kBanks, 32, kBase, 10'000 * kPage, 32}}});
    BufferFields same = Script::fields(0, 3000 * kPage, BufferType::Dram);
    same.owner = kMesh + 8;
    same.allocator = kAllocator + 8;
    script.add(Allocated{script.next(), same});
    const Json json = ViewRun("fits", {}, script.events()).json();
    EXPECT_EQ(row(json, "DRAM", 0)["needed_per_bank"], 3000 * kPage);
    EXPECT_EQ(row(json, "DRAM", 1)["needed_per_bank"], 3000 * kPage);
}

TEST(FitsView, WhatWasRefusedAsRecordedDoesNotFit) {
    Script script = loaded();
    script.fail(5000 * kPage);
    const Json json = ViewRun("fits", {}, script.events()).json();
    EXPECT_EQ(row(json, "DRAM")["first_failure"]["event"], script.count());
    const Json smaller = ViewRun("fits", scaled({"DRAM x0.5"}), script.events()).json();
    EXPECT_EQ(row(smaller, "DRAM")["verdict"], "fits");
}

std::string problem_of(const std::string& rule, const std::vector<Event>& events) {
    return ViewRun("fits", scaled({rule}), events).problem().value_or("");
}

TEST(FitsView, ARuleThatMatchesNothingNamesTheNearest) {
    const std::vector<Event> events = loaded().events();
    EXPECT_THAT(problem_of("DRAM:2.1G x2", events), AllOf(HasSubstr("'DRAM:2.1G x2': no buffer is like that"), HasSubstr("DRAM:" + size_text(2000))));
    EXPECT_THAT(problem_of("L1 x2", events), HasSubstr("there are buffers in DRAM"));
    EXPECT_THAT(problem_of("mesh 7 x2", events), HasSubstr("there are mesh 0"));
    EXPECT_THAT(problem_of("thread 7 x2", events), HasSubstr("there are threads " + std::to_string(kTid)));
    EXPECT_THAT(problem_of("CB x2", events), HasSubstr("no circular buffers"));
    EXPECT_THAT(problem_of("iteration x2", events), HasSubstr("no iterations were found"));
    EXPECT_THAT(problem_of("DRAM x2", {}), HasSubstr("nothing was allocated"));
    EXPECT_EQ(problem_of("DRAM x2", events), "");
}

TEST(FitsView, PrintedSizesAreTaken) {
    const std::vector<Event> events = loaded().events();
    for (const char* rule : {"2.2 GiB x2", "2.2G x2", "DRAM 2.2GiB interleaved x2"}) {
        EXPECT_EQ(ViewRun("fits", scaled({rule}), events).json()["scale"][0]["matched"], 1) << rule;
    }
}

TEST(ScaleWords, WhatIsNoRule) {
    for (const char* text : {"", "x2", "DRAM", "DRAM x0", "DRAM x-1", "DRAM xinf", "DRAM xnan", "DRAM 2", "DRAM L1 x2", "CB 64M x2", "mesh x2",
                             "mesh 0 mesh 1 x2", "wide x2", "64M 32M x2", "thread -1 x2", "DRAM:0 x2", "CB:64M x2"}) {
        EXPECT_FALSE(parse_scale(text)) << text;
    }
    const std::optional<ScaleRule> rule = parse_scale(" L1  sharded  1.5 MiB chip 3 x1.5 ");
    ASSERT_TRUE(rule);
    EXPECT_EQ(rule->type, BufferType::L1);
    EXPECT_EQ(rule->size->bytes, 1'572'864U);
    EXPECT_EQ(rule->owner, std::pair(OwnerKind::Chip, 3));
    EXPECT_EQ(rule->factor, 1.5);
}

}  // namespace
}  // namespace tt::alloc_trace::test
