// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every owner (chip, mesh, submesh) a stream names: when it was there, what it allocated and at most held. Owners that were closed
// stay in the account, other than in the tracker.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"
#include "analysis/owner_identity.hpp"

namespace tt::alloc_trace {

// One type of one owner. Footprints are per chip, of those buffers only of which it is known.
struct OwnerTypeUsage {
    std::uint64_t allocs = 0;
    std::uint64_t found = 0;  // by walks
    std::uint64_t frees = 0;  // ends of all kinds
    std::uint64_t released = 0;  // of them: is_release()
    std::uint64_t live = 0;
    std::uint64_t bytes = 0;  // live, logical sizes
    std::uint64_t peak_bytes = 0;
    std::uint64_t footprint_bytes = 0;
    std::uint64_t footprint_unknown = 0;  // live buffers
    std::uint64_t peak_footprint_bytes = 0;
    bool peak_footprint_known = true;  // at the time of the peak of bytes
    std::optional<Region> region{};    // as it was last known, of any of its allocators

    [[nodiscard]] bool used() const { return allocs + found + live > 0; }
    // Of what is live, and at the most; nullopt: not known of each.
    [[nodiscard]] std::optional<std::uint64_t> footprint() const {
        return footprint_unknown == 0 ? std::optional(footprint_bytes) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::uint64_t> peak_footprint() const {
        return peak_footprint_known ? std::optional(peak_footprint_bytes) : std::nullopt;
    }
    [[nodiscard]] std::uint64_t freed() const { return frees - released; }  // by the job itself
    // A buffer of it starts or ends; its footprint is nullopt where it is not known.
    void start(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint);
    void end(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint, FreeKind kind);
    // It was never there.
    void take_back(const LiveBuffer& buffer, const std::optional<std::uint64_t>& footprint);
    void take_peak();
    void take_live(const OwnerTypeUsage& moment);  // counts and peaks stay
};

struct OwnerRecord {
    std::uint32_t process = 0;  // ProcessState::number
    std::uint32_t pid = 0;
    std::uint64_t pointer = 0;
    OwnerIdentity owner;
    std::uint64_t first_t_ns = 0;  // first named
    std::uint64_t last_t_ns = 0;   // last event that concerned it
    std::uint64_t closes = 0;
    std::uint64_t closed_t_ns = 0;  // the last time
    bool open = true;               // not closed since it was last used
    bool process_ended = false;
    std::array<std::uint64_t, kFreeKindCount> ends{};
    std::array<OwnerTypeUsage, kBufferTypeCount> types{};  // by BufferType

    [[nodiscard]] bool used() const;
    [[nodiscard]] bool holds_any() const;  // live buffers
};

class OwnerHistory final : public Observer {
public:
    // Most owners kept; buffers of further ones are counted in not_kept().
    static constexpr std::size_t kMaxOwners = 4096;

    void begin(const TrackerView& view) override;
    void observe(const Event& event, const Applied& applied) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void known_better(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& before, const LiveBuffer& now
    ) override;

    [[nodiscard]] const std::vector<OwnerRecord>& owners() const { return records_; }  // in order of appearance
    // The same, with what is live as of other moments of the same stream, each process as it was then.
    [[nodiscard]] std::vector<OwnerRecord> owners_with_live_of(const std::vector<const ProcessState*>& then) const;
    [[nodiscard]] std::uint64_t not_kept() const { return not_kept_; }                 // allocations

private:
    static constexpr std::uint32_t kNone = ~std::uint32_t{0};
    using Identity = std::tuple<std::uint32_t, std::uint64_t, OwnerKind, std::int32_t>;  // process, pointer, kind, id
    using Entry = std::pair<std::uint32_t, std::uint32_t>;  // ProcessState::number, index into ProcessState::owners

    // Of that entry of process.owners, made if need be; nullptr: there are too many.
    void take(const ProcessState& process);  // what is live in it
    OwnerRecord* record(const ProcessState& process, std::uint32_t index);
    [[nodiscard]] std::uint32_t find_or_make(const ProcessState& process, const Owner& owner);
    OwnerRecord* record_by_pointer(const EventHeader& header, std::uint64_t owner);
    void recount(const ProcessState& process, std::uint32_t index, OwnerRecord& record);
    void on_regions(const AllocatorSeen& event);
    void on_exit(const EventHeader& header);

    ProcessFinder find_process_;
    std::vector<OwnerRecord> records_;
    std::map<Entry, std::uint32_t> current_;  // which record an entry means at present
    std::map<Identity, std::uint32_t> latest_;  // record of an owner that may be opened again
    std::uint64_t not_kept_ = 0;
};

}  // namespace tt::alloc_trace
