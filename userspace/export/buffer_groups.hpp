// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Buffers by where they come from, for flame graphs: groups of frames from the outermost to the innermost, each with what it holds at
// the end of the window, what it held at the peak, and all that was allocated in the window.
//
// Frames are process, the calls that led to the allocation, type and owner, and size; of a buffer without a stack process, owner, type,
// thread, size class and size. set_frames() is the one place that decides.
#pragma once

#include <tsl/robin_map.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/peak_weights.hpp"
#include "export/exporter.hpp"
#include "export/labels.hpp"
#include "export/life_map.hpp"

namespace tt::alloc_trace {

struct WeightedGroup {
    std::vector<std::uint32_t> frames;  // indices into BufferGroups::frames(), outermost first
    GroupWeights weights{};             // after settle()

    [[nodiscard]] std::uint64_t weight(GroupWeight weight) const {
        return weight == GroupWeight::Live ? weights.live : weight == GroupWeight::Peak ? weights.at_peak : weights.allocated;
    }
};

// Weights are bytes on all chips that pass the filter together: the footprint where it is known, else the size; or buffers.
class BufferGroups {
public:
    // Groups beyond it are one, of the frame "more groups".
    static constexpr std::size_t kMaxGroups = std::size_t{1} << 18U;

    explicit BufferGroups(const ExportOptions& options) : options_(options), origins_(options.origins) {}

    void begin(const TrackerView& view);
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) { start(process, key, buffer, true); }
    void ended(const ProcessState& process, const AllocationKey& key);
    void known_better(const ProcessState& process, const AllocationKey& key, const LiveBuffer& now);
    // After the last event.
    void settle();

    [[nodiscard]] const std::vector<WeightedGroup>& groups() const { return groups_; }
    [[nodiscard]] const std::vector<std::string>& frames() const { return frames_; }
    [[nodiscard]] std::uint64_t peak_t_ns() const { return peak_t_ns_; }
    [[nodiscard]] std::uint64_t total(GroupWeight weight) const;
    // What a reader has to know of the weights.
    [[nodiscard]] std::vector<std::string> notes() const;

private:
    struct Kept {
        std::uint32_t group = 0;
        std::uint64_t weight = 0;
    };
    struct FramesHash {
        std::size_t operator()(const std::vector<std::uint32_t>& frames) const noexcept;
    };

    void start(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, bool allocated);
    [[nodiscard]] std::uint64_t weigh(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] std::uint32_t group_of(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    void set_frames(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer);
    [[nodiscard]] std::uint32_t frame(std::string name);
    // Those of a stack, outermost first; empty if it is not known.
    [[nodiscard]] const std::vector<std::uint32_t>& stack_frames(std::uint32_t stack);

    const ExportOptions options_;
    OriginMatcher origins_;
    OwnerNames owner_names_;
    std::vector<std::string> frames_;
    tsl::robin_map<std::string, std::uint32_t> frame_numbers_;
    std::vector<WeightedGroup> groups_;
    PeakWeights weights_;  // of groups_
    tsl::robin_map<std::vector<std::uint32_t>, std::uint32_t, FramesHash> group_numbers_;
    std::vector<std::uint32_t> wanted_;   // frames of the buffer at hand
    const StackTable* stacks_ = nullptr;
    std::vector<std::vector<std::uint32_t>> stack_frames_;  // by the stack's number
    LifeMap<Kept> live_;
    std::uint64_t peak_t_ns_ = 0;
    std::uint64_t by_size_ = 0;  // buffers whose footprint is not known
};

}  // namespace tt::alloc_trace
