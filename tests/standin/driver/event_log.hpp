// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What the driver did to the runtime, thread by thread: counters and a digest of bounded size, and on request every event
// as a CSV row. An event is "real" when the runtime calls track_allocate or track_deallocate for it and it is not hooked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <cstdio>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/buffer_types.hpp"

namespace tt::tt_metal {
class Buffer;
class IDevice;
}  // namespace tt::tt_metal

namespace standin {

struct EventCounts {
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t double_frees = 0;  // included in frees
    std::uint64_t failed = 0;
    std::uint64_t hooked_allocs = 0;
    std::uint64_t hooked_frees = 0;
    std::uint64_t cbs = 0;
    std::uint64_t launches = 0;
    std::uint64_t clashes = 0;

    std::uint64_t events() const { return allocs + frees; }
};

struct CircularBufferEvent {
    const tt::tt_metal::IDevice* device = nullptr;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    const void* program = nullptr;
};

struct FailedRequest {
    const tt::tt_metal::IDevice* device = nullptr;
    tt::tt_metal::BufferType type = tt::tt_metal::BufferType::DRAM;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    const char* message = "";
};

const char* type_name(tt::tt_metal::BufferType type);
std::string owner_name(const tt::tt_metal::IDevice* device);

// One CSV file, written in blocks of one thread's rows.
class EventFile {
public:
    explicit EventFile(const std::string& path);  // throws std::runtime_error
    ~EventFile();
    EventFile(const EventFile&) = delete;
    EventFile& operator=(const EventFile&) = delete;
    void write(const std::string& rows);

private:
    std::mutex mutex_;
    std::FILE* file_;
    std::string path_;
};

// Used by the thread that made it, and read by others only when that thread is joined.
class ThreadLog {
public:
    explicit ThreadLog(EventFile* file);

    // The buffer's own members are read: call alloc behind the allocation, and freed before the free.
    void alloc(const tt::tt_metal::Buffer& buffer);
    void freed(const tt::tt_metal::Buffer& buffer);
    void freed_again(const tt::tt_metal::Buffer& buffer);
    void hooked_alloc(const tt::tt_metal::Buffer& buffer);
    void hooked_free(const tt::tt_metal::Buffer& buffer);
    void failed(const FailedRequest& request);
    void circular_buffer(const CircularBufferEvent& event);
    void launch(const tt::tt_metal::IDevice* device, const void* program);
    void clash(const char* message);
    void flush();

    pid_t tid() const { return tid_; }
    std::uint64_t digest() const { return digest_; }
    const EventCounts& counts() const { return counts_; }
    // What the runtime said last, empty if nothing failed.
    const std::string& last_failure() const { return last_failure_; }
    const std::string& last_clash() const { return last_clash_; }

private:
    void digest_event(std::uint64_t kind, const tt::tt_metal::Buffer& buffer);
    void row(std::string_view kind, const tt::tt_metal::Buffer& buffer);
    void row(std::string_view kind, const tt::tt_metal::IDevice* device, std::string_view rest);

    pid_t tid_;
    EventFile* file_;
    std::uint64_t digest_;
    std::uint64_t index_ = 0;
    EventCounts counts_;
    std::string last_failure_;
    std::string last_clash_;
    std::string rows_;
};

// All threads' logs of the process.
class EventBook {
public:
    // An empty path: no CSV.
    explicit EventBook(const std::string& events_path);
    ThreadLog& make_log();  // thread-safe; for the calling thread
    const std::vector<std::unique_ptr<ThreadLog>>& logs() const { return logs_; }
    EventCounts total() const;
    void flush();

private:
    std::mutex mutex_;
    std::unique_ptr<EventFile> file_;
    std::vector<std::unique_ptr<ThreadLog>> logs_;
};

}  // namespace standin
