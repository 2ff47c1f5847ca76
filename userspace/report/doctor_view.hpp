// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// `doctor`: what works on this machine and for this target, what does not, and what to do about it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "event/session_info.hpp"
#include "report/display_text.hpp"

namespace tt::alloc_trace {

enum class CheckOutcome { Ok, Warning, Failed };

[[nodiscard]] std::string_view to_string(CheckOutcome outcome);  // "ok", "warning", "failed"

struct DoctorCheck {
    std::string name;  // e.g. "kernel", "capabilities"
    CheckOutcome outcome = CheckOutcome::Ok;
    std::string detail;  // what was found
    std::string advice;  // what to do; empty if nothing
};

// The worst of the checks and probes: a required probe that is not attached has failed, another one is a warning.
[[nodiscard]] CheckOutcome verdict(const std::vector<DoctorCheck>& checks, const SessionInfo& session);

// Modules and probes come from the session; without a target it has none.
[[nodiscard]] std::string render_doctor_text(
    const std::vector<DoctorCheck>& checks, const SessionInfo& session, const TextStyle& style
);
[[nodiscard]] nlohmann::ordered_json doctor_json(const std::vector<DoctorCheck>& checks, const SessionInfo& session);

}  // namespace tt::alloc_trace
