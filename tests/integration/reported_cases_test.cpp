// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Troubles that people reported, as jobs that are over within milliseconds, recorded from their start: the answers of
// tests/data/cases, and of others of each kind.
#include <gmock/gmock.h>

#include <map>

#include "support/bpf_test.hpp"
#include "support/script.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using Json = nlohmann::json;
using testing::ElementsAre;
using testing::HasSubstr;

// Some jobs in one recording, and what a view says of each.
class ShortJobs {
public:
    ShortJobs(const TempDir& dir, const std::vector<std::string>& jobs) : recording_(record_short(dir, jobs)) {
        const Json summary = run_tool_json({"report", recording_, "--format", "json"});
        for (const Json& process : summary.at("processes")) {
            if (!process.at("usage").empty()) {
                pids_.push_back(process.at("pid"));
            }
        }
    }

    [[nodiscard]] Json rows(const std::string& view, const std::string& list, std::size_t job) const {
        const Json all = run_tool_json({"report", recording_, view, "--format", "json"});
        Json rows = Json::array();
        for (const Json& row : all.at(list)) {
            if (row.at("pid") == pids_.at(job)) {
                rows.push_back(row);
            }
        }
        return rows;
    }
    // L1 as it was at the event of a row.
    [[nodiscard]] std::string map_at(const Json& row) const {
        return report_text(recording_, {"clash", "--at", "event:" + row.at("event").dump()});
    }
    [[nodiscard]] std::string text(const std::string& view) const { return report_text(recording_, {view}); }

private:
    std::string recording_;
    std::vector<std::uint64_t> pids_;
};

using ReportedCasesTest = BpfTest;

// Two programs in one place, a shard that lies elsewhere but is reserved everywhere, cores that are full of buffers alone.
constexpr const char* kCores = R"(set l1_size 1499136
mesh a 1 1 0
alloc ta a L1 65536 2048
prog small
cb small 4096 0 0 7 7
launch a small
prog big
cb big 524288 2 3 3 3
cb big 262144 3 3 3 3
launch a big
mesh b 1 1 1
alloc tb b L1 262144 131072 shard 6 6 7 6
prog pb
cb pb 1024 0 0 0 0
launch b pb
mesh c 1 1 2
alloc wc c L1 62914560 1048576
prog pc
cb pc 2048 5 5 5 5
launch c pc
free wc
prog pd
cb pd 700000 0 0 7 7
launch c pd
)";

// A pin that is left high up, one below, and one in DRAM.
constexpr const char* kPins = R"(set l1_size 1499136
mesh a 1 1 0
alloc high a L1 6553600 102400
alloc pin a L1 64 64
free high
alloc e1 a L1 83886080 1310720
mesh b 1 1 1
alloc most b L1 62914560 1048576
alloc pinb b L1 64 64
free most
alloc e2 b L1 83886080 1310720
mesh c 1 1 2
alloc first c DRAM 6442450944 32768
alloc pinc c DRAM 32768 32768
free first
alloc e3 c DRAM 9663676416 32768
)";

// A trace region that is half taken, and L1 that lacks what L1_SMALL has.
constexpr const char* kRegions = R"(set trace_region 67108864
mesh a 1 1 0
alloc t a TRACE 402653184 32768
alloc w a DRAM 11811160064 32768
alloc e a DRAM 301989888 32768
mesh b 1 1 1
alloc v b L1 88080384 1376256
alloc f b L1 2097152 32768
)";

// A chip's own buffers, a submesh's; what lies elsewhere, and what was freed before.
constexpr const char* kOwners = R"(mesh m 2 2 1 2 3 4
submesh s m 1 2 0 0
alloc p m DRAM 402653184 32768
alloc q s DRAM 201326592 32768
alloc r s L1 131072 2048
alloc d chip4 DRAM 805306368 32768
mesh n 1 2 5 6
submesh t n 1 1 0 1
alloc e n DRAM 402653184 32768
free e
alloc f t DRAM 402653184 32768
)";

using Cores = std::map<std::string, std::uint64_t>;

// The bytes of the first of each range of cores where the L1 of a chip was fullest, by "x y", and of all others.
Cores cores_of(const Json& fullest, int chip) {
    Cores bytes;
    for (const Json& row : fullest) {
        if (row.at("chip") != chip) {
            continue;
        }
        const Json& by_core = row.at("by_core");
        for (const Json& range : by_core.at("ranges")) {
            bytes[range.at("cores").at(0).dump() + " " + range.at("cores").at(1).dump()] = range.at("bytes");
        }
        bytes["others"] = by_core.at("buffer_bytes");
    }
    return bytes;
}

