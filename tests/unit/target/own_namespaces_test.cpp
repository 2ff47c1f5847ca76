// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/own_namespaces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "samples.hpp"

namespace tt::alloc_trace {
namespace {

using ::testing::HasSubstr;

// A /proc of our own making.
class OwnNamespacesTest : public ::testing::Test {
protected:
    void SetUp() override { std::filesystem::create_directories(self_ / "ns"); }

    void set(const std::string& numbers, const std::string& pid_namespace, const std::string& time_namespace) const {
        std::ofstream(self_ / "status") << "Name:\ttt-alloc-trace\nNStgid:\t9\t9\t9\nNSpid:\t" << numbers << "\nUid:\t0\n";
        std::filesystem::create_symlink("pid:[" + pid_namespace + "]", self_ / "ns" / "pid");
        std::filesystem::create_symlink("time:[" + time_namespace + "]", self_ / "ns" / "time");
        std::ofstream(self_ / "timens_offsets") << "monotonic     -1000         5\nboottime         20         0\n";
    }
    [[nodiscard]] Result<OwnNamespaces> own() const { return own_namespaces(directory_.path().string()); }

    testing::TemporaryDirectory directory_;
    const std::filesystem::path self_ = directory_.path() / "self";
};

TEST_F(OwnNamespacesTest, TheMachinesFirstOnesChangeNothing) {
    set("4242", "4026531836", "4026531834");
    ASSERT_TRUE(own());
    EXPECT_EQ(own()->pid_namespace, 0U);
    EXPECT_EQ(own()->monotonic_offset_ns, 0) << "such offsets are for children";
    EXPECT_EQ(own()->boottime_offset_ns, 0);
}

TEST_F(OwnNamespacesTest, OthersAreToldWithTheirClocks) {
    set("7", "4026532201", "4026532300");
    ASSERT_TRUE(own());
    EXPECT_EQ(own()->pid_namespace, 4026532201U);
    EXPECT_EQ(own()->monotonic_offset_ns, -999'999'999'995);
    EXPECT_EQ(own()->boottime_offset_ns, 20'000'000'000);
}

// As in a container that has the host's /proc mounted.
TEST_F(OwnNamespacesTest, ProcOfAnotherPidNamespaceIsRefused) {
    set("4242\t7", "4026532201", "4026531834");
    ASSERT_FALSE(own());
    EXPECT_THAT(own().error().message, HasSubstr("another pid namespace"));
    EXPECT_THAT(own().error().hint, HasSubstr("on the host"));
}

// We are not in it at all.
TEST_F(OwnNamespacesTest, ProcWithoutUsIsRefused) { EXPECT_FALSE(own()); }

TEST(OwnNamespacesRealTest, OfThisProcessCanBeTold) { EXPECT_TRUE(own_namespaces()); }

}  // namespace
}  // namespace tt::alloc_trace
