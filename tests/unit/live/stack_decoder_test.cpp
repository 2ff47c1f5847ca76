// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "live/stack_decoder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <vector>

namespace tt::alloc_trace::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Kept final : EventConsumer {
    void consume(const Event& event) override { events.push_back(event); }
    std::vector<Event> events;
};

__attribute__((noinline)) void somewhere() { asm volatile(""); }

class StackDecoderTest : public testing::Test {
protected:
    // Of this process, through `address`.
    void decode(std::uint64_t address, std::uint8_t end) {
        const auto record = std::make_unique<tat_stack_event>();
        record->header.pid = pid_;
        record->header.stack = ++hash_;
        record->stack.native[0] = address;
        record->stack.native_count = 1;
        record->stack.native_end = end;
        decoder_.decode(*record, kept_);
    }

    const std::uint32_t pid_ = static_cast<std::uint32_t>(getpid());
    const std::uint64_t here_ = reinterpret_cast<std::uint64_t>(&somewhere);
    StackDecoder decoder_;
    Kept kept_;
    std::uint64_t hash_ = 0;
};

TEST_F(StackDecoderTest, CodeThatWasMappedLaterIsLookedForOncePerPage) {
    const auto process = ProcessHandle::open(pid_);
    ASSERT_TRUE(process);
    decoder_.code().update(*process);
    decode(here_, TAT_STACK_COMPLETE);
    EXPECT_THAT(decoder_.take_changed(), IsEmpty());
    decode(here_, TAT_STACK_NOT_MAPPED);  // BPF does not know it yet
    EXPECT_THAT(decoder_.take_changed(), ElementsAre(pid_));
    decode(here_, TAT_STACK_NOT_MAPPED);
    EXPECT_THAT(decoder_.take_changed(), IsEmpty());
    for (std::uint64_t page = 1; page <= 1000; ++page) {  // code made at run time
        decode(page << 12U, TAT_STACK_NOT_MAPPED);
    }
    EXPECT_THAT(decoder_.take_changed(), ElementsAre(pid_));
    decode(std::uint64_t{2000} << 12U, TAT_STACK_NOT_MAPPED);
    EXPECT_THAT(decoder_.take_changed(), IsEmpty()) << "it has been looked at often enough";
}

TEST_F(StackDecoderTest, AFunctionIsNamedAlsoOfAProcessNotLookedAtBefore) {
    decode(here_, TAT_STACK_COMPLETE);
    ASSERT_EQ(kept_.events.size(), 2U);
    const auto& frame = std::get<FrameSeen>(kept_.events[0]);
    EXPECT_NE(frame.function.find("somewhere"), std::string::npos) << frame.function;
}

}  // namespace
}  // namespace tt::alloc_trace::test
