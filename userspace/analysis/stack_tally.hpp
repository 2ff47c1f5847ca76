// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// How many buffers of a group are live, by the stack of their allocation, when a clock was moved last: what ended behind that does not
// count as ended, for a job that frees all at its end is asked about what it held before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "analysis/stack_sample.hpp"

namespace tt::alloc_trace {

class StackTally {
public:
    // Most different stacks that are told apart; later ones are left out.
    static constexpr std::size_t kMaxStacks = 64;

    // 0, not known, is left out. `clock` never goes back.
    void started(std::uint32_t stack, std::uint64_t clock) {
        if (Entry* entry = entry_of(stack, clock)) {
            ++entry->live;
        }
    }
    void ended(std::uint32_t stack, std::uint64_t clock) {
        if (Entry* entry = entry_of(stack, clock)) {
            ++entry->ending;
        }
    }

    // Those with most live buffers first, as the clock now stands.
    [[nodiscard]] StackSample most(std::uint64_t clock) const {
        std::vector<Entry> entries = entries_;
        for (Entry& entry : entries) {
            settle(entry, clock);
        }
        std::erase_if(entries, [](const Entry& entry) { return entry.live <= 0; });
        std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) { return a.live > b.live; });
        StackSample sample;
        for (const Entry& entry : entries) {
            sample.add(entry.stack);
        }
        return sample;
    }

private:
    struct Entry {
        std::uint32_t stack = 0;
        std::int64_t live = 0;
        std::int64_t ending = 0;  // of them, since the clock was at `clock`
        std::uint64_t clock = 0;
    };

    static void settle(Entry& entry, std::uint64_t clock) {
        if (entry.clock != clock) {
            entry.live -= entry.ending;
            entry.ending = 0;
            entry.clock = clock;
        }
    }

    Entry* entry_of(std::uint32_t stack, std::uint64_t clock) {
        auto entry = std::find_if(entries_.begin(), entries_.end(), [stack](const Entry& known) { return known.stack == stack; });
        if (stack == 0 || (entry == entries_.end() && entries_.size() == kMaxStacks)) {
            return nullptr;
        }
        if (entry == entries_.end()) {
            entries_.push_back({stack, 0, 0, clock});
            return &entries_.back();
        }
        settle(*entry, clock);
        return &*entry;
    }

    std::vector<Entry> entries_;
};

}  // namespace tt::alloc_trace