TEST_F(ReportedCasesTest, TheFullestCore) {
    const ShortJobs jobs(dir_, {"c05_percore_cb.dom", "c06_disjoint.dom", kCores});
    EXPECT_EQ(cores_of(jobs.rows("peak", "cores", 0), 0), (Cores{{"0 0", 1'253'376}, {"1 0", 972'800}, {"others", 204'800}}));
    const Cores columns{{"0 0", 1'085'440}, {"1 0", 1'155'072}, {"3 0", 1'085'440}, {"4 0", 1'155'072}, {"others", 0}};
    EXPECT_EQ(cores_of(jobs.rows("peak", "cores", 1), 0), columns);
    const Json others = jobs.rows("peak", "cores", 2);
    EXPECT_EQ(cores_of(others, 0), (Cores{{"3 3", 788'480}, {"2 3", 526'336}, {"others", 2'048}}));
    EXPECT_EQ(cores_of(others, 1), (Cores{{"0 0", 132'096}, {"others", 131'072}}));
    EXPECT_EQ(cores_of(others, 2), (Cores{{"5 5", 1'050'624}, {"others", 1'048'576}}));
    EXPECT_THAT(jobs.text("peak"), HasSubstr("fullest core: core (0,0), 1,253,376 B of 1,361,920"));
    EXPECT_THAT(jobs.map_at(jobs.rows("peak", "cores", 1)[0]), HasSubstr("0x19800  0x133800  =================...  CB"));
}

// Buffers of some bytes pin L1: where they are, and that they would have to go.
TEST_F(ReportedCasesTest, WhatPinsL1IsDrawnWhereItIs) {
    const ShortJobs jobs(dir_, {"c07_semaphore.dom", "f07.dom", kPins});
    EXPECT_THAT(jobs.map_at(jobs.rows("failures", "failures", 0)[0]), HasSubstr("0x98fe0  0x99000  .......#............"));
    for (const std::size_t job : {0U, 1U}) {
        const Json failure = jobs.rows("failures", "failures", job).at(0);
        EXPECT_EQ(failure["verdict"], "fragmented");
        EXPECT_EQ(failure["free_bank_bytes"], 1'361'856);
        EXPECT_EQ(failure["largest_free_bank_bytes"], 839'680);
        EXPECT_EQ(failure["help"]["to_free_count"], 2);
        EXPECT_EQ(failure["help"]["to_free_bytes"], 64);
    }
    const Json pins = jobs.rows("failures", "failures", 2);
    EXPECT_EQ(pins.size(), 3U);
    for (const Json& pinned : pins) {
        EXPECT_EQ(pinned["verdict"], "fragmented") << pinned["owner"];
        EXPECT_EQ(pinned["help"]["to_free_count"], 1) << pinned["owner"];
        EXPECT_EQ(pinned["help"]["to_free"][0]["size"], pinned["type"] == "L1" ? 64 : 32'768) << pinned["owner"];
    }
}

TEST_F(ReportedCasesTest, WhatARegionLacksOrHasIdle) {
    const ShortJobs jobs(dir_, {"c08_l1small0.dom", "c29_traceregion_oom.dom", kRegions, "p1_shards.dom"});
    const Json none = jobs.rows("failures", "failures", 0).at(0);
    EXPECT_EQ(none["missing_region"], true);
    EXPECT_EQ(none["needed_bank_bytes"], 448);
    const Json idle = jobs.rows("failures", "failures", 1).at(0)["idle_region"];
    EXPECT_EQ(idle["type"], "TRACE");
    EXPECT_EQ(idle["bank_bytes"], 184'915'840);
    EXPECT_EQ(idle["wanted_bank_bytes"], 33'265'568);
    EXPECT_THAT(jobs.text("failures"), HasSubstr("short by 31.7 MiB (33,265,568 B) per bank"));

    const Json others = jobs.rows("failures", "failures", 2);
    ASSERT_EQ(others.size(), 2U);
    EXPECT_EQ(others[0]["idle_region"]["type"], "TRACE");
    EXPECT_EQ(others[0]["idle_region"]["bank_bytes"], 33'554'432);
    EXPECT_EQ(others[0]["idle_region"]["region_bank_bytes"], 67'108'864);
    EXPECT_EQ(others[1]["idle_region"]["type"], "L1_SMALL");
    EXPECT_EQ(others[1]["idle_region"]["bank_bytes"], 32'768);

    const Json refused = jobs.rows("failures", "failures", 3);
    ASSERT_EQ(refused.size(), 2U);
    EXPECT_EQ(refused[0]["reason"], "Invalid number of banks");
    EXPECT_EQ(refused[1]["reason"], "Unsupported buffer type!");
    EXPECT_EQ(refused[0]["verdict"], "refused");
}

// By address, where several owners hold it. Sub-devices come and go while the device is open, and shrink what is left for all.
TEST_F(ReportedCasesTest, WhatSeveralOwnersHoldCountsOnce) {
    const ShortJobs jobs(dir_, {"c15_galaxy.dom", "c30b_submesh.dom", kOwners, "c14_subdev.dom"});
    EXPECT_EQ(jobs.rows("devices", "devices", 0).at(17)["types"][0]["peak_footprint_bytes"], 11'274'289'152) << "10.5 GiB of 11.2";
    for (const char* view : {"devices", "peak"}) {
        EXPECT_THAT(jobs.text(view), HasSubstr("chips 0-16,18-31")) << view;
    }
    const Json twice = jobs.rows("anomalies", "held_twice", 1);
    ASSERT_EQ(twice.size(), 4U);
    EXPECT_EQ(twice[0]["bytes_per_bank"], 268'435'456);
    EXPECT_THAT(twice[0]["chips"], ElementsAre(0, 1, 4, 5));
    const Json others = jobs.rows("anomalies", "held_twice", 2);
    ASSERT_EQ(others.size(), 2U);
    EXPECT_EQ(others[0]["bytes_per_bank"], 33'554'432);
    EXPECT_THAT(others[0]["chips"], ElementsAre(4));
    EXPECT_EQ(others[1]["bytes_per_bank"], 16'777'216);
    EXPECT_THAT(others[1]["chips"], ElementsAre(1, 2));
    EXPECT_THAT(jobs.text("gaps"), HasSubstr("every figure of every process is exact")) << "read at the first event of each allocator";
}

}  // namespace
}  // namespace tt::alloc_trace::test
