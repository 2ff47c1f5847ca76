// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Each clash of circular buffers with L1 buffers, told by the runtime or not, and L1 at one more moment. Two replays: the first finds
// the moments, the second draws the maps.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "analysis/l1_map.hpp"
#include "analysis/launch_room.hpp"
#include "analysis/observer.hpp"
#include "analysis/stream_place.hpp"
#include "tracker/failure.hpp"

namespace tt::alloc_trace {

struct MappedClash {
    std::uint32_t pid = 0;
    StreamPlace place;
    ClashFailure clash;
    OwnerFacts owner;
    std::vector<L1Map> maps;  // of the chips of its owner; of all if that is not known
};

class Clashes : public Observer {
public:
    static constexpr std::size_t kKept = 64;  // the latest: a map may hold thousands of buffers

    // The one more moment, of the next replay: behind this event. The end if not called.
    void look_at(std::uint64_t event) { moment_ = event; }

    void begin(const TrackerView& view) override;
    void started(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer) override;
    void ended(const ProcessState& process, const AllocationKey& key, const LiveBuffer& buffer, FreeKind kind) override;
    void launched(const ProcessState& process, const Owner& owner, std::uint64_t program, bool planning) override;
    void observe(const Event& event, const Applied& applied) override;
    void end(const TrackerView& view) override;

    [[nodiscard]] const LaunchRoom& room() const { return room_; }  // of the first replay
    [[nodiscard]] std::uint64_t count() const { return count_; }  // all there were in the window
    [[nodiscard]] bool drawn() const { return replays_ > 1; }
    [[nodiscard]] const std::deque<MappedClash>& clashes() const { return clashes_; }  // by time
    [[nodiscard]] const std::vector<L1Map>& last_maps() const { return last_maps_; }  // at the one more moment
    [[nodiscard]] const StreamPlace& last_place() const { return last_place_; }
    [[nodiscard]] bool holds_memory() const { return holds_memory_; }  // anything was live at the end

private:
    void draw(const CircularBufferClash& event);
    void draw_all(const StreamPlace& place);

    static constexpr std::size_t kMaxLaunchTimes = ProgramTable::kMaxPrograms;

    int replays_ = 0;
    EventNumber number_;
    LaunchRoom room_;
    LaunchTimes launches_;
    std::uint64_t count_ = 0;
    std::deque<MappedClash> clashes_;
    std::size_t next_ = 0;  // of clashes_, in the second replay
    StreamPlace last_place_;
    std::vector<L1Map> last_maps_;
    std::optional<std::uint64_t> moment_;
    bool holds_memory_ = false;
    const std::vector<std::unique_ptr<ProcessState>>* tracked_ = nullptr;
};

}  // namespace tt::alloc_trace
