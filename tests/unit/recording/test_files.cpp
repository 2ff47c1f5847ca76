// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "test_files.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>
#include <iterator>

#include "event_text.hpp"
#include "recording/recording_writer.hpp"

namespace tt::alloc_trace::test {

TempDir::TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "tat-recording-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::size_t TempDir::files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(path_), std::filesystem::directory_iterator())
    );
}

ReadBack read_back(const std::string& path) {
    ReadBack result;
    Result<RecordingReader> reader = RecordingReader::open(path);
    if (!reader) {
        result.error = reader.error().message;
        return result;
    }
    Collector collector;
    if (const Status replayed = reader->replay(collector); !replayed) {
        result.error = replayed.error().message;
    }
    result.events = texts(collector.events);
    result.complete = reader->complete();
    result.warning = reader->warning();
    result.session = text(reader->session());
    result.end = reader->end();
    return result;
}

SessionInfo some_session() {
    SessionInfo session;
    session.tool_version = "0.1.0";
    session.host = "host";
    session.kernel = "6.1.0";
    session.target = "pid 1234";
    session.attached_unix_ns = 1'770'000'000'000'000'000;
    session.attached_monotonic_ns = 5'000'000'000;
    session.known_before_attach = KnownBefore::Partial;
    session.modules.push_back({"/opt/\xff\xfe/_ttnn.so", "0123abcd", "L5", "getters agree"});
    session.modules.emplace_back();
    session.probes.push_back({"allocated", "_ZN2tt9tt", "/opt/_ttnn.so", 0x1234, "push rbp", true, true, "entry"});
    session.probes.push_back({"freed", "", "", 0, "", true, false, "no such symbol"});
    return session;
}

Totals some_totals() {
    Totals totals;
    totals.detached_monotonic_ns = 9'000'000'000;
    totals.end_reason = "target exited";
    totals.lost_allocated = 1;
    totals.lost_freed = 2;
    totals.lost_circular_buffers = 3;
    totals.lost_lifecycle = 4;
    totals.ring_bytes = 64U << 20;
    totals.ring_peak_bytes = 12345;
    return totals;
}

void write_recording(const std::string& path, const std::vector<Event>& events, std::size_t per_chunk) {
    auto writer = RecordingWriter::create(path, some_session(), {});
    ASSERT_TRUE(writer) << writer.error().message;
    for (std::size_t i = 0; i < events.size(); ++i) {
        (*writer)->consume(events[i]);
        if ((i + 1) % per_chunk == 0) {
            ASSERT_TRUE((*writer)->flush());
        }
    }
    const Status finished = (*writer)->finish(some_totals());
    ASSERT_TRUE(finished) << finished.error().message;
}

std::vector<std::uint8_t> file_bytes(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

void write_bytes(const std::string& path, const std::vector<std::uint8_t>& bytes) {
    std::filesystem::remove(path);  // ext4 waits for the disk when a file is truncated and written again
    std::ofstream out(path, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace tt::alloc_trace::test
