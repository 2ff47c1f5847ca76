// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
#include "support/bpf_test.hpp"

#include <bpf/libbpf.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace tt::alloc_trace::test {
namespace {

bool is_set(const char* name, std::string_view value) {
    const char* text = std::getenv(name);
    return text != nullptr && text == value;
}

}  // namespace

std::optional<std::string> why_no_bpf() {
    if (geteuid() != 0) {
        return "not root";
    }
    if (libbpf_probe_bpf_map_type(BPF_MAP_TYPE_RINGBUF, nullptr) != 1) {
        return "the kernel gives no BPF ring buffer";
    }
    if (access("/sys/bus/event_source/devices/uprobe/type", R_OK) != 0) {
        return "the kernel has no uprobe events";
    }
    return std::nullopt;
}

bool bpf_is_required() { return is_set("CI", "true") || is_set("TAT_REQUIRE_BPF", "1"); }

bool long_tests_wanted() { return is_set("TAT_LONG_TESTS", "1"); }

void BpfTest::SetUp() {
    if (const std::optional<std::string> reason = why_no_bpf()) {
        if (bpf_is_required()) {
            FAIL() << "BPF is required (CI=true or TAT_REQUIRE_BPF=1) and cannot be used: " << *reason;
        }
        GTEST_SKIP() << "BPF cannot be tested here: " << *reason;
    }
}

}  // namespace tt::alloc_trace::test
