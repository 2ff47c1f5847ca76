// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/exception_message.hpp"

#include <gtest/gtest.h>

namespace tt::alloc_trace::test {
namespace {

using About = ExceptionMessage::About;

TEST(ExceptionMessageTest, OutOfMemoryTellsSizeAndType) {
    const ExceptionMessage message = read_message(
        "TT_FATAL @ /src/bank_manager.cpp:434: false\ninfo:\nOut of Memory: Not enough space to allocate 134217728 B L1 "
        "buffer across 56 banks, where each bank needs to store 2400256 B\nbacktrace:\n --- ./libtt_metal.so(+0x1)\n"
    );
    EXPECT_EQ(message.about, About::Memory);
    EXPECT_EQ(message.size, 134'217'728U);
    EXPECT_EQ(message.type, BufferType::L1);
    EXPECT_EQ(
        message.text,
        "TT_FATAL @ /src/bank_manager.cpp:434: false info: Out of Memory: Not enough space to allocate 134217728 B L1 "
        "buffer across 56 banks, where each bank needs to store 2400256 B"
    );
}

TEST(ExceptionMessageTest, EveryTypeIsRead) {
    for (std::size_t type = 0; type < kBufferTypeCount; ++type) {
        const auto expected = static_cast<BufferType>(type);
        const ExceptionMessage message = read_message(
            "TT_THROW: Out of Memory: Not enough space after considering dependencies to allocate 7 B " +
            std::string(to_string(expected)) + " buffer"
        );
        EXPECT_EQ(message.size, 7U);
        EXPECT_EQ(message.type, expected);
    }
}

TEST(ExceptionMessageTest, OutOfMemoryInOtherWordsHasNoSize) {
    for (const char* text :
         {"TT_THROW: Out of Memory: Cannot allocate at an address below 5. Allocation at 4",
          "TT_FATAL: Out of Memory: Not enough space to allocate",
          "TT_FATAL: Out of Memory: Not enough space to allocate ",
          "TT_FATAL: Out of Memory: Not enough space to allocate x B L1 buffer",
          "TT_FATAL: Out of Memory: Not enough space to allocate 99999999999999999999999 B L1 buffer",
          "TT_FATAL: Out of Memory: Not enough space to allocate 12 B ",
          "TT_FATAL: Out of Memory: Not enough space to allocate 12 B CACHE buffer",
          "TT_FATAL: Out of Memory: Not enough space to allocate 12KB L1 buffer"}) {
        const ExceptionMessage message = read_message(text);
        EXPECT_EQ(message.about, About::Memory) << text;
        EXPECT_EQ(message.size, 0U) << text;
    }
}

TEST(ExceptionMessageTest, CircularBuffersThatFindNoPlace) {
    for (const char* text :
         {"TT_THROW @ x\ninfo:\nStatically allocated circular buffers in program 0 clash with L1 buffers on core range",
          "TT_THROW @ x\ninfo:\nStatically allocated circular buffers on core range [] grow to 9 B which is beyond",
          "TT_THROW @ x\ninfo:\nStatically allocated dataflow buffers in program 0 clash with L1 buffers on core range",
          "TT_FATAL @ x\ninfo:\nCircular buffer core range [] in program 0 exceeds device compute grid (8x8)",
          "TT_THROW @ x\ninfo:\nCircular buffers on service-core range [] in program 0 clash with ServiceCoreManager-allocated"}) {
        EXPECT_EQ(read_message(text).about, About::CircularBuffers);
    }
}

TEST(ExceptionMessageTest, AnythingElseIsOther) {
    EXPECT_EQ(read_message("").about, About::Other);
    EXPECT_EQ(read_message("").text, "");
    EXPECT_EQ(read_message("TT_FATAL @ x: false\n\n  \n").text, "TT_FATAL @ x: false");
    EXPECT_EQ(read_message("TT_THROW @ x: sub-device manager id mismatch").about, About::Other);
    EXPECT_EQ(read_message("TT_THROW \x1b[31mred\xff").text, "TT_THROW ?[31mred?");
    EXPECT_EQ(read_message("TT_THROW @ x: one two", true).text, "TT_THROW @ x: one");
    EXPECT_EQ(read_message("TT_THROW @ x: one two\nbacktrace:\n - a b", true).text, "TT_THROW @ x: one two") << "only the backtrace is cut";
}

}  // namespace
}  // namespace tt::alloc_trace::test
