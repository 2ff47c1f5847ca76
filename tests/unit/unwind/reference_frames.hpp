// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// What libdw makes of a file's .eh_frame: a second opinion.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "unwind/unwind_rule.hpp"

namespace tt::alloc_trace::test {

class ReferenceFrames {
public:
    explicit ReferenceFrames(const std::string& path);  // throws std::runtime_error
    ~ReferenceFrames();
    ReferenceFrames(const ReferenceFrames&) = delete;
    ReferenceFrames& operator=(const ReferenceFrames&) = delete;

    // The rule at an ELF address, put as our tables put it.
    [[nodiscard]] UnwindRule rule_at(std::uint64_t address) const;

private:
    struct Handles;
    std::unique_ptr<Handles> handles_;
};

}  // namespace tt::alloc_trace::test
