// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/container.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "samples.hpp"

namespace tt::alloc_trace {
namespace {

const std::string kId(64, 'a');

// A /proc of our own making.
class ContainerTest : public ::testing::Test {
protected:
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((directory_.path() / name).parent_path());
        std::ofstream(directory_.path() / name) << text;
    }
    void add_process(const std::string& pid, const std::string& comm, const std::string& parent) const {
        write(pid + "/stat", pid + " (" + comm + ") S " + parent + " 1 1 0 -1 0 0 0 0 0 1 2 0 0 20 0 1 0 100 1000 10\n");
        write(pid + "/status", "Uid:\t0\t0\t0\t0\nNSpid:\t" + pid + "\n");
    }
    std::optional<ContainerInfo> of_cgroup(const std::string& text) const {
        write("12/cgroup", text);
        const auto process = ProcessHandle::open(12, directory_.path().string());
        return process ? container_of(*process, directory_.path().string()) : std::nullopt;
    }

    testing::TemporaryDirectory directory_;
};

TEST_F(ContainerTest, RuntimeAndIdAreThoseOfTheCgroup) {
    add_process("12", "job", "1");
    for (const auto& [cgroup, runtime] : {
             std::pair{"0::/machine.slice/libpod-" + kId + ".scope/container\n", "podman"},
             std::pair{"0::/system.slice/docker-" + kId + ".scope\n", "docker"},
             std::pair{"9:name=systemd:/docker/" + kId + "\n0::/\n", "docker"},
             std::pair{"0::/kubepods.slice/kubepods-pod0c1d.slice/cri-containerd-" + kId + ".scope\n", "containerd"},
             std::pair{"0::/kubepods/burstable/pod0c1d/crio-" + kId + "\n", "cri-o"},
             std::pair{"0::/kubepods/besteffort/pod0c1d/" + kId + "\n", ""},
         }) {
        const auto container = of_cgroup(cgroup);
        ASSERT_TRUE(container) << cgroup;
        EXPECT_EQ(container->id, kId);
        EXPECT_EQ(container->runtime, runtime) << cgroup;
        EXPECT_EQ(container->name + container->image, "");
    }
}

TEST_F(ContainerTest, OtherCgroupsAreNone) {
    EXPECT_FALSE(of_cgroup("0::/user.slice/user-1000.slice/session-2.scope\n"));
    EXPECT_FALSE(of_cgroup("0::/docker/" + kId + "a\n"));
    EXPECT_FALSE(of_cgroup(""));
}

TEST_F(ContainerTest, NameIsThatOfPodmansMonitor) {
    add_process("12", "job", "8");
    add_process("8", "sh", "7");
    add_process("7", "conmon", "1");
    write("7/cmdline", std::string("conmon\0-c\0id\0-n\0web\0-i\0", 24));
    EXPECT_EQ(of_cgroup("0::/libpod-" + kId + "\n")->name, "web");
}

TEST_F(ContainerTest, NameIsThatOfThePodUnlessItIsTheId) {
    add_process("12", "job", "1");
    write("12/environ", std::string("PATH=/bin\0HOSTNAME=trainer-0\0", 29));
    EXPECT_EQ(of_cgroup("0::/crio-" + kId + "\n")->name, "trainer-0");
    write("12/environ", "HOSTNAME=" + kId.substr(0, 12));
    EXPECT_EQ(of_cgroup("0::/crio-" + kId + "\n")->name, "");
}

TEST_F(ContainerTest, ImageIsToldByItsFileAndNothingElseIsOpened) {
    add_process("12", "job", "1");
    const auto file = directory_.path() / "12" / "root" / "run" / ".containerenv";
    write("12/root/run/.containerenv", "engine=\"podman-4.3.1\"\nimage=\"docker.io/library/debian:12\"\nimageid=\"0\"\n");
    EXPECT_EQ(of_cgroup("0::/libpod-" + kId + "\n")->image, "docker.io/library/debian:12");
    std::filesystem::remove(file);
    ASSERT_EQ(::mkfifo(file.c_str(), 0600), 0);
    EXPECT_EQ(of_cgroup("0::/libpod-" + kId + "\n")->image, "");  // would hang if it were opened as a file
    std::filesystem::remove(file);
    write("outside", "image=\"stolen\"\n");
    std::filesystem::create_symlink(directory_.path() / "outside", file);
    EXPECT_EQ(of_cgroup("0::/libpod-" + kId + "\n")->image, "") << "the link leads out of its root";
}

}  // namespace
}  // namespace tt::alloc_trace
