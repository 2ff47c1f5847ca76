// SPDX-FileCopyrightText: © 2026 tt-alloc-trace contributors
// SPDX-License-Identifier: Apache-2.0

// Closing again and again, for somebody who looks at the process meanwhile.
#pragma once

#include <cstdint>

#include "driver/event_log.hpp"

namespace standin {

// Each round opens a mesh over two chips that the world does not have, allocates on it and on its chips, frees half and closes
// silently over the rest. Other threads may use the world's devices meanwhile.
void churn_closes(ThreadLog& log, std::uint64_t rounds);

}  // namespace standin
