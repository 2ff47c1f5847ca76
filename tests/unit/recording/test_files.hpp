// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Files of a test: a directory that goes with the test, recordings written and read back whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "event/event_consumer.hpp"
#include "event/session_info.hpp"
#include "recording/recording_reader.hpp"
#include "recording/totals.hpp"

namespace tt::alloc_trace::test {

class TempDir {
public:
    TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;
    ~TempDir();

    [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::size_t files() const;

private:
    std::filesystem::path path_;
};

class Collector : public EventConsumer {
public:
    void consume(const Event& event) override { events.push_back(event); }

    std::vector<Event> events;
};

// What reading a file to its end gave.
struct ReadBack {
    std::vector<std::string> events;  // as text
    bool complete = false;
    std::string warning;
    std::optional<std::string> error;  // of open or of a later read
    std::string session;               // as text
    std::optional<RecordingEnd> end;
};

[[nodiscard]] ReadBack read_back(const std::string& path);

[[nodiscard]] SessionInfo some_session();
[[nodiscard]] Totals some_totals();

// Writes and finishes a recording, a flush after every `per_chunk` events; fails the test if that fails.
void write_recording(const std::string& path, const std::vector<Event>& events, std::size_t per_chunk = 1000000);

[[nodiscard]] std::vector<std::uint8_t> file_bytes(const std::string& path);
void write_bytes(const std::string& path, const std::vector<std::uint8_t>& bytes);

}  // namespace tt::alloc_trace::test
