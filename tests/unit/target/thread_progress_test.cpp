// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "target/thread_progress.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <mutex>
#include <thread>

namespace tt::alloc_trace::test {
namespace {

AddressRange range_of(const std::mutex& mutex) {
    const auto begin = reinterpret_cast<std::uint64_t>(&mutex);
    return {begin, begin + sizeof(mutex)};
}

void wait_for_all(ThreadProgress& progress, std::span<const AddressRange> locks) {
    while (!progress.all_moved_on(locks)) {
        std::this_thread::yield();
    }
}

class ThreadProgressTest : public testing::Test {
protected:
    Result<ProcessHandle> self_ = ProcessHandle::open(static_cast<std::uint32_t>(getpid()));
};

TEST_F(ThreadProgressTest, WhoRunsMovesOn) {
    ThreadProgress progress(*self_);
    wait_for_all(progress, {});
    EXPECT_TRUE(progress.all_moved_on({}));
}

TEST_F(ThreadProgressTest, WhoWaitsForALockIsInTheMiddle) {
    std::mutex lock;
    lock.lock();
    std::thread waiter([&] { const std::lock_guard guard(lock); });
    ThreadProgress anything(*self_);
    wait_for_all(anything, {});  // so the waiter sleeps
    ThreadProgress progress(*self_);
    const std::vector<AddressRange> locks{range_of(lock)};
    const std::vector<AddressRange> others{{locks[0].end, locks[0].end + 64}};
    ThreadProgress indifferent(*self_);
    wait_for_all(indifferent, others);
    EXPECT_FALSE(progress.all_moved_on(locks));
    lock.unlock();
    waiter.join();
    wait_for_all(progress, locks);
}

}  // namespace
}  // namespace tt::alloc_trace::test
