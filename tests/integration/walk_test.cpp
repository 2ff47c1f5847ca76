// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The walk of a stand-in's memory against the stand-in's own account of its buffers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/wait.h>

#include <csignal>
#include <set>

#include "support/stand_in.hpp"
#include "support/walk_profile.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::IsEmpty;

const std::vector<std::string> kEverything{
    "--threads", "4", "--ops", "20000", "--owners", "mesh:4,chips:2,submeshes:2,subdevices:1", "--live-target", "500"};

void expect_all(const Walk& walk, const Truth& truth) {
    EXPECT_TRUE(walk.roots_known);
    EXPECT_TRUE(walk.complete) << walk.incomplete_reason;
    const LiveSet walked = live_set(walk);
    EXPECT_THAT(minus(truth.live, walked), IsEmpty()) << "not found";
    EXPECT_THAT(minus(walked, truth.live), IsEmpty()) << "not live";
    EXPECT_EQ(walked.size(), truth.live.size());
}

// Returns when all its threads stand.
void stop(const StandIn& target) {
    ASSERT_EQ(::kill(target.pid(), SIGSTOP), 0);
    siginfo_t info{};
    ASSERT_EQ(::waitid(P_PID, static_cast<id_t>(target.pid()), &info, WSTOPPED), 0);
}

TEST(WalkTest, FindsEveryBufferOfEveryAllocator) {
    StandIn target(kEverything);
    target.run_all();
    const Truth truth = target.truth();
    ASSERT_GT(truth.live.size(), 500U);
    const Walk walk = WalkedProcess(target.pid()).walk();
    expect_all(walk, truth);
    std::set<std::uint64_t> owners;
    std::set<std::uint64_t> allocators;
    for (const LiveLine& buffer : truth.buffers) {
        owners.insert(buffer.owner_pointer);
        allocators.insert(buffer.allocator);
    }
    EXPECT_GT(owners.size(), 3U);
    EXPECT_GE(walk.owners.size(), owners.size());
    EXPECT_GE(walk.allocators.size(), allocators.size());
}

TEST(WalkTest, ReadsAStoppedProcess) {
    StandIn target({"--threads", "4", "--ops", "100000000"});
    target.start();
    stop(target);
    const WalkedProcess walked(target.pid());
    const Walk walk = walked.walk();
    const Walk again = walked.walk();
    EXPECT_TRUE(walk.roots_known);
    EXPECT_THAT(minus(live_set(again), live_set(walk)), IsEmpty());
    EXPECT_THAT(minus(live_set(walk), live_set(again)), IsEmpty());
    ASSERT_EQ(::kill(target.pid(), SIGCONT), 0);
    target.stop();
    expect_all(walked.walk(), target.truth());
}

TEST(WalkTest, NothingIsOpenAfterTheClose) {
    StandIn target(kEverything);
    target.run_all();
    const WalkedProcess walked(target.pid());
    target.close();
    const Walk closed = walked.walk();
    EXPECT_TRUE(closed.complete) << closed.incomplete_reason;
    EXPECT_THAT(live_set(closed), IsEmpty());
    target.reopen();
    target.run_all();
    expect_all(walked.walk(), target.truth());
}

TEST(WalkTest, AnotherLayoutIsRefusedInWords) {
    StandIn target(kEverything);
    target.run_all();
    WalkedProcess walked(target.pid());
    walked.layout().buffer.status.offset += 8;
    const Walk walk = walked.walk();
    EXPECT_FALSE(walk.complete);
    EXPECT_THAT(walk.incomplete_reason, testing::HasSubstr("the object layout does not fit"));
    EXPECT_THAT(live_set(walk), IsEmpty());
}

TEST(WalkTest, AVanishedProcessHasNothing) {
    StandIn target({"--threads", "1", "--ops", "100"});
    target.run_all();
    const WalkedProcess walked(target.pid());
    EXPECT_EQ(target.exit(), 0);
    const Walk walk = walked.walk();
    EXPECT_FALSE(walk.complete);
    EXPECT_THAT(walk.allocators, IsEmpty());
}

TEST(WalkTest, RegionsAgreeWithTheirFreeLists) {
    StandIn target(kEverything);
    target.run_all();
    const Walk walk = WalkedProcess(target.pid()).walk();
    for (const WalkedAllocator& allocator : walk.allocators) {
        for (const WalkedRegion& region : allocator.regions) {
            ASSERT_TRUE(region.free_list_known);
            EXPECT_EQ(region.used_bytes + region.free_bytes, region.region.bytes);
            EXPECT_LE(region.largest_free_bytes, region.free_bytes);
            std::uint64_t in_buffers = 0;
            for (const WalkedBuffer& buffer : allocator.buffers) {
                in_buffers += buffer.fields.type == region.region.type ? buffer.block_bytes : 0;
            }
            for (const Block& orphan : region.orphans) {
                in_buffers += orphan.bytes;
            }
            EXPECT_EQ(in_buffers, region.used_bytes);
        }
    }
}

}  // namespace
}  // namespace tt::alloc_trace::test
