// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Why a stream may not tell all, or not right. This is the one home of what may be called complete, exact or empty: only what has no
// doubts may.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "event/event.hpp"

namespace tt::alloc_trace {

// As ProcessNotSeen told.
struct NotSeen {
    bool partly = false;
    std::string why;
    std::string what_to_do;
};

// What cannot be if everything was seen, and no lost event explains. Counts.
struct Contradictions {
    std::uint64_t frees = 0;     // of buffers that were not known, though all were said to be
    std::uint64_t replaced = 0;  // allocations in the place of a buffer whose end was not seen
    std::uint64_t owners = 0;    // that became another one while they held buffers
    std::uint64_t found = 0;     // buffers that a walk found, and nothing told of
    std::uint64_t gone = 0;      // likewise, that a walk did not find any more

    [[nodiscard]] std::uint64_t total() const { return frees + replaced + owners + found + gone; }
    Contradictions& operator+=(const Contradictions& more) {
        frees += more.frees;
        replaced += more.replaced;
        owners += more.owners;
        found += more.found;
        gone += more.gone;
        return *this;
    }
};

struct Doubts {
    struct Process {
        std::uint32_t pid = 0;
        std::string command;
        NotSeen not_seen;
    };

    Lost lost;  // sums
    bool losses_repaired = false;    // by walks since
    Contradictions contradictions;   // of all processes
    std::vector<Process> not_seen;   // in order of appearance
    std::uint64_t more_not_seen = 0;  // ended long ago: only counted

    // Of two streams together.
    Doubts& operator+=(const Doubts& more) {
        lost.allocated += more.lost.allocated;
        lost.freed += more.lost.freed;
        lost.circular_buffers += more.lost.circular_buffers;
        lost.lifecycle += more.lost.lifecycle;
        losses_repaired = losses_repaired && more.losses_repaired;
        contradictions += more.contradictions;
        not_seen.insert(not_seen.end(), more.not_seen.begin(), more.not_seen.end());
        more_not_seen += more.more_not_seen;
        return *this;
    }

    [[nodiscard]] bool none() const {
        return lost.total() == 0 && contradictions.total() == 0 && not_seen.empty() && more_not_seen == 0;
    }
};

}  // namespace tt::alloc_trace
