// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is not as it should be in a stream, or looks so: counted by kind, with the places where it happened most.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "analysis/bounded_tally.hpp"
#include "analysis/held_twice.hpp"
#include "analysis/launch_room.hpp"
#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"
#include "analysis/recent_map.hpp"

namespace tt::alloc_trace {

enum class AnomalyKind : std::uint8_t {
    DoubleFree,             // frees of an address freed before and not allocated since
    ExcessFrees,            // addresses freed at least two times more than allocated, whatever each free was judged
    UnexplainedFree,        // frees of what never was, in a stream without a loss
    UnexplainedDifference,  // a walk found another live set, and no loss explains it
    Overlap,                // a buffer begins within another live one of its allocator and type, or reaches into it
    InferredEnd,            // buffers whose free was not seen
    FreeAfterClear,
    FreeAfterClose,
    Cleared,                // allocators emptied while their owner stayed open
    StateOverridden,        // allocators that took over another one's blocks
    Shrunk,
    Reset,
    Hooked,                 // allocations that graph capture took: no memory behind them
    AddressReuse,           // an address that comes again with another size
    LaunchOverlap,          // launches over live L1 buffers (LaunchRoom)
    HeldTwice,              // bytes of a chip that two owners hold (HeldTwice); a place is a pair of owners
};
inline constexpr std::size_t kAnomalyKindCount = 16;

[[nodiscard]] std::string_view to_string(AnomalyKind kind);  // "double_free", "excess_frees", ...

// One address (or allocator, where the kind is about allocators) at which it happened.
struct AnomalyPlace {
    std::uint64_t count = 0;  // so often
    std::uint32_t pid = 0;
    OwnerIdentity owner;
    std::uint64_t allocator = 0;
    std::optional<BufferType> type;  // nullopt: it concerns a whole allocator
    std::uint64_t address = 0;
    // Of the latest time:
    std::uint64_t size = 0;        // of the buffer; of allocators what was released; HeldTwice: of each bank, at most
    std::uint64_t other_size = 0;  // AddressReuse: before; Overlap: of the other buffer
    std::uint64_t other_address = 0;  // Overlap: of the other buffer; LaunchOverlap: of the circular buffers
    std::uint64_t buffer = 0;      // Buffer object
    std::uint32_t tid = 0;
    std::uint32_t stack = 0;       // StackSeen::number of the buffer's allocation; 0: not known
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
};

struct Anomaly {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;    // sizes, summed
    std::uint64_t first_t_ns = 0;
    std::uint64_t last_t_ns = 0;
    std::vector<AnomalyPlace> places;  // worst first
    bool exact = true;          // false: there were too many places; their counts are lower bounds
};

class AnomalyObserver final : public Observer {
public:
    // Most places kept per kind.
    static constexpr std::size_t kMaxPlaces = 8192;
    // Most addresses of ended buffers whose size is remembered.
    static constexpr std::size_t kMaxPastSizes = std::size_t{1} << 18U;

    explicit AnomalyObserver(LifeFilter filter = {});

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void end(const TrackerView& view) override;

    [[nodiscard]] std::vector<LaunchOverlap> launch_overlaps() const;
    [[nodiscard]] std::vector<HeldTwicePair> held_twice() const;
    [[nodiscard]] Anomaly result(AnomalyKind kind) const;
    // Allocations of which no overlap could be told: their footprint was not known.
    [[nodiscard]] std::uint64_t not_placed() const { return not_placed_; }

private:
    struct Where {
        std::uint32_t process = 0;
        std::uint64_t allocator = 0;
        std::uint8_t type = 0;
        std::uint64_t address = 0;

        auto operator<=>(const Where&) const = default;
    };
    struct Space {  // what must not overlap
        std::uint32_t process = 0;
        std::uint32_t allocator = 0;
        std::uint16_t generation = 0;
        BufferType type = BufferType::Dram;

        auto operator<=>(const Space&) const = default;
    };
    struct LiveAddresses {
        std::set<std::uint64_t> addresses;
        bool region_known = true;  // else they have yet to be held against each other
    };
    struct PastKey {
        std::uint32_t process = 0;
        AllocationKey key;

        bool operator==(const PastKey&) const = default;
    };
    struct PastKeyHash {
        std::size_t operator()(const PastKey& past) const noexcept {
            return AllocationKeyHash()(past.key) ^ (past.process * 0x9e3779b97f4a7c15ULL);
        }
    };
    struct Tally {
        Anomaly sum;
        BoundedTally<Where, AnomalyPlace> places{kMaxPlaces};
    };
    // Differences that a walk is about to report.
    struct Difference {
        std::uint64_t known = 0;  // Contradictions::found and gone so far
        std::optional<BufferFields> latest;
    };

    void on_free(const Freed& event, const Applied& applied);
    void on_allocator(const EventHeader& header, std::uint64_t allocator, AnomalyKind kind, std::uint64_t bytes);
    void on_walk(const ProcessWalked& event);
    void on_regions(const AllocatorSeen& event);
    // False: its footprint is not known.
    bool check_overlap(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, const std::set<std::uint64_t>& others
    );
    AnomalyPlace* add(
        AnomalyKind kind, const EventHeader& header, const ProcessState& process, const Owner* owner, const BufferFields& buffer,
        bool of_allocator = false
    );
    AnomalyPlace* add(AnomalyKind kind, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] Anomaly launch_overlap_result() const;
    [[nodiscard]] Anomaly held_twice_result() const;
    [[nodiscard]] bool passes(const Owner* owner, std::optional<BufferType> type) const;

    LifeFilter filter_;
    ProcessFinder find_process_;
    LaunchRoom room_;
    HeldTwice held_twice_;
    std::array<Tally, kAnomalyKindCount> tallies_;
    std::map<Space, LiveAddresses> addresses_;
    RecentMap<PastKey, std::uint64_t, PastKeyHash, kMaxPastSizes> past_sizes_;
    std::map<std::uint32_t, Difference> differences_;  // by pid
    std::uint64_t not_placed_ = 0;
};

}  // namespace tt::alloc_trace
