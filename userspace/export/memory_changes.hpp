// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What each event of a stream does to the memory in use, for exports of events: whoever adds up the deltas, line by line, has what is
// live. What one event adds for a buffer, its end takes away, whatever came to be known of it between.
//
// A buffer that ends otherwise than by its own free (a close, an exit, an allocation in its place) is a line of its own, "release", in
// front of that event; one that is live when the window begins is a line "held". What allocators of several owners hold both is in the
// deltas of both: a line "held_twice" takes it away again, on the chip where it lies.
#pragma once

#include <map>
#include <optional>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "export/export_options.hpp"
#include "export/labels.hpp"
#include "export/life_map.hpp"
#include "report/event_json.hpp"

namespace tt::alloc_trace {

// A line that is no event. Valid during the call that gives it.
struct BufferLine {
    std::string_view kind;  // "release", "held"
    EventHeader header;
    BufferFields buffer;
    std::string_view owner;  // its label
    std::string_view reason;
    BufferMemory memory;
};

struct HeldTwiceLine {
    EventHeader header;
    std::int32_t chip = 0;
    BufferType type = BufferType::Dram;
    std::int64_t delta = 0;  // as BufferMemory has it
};

class MemoryChanges {
public:
    explicit MemoryChanges(const ExportOptions& options) : options_(options) {}

    // Calls line(BufferLine) for each buffer that is live already.
    template <typename Line>
    void begin(const TrackerView& view, const Line& line) {
        for_each_live(view, [&](const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) {
            add(process, key, buffer);
            if (options_.passes(process, key, buffer.size)) {
                line(line_of("held", process, key, buffer, to_string(buffer.origin())));
            }
            own_.reset();
        });
    }
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) { add(process, key, buffer); }
    void known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer& now) { add(process, key, now); }
    // Calls line(BufferLine) for a buffer that ends otherwise than by its own free.
    template <typename Line>
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind, const Line& line) {
        remove(process, key, buffer);
        if (kind == FreeKind::Freed) {
            return;
        }
        if (options_.passes(process, key, buffer.size)) {
            line(line_of("release", process, key, buffer, to_string(kind)));
        }
        own_.reset();
    }
    // Of the buffer that the present event starts or frees; nullptr: none that is known. Valid until event_done().
    [[nodiscard]] const BufferMemory* own() const { return own_ ? &*own_ : nullptr; }
    // After the tracker applied the event and its line is written: calls line(HeldTwiceLine) for what it changed.
    template <typename Line>
    void event_done(const Line& line) {
        own_.reset();
        for (const Touch& touch : std::exchange(touched_, {})) {
            const Owner& owner = touch.process->owners[touch.owner];
            for (std::size_t i = 0; i < owner.places.size(); ++i) {
                const std::int64_t change = change_of_doubles(touch, owner.places[i], *owner.usages[i]);
                if (change != 0 && options_.passes(*touch.process, owner.places[i], memory_kind(touch.type))) {
                    line(HeldTwiceLine{{touch.process->last_t_ns, touch.process->pid, 0}, owner.places[i].id, touch.type, -change});
                }
            }
        }
    }

private:
    struct Touch {
        const ProcessState* process;  // alive until the event is through
        std::uint32_t owner;          // index into its owners
        BufferType type;

        bool operator==(const Touch&) const = default;
    };

    void touch(const ProcessState& process, const AllocationKey& key);
    [[nodiscard]] std::int64_t change_of_doubles(const Touch& touch, const Place& place, const PlaceUsage& usage);
    void add(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void remove(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] BufferMemory memory_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] BufferLine line_of(
        std::string_view kind, const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::string_view reason
    );

    const ExportOptions& options_;
    OwnerNames owner_names_;
    LifeMap<std::uint64_t> counted_;  // bytes that a live buffer has added
    std::optional<BufferMemory> own_;
    std::vector<Touch> touched_;  // by the present event
    std::map<std::tuple<std::uint32_t, Place, BufferType>, std::uint64_t> doubles_;  // that were taken away, by process number
};

}  // namespace tt::alloc_trace
