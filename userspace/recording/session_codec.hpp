// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0
//
// The packed parts of session and end chunks.
#pragma once

#include <cstdint>
#include <span>

#include "base/error.hpp"
#include "event/session_info.hpp"
#include "recording/totals.hpp"
#include "recording/zigzag.hpp"

namespace tt::alloc_trace {

[[nodiscard]] Bytes encode_session(const SessionInfo& session);
[[nodiscard]] Result<SessionInfo> decode_session(std::span<const std::uint8_t> data);

[[nodiscard]] Bytes encode_end(const RecordingEnd& end);
[[nodiscard]] Result<RecordingEnd> decode_end(std::span<const std::uint8_t> data);

}  // namespace tt::alloc_trace
