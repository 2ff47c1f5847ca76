// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// Fixture of every test that traces for real.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "support/temp_dir.hpp"

namespace tt::alloc_trace::test {

// Why BPF cannot be tested here; nothing if it can.
[[nodiscard]] std::optional<std::string> why_no_bpf();

// Whether that is a failure and no reason to skip: CI=true or TAT_REQUIRE_BPF=1.
[[nodiscard]] bool bpf_is_required();

// TAT_LONG_TESTS=1: run what takes minutes.
[[nodiscard]] bool long_tests_wanted();

class BpfTest : public testing::Test {
protected:
    void SetUp() override;

    TempDir dir_;
};

}  // namespace tt::alloc_trace::test
