// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Sums the tracker keeps up to date with every event, per place and buffer type.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "event/event.hpp"

namespace tt::alloc_trace {

// Where memory is used: a chip, or a mesh whose chips are not known, or an owner nobody could identify. A buffer of a mesh
// with known chips counts on each of them.
struct Place {
    OwnerKind kind = OwnerKind::Unknown;
    std::int32_t id = -1;

    auto operator<=>(const Place&) const = default;
};

// "chip 3", "mesh 0 (chips unknown)", "unknown owner".
[[nodiscard]] std::string to_string(const Place& place);

struct Usage {
    std::uint64_t buffers = 0;     // live now
    std::uint64_t bytes = 0;       // live now, logical size on this chip
    std::uint64_t peak_bytes = 0;  // since attach, or since the last reset_peaks()
    std::uint64_t allocs = 0;      // since attach
    std::uint64_t found = 0;       // since attach: live buffers that a walk found, and no event told of
    std::uint64_t frees = 0;       // since attach: ends of all kinds
    std::uint64_t released = 0;    // of them: is_release()
    std::uint64_t footprint_bytes = 0;    // live now, reserved on this chip; of those buffers only of which it is known
    std::uint64_t footprint_unknown = 0;  // live buffers of which it is not
    std::uint64_t per_core = 0;           // of `buffers`: allocated core by core
    std::uint64_t double_bytes = 0;       // of footprint_bytes: counted once too often, as allocators hold the same bytes
    std::uint64_t peak_footprint_bytes = 0;
    bool peak_footprint_known = false;    // at the time of the peak of bytes

    using Footprint = std::optional<std::uint64_t>;

    [[nodiscard]] std::uint64_t freed() const { return frees - released; }  // by the job itself

    // What all live buffers reserve on this chip, each byte once; nullopt if that is not known of each.
    [[nodiscard]] Footprint footprint() const {
        return footprint_unknown == 0 ? Footprint(footprint_bytes - double_bytes) : std::nullopt;
    }
    // The same where every bank holds as much as the others.
    [[nodiscard]] Footprint even_footprint() const { return per_core == 0 ? footprint() : std::nullopt; }
    [[nodiscard]] Footprint peak_footprint() const {
        return peak_footprint_known || peak_bytes == 0 ? Footprint(peak_footprint_bytes) : std::nullopt;
    }

    // Changes, then take_peak(): between them the sums may be on their way.
    void add(std::uint64_t size, Footprint footprint = std::nullopt) {
        ++allocs;
        enter(size, footprint);
    }
    void add_found(std::uint64_t size, Footprint footprint = std::nullopt) {
        ++found;
        enter(size, footprint);
    }
    void remove(std::uint64_t size, Footprint footprint = std::nullopt, bool release = false) {
        --buffers;
        ++frees;
        released += release ? 1 : 0;
        bytes -= size;
        drop_footprint(footprint);
    }
    // A live buffer's footprint came to be known, or changed.
    void change_footprint(Footprint before, Footprint now) {
        drop_footprint(before);
        take_footprint(now);
    }
    void take_peak() {
        if (bytes >= peak_bytes) {
            peak_bytes = bytes;
            peak_footprint_known = footprint_unknown == 0;
        }
        if (footprint_unknown == 0) {
            peak_footprint_bytes = std::max(peak_footprint_bytes, footprint_bytes - double_bytes);
        }
    }
    // What is live now, of another moment; counts and peaks stay.
    void take_live(const Usage& moment) {
        buffers = moment.buffers;
        bytes = moment.bytes;
        footprint_bytes = moment.footprint_bytes;
        footprint_unknown = moment.footprint_unknown;
        double_bytes = moment.double_bytes;
    }
    void reset_peak() {
        peak_bytes = bytes;
        peak_footprint_bytes = footprint_bytes - double_bytes;
        peak_footprint_known = footprint_unknown == 0;
    }

private:
    void enter(std::uint64_t size, Footprint footprint) {
        ++buffers;
        bytes += size;
        take_footprint(footprint);
    }
    void take_footprint(Footprint footprint) {
        footprint_bytes += footprint.value_or(0);
        footprint_unknown += footprint ? 0 : 1;
    }
    void drop_footprint(Footprint footprint) {
        footprint_bytes -= footprint.value_or(0);
        footprint_unknown -= footprint ? 0 : 1;
    }
};

// Circular buffers resident on one chip: those of the programs launched last on their cores.
struct CircularBufferUsage {
    std::uint64_t count = 0;
    std::uint64_t bytes = 0;           // size x cores, summed
    std::uint64_t peak_bytes = 0;
    std::uint64_t launches = 0;        // programs launched on this chip
    std::uint64_t peak_before_launch = 0;  // before the last of them: a refused one was no peak
};

struct PlaceUsage {
    std::array<Usage, kBufferTypeCount> types;
    CircularBufferUsage circular_buffers;

    // As Usage::take_live().
    void take_live(const PlaceUsage& moment) {
        for (std::size_t i = 0; i < types.size(); ++i) {
            types[i].take_live(moment.types[i]);
        }
        circular_buffers.count = moment.circular_buffers.count;
        circular_buffers.bytes = moment.circular_buffers.bytes;
    }

    [[nodiscard]] const Usage& of(BufferType type) const { return types[static_cast<std::size_t>(type)]; }
    [[nodiscard]] Usage& of(BufferType type) { return types[static_cast<std::size_t>(type)]; }
};

}  // namespace tt::alloc_trace
