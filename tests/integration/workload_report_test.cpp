// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What `report` says of a job of realistic shape, against totals that were computed without this tool (README of the shared
// workloads).
#include <cstdlib>

#include "support/bpf_test.hpp"
#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using WorkloadReportTest = BpfTest;

struct Expected {
    const char* type;
    std::uint64_t banks, allocs, frees, live_buffers;
    std::uint64_t live_per_bank, peak_per_bank, largest_free;  // bytes of one bank
};

TEST_F(WorkloadReportTest, LlamaIsAsItsReadmeSays) {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    StandIn job({"--replay", std::string(shared) + "/workloads/llama-n300-reconstructed.csv.zst"});
    const std::string file = dir_.file("llama.ttar");
    Recorder recorder({"-p", job.pid_text()}, file);
    job.run_all();
    EXPECT_EQ(recorder.interrupt().status, 0);

    const nlohmann::json report = run_tool_json({"report", file, "--format", "json"});
    const nlohmann::json& usage = report.at("processes").at(0).at("usage");
    const std::vector<Expected> expected{
        {"DRAM", 12, 32'071, 31'776, 295, 397'988'544, 398'429'504, 675'753'248},
        {"L1", 64, 37'569, 37'568, 1, 2'048, 88'064, 1'392'640},
    };
    for (const std::int32_t chip : {0, 1}) {
        for (const Expected& type : expected) {
            const auto row = std::find_if(usage.begin(), usage.end(), [&](const nlohmann::json& candidate) {
                return candidate.at("chip") == chip && candidate.at("type") == type.type;
            });
            ASSERT_NE(row, usage.end()) << "chip " << chip << " " << type.type;
            EXPECT_EQ(row->at("allocs"), type.allocs);
            EXPECT_EQ(row->at("frees"), type.frees);
            EXPECT_EQ(row->at("live_buffers"), type.live_buffers);
            EXPECT_EQ(row->at("footprint_bytes"), type.live_per_bank * type.banks);
            EXPECT_EQ(row->at("peak_footprint_bytes"), type.peak_per_bank * type.banks);
            EXPECT_EQ(row->at("capacity").at("largest_free_bank_bytes"), type.largest_free) << type.type;
        }
    }
    EXPECT_EQ(report.at("lost_events"), 0);
}

}  // namespace
}  // namespace tt::alloc_trace::test
