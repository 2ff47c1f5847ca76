// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The stand-in's own account of what it did (tests/standin/README.md, "The truth").
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace tt::alloc_trace::test {

// FNV-1a over the events of a thread, as the stand-in folds them.
class Digest {
public:
    // kind: 1 allocation, 2 free; type: the runtime's number.
    void add(
        std::uint64_t kind,
        std::uint64_t allocator,
        std::uint64_t type,
        std::uint64_t address,
        std::uint64_t size,
        std::uint64_t buffer
    );
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    void add_word(std::uint64_t word);

    std::uint64_t value_ = 0xcbf29ce484222325;
};

struct ThreadAccount {
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t digest = 0;

    bool operator==(const ThreadAccount&) const = default;
};
using Threads = std::map<std::uint32_t, ThreadAccount>;  // by tid; without those that made no event

// A live buffer with everything that is known of it, as one line of text: sets of them are compared as sorted lines.
struct LiveLine {
    std::string owner;  // "mesh 0", "chip 3"
    std::vector<std::int32_t> chips;
    std::uint64_t owner_pointer = 0;
    std::uint64_t allocator = 0;
    std::string type;
    std::uint64_t address = 0;
    std::uint64_t size = 0;
    std::uint64_t page_size = 0;
    std::uint64_t buffer = 0;
    std::uint64_t block = 0;  // bytes of each bank by the runtime's free list; not part of the line
};
[[nodiscard]] std::string to_text(const LiveLine& line);
using LiveSet = std::vector<std::string>;  // sorted
[[nodiscard]] LiveSet minus(const LiveSet& from, const LiveSet& what);

// One type of an allocator by the runtime's own statistics, bytes of one bank.
struct TrueRegion {
    std::uint32_t banks = 0;
    std::uint64_t base = 0;   // behind what it was shrunk by
    std::uint64_t bytes = 0;  // used + free
    std::uint64_t used = 0;
    std::uint64_t free = 0;
    std::uint64_t largest_free = 0;
    std::uint64_t orphans = 0;  // blocks that no live buffer has

    bool operator==(const TrueRegion&) const = default;
};
using TrueRegions = std::map<std::pair<std::uint64_t, std::string>, TrueRegion>;  // by allocator and type

struct Truth {
    std::uint32_t pid = 0;
    std::uint64_t events = 0;  // real ones: allocs + frees
    std::uint64_t allocs = 0;
    std::uint64_t frees = 0;
    std::uint64_t double_frees = 0;
    std::uint64_t failed = 0;
    std::uint64_t hooked = 0;
    std::uint64_t hooked_frees = 0;
    std::uint64_t cbs = 0;
    std::uint64_t launches = 0;
    std::uint64_t clashes = 0;
    Threads threads;
    std::vector<LiveLine> buffers;  // live ones
    LiveSet live;                   // the same
    TrueRegions regions;            // empty in eras before 2026
    std::uint64_t live_bytes = 0;
};

[[nodiscard]] Truth read_truth(const std::string& path);  // throws

}  // namespace tt::alloc_trace::test
