// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a walk of the stand-in needs to know, written down by hand: tests of the walk do not depend on how layouts are found.
#pragma once

#include <memory>
#include <vector>

#include "probes/layout_profile.hpp"
#include "support/stand_in.hpp"
#include "walk/process_walk.hpp"

namespace tt::alloc_trace::test {

// Of February 2026; `metal_context`: ELF address of the MetalContext object.
[[nodiscard]] WalkLayout february_walk_layout(std::uint64_t metal_context);

// Everything walk_process() wants of a running stand-in. Throws.
class WalkedProcess {
public:
    explicit WalkedProcess(pid_t pid);

    [[nodiscard]] const TargetMemory& memory() const { return memory_; }
    [[nodiscard]] const std::vector<WalkModule>& modules() const { return modules_; }
    [[nodiscard]] LayoutProfile& layout() { return layout_; }
    [[nodiscard]] Walk walk(const WalkOptions& options = {}) const { return walk_process(memory_, modules_, {}, options); }

private:
    ProcessHandle process_;
    ProcessMemory memory_;
    LayoutProfile layout_;
    std::vector<WalkModule> modules_;
};

// As the stand-in's truth tells it.
[[nodiscard]] LiveSet live_set(const Walk& walk);

}  // namespace tt::alloc_trace::test
