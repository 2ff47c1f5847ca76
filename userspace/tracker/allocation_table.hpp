// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The live buffers of one process, by key, and a bounded memory of keys that were live once (to tell a double free from the
// free of a buffer that is older than the attach).
#pragma once

#include <tsl/robin_map.h>

#include <cstdint>
#include <functional>

#include "event/event.hpp"
#include "event/footprint.hpp"
#include "tracker/judgement.hpp"

namespace tt::alloc_trace {

// A buffer's identity within its process. Equal addresses under different allocators or types are different buffers.
struct AllocationKey {
    std::uint64_t address = 0;
    std::uint32_t allocator = 0;  // index into ProcessState::allocators
    BufferType type = BufferType::Dram;
    std::uint8_t core = 0;         // of a buffer allocated core by core (BufferFields::core): others have the address on other cores
    std::uint16_t generation = 0;  // of that entry, which is used again for another allocator after this one's end

    bool operator==(const AllocationKey&) const = default;
};

struct AllocationKeyHash {
    std::size_t operator()(const AllocationKey& key) const noexcept {
        // Addresses are multiples of 16 at least, and the table uses low bits: both halves of a full product, folded, and once more, as a
        // product with a tag of few bits leaves small steps of the address where they were.
        const std::uint64_t core = std::uint64_t{key.core} << 48U;
        const std::uint64_t place = core | std::uint64_t{key.generation} << 32U | key.allocator;
        const std::uint64_t tag = (place << 3U) | static_cast<std::uint64_t>(key.type);
        __extension__ using Product = unsigned __int128;
        const Product product =
            static_cast<Product>(key.address ^ 0x9e3779b97f4a7c15ULL) * (tag * 0xd6e8feb86659fd93ULL + 0xff51afd7ed558ccdULL);
        std::uint64_t hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
        hash = (hash ^ hash >> 32U) * 0xd6e8feb86659fd93ULL;
        return hash ^ hash >> 32U;
    }
};

// 40 bytes, as memory per live buffer is promised to stay small (allocation_table.cpp): hence the packing.
struct LiveBuffer {
    std::uint64_t buffer = 0;     // address of the Buffer object
    std::uint64_t size = 0;       // bytes per chip
    std::uint64_t page_size : 40 = 0;  // bytes; 0: not known
    std::uint64_t stack : 24 = 0;      // StackSeen::number of its allocation; 0: not known
    std::uint64_t t_ns = 0;       // allocated, or found
    std::uint32_t tid : 22 = 0;   // allocated by; Linux has fewer than 2^22. 0: not known
    std::uint32_t found_as : 2 = 0;      // FoundAs
    std::uint32_t trace_unsafe : 1 = 0;  // made after the capture of a trace that was kept (trace_table.hpp)
    std::uint32_t replayed_over : 1 = 0; // ... that was replayed since
    std::uint32_t sharded : 1 = 0;
    std::uint32_t has_block : 1 = 0;     // what `spread` is
    std::uint32_t per_core : 1 = 0;      // allocated core by core: the upper 8 bits of `spread` are the number of cores
    std::uint32_t spread = 0;            // block bytes / kBlockUnit, or pages per shard; 0: not known

    static constexpr std::uint64_t kBlockUnit = 16;  // blocks are multiples of the allocator's alignment, at least this
    static constexpr std::uint32_t kCoresShift = 24;

    [[nodiscard]] FoundAs origin() const { return static_cast<FoundAs>(found_as); }
    [[nodiscard]] FootprintShape shape() const;
};

[[nodiscard]] LiveBuffer live_buffer(const EventHeader& header, const BufferFields& fields);
// `block_bytes` as BufferFound has it.
[[nodiscard]] LiveBuffer found_buffer(
    const EventHeader& header, const BufferFields& fields, std::uint64_t block_bytes, FoundAs origin
);

using LiveBufferMap = tsl::robin_map<AllocationKey, LiveBuffer, AllocationKeyHash>;

class AllocationTable {
public:
    // Most keys kept of buffers that are gone; beyond it the oldest half is forgotten, after which a double free of such a
    // key counts as older than the attach.
    static constexpr std::size_t kMaxPastKeys = std::size_t{1} << 18;

    enum class End : std::uint8_t { Unknown, Freed, Gone, Released, Cleared };  // Gone: a walk missed it
    struct Past {
        End end = End::Unknown;
        std::uint64_t t_ns = 0;
    };

    AllocationTable();

    [[nodiscard]] const LiveBufferMap& buffers() const { return live_; }
    [[nodiscard]] const LiveBuffer* find(const AllocationKey& key) const;

    // True if `replaced` was live under this key.
    [[nodiscard]] bool insert(const AllocationKey& key, const LiveBuffer& buffer, LiveBuffer& replaced);
    // The buffer must be live. Its key is remembered as `end`.
    LiveBuffer erase(const AllocationKey& key, std::uint64_t t_ns, End end = End::Freed);
    // What is live under this key has changed in some way; it must be live.
    void update(const AllocationKey& key, const LiveBuffer& buffer);

    // Removes every live buffer that `matches`, calls `released` on each and remembers its key as `past`.
    void release_if(
        const std::function<bool(const AllocationKey&)>& matches,
        Past past,
        const std::function<void(const AllocationKey&, const LiveBuffer&)>& released
    );

    void remember(const AllocationKey& key, Past past);
    [[nodiscard]] Past past(const AllocationKey& key) const;

    using PastMap = tsl::robin_map<AllocationKey, Past, AllocationKeyHash>;
    // What remember() keeps: remembered again in this order they are kept alike.
    [[nodiscard]] const PastMap& older_past() const { return older_past_; }
    [[nodiscard]] const PastMap& recent_past() const { return recent_past_; }

private:

    LiveBufferMap live_;
    PastMap recent_past_;
    PastMap older_past_;
};

}  // namespace tt::alloc_trace
