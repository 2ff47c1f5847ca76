// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Which moments of a stream become operations of ttnn-visualizer. Some are looked for and always kept; of the others every other one
// is dropped as often as it takes, so that those which remain are evenly spaced. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tt::alloc_trace {

// Dropped in this order when there is no room.
enum class MomentKind : std::uint8_t {
    Step,     // every so many events
    Launch,
    Failure,
    Chosen,   // peaks and the end: never dropped
};
inline constexpr std::size_t kMomentKindCount = 4;

// Since the beginning of the window.
struct MomentCounts {
    std::uint64_t events = 0;
    std::uint64_t launches = 0;
    std::uint64_t allocs = 0;
    std::uint64_t ends = 0;
};

struct Moment {
    std::uint64_t number = 0;  // of all that were ever kept, from 1: the operation it is until gaps are closed
    MomentKind kind = MomentKind::Step;
    std::uint64_t place = 0;   // among those of its kind that were due
    std::uint64_t t_ns = 0;
    MomentCounts counts;
    std::uint64_t buffers = 0;
    std::string name;          // "alloc L1 264.0 KiB", "launch 5", "peak of DRAM on chip 0"
    std::uint32_t stack = 0;   // of its event; 0: not known
};

class MomentList {
public:
    explicit MomentList(const std::array<std::size_t, kMomentKindCount>& most) : most_(most) {}

    // Asked for each that is due; false: it falls to what was dropped before.
    [[nodiscard]] bool wants(MomentKind kind);
    // The last one of this kind that was wanted has its place still, after thin().
    [[nodiscard]] bool fits(MomentKind kind) const;
    // The last one that was wanted; what is in it are the caller's figures. Valid until the next call.
    Moment& add(MomentKind kind, Moment moment);
    // One more of this kind would be too many.
    [[nodiscard]] bool full(MomentKind kind) const;
    // Drops every other moment of the first kind that has any, or of just that kind, at least one; the numbers of those dropped. None:
    // nothing may be dropped.
    std::vector<std::uint64_t> thin();
    std::vector<std::uint64_t> thin(MomentKind kind);

    // Its number.
    std::uint64_t drop_last();

    [[nodiscard]] const std::vector<Moment>& moments() const { return moments_; }
    [[nodiscard]] Moment& last() { return moments_.back(); }

private:
    struct Series {
        std::uint64_t due = 0;
        std::uint64_t keep = 1;  // each so many-th
        std::size_t kept = 0;
    };

    std::array<std::size_t, kMomentKindCount> most_;
    std::array<Series, kMomentKindCount> series_{};
    std::vector<Moment> moments_;
    std::uint64_t numbers_ = 0;
};

}  // namespace tt::alloc_trace
