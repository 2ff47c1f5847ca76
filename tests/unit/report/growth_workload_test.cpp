// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The Llama workload, row by row: 48 decode steps behind a prefill of 32 users, and nothing that grows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <tuple>

#include "view_job.hpp"

namespace tt::alloc_trace::test {
namespace {

constexpr std::uint64_t kLeak = 12'320;  // a size that the workload does not have
constexpr unsigned kFirstDecodeOp = 25'289;
constexpr unsigned kOpsPerStep = 755;
constexpr int kSteps = 48;

std::string workload() {
    const char* shared = std::getenv("TAT_SHARED_DIR");
    if (shared == nullptr) {
        return {};
    }
    std::ifstream file(std::string(shared) + "/workloads/llama-n300-reconstructed.csv.zst", std::ios::binary);
    const std::string packed{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    std::string plain(std::size_t{64} << 20U, '\0');
    const std::size_t size = ZSTD_decompress(plain.data(), plain.size(), packed.data(), packed.size());
    EXPECT_EQ(ZSTD_isError(size), 0U);
    plain.resize(ZSTD_isError(size) != 0 ? 0 : size);
    return plain;
}

// `every`: so many decode steps leak one buffer; 0: none does.
void replay(ViewJob& job, const std::string& csv, unsigned every) {
    std::istringstream rows(csv);
    std::string row;
    std::getline(rows, row);
    std::map<std::tuple<unsigned, unsigned, std::uint64_t>, ViewJob::Buffer> live;
    unsigned latest_step = 0;
    while (std::getline(rows, row)) {
        std::replace(row.begin(), row.end(), ',', ' ');
        std::istringstream fields(row);
        unsigned op = 0;
        std::string event;
        unsigned device = 0;
        unsigned type = 0;
        std::uint64_t address = 0;
        std::uint64_t size = 0;
        fields >> op >> event >> device >> type >> address >> size;
        const std::uint64_t owner = device == 0 ? kMesh : kChip3;
        const unsigned step = op < kFirstDecodeOp ? 0 : (op - kFirstDecodeOp) / kOpsPerStep + 1;
        if (every != 0 && step != latest_step && step % every == 0) {
            job.alloc(kLeak);
        }
        latest_step = step;
        if (event == "alloc") {
            live[{device, type, address}] = job.alloc(size, static_cast<BufferType>(type), owner);
        } else {
            job.free(live.at({device, type, address}));
        }
    }
    job.end();
}

TEST(GrowthWorkload, LlamaDoesNotGrow) {
    const std::string csv = workload();
    if (csv.empty()) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    ViewJob job("growth");
    replay(job, csv, 0);
    const auto json = job.json();
    EXPECT_EQ(json["growth"].size(), 0U) << json["growth"].dump(1);
    ASSERT_EQ(json["iterations"].size(), 1U) << json["iterations"].dump(1);
    // Where a loop began is known to four iterations, the least that are compared.
    EXPECT_NEAR(json["iterations"][0]["count"].get<double>(), kSteps, 4);
    EXPECT_EQ(json["iterations"][0]["certainty"], "high");
}

TEST(GrowthWorkload, ALeakInEveryThirdDecodeStepOfLlamaIsFound) {
    const std::string csv = workload();
    if (csv.empty()) {
        GTEST_SKIP() << "TAT_SHARED_DIR does not point to the shared workloads";
    }
    ViewJob job("growth");
    replay(job, csv, 3);
    const auto json = job.json();
    ASSERT_EQ(json["growth"].size(), 1U) << json["growth"].dump(1);
    EXPECT_EQ(json["growth"][0]["size"], kLeak);
    EXPECT_EQ(json["growth"][0]["count"], kSteps / 3);
    EXPECT_NEAR(json["growth"][0]["buffers_per_period"].get<double>(), 1 / 3.0, 0.03);
}

}  // namespace
}  // namespace tt::alloc_trace::test
