// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Puts what an allocator has to hand out in front of its first buffer. It is read from the memory of a running process, so it may come
// some events after that one, and how buffers are laid out never changes while an allocator lives: whoever sees the stream behind this
// knows the footprint of every buffer from its first moment on, and nobody has to go back.
//
//     for each event: if (!order.pass(event)) { order.put(event); then take what is ready }
//
// Events are held from the first buffer of an allocator on until its regions come; as they are if that is in vain: the allocator or
// its process ends, its ranges change, or kMaxHeld events are held. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <utility>

#include "event/event.hpp"

namespace tt::alloc_trace {

class RegionsFirst {
public:
    static constexpr std::size_t kMaxHeld = std::size_t{1} << 16;
    static constexpr std::size_t kMaxAllocators = std::size_t{1} << 16;  // remembered; beyond it all are forgotten

    // True if the event stands where it belongs and nothing is held: no need to put it.
    [[nodiscard]] bool pass(const Event& event);
    // `event` was not passed.
    void put(Event event);
    // The next one in the new order; false: none is ready.
    [[nodiscard]] bool take(Event& event);
    // What is held is ready as it is.
    void give_up() { awaited_.clear(); }
    [[nodiscard]] bool holds() const { return !awaited_.empty(); }

    // The regions of this allocator are known: its buffers were seen before.
    void know(std::uint32_t pid, std::uint64_t allocator, std::uint64_t owner);

private:
    using Key = std::pair<std::uint32_t, std::uint64_t>;  // pid, allocator

    [[nodiscard]] bool begins(const Event& event, Key& key);
    void end(const Event& event);
    void end_process(std::uint32_t pid);
    void move_to_front(AllocatorSeen seen, std::size_t place);

    std::map<Key, std::uint64_t> owners_;        // of the allocators whose first buffer was seen: another owner is another allocator
    Key latest_{};                               // of the last buffer: most streams have few allocators
    std::uint64_t latest_owner_ = 0;
    std::map<Key, std::size_t> awaited_;         // place of the first buffer in held_
    std::deque<Event> held_;
};

}  // namespace tt::alloc_trace
