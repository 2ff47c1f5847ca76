// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "report/event_json.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "report/owner_labels.hpp"
#include "report_support.hpp"

namespace tt::alloc_trace::test {
namespace {

std::string line(const Event& event, const Applied& applied, std::string_view owner) {
    std::string out;
    append_event_json(out, event, applied, owner);
    return out;
}

TEST(EventJson, FastLinesEqualTheLibrarysForEveryKind) {
    OwnerLabels labels;
    Tracker tracker;
    std::set<EventKind> kinds;
    for (const Event& event : one_of_each()) {
        const std::string owner(labels.observe(event));
        const Applied applied = tracker.apply(event);
        EXPECT_EQ(line(event, applied, owner), json_line(event_json(event, applied, owner)));
        kinds.insert(event_kind(event));
    }
    EXPECT_EQ(kinds.size(), kEventKindCount);
}

TEST(EventJson, FastLinesEqualTheLibrarysAtTheExtremes) {
    constexpr std::uint64_t kMost = ~std::uint64_t{0};
    for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, kMost}) {
        const EventHeader header{value, static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value)};
        for (std::size_t type = 0; type < kBufferTypeCount + 1; ++type) {
            const BufferFields fields{value, value, value, value, value, value, static_cast<BufferType>(type), false, false, 0};
            Applied inferred;
            inferred.replaced_live = true;
            EXPECT_EQ(
                line(Allocated{header, fields}, inferred, "chip 0"),
                json_line(event_json(Allocated{header, fields}, inferred, "chip 0"))
            );
            for (std::size_t reason = 0; reason < kUnknownFreeCount; ++reason) {
                Applied unknown;
                unknown.unknown_free = static_cast<UnknownFree>(reason);
                EXPECT_EQ(
                    line(Freed{header, fields}, unknown, "mesh 7"),
                    json_line(event_json(Freed{header, fields}, unknown, "mesh 7"))
                );
            }
        }
        const ProgramLaunched launched{header, value, value};
        EXPECT_EQ(line(launched, {}, "mesh 0"), json_line(event_json(launched, {}, "mesh 0")));
    }
}

TEST(EventJson, ExactLines) {
    Stream stream;
    stream.process(0, kPid, "job")
        .mesh(0, 0, 2)
        .alloc(1, 0x100, 4096)
        .free(2, 0x100, 4096)
        .free(3, 0x900, 64)
        .exited(4);
    OwnerLabels labels;
    std::string out;
    for (std::size_t i = 0; i < stream.events().size(); ++i) {
        append_event_json(out, stream.events()[i], stream.applied()[i], labels.observe(stream.events()[i]));
    }
    EXPECT_EQ(
        out,
        R"({"t_ns":1000000000000,"kind":"process_start","pid":4242,"tid":4243,"parent_pid":1,"start_time_ns":77000000000,"from_first_event":false,"command":"job"}
{"t_ns":1000000000000,"kind":"owner","pid":4242,"tid":4243,"owner":"mesh 0","owner_kind":"mesh","id":0,"owner_chips":[0,1],"owner_pointer":"0x1000"}
{"t_ns":1001000000000,"kind":"alloc","pid":4242,"tid":4243,"owner":"mesh 0","allocator":"0xa000","type":"DRAM","address":"0x100","size":4096,"page_size":2048,"buffer":"0xf0000100"}
{"t_ns":1002000000000,"kind":"free","pid":4242,"tid":4243,"owner":"mesh 0","allocator":"0xa000","type":"DRAM","address":"0x100","size":4096,"page_size":2048,"buffer":"0xf0000100","reason":"freed"}
{"t_ns":1003000000000,"kind":"free","pid":4242,"tid":4243,"owner":"mesh 0","allocator":"0xa000","type":"DRAM","address":"0x900","size":64,"page_size":2048,"buffer":"0xf0000900","reason":"before attach"}
{"t_ns":1004000000000,"kind":"exit","pid":4242,"tid":4243,"reason":"released by exit","released":0,"released_bytes":0}
)"
    );
}

TEST(EventJson, InvalidUtf8InACommandDoesNotThrow) {
    const ProcessSeen seen{{1, 2, 3}, 1, 1, false, "\xff\xfe \xc3\x28 \x1b[0m \"quoted\""};
    const std::string text = line(seen, {}, "");
    EXPECT_NE(text.find(R"(\ufffd)"), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_TRUE(nlohmann::json::accept(text));
}

TEST(OwnerLabels, FollowsReusedPointersAndForgetsEndedProcesses) {
    OwnerLabels labels;
    const EventHeader header{1, kPid, kPid};
    EXPECT_EQ(labels.observe(Allocated{header, mesh_buffer(1, 1)}), "unknown owner");
    EXPECT_EQ(labels.observe(OwnerSeen{header, kMesh, OwnerKind::Mesh, 0, {0}}), "mesh 0");
    EXPECT_EQ(labels.observe(Allocated{header, mesh_buffer(1, 1)}), "mesh 0");
    EXPECT_EQ(labels.observe(AllocatorReleased{header, kMeshAllocator, AllocatorRelease::Clear}), "mesh 0");
    EXPECT_EQ(labels.observe(AllocatorReleased{header, 0x999, AllocatorRelease::Clear}), "unknown owner");
    labels.observe(OwnerSeen{header, kMesh, OwnerKind::Chip, 5, {5}});
    EXPECT_EQ(labels.observe(Freed{header, mesh_buffer(1, 1)}), "chip 5");
    EXPECT_EQ(labels.observe(Freed{{1, kPid + 1, 1}, mesh_buffer(1, 1)}), "unknown owner") << "another process";
    EXPECT_EQ(labels.observe(ProcessExited{header}), "");
    EXPECT_EQ(labels.observe(Freed{header, mesh_buffer(1, 1)}), "unknown owner");
    EXPECT_EQ(labels.observe(Lost{}), "");
}

TEST(JsonEnvelope, HeadAndEndOfAnExport) {
    EXPECT_EQ(
        export_header_json(session()).dump(),
        R"({"schema":"tt-alloc-trace/events","schema_version":1,"tool_version":"0.1.0","host":"host1","target":"pid 4242",)"
        R"("complete":null,"lost_events":null,"not_seen":null,"contradictions":null,"attached_at":"2026-02-03T12:34:56.000000789Z","attached_t_ns":1000000000000,)"
        R"("known_before_attach":null,"kind":"header"})"
    );
    EXPECT_EQ(
        export_end_json(7, {true, Doubts{}, KnownBefore::Full}).dump(),
        R"({"kind":"end","events":7,"complete":true,"lost_events":0,"not_seen":{"count":0,"processes":[]},)"
        R"("contradictions":{"frees":0,"replaced":0,"owners":0,"found":0,"gone":0},"known_before_attach":"full"})"
    );
    EXPECT_TRUE(export_end_json(7, {})["known_before_attach"].is_null());
}

}  // namespace
}  // namespace tt::alloc_trace::test
