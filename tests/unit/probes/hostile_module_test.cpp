// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Damaged libraries: whatever is in the file, an answer or a refusal, no crash and no hang. Most telling under
// -DTAT_SANITIZE=address,undefined.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "fakes.hpp"
#include "probes/traceable_module.hpp"

namespace tt::alloc_trace {
namespace {

using Bytes = std::vector<std::uint8_t>;

// True if it was accepted.
bool digest(const Bytes& bytes) {
    const auto elf = testing::open_bytes(bytes);
    if (!elf) {
        EXPECT_FALSE(elf.error().message.empty());
        return false;
    }
    (void)elf->load_bias(0x7f0000000000, 0x1000);
    const auto module = resolve_module(*elf);
    EXPECT_TRUE(module || !module.error().message.empty());
    return module.has_value();
}

class HostileModuleTest : public ::testing::Test {
protected:
    Bytes good_ = testing::bytes_of("good-gxx-O2-1.so");
    std::mt19937 random_{42};
};

TEST_F(HostileModuleTest, UntouchedIsAccepted) {
    EXPECT_TRUE(digest(good_));
}

TEST_F(HostileModuleTest, CutAtAnyLength) {
    for (std::size_t length = 0; length < good_.size(); length += length < 1024 ? 1 : 97) {
        EXPECT_FALSE(digest(Bytes(good_.begin(), good_.begin() + static_cast<std::ptrdiff_t>(length)))) << length;
    }
}

TEST_F(HostileModuleTest, FlippedBitsAnywhere) {
    for (int round = 0; round < 500; ++round) {
        Bytes bytes = good_;
        for (int flips = 1 + round % 8; flips > 0; --flips) {
            bytes[random_() % bytes.size()] ^= static_cast<std::uint8_t>(1U << (random_() % 8));
        }
        (void)digest(bytes);
    }
}

// Headers decide what is read where: the ELF and program headers at the start, the section headers at the end.
TEST_F(HostileModuleTest, RandomBytesInTheHeaders) {
    const std::size_t sections = good_.size() - std::min<std::size_t>(good_.size(), 64 * 40);
    for (int round = 0; round < 500; ++round) {
        Bytes bytes = good_;
        for (int writes = 1 + round % 5; writes > 0; --writes) {
            const std::size_t at =
                round % 2 == 0 ? 16 + random_() % 700 : sections + random_() % (bytes.size() - sections);
            bytes[at] = static_cast<std::uint8_t>(random_() % 4 == 0 ? 0xff : random_());
        }
        (void)digest(bytes);
    }
}

TEST_F(HostileModuleTest, HugeNumbersInEveryHeaderField) {
    const std::size_t sections = good_.size() - std::min<std::size_t>(good_.size(), 64 * 40);
    for (std::size_t at = 16; at + 8 <= good_.size(); at += at < 900 || at >= sections ? 8 : 4096) {
        for (const std::uint64_t value : {~std::uint64_t{0}, std::uint64_t{1} << 63U, std::uint64_t{0x7fffffff}}) {
            Bytes bytes = good_;
            std::memcpy(bytes.data() + at, &value, sizeof value);
            (void)digest(bytes);
        }
    }
}

TEST_F(HostileModuleTest, FileThatShrinksWhileItIsRead) {
    auto elf = testing::open_bytes(good_);
    ASSERT_TRUE(elf);
    ASSERT_EQ(::ftruncate(elf->fd(), 5000), 0);
    const auto module = resolve_module(*elf);
    ASSERT_FALSE(module);
    EXPECT_NE(module.error().message.find("cut short"), std::string::npos) << module.error().message;
}

TEST_F(HostileModuleTest, OtherMachinesAndKindsAreNamed) {
    const auto refusal = [&](std::size_t at, std::uint8_t value) {
        Bytes bytes = good_;
        bytes[at] = value;
        const auto elf = testing::open_bytes(bytes);
        return elf ? std::string() : elf.error().message;
    };
    EXPECT_NE(refusal(18, 183).find("not for x86-64"), std::string::npos);          // AArch64
    EXPECT_NE(refusal(16, 4).find("neither a shared library"), std::string::npos);  // a core file
    EXPECT_NE(refusal(0, 'X').find("no ELF file"), std::string::npos);
}

}  // namespace
}  // namespace tt::alloc_trace
