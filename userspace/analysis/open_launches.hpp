// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What was seen at launches that the runtime may still refuse: of each owner its last one. A launch was let through once the next
// one begins there, or the stream ends.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

template <typename Seen>
class OpenLaunches {
public:
    // Where to note what is seen at this call of LifeListener::launched(), empty; `let_through` takes what was noted of the launch before.
    template <typename LetThrough>
    Seen& open(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning, const LetThrough& let_through) {
        if (open_.size() >= kMost) {
            end(let_through);
        }
        Open& open = open_[{process.number, owner.pointer}];
        // Circular buffers are laid out after the launch is told, or before it: either way it is one.
        const bool same = open.program == program && (planning || !open.launched);
        if (!same && open.program != 0) {
            let_through(open.seen);
        }
        open.launched = !planning || (same && open.launched);
        open.program = program;
        open.pid = process.pid;
        open.seen = Seen{};
        return open.seen;
    }

    void refused(const CircularBufferClash& clash) {
        std::erase_if(open_, [&](const auto& entry) {
            const auto& [where, open] = entry;
            return open.pid == clash.header.pid && open.program == clash.program && (clash.owner == 0 || where.second == clash.owner);
        });
    }

    template <typename LetThrough>
    void end(const LetThrough& let_through) {
        for (auto& [where, open] : open_) {
            let_through(open.seen);
        }
        open_.clear();
    }

    template <typename LetThrough>
    void end(const ProcessExited& exited, const LetThrough& let_through) {
        std::erase_if(open_, [&](auto& entry) {
            const bool ends = entry.second.pid == exited.header.pid;
            if (ends) {
                let_through(entry.second.seen);
            }
            return ends;
        });
    }

private:
    static constexpr std::size_t kMost = 4096;  // owners; pointers of closed ones stay until their process ends

    struct Open {
        std::uint64_t program = 0;
        std::uint32_t pid = 0;
        bool launched = false;  // else it has only laid out circular buffers so far
        Seen seen;
    };

    std::map<std::pair<std::uint32_t, std::uint64_t>, Open> open_;  // by ProcessState::number and pointer of the owner
};

}  // namespace tt::alloc_trace
