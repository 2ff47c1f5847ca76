// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Breakpoints in this process's own code, which stand in for uprobes: they tell what a probe would see, without root.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "probes/value_location.hpp"

namespace tt::alloc_trace::testing {

struct Hit {
    std::uintptr_t at = 0;
    std::array<std::uint64_t, kRegisterCount> registers{};

    // Of the stopped process, read while it still stood there.
    std::uint64_t argument = 0;
    std::uint64_t result = 0;
};

struct Breakpoint {
    std::uintptr_t at = 0;
    ValueLocation argument;
    ValueLocation result;
};

// Each fires once. One at a time in the process; code that is hit must run in the thread that made it.
class Breakpoints {
public:
    explicit Breakpoints(const std::vector<Breakpoint>& breakpoints);
    Breakpoints(const Breakpoints&) = delete;
    Breakpoints& operator=(const Breakpoints&) = delete;
    ~Breakpoints();

    [[nodiscard]] const std::vector<Hit>& hits() const { return hits_; }

private:
    static void on_trap(int signal, void* info, void* context);

    struct Armed {
        Breakpoint breakpoint;
        std::uint8_t original = 0;
    };
    std::vector<Armed> armed_;
    std::vector<Hit> hits_;
};

}  // namespace tt::alloc_trace::testing
