// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// What happened in the runtime, thread by thread, as its own observers tell: counters, a digest, every event as a CSV row on
// request, and the driver's own list of what is live. Knows no type of the runtime.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_set>
#include <vector>

namespace standin {

struct OwnerInfo {
    std::string name;  // "chip 3", "mesh 0"
    const void* device = nullptr;
    const void* allocator = nullptr;
    std::vector<int> chips;
};

struct BufferFacts {
    const OwnerInfo* owner = nullptr;
    int type = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    const void* buffer = nullptr;
};

struct EventCounts {
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t close_frees = 0;  // included in frees
    std::uint64_t double_frees = 0;  // included in frees
    std::uint64_t failed = 0;
    std::uint64_t hooked_allocs = 0;
    std::uint64_t hooked_frees = 0;
    std::uint64_t cbs = 0;
    std::uint64_t cb_releases = 0;
    std::uint64_t launches = 0;
    std::uint64_t clashes = 0;
    // The traps of some eras, as seen by whoever looks at the Buffer when the GraphTracker is told.
    std::uint64_t allocs_without_address = 0;
    std::uint64_t frees_without_size = 0;

    std::uint64_t events() const { return allocs + frees; }
    void add(const EventCounts& other);
};

const char* type_name(int type);

// Written by its own thread, read when that rests.
struct ThreadLog {
    pid_t tid = 0;
    std::uint64_t digest = 0xcbf29ce484222325;
    std::uint64_t rows = 0;
    EventCounts counts;
    std::string text;
};

class EventBook {
public:
    explicit EventBook(const std::string& events_path);  // empty: no CSV; throws std::runtime_error
    ~EventBook();
    EventBook(const EventBook&) = delete;
    EventBook& operator=(const EventBook&) = delete;

    // Called in the thread of the event. The size of a free is what its allocation had.
    void alloc(const BufferFacts& facts);
    void freed(const BufferFacts& facts);
    void hooked_alloc(const BufferFacts& facts);
    void failed(const BufferFacts& facts);
    void circular_buffer(const OwnerInfo& owner, std::uint64_t address, std::uint64_t size, const void* program);
    void launch(const OwnerInfo& owner, const void* program);
    EventCounts& counts() { return log().counts; }

    // The rest is for a moment at which all threads rest.
    void set_closing(bool closing) { closing_ = closing; }
    std::uint64_t drop_live();  // what a close left over; returns how many
    EventCounts total() const;
    const std::vector<std::unique_ptr<ThreadLog>>& logs() const { return logs_; }
    std::vector<BufferFacts> live() const;
    std::uint64_t released() const { return released_; }
    void flush();

private:
    using Key = std::tuple<const void*, int, std::uint64_t>;  // allocator, type, address
    struct Shard {
        mutable std::mutex mutex;
        std::map<Key, BufferFacts> live;
    };

    ThreadLog& log();
    Shard& shard_of(const Key& key);
    void digest(std::uint64_t kind, const BufferFacts& facts);
    void row(std::string_view kind, const BufferFacts& facts);
    void row(std::string_view kind, const std::string& owner, const std::string& rest);
    void write_out(ThreadLog& log);

    std::mutex mutex_;  // of the list of logs and of the file
    std::FILE* file_ = nullptr;
    std::vector<std::unique_ptr<ThreadLog>> logs_;
    std::array<Shard, 64> shards_;
    std::mutex hooked_mutex_;
    std::unordered_set<const void*> hooked_;
    bool closing_ = false;
    std::uint64_t released_ = 0;
};

}  // namespace standin
