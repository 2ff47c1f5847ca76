// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "tracker/life_listener.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "event_builders.hpp"

namespace tt::alloc_trace::test {
namespace {

using testing::ElementsAre;

class Log : public LifeListener {
public:
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override {
        lines.push_back("start " + of(process, key) + " as " + std::string(to_string(buffer.origin())));
    }
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& /*buffer*/, FreeKind kind) override {
        lines.push_back("end " + of(process, key) + " " + std::string(to_string(kind)));
    }
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override {
        lines.push_back(
            "better " + of(process, key) + " " + std::string(to_string(before.origin())) + " -> " +
            std::string(to_string(now.origin()))
        );
    }
    void residency_changed(const ProcessState& process, const Place& place) override {
        lines.push_back("resident " + to_string(place) + " " + std::to_string(process.places.at(place).circular_buffers.bytes));
    }

    std::vector<std::string> lines;

private:
    static std::string of(const ProcessState& process, const AllocationKey& key) {
        return std::to_string(process.number) + "@" + std::to_string(key.address);
    }
};

TEST(LifeListenerTest, HearsOfEveryStartAndEnd) {
    Stream stream = started_job();
    Log log;
    stream.tracker().listen(&log);
    stream.alloc(buffer_at(1024));
    stream.alloc(buffer_at(2048));
    stream.free(buffer_at(1024));
    stream.free(buffer_at(1024));
    stream.released(kAllocator, AllocatorRelease::Clear);
    stream.alloc(buffer_at(4096));
    stream.alloc(by_object(buffer_at(4096), 7));
    stream.gone(by_object(buffer_at(4096), 7));
    stream.alloc(buffer_at(8192));
    stream.exited();
    EXPECT_THAT(
        log.lines,
        ElementsAre(
            "start 0@1024 as allocated",
            "start 0@2048 as allocated",
            "end 0@1024 freed",
            "end 0@2048 cleared",
            "start 0@4096 as allocated",
            "end 0@4096 inferred",
            "start 0@4096 as allocated",
            "end 0@4096 inferred",
            "start 0@8192 as allocated",
            "end 0@8192 released by exit"
        )
    );
}

TEST(LifeListenerTest, HearsOfWhatWalksFind) {
    Stream stream = attached_job();
    Log log;
    stream.tracker().listen(&log);
    stream.found(buffer_at(1024));
    stream.found(buffer_at(1024));
    stream.alloc(buffer_at(1024));
    EXPECT_THAT(
        log.lines, ElementsAre("start 0@1024 as pre-existing", "better 0@1024 pre-existing -> allocated")
    );
}

TEST(LifeListenerTest, HearsOfOtherCircularBuffersOnly) {
    Stream stream = started_job();
    Log log;
    stream.tracker().listen(&log);
    stream.circular_buffer(1, 100, {{0, 0, 1, 0}});
    stream.launch(1);
    stream.launch(1);
    stream.program_destroyed(1);
    EXPECT_THAT(log.lines, ElementsAre("resident chip 0 200", "resident chip 0 0"));
}

TEST(LifeListenerTest, ProcessesAreToldApartByNumber) {
    Stream stream = started_job();
    Log log;
    stream.tracker().listen(&log);
    stream.alloc(buffer_at(1024));
    stream.exited();
    stream.process(true, 2);
    stream.alloc(buffer_at(1024));
    stream.tracker().listen(nullptr);
    stream.free(buffer_at(1024));
    EXPECT_THAT(
        log.lines,
        ElementsAre("start 0@1024 as allocated", "end 0@1024 released by exit", "start 1@1024 as allocated")
    );
}

}  // namespace
}  // namespace tt::alloc_trace::test
