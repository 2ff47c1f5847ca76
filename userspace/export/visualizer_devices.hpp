// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Owners as devices of ttnn-visualizer, and what the runtime would say of each (ttnn._ttnn.reports.get_device_info).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "export/visualizer_tables.hpp"
#include "tracker/process_state.hpp"

namespace tt::alloc_trace {

struct VisualizerOwner {
    VisualizerDevice row;
    std::string label;  // "mesh 0 (chips 0-7) of python3 (4242)"
    std::uint32_t process = 0;   // ProcessState::number
    std::vector<Place> places;
};

// A device id per owner. A mesh has its own id, as in reports of ttnn; chips and meshes count apart, so that a second owner of the same
// number gets another one.
class VisualizerDevices {
public:
    VisualizerOwner& of(const ProcessState& process, const Owner& owner);
    // Of what a program holds on the owner's chips: a mesh's chip has no row of its own, its mesh has.
    [[nodiscard]] std::int64_t launched_on(const ProcessState& process, const Owner& owner);
    // What its allocator tells.
    void learn(const ProcessState& process, const Allocator& allocator);
    [[nodiscard]] const std::map<std::int64_t, VisualizerOwner>& all() const { return devices_; }

private:
    std::map<std::pair<std::uint32_t, Place>, std::int64_t> numbers_;
    std::map<std::int64_t, VisualizerOwner> devices_;
};

}  // namespace tt::alloc_trace
