// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who held which addresses when: every buffer and resident circular buffer as a rectangle of time and addresses of one bank.
// Bounded: of each kind the largest (bytes times duration) are kept, kMostRects in the end, and what was left out is counted.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "analysis/observer.hpp"

namespace tt::alloc_trace {

// One allocator's addresses of one type, or the circular buffers of one place.
struct MapSpace {
    std::uint32_t pid = 0;
    std::string owner;           // "mesh 0 (chips 0-7)", "chip 3"
    std::vector<Place> places;   // whose memory it is
    std::uint64_t allocator = 0;  // 0: circular buffers
    BufferType type = BufferType::L1;
    bool circular_buffers = false;
    std::optional<Region> region{};  // what the allocator may hand out; nullopt: not known
};

struct MapRect {
    std::uint32_t space = 0;       // index into spaces()
    std::uint64_t start_t_ns = 0;  // allocated, found by a walk, or resident
    std::uint64_t end_t_ns = 0;    // or of the window, if it was live then
    std::uint64_t address = 0;
    std::uint64_t bank_bytes = 0;  // from `address` on, in each bank; 0: not known
    std::uint64_t size = 0;        // logical bytes per chip; circular buffers: per core
    std::uint64_t object = 0;      // the Buffer or the program
    std::uint64_t cores = 0;       // circular buffers only
    FoundAs origin = FoundAs::Allocated;
    std::optional<FreeKind> end{};  // nullopt: live at the end of the window, or a circular buffer
    bool trace_unsafe = false;
    PlanKind plan = PlanKind::CircularBuffer;  // circular buffers only
};

// The rectangles with the largest area of those added.
class LargestRects {
public:
    explicit LargestRects(std::size_t most) : most_(most) {}

    void add(const MapRect& rect);
    void reduce_to(std::size_t most);

    [[nodiscard]] std::size_t size() const { return heap_.size(); }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
    [[nodiscard]] std::vector<MapRect> by_start() const;

private:
    using Entry = std::pair<double, MapRect>;  // area
    void drop_smallest();

    std::size_t most_;
    std::vector<Entry> heap_;  // the smallest first
    std::uint64_t left_out_ = 0;
};

class AddressMap final : public Observer {
public:
    static constexpr std::size_t kMostRects = 50'000;
    static constexpr std::size_t kMostSpaces = 256;
    static constexpr std::size_t kKinds = kBufferTypeCount + 1;  // the types, and circular buffers
    static constexpr std::size_t kCircularBuffers = kBufferTypeCount;

    // `since_t_ns`: as ReplayWindow has it.
    explicit AddressMap(std::uint64_t since_t_ns = 0);

    void begin(const TrackerView& view) override;
    void ended(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind
    ) override;
    void residency_changed(const ProcessState& process, const Place& place) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    [[nodiscard]] const std::vector<MapSpace>& spaces() const { return spaces_; }
    [[nodiscard]] std::vector<MapRect> rects() const;  // by kind, then start
    [[nodiscard]] std::uint64_t left_out(std::size_t kind) const;  // rectangles, by BufferType or kCircularBuffers

private:
    struct Resident {
        std::uint64_t program = 0;
        std::uint64_t start_t_ns = 0;
        std::vector<CircularBuffer> circular_buffers;
    };
    using ResidentKey = std::pair<std::uint32_t, Place>;  // ProcessState::number
    using SpaceKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint8_t>;

    void add_buffer(
        const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, std::uint64_t t_ns, std::optional<FreeKind> end
    );
    void add_circular_buffers(
        const ProcessState& process, const Place& place, const Resident& resident, std::uint64_t t_ns
    );
    void refresh_residents(const ProcessState& process, std::uint64_t owner);
    [[nodiscard]] std::optional<std::uint32_t> space_of(const ProcessState& process, const AllocationKey& key);
    [[nodiscard]] std::optional<std::uint32_t> space_of(const ProcessState& process, const Place& place);
    [[nodiscard]] std::optional<std::uint32_t> add_space(const SpaceKey& key, MapSpace space);
    [[nodiscard]] const ProcessState* process_of(std::uint32_t pid) const;

    std::uint64_t since_t_ns_;
    std::vector<MapSpace> spaces_;
    std::map<SpaceKey, std::uint32_t> space_index_;
    std::map<ResidentKey, std::vector<Resident>> residents_;
    std::vector<LargestRects> rects_;  // by kind
    std::array<std::uint64_t, kKinds> without_space_{};  // rectangles of allocators beyond kMostSpaces
    const std::vector<std::unique_ptr<ProcessState>>* processes_ = nullptr;
};

}  // namespace tt::alloc_trace
