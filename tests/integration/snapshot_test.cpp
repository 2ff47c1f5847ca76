// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `snapshot` as its user has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "support/stand_in.hpp"
#include "support/tool.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

std::uint64_t from_hex(const nlohmann::json& text) { return std::stoull(text.get<std::string>(), nullptr, 16); }

LiveSet live_set(const nlohmann::json& snapshot, const Truth& truth) {
    LiveSet lines;
    for (const nlohmann::json& buffer : snapshot.at("buffers")) {
        LiveLine line;
        const std::string owner = buffer.at("owner");
        line.owner = owner.substr(0, owner.find(','));
        line.chips = buffer.at("owner_chips").get<std::vector<std::int32_t>>();
        line.allocator = from_hex(buffer.at("allocator"));
        line.type = buffer.at("type");
        line.address = from_hex(buffer.at("address"));
        line.size = buffer.at("size");
        line.page_size = buffer.at("page_size");
        line.buffer = from_hex(buffer.at("buffer"));
        const auto same = std::find_if(truth.buffers.begin(), truth.buffers.end(), [&](const LiveLine& other) {
            return other.buffer == line.buffer;
        });
        line.owner_pointer = same == truth.buffers.end() ? 0 : same->owner_pointer;
        lines.push_back(to_text(line));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

TEST(SnapshotTest, ShowsWhatAStoppedProcessHolds) {
    StandIn target({"--threads", "4", "--ops", "20000", "--live-target", "300"});
    target.run_all();
    const Truth truth = target.truth();
    ASSERT_EQ(::kill(target.pid(), SIGSTOP), 0);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(target.pid()), &info, WSTOPPED), 0);
    const Outcome outcome = run_tool({"snapshot", "-p", target.pid_text(), "--format", "json"});
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const nlohmann::json snapshot = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(snapshot.at("complete"), true) << snapshot.at("incomplete_reason");
    EXPECT_EQ(snapshot.at("known_before_attach"), "full");
    const LiveSet shown = live_set(snapshot, truth);
    EXPECT_THAT(minus(truth.live, shown), IsEmpty());
    EXPECT_THAT(minus(shown, truth.live), IsEmpty());
    const Outcome text = run_tool({"snapshot", "-p", target.pid_text()});
    EXPECT_EQ(text.status, 0);
    EXPECT_THAT(text.out, HasSubstr("mesh 0 (chips 0-7)"));
    ASSERT_EQ(::kill(target.pid(), SIGCONT), 0);
    EXPECT_EQ(target.exit(), 0);
}

TrueRegions regions_of(const nlohmann::json& snapshot) {
    TrueRegions regions;
    for (const nlohmann::json& allocator : snapshot.at("allocators")) {
        for (const nlohmann::json& type : allocator.at("types")) {
            regions[{from_hex(allocator.at("allocator")), type.at("type")}] = {
                type.at("banks"),
                from_hex(type.at("base")),
                type.at("bank_bytes"),
                type.at("bank_used_bytes"),
                type.at("bank_free_bytes"),
                type.at("bank_largest_free_bytes"),
                type.at("unowned_blocks").size(),
            };
        }
    }
    return regions;
}

TEST(SnapshotTest, ShowsTheFreeListsAsTheRuntimeHasThem) {
    for (const char* scenario : {"leak-block", "oom-fragmented", "mark-as-deallocated", "shrink-reset"}) {
        StandIn target({"--scenario", scenario});
        target.run_all();
        TrueRegions truth = target.truth().regions;
        std::erase_if(truth, [](const auto& entry) { return entry.second.bytes == 0; });  // nothing to show
        const TrueRegions shown = regions_of(run_tool_json({"snapshot", "-p", target.pid_text(), "--format", "json"}));
        EXPECT_FALSE(truth.empty());
        EXPECT_TRUE(shown == truth) << scenario;
        EXPECT_EQ(target.exit(), 0);
    }
}

TEST(SnapshotTest, RefusesInWords) {
    const Outcome no_runtime = run_tool({"snapshot", "-p", std::to_string(::getpid())});
    EXPECT_EQ(no_runtime.status, 4);
    EXPECT_THAT(no_runtime.err, HasSubstr("allocation hooks"));
    const Outcome nobody = run_tool({"snapshot", "-p", "4000000"});
    EXPECT_EQ(nobody.status, 4);
    EXPECT_THAT(nobody.err, HasSubstr("there is no process 4000000"));
    EXPECT_EQ(run_tool({"snapshot"}).status, 2);
    EXPECT_EQ(run_tool({"snapshot", "-p", "1", "--format", "plain"}).status, 2);
}

TEST(SnapshotTest, NeedsPermission) {
    if (::geteuid() != 0) {
        GTEST_SKIP() << "only root can become somebody";
    }
    StandIn target({"--threads", "1", "--ops", "10"});
    SpawnOptions options = tool_with({"snapshot", "-p", target.pid_text()});
    constexpr uid_t kNobody = 65534;
    options.user = kNobody;
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.status, 3) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("root"));
}

}  // namespace
}  // namespace tt::alloc_trace::test
