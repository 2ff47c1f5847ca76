// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/memory_map.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <random>

namespace tt::alloc_trace {
namespace {

TEST(MemoryMapTest, FieldsOfAFileMapping) {
    const auto map =
        parse_memory_map("7f1000-7f3000 r-xp 00001000 fe:0a 1234567                    /usr/lib/libtt_metal.so\n");
    ASSERT_TRUE(map);
    ASSERT_EQ(map->size(), 1U);
    const MapEntry& entry = map->front();
    EXPECT_EQ(entry.start, 0x7f1000U);
    EXPECT_EQ(entry.end, 0x7f3000U);
    EXPECT_EQ(entry.offset, 0x1000U);
    EXPECT_EQ(entry.device_major, 0xfeU);
    EXPECT_EQ(entry.device_minor, 0x0aU);
    EXPECT_EQ(entry.inode, 1234567U);
    EXPECT_TRUE(entry.readable && entry.executable);
    EXPECT_FALSE(entry.writable || entry.shared || entry.deleted);
    EXPECT_EQ(entry.path, "/usr/lib/libtt_metal.so");
}

TEST(MemoryMapTest, AnonymousAndSpecialMappings) {
    const auto map = parse_memory_map(
        "1000-2000 rw-p 00000000 00:00 0 \n"
        "2000-3000 rw-s 00000000 00:01 9 [heap]\n"
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]"
    );
    ASSERT_TRUE(map);
    ASSERT_EQ(map->size(), 3U);
    EXPECT_EQ((*map)[0].path, "");
    EXPECT_EQ((*map)[1].path, "[heap]");
    EXPECT_TRUE((*map)[1].shared);
    EXPECT_EQ((*map)[2].start, 0xffffffffff600000U);
}

TEST(MemoryMapTest, TheHeapIsWhatIsAnonymousAndWritable) {
    const auto map = parse_memory_map(
        "1000-2000 rw-p 00000000 00:00 0 [anon: glibc: malloc]\n"
        "2000-3000 rw-p 00000000 00:00 0 \n"
        "3000-4000 rw-p 00000000 00:00 0 [heap]\n"
        "4000-5000 rw-p 00000000 00:00 0 [stack]\n"
        "5000-6000 r--p 00000000 00:00 0 \n"
        "6000-7000 rw-s 00000000 00:01 9 \n"
        "7000-8000 rw-p 00000000 fe:00 7 /lib/x.so\n"
    );
    ASSERT_TRUE(map);
    std::vector<std::uint64_t> begins;
    for (const AddressRange& range : heap_of(*map)) {
        begins.push_back(range.begin);
    }
    EXPECT_THAT(begins, ::testing::ElementsAre(0x3000, 0x1000, 0x2000));
}

TEST(MemoryMapTest, DeletedAndStrangeNames) {
    const auto map = parse_memory_map(
        "1000-2000 r-xp 00000000 00:2f 5 /tmp/a b/lib x.so (deleted)\n"
        "2000-3000 r-xp 00000000 00:2f 6 /tmp/new\\012line\n"
    );
    ASSERT_TRUE(map);
    EXPECT_TRUE((*map)[0].deleted);
    EXPECT_EQ((*map)[0].path, "/tmp/a b/lib x.so");
    EXPECT_EQ((*map)[1].path, "/tmp/new\nline");
}

TEST(MemoryMapTest, DamagedLineIsNamed) {
    for (const char* text :
         {"nonsense",
          "1000 r-xp",
          "1000-2000 r-",
          "1000-2000 r-xp 0 0",
          "3000-2000 r-xp 0 0:0 0",
          "1000-2000 r-xp 0 0:0 x"}) {
        const auto map = parse_memory_map(text);
        ASSERT_FALSE(map) << text;
        EXPECT_THAT(map.error().message, ::testing::HasSubstr(text));
    }
}

TEST(MemoryMapTest, AnyTextIsParsedOrRefused) {
    std::mt19937 random(3);
    const std::string good = "7f1000-7f3000 r-xp 00001000 fe:0a 1234567   /usr/lib/libtt_metal.so\n";
    for (int i = 0; i < 20'000; ++i) {
        std::string text = good + good;
        text[random() % text.size()] = static_cast<char>(random());
        text.resize(random() % (text.size() + 1));
        (void)parse_memory_map(text);
    }
}

TEST(MemoryMapTest, OwnMapHoldsOwnCode) {
    const auto process = ProcessHandle::open(static_cast<std::uint32_t>(::getpid()));
    ASSERT_TRUE(process);
    const auto map = read_memory_map(*process);
    ASSERT_TRUE(map) << map.error().message;
    const auto here = reinterpret_cast<std::uint64_t>(&parse_memory_map);
    EXPECT_TRUE(std::any_of(map->begin(), map->end(), [&](const MapEntry& entry) {
        return entry.executable && entry.start <= here && here < entry.end;
    }));
}

}  // namespace
}  // namespace tt::alloc_trace
